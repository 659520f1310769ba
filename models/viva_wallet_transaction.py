import logging
import threading
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import LockError
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ..viva import const, masking, money, outcome, timing, waiting
from ..viva.payment_request import PaymentRequest
from ..viva.question import ask_outcome
from . import exchange, reasons
from .own_transaction import committed, detached, fresh, lock_rows, surviving
from .states import OPEN_STATES, UNFINISHED_STATES

_logger = logging.getLogger(__name__)

# What may follow what. `failed` can still become `approved`: Viva was seen to report a failure for
# a payment that had gone through (GitHub VivaPayments/API issue 2461).
TRANSITIONS = {
    "new": {"sent", "failed"},
    "sent": {"approved", "failed", "unknown"},
    "unknown": {"approved", "failed"},
    "failed": {"approved"},
    "approved": {"reversed"},
    "reversed": set(),
}

OWE_ATTEMPTS = 5  # to write down that a question is owed, while others write the row
AT_ONCE = 10  # questions of the cron under way together: one slow answer does not delay all

# A customer is waiting: no more of a row is read than what is needed.
QUESTION_FIELDS = (
    "session_id", "state", "kind", "amount_minor", "tip_asked_minor", "currency_id", "terminal_id",
    "payment_method_id", "refund_way", "asked_at",
)  # fmt: skip
WAKE_UP_FIELDS = ("state", "company_id", "notified_at", "asked_at", "sent_at")


@dataclass(frozen=True)
class Recorded:
    """What became of a till's wish to have a request recorded.

    :param int row_id: row that stands for it, of another session where the payment line was charged,
        or may be, under that one; None when there is none.
    :param tuple request: what to send now, see `_request`; only for a new row.
    :param in_the_way: ids of rows that occupy the terminal or the order: Viva is asked about them
        first.
    :param uncertain: ids of rows that may have moved money, as far as Viva has said since the wish.
    """

    row_id: int | None = None
    request: tuple | None = None
    in_the_way: list = field(default_factory=list)
    uncertain: list = field(default_factory=list)


@dataclass(frozen=True)
class Wish:
    """A till's wish to have money moved.

    :param dict values: of the row.
    :param datetime since: when it was there, by the clock of the database.
    :param float order_total: what the order costs by the till's copy, in major units; None when the
        till did not say.
    :param frozenset order_payments: uuids of the payment lines that the till has in the order.
    """

    values: dict
    since: datetime
    order_total: float | None = None
    order_payments: frozenset = frozenset()


class VivaWalletTransaction(models.Model):
    """The ledger: one request to a terminal, and what is known about the money.

    A row is committed before anything is sent to Viva and is never deleted. `_set_state` is the
    only place where a state changes; `_apply_outcome` the only one where an answer of Viva does
    that.
    """

    _name = "viva.wallet.transaction"
    _inherit = [
        "viva.wallet.attach",
        "viva.wallet.certainty",
        "viva.wallet.day",
        "viva.wallet.exchange",
        "viva.wallet.extra",
        "viva.wallet.limited",
        "viva.wallet.orders",
        "viva.wallet.receipt",
        "viva.wallet.refund",
        "viva.wallet.reversal",
        "viva.wallet.review",
        "viva.wallet.steps",
    ]
    _description = "Viva Wallet transaction"
    _order = "id desc"
    _rec_name = "session_id"

    # === WHAT WAS ASKED === #
    session_id = fields.Char(required=True, readonly=True)
    kind = fields.Selection(
        [("sale", "Sale"), ("refund", "Refund")], required=True, readonly=True, default="sale"
    )
    parent_id = fields.Many2one(
        "viva.wallet.transaction", string="Refund of", readonly=True, index="btree_not_null"
    )
    payment_method_id = fields.Many2one(
        "pos.payment.method", readonly=True, ondelete="set null", index=True
    )
    terminal_id = fields.Char(string="Terminal ID", required=True, readonly=True)
    cash_register_id = fields.Char(
        string="Cash register ID",
        required=True,
        readonly=True,
        help="The name of the register at Viva. Only the register that asked can abort.",
    )
    pos_config_id = fields.Many2one(
        "pos.config", string="Register", readonly=True, ondelete="set null"
    )
    pos_session_id = fields.Many2one("pos.session", readonly=True, ondelete="set null", index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    user_id = fields.Many2one("res.users", string="Asked by", readonly=True)
    order_uuid = fields.Char(readonly=True, index=True)
    order_name = fields.Char(string="Order reference", readonly=True)
    payment_uuid = fields.Char(readonly=True, index=True)
    order_id = fields.Many2one(
        "pos.order", readonly=True, ondelete="set null", index="btree_not_null"
    )
    payment_id = fields.Many2one(
        "pos.payment", readonly=True, ondelete="set null", index="btree_not_null"
    )

    # === MONEY === #
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount_minor = fields.Integer(
        string="Amount asked (minor units)", required=True, readonly=True, aggregator=None
    )
    charged_minor = fields.Integer(
        string="Amount charged (minor units)",
        readonly=True,
        aggregator=None,
        help="Tip included.",
    )
    tip_minor = fields.Integer(string="Tip (minor units)", readonly=True, aggregator=None)
    amount = fields.Monetary(
        string="Asked for", compute="_compute_amounts", store=True, readonly=True
    )
    charged_amount = fields.Monetary(
        string="Charged", compute="_compute_amounts", store=True, readonly=True
    )
    tip_amount = fields.Monetary(
        string="Tip", compute="_compute_amounts", store=True, readonly=True
    )

    # === OUTCOME === #
    state = fields.Selection(
        [
            ("new", "Not sent"),
            ("sent", "Waiting for the outcome"),
            ("approved", "Approved"),
            ("failed", "Not charged"),
            ("unknown", "Not known"),
            ("reversed", "Reversed"),
        ],
        required=True,
        readonly=True,
        default="new",
    )
    reason = fields.Char(readonly=True, help="Why nothing was charged, in one word.")
    event_id = fields.Integer(string="Event ID", readonly=True, aggregator=None)
    message = fields.Char(string="Message of Viva", readonly=True)
    transaction_id = fields.Char(string="Transaction ID", readonly=True, index="btree_not_null")
    order_code = fields.Char(readonly=True)
    authorization_code = fields.Char(readonly=True)
    rrn = fields.Char(string="Retrieval reference number", readonly=True)
    card_brand = fields.Char(readonly=True)
    card_last4 = fields.Char(string="Last four digits", readonly=True)
    entry_mode = fields.Char(readonly=True)
    verification_method = fields.Char(readonly=True)
    aid = fields.Char(string="Application ID", readonly=True)
    raw_answer = fields.Json(readonly=True, groups="base.group_system")

    # === PROGRESS === #
    sent_at = fields.Datetime(readonly=True)
    accepted_at = fields.Datetime(
        readonly=True, help="When Viva confirmed that it had the request."
    )
    replied_at = fields.Datetime(
        readonly=True, help="When Viva had answered the request, or the connection had failed."
    )
    resent_at = fields.Datetime(readonly=True)
    missing_since = fields.Datetime(
        readonly=True, help="Since when Viva says that it does not know the request."
    )
    abort_requested_at = fields.Datetime(readonly=True)
    abort_user_id = fields.Many2one("res.users", string="Aborted by", readonly=True)
    notified_at = fields.Datetime(
        readonly=True, help="When a notification of Viva about it arrived."
    )
    asked_at = fields.Datetime(readonly=True, help="When Viva was asked about it the last time.")
    finished_at = fields.Datetime(readonly=True)
    check_at = fields.Datetime(
        readonly=True,
        index="btree_not_null",
        help="When Viva is asked once more about a finished payment.",
    )
    doubtful = fields.Boolean(
        readonly=True,
        help="Viva reports that nothing was charged, for a reason after which money was seen to "
        "have moved all the same. It is asked again for some days.",
    )

    _session_id_unique = models.Constraint(
        "unique (session_id)", "This request to the terminal exists already."
    )
    _terminal_open_unique = models.UniqueIndex(
        "(terminal_id) WHERE state IN ('new', 'sent') AND refund_way IS DISTINCT FROM 'account'",
        "This terminal is busy with another payment.",
    )
    # The rows that are not over are few, whatever the size of the ledger.
    _state_rare = models.Index("(state) WHERE state IN ('new', 'sent', 'unknown', 'reversed')")
    _approved_unbooked = models.Index(
        "(finished_at) WHERE state = 'approved' AND payment_id IS NULL"
    )
    _approved_recent = models.Index("(finished_at) WHERE state = 'approved'")
    _terminal_last_sales = models.Index("(terminal_id, id) WHERE state = 'approved'")
    # Two devices that pay the same order at the same time, on two terminals.
    _order_open_unique = models.UniqueIndex(
        "(order_uuid) WHERE state IN ('new', 'sent')",
        "Another payment of this order is running.",
    )

    @api.depends("amount_minor", "charged_minor", "tip_minor", "currency_id")
    def _compute_amounts(self):
        for transaction in self:
            transaction.amount = transaction._to_major(transaction.amount_minor)
            transaction.charged_amount = transaction._to_major(transaction.charged_minor)
            transaction.tip_amount = transaction._to_major(transaction.tip_minor)

    def _to_major(self, minor):
        if self.currency_id.name not in money.CURRENCIES:
            return 0.0  # see `_record_unasked`: no terminal takes it
        return float(money.to_major(minor, self.currency_id.name))

    # === STATE === #

    def _lock(self, wait=False):
        """Lock the row until the end of the transaction; see `committed`.

        That somebody has just written it is not for the log: whoever called repeats it.

        :param bool wait: until somebody else who is writing it has finished.
        :raise LockError: when somebody else is writing it.
        """
        self.ensure_one()
        if not lock_rows(self, wait=wait):
            raise LockError(self.env._("This payment is being updated. Please try again."))
        self.invalidate_recordset()

    def _set_state(self, state, **values):
        """Change the state. There is no other place that does.

        :param str state: one that may follow the present one, see `TRANSITIONS`.
        :param values: other fields to write along with it.
        :raise ValueError: for a step that is not in `TRANSITIONS`.
        """
        self.ensure_one()
        if state not in TRANSITIONS[self.state]:
            raise ValueError(f"{self.session_id}: {self.state} cannot become {state}")
        if state == "sent":
            values.setdefault("sent_at", timing.now())
        else:
            now = timing.now()
            values.setdefault("finished_at", now)
            values.setdefault(
                "check_at", self.sent_at and now + timedelta(seconds=timing.CHECK_AFTER)
            )
        is_late = self.state not in OPEN_STATES
        self.write({"state": state, **values})
        if is_late:
            self._tell_tills()
        _logger.info("Viva Wallet session %s: %s (%s)", self.session_id, state, self.reason or "-")

    def _fail(self, reason, **values):
        """End an open row for which it is certain that nothing was charged."""
        if self.state in UNFINISHED_STATES:
            self._set_state("failed", reason=reason, **values)

    def _age(self):
        """Return the seconds since the request was made."""
        self.ensure_one()
        return (timing.now() - self.create_date).total_seconds()

    # === ASKING VIVA === #

    def _refresh(self, patiently=False):
        """Ask Viva about the rows that are not finished and apply what it says.

        Runs outside any write: the right to ask is taken in a transaction of its own, so that
        any number of tills and workers together ask once per second. A failed question changes
        nothing.

        :param bool patiently: wait longer; otherwise those that do not come at once are
            applied later, and the tills are told then.
        :return: snapshots by session of those rows that are not open any more after an answer.
        :rtype: dict
        """
        exchanges = []
        for transaction_id, question in self._claim_questions():
            transaction = self.browse(transaction_id)
            if question is None:
                committed(transaction, lambda own: own._apply_unaskable())
            else:
                exchanges.append(transaction._ask(question))
        snapshots = [snapshot for _follow, snapshot in self._finish_all(exchanges, patiently)]
        return {snapshot["session_id"]: snapshot for snapshot in snapshots if snapshot}

    def _ask(self, question, is_aside=False):
        """Ask Viva about one row.

        :param tuple question: see `_question`.
        :param bool is_aside: see `_exchange`.
        :return: see `_exchange`.
        """
        client, expected, asked_at = question
        return self._exchange(
            waiting.QUESTION,
            lambda: ask_outcome(client, expected),
            lambda own, answer: own._take_answer(*answer, asked_at),
            after=self._follow_answer,
            is_aside=is_aside,
        )

    def _take_answer(self, result, reply, asked_at):
        """Apply an answer of Viva; see `_apply_outcome`.

        :param datetime asked_at: see `_note_answer`.
        :return: what is to follow, a method of this class or None, and the snapshot of a row that
            is finished, else None.
        :rtype: tuple
        """
        self._note_limit(reply)
        if result.state == outcome.MISSING and not self._is_same_client():
            result = outcome.Outcome(outcome.UNCLEAR, "other_client")
        self._apply_outcome(result, reply)
        self._note_answer(result, reply, asked_at)
        is_open = self.state in OPEN_STATES
        follow = "_resend" if self._is_lost() else None
        if self.state == "failed" and result.state == outcome.PENDING:
            follow = "_stop_given_up"
        return follow, None if is_open else self._snapshot()

    def _follow_answer(self, taken):
        follow, _snapshot = taken
        if follow:
            getattr(self, follow)()

    def _claim_questions(self, take=None, assignment=None):
        """Take the right to ask Viva now about those rows in `self` that nobody has just asked about.

        :param callable take: gets the rows in the same transaction, once.
        :param SQL assignment: what else is written to them.
        :return: ids, each with its `_question`.
        :rtype: list(tuple)
        """
        if not self.ids:
            return []
        query = SQL(
            """
            UPDATE viva_wallet_transaction
               SET asked_at = clock_timestamp() AT TIME ZONE 'UTC',
                   unanswered_since =
                       COALESCE(unanswered_since, clock_timestamp() AT TIME ZONE 'UTC')
                   %(assignment)s
             WHERE id IN (
                    SELECT id
                      FROM viva_wallet_transaction
                     WHERE id IN %(ids)s
                       AND resend_at IS NULL
                       AND (asked_at IS NULL
                            OR asked_at <= clock_timestamp() AT TIME ZONE 'UTC'
                                           - %(interval)s * interval '1 second')
                       FOR NO KEY UPDATE SKIP LOCKED)
            """,
            ids=tuple(self.ids),
            interval=timing.ASK_INTERVAL,
            assignment=SQL(", %s", assignment) if assignment else SQL(),
        )

        def questions(claimed):
            claimed.fetch(QUESTION_FIELDS)
            if take:
                take(claimed)
            return [(row.id, row._question()) for row in claimed if row._may_ask_now()]

        return self._update_unless_contended(query, questions)

    def _question(self):
        """Return the client and the expectation with which to ask about this row, and when the
        right to ask was taken.

        :rtype: tuple(VivaClient, outcome.Expected, datetime) or None when it cannot be asked about;
            with an `outcome_web.ExpectedRefund` for a refund through the account
        """
        if self.state == "new" or not self._is_askable():
            return None
        client = self.payment_method_id._viva_wallet_client()
        is_by_account = self.refund_way == "account"
        expected = self._expected_by_account() if is_by_account else self._expected()
        return client, expected, self.asked_at

    # === OUTCOMES === #

    def _apply_outcome(self, result, reply):
        """Apply an outcome, whoever asked for it. Call it with the row in its own transaction.

        :param outcome.Outcome result: what Viva said.
        :param Reply reply: the answer it was read from.
        """
        self.ensure_one()
        is_missing = (result.state, result.reason) == (outcome.MISSING, "not_found")
        self._lock()
        if result.state == "approved":
            self._apply_approval(result, reply)
        elif result.state == "failed":
            self._apply_failure(result, reply)
        elif is_missing:
            self._apply_missing()
        elif result.claims_success and self.state == "failed":
            self.doubtful = True
            self._flag("conflict")
        else:
            self._apply_pending(result)
        self._end_if_overdue()
        self._plan_next_check(is_missing or result.state in (outcome.APPROVED, outcome.FAILED))

    def _plan_next_check(self, is_answered):
        """Say when the cron asks again about a finished row that it has just asked about.

        :param bool is_answered: whether Viva has said anything about it.
        """
        now = timing.now()
        if not self.check_at or self.check_at > now:
            return
        age = now - self.finished_at
        is_early = age < timedelta(seconds=timing.CHECK_LIFE)
        if not is_answered:
            # The longer there has been no answer, the later it is asked for again.
            self.check_at = is_early and now + max(timedelta(seconds=timing.CHECK_AFTER), age / 4)
            if not is_early and self._is_uncertain():
                self._flag("unknown")
        else:
            is_open = self.doubtful and is_early
            self.check_at = is_open and now + timedelta(seconds=timing.CHECK_INTERVAL)

    def _apply_approval(self, result, reply):
        if self.state in ("approved", "reversed"):
            if result.transaction_id != self.transaction_id:
                self._flag("conflict")
            return
        was_failed = self.state == "failed"
        # Through the account Viva does not say which card it is: the one that paid.
        paid_with = self.parent_id if self.refund_way == "account" else self.browse()
        self._set_state(
            "approved",
            reason=False,
            doubtful=False,
            charged_minor=result.amount,
            tip_minor=result.tip_amount or 0,
            transaction_id=result.transaction_id,
            order_code=result.order_code,
            authorization_code=result.authorization_code,
            rrn=result.rrn,
            card_brand=result.card_brand or paid_with.card_brand,
            card_last4=result.card_last4 or paid_with.card_last4,
            entry_mode=result.entry_mode,
            verification_method=result.verification_method,
            aid=result.aid,
            **self._answer_values(result, reply),
        )
        was_decided = self.review_state == "resolved" and self.statement != "paid"
        if was_failed or was_decided or self.statement == "not_paid":
            self._flag("late_approval", replace=True)
        elif result.amount_differs or self._has_surplus():
            self._flag("amount_differs", replace=True)
        elif result.is_unusual:
            self._flag("unusual", replace=True)
        else:
            self._unflag("unknown", "stated", "unaskable")
        self._book()

    def _apply_failure(self, result, reply):
        if self.state == "approved":
            self._flag("conflict")
            self._suspect_reversal()
            return
        if self.state not in ("sent", "unknown"):
            if self.missing_since:
                self.missing_since = False
            return
        self._fail(
            result.reason,
            doubtful=result.money == "maybe",
            **self._answer_values(result, reply),
        )
        if self.statement == "paid" or self._is_booked():
            self._flag("not_charged", replace=True)
        else:
            self._unflag("unknown", "stated", "unaskable")

    def _apply_missing(self):
        if self.refund_way == "account":
            self._apply_not_listed()
            return
        if self.state not in ("sent", "failed"):
            return
        if not self.missing_since:
            self.missing_since = timing.now()
        missing = (timing.now() - self.missing_since).total_seconds()
        if (
            self.state == "sent"
            and self.abort_requested_at
            and not self.accepted_at
            and not self._is_on_its_way()
            and missing >= timing.GONE_AFTER_MISSING
        ):
            self._fail("never_received", doubtful=True)

    def _apply_pending(self, result):
        if result.state != "pending":
            return
        if self.missing_since or not self.accepted_at:
            self.write(
                {
                    "missing_since": False,
                    "accepted_at": self.accepted_at or timing.now(),
                }
            )
        if self.state == "failed":
            self._doubt_again()

    def _doubt_again(self):
        """Take note that Viva has a request after all that was given up: it may still charge.

        Whoever heard of it has it stopped, see `_stop_given_up`.
        """
        soon = timing.now() + timedelta(seconds=timing.TILL_ASKS_WITHIN)
        self.write({"doubtful": True, "check_at": soon})
        self._trigger_cron(soon)

    def _end_if_overdue(self):
        if self.state == "sent" and self._age() >= timing.UNKNOWN_AFTER:
            self._set_state("unknown")
            self._flag("unknown")

    @staticmethod
    def _answer_values(result, reply):
        return {
            "event_id": result.event_id,
            "message": result.message,
            "raw_answer": masking.mask(reply.body),
        }

    # === REQUESTS === #

    @api.model
    def _find_or_create(self, wish, cancelled=False, settled=False):
        """Return the row that stands for a request of a till, new where there is none.

        A new row is about to be sent: whoever gets its request back is the one that sends it.

        :param Wish wish: of a till.
        :param bool cancelled: whether a new row must not be sent any more.
        :param bool settled: whether Viva was asked about the rows in the way since the wish.
        :rtype: Recorded
        :raise Refused: when it must not be sent.
        """
        values = wish.values
        related = self.search(self._domain_related(values))
        own = related.filtered(lambda row: row.session_id == values["session_id"])
        if own:
            return own._recorded_for(values)
        related = related.filtered(lambda row: row.company_id.id == values["company_id"])
        of_line = related.filtered(lambda row: row.payment_uuid == values["payment_uuid"])
        if cancelled:
            holding = of_line.filtered(lambda row: row._holds_line())[:1]
            return Recorded(row_id=(holding or self._create_cancelled(values)).id)
        occupying = related.filtered(
            lambda row: row._occupies_terminal_of(values) or row._occupies_order_of(values)
        )
        running = of_line.filtered(lambda row: row.state in ("sent", "unknown"))
        uncertain = related.filtered(lambda row: row._is_uncertain(wish.since))
        if not settled and (occupying | running | uncertain):
            return Recorded(in_the_way=(occupying | running).ids, uncertain=uncertain.ids)
        holding = of_line.filtered(lambda row: row._holds_line())[:1]
        if holding:
            return Recorded(row_id=holding.id)
        if occupying or uncertain:
            return Recorded(in_the_way=occupying.ids, uncertain=uncertain.ids)
        related._check_order_cost(wish)
        if values.get("parent_id"):
            self._reserve(wish)
        row = self._create_sent(values)
        return Recorded(row_id=row.id, request=row._request())

    def _recorded_for(self, values):
        """Return that this row stands for a request that comes once more."""
        return Recorded(row_id=self.id if self.company_id.id == values["company_id"] else None)

    @api.model
    def _domain_related(self, values):
        """Return the domain of all rows that decide whether a request may be made."""
        related = [
            [("session_id", "=", values["session_id"])],
            [("payment_uuid", "=", values["payment_uuid"])],
            [("terminal_id", "=", values["terminal_id"]), ("state", "in", OPEN_STATES)],
        ]
        if values["order_uuid"]:
            related.append([("order_uuid", "=", values["order_uuid"])])
        if values.get("parent_id"):
            related.append([("parent_id", "=", values["parent_id"])])
        return Domain.OR(related)

    def _occupies_terminal_of(self, values):
        """Return whether it keeps a terminal from taking a request that has these values."""
        return (
            self.terminal_id == values["terminal_id"]
            and self.state in OPEN_STATES
            and "account" not in (self.refund_way, values.get("refund_way"))
        )

    def _occupies_order_of(self, values):
        """Return whether it keeps another payment line of its order from being charged.

        The same line is no matter here, see `_holds_line`.
        """
        is_running = self.state in OPEN_STATES or (self.state == "unknown" and not self.statement)
        return (
            is_running
            and bool(self.order_uuid)
            and self.order_uuid == values["order_uuid"]
            and self.payment_uuid != values["payment_uuid"]
        )

    def _holds_line(self):
        """Return whether its payment line must not be charged again."""
        return self.state in (*OPEN_STATES, "approved") or (
            self.state == "unknown" and self.statement != "not_paid"
        )

    @api.model
    def _create_cancelled(self, values):
        now = timing.now()
        return self.create({**values, "state": "failed", "reason": "cancelled", "finished_at": now})

    @api.model
    def _create_sent(self, values):
        """Create the row of a request that is about to be sent."""
        method = self.env["pos.payment.method"].browse(values["payment_method_id"])
        return self.create(
            {
                **values,
                "state": "sent",
                "sent_at": timing.now(),
                "merchant_account": method._viva_wallet_account(),
                "client_name": method.sudo().viva_wallet_client_id,
            }
        )

    def _send(self, request):
        """Give the request to Viva, once.

        :param tuple request: of `_find_or_create`.
        :return: snapshot of what is known then, see `viva.wallet.till`.
        :rtype: dict
        """
        self.ensure_one()
        call, values, account = request
        if self._wait_for_slot(account):
            with fresh(self) as current:
                return current._snapshot()
        is_answered, applied = self._exchange(
            waiting.REQUEST,
            lambda: call(**values),
            lambda own, reply: own._apply_reply(reply),
            after=self._follow_answer,
        ).finish()
        if is_answered:
            return applied[1]
        with fresh(self) as current:
            return current._snapshot()

    def _request(self):
        """Return the call to Viva that makes the request, its arguments, and the account at Viva."""
        client = self.payment_method_id._viva_wallet_client()
        request = PaymentRequest(
            session_id=self.session_id,
            terminal_id=self.terminal_id,
            cash_register_id=self.cash_register_id,
            amount=self.amount_minor - self.tip_asked_minor,
            currency_code=money.numeric_code(self.currency_id.name),
            merchant_reference=self.session_id,
            customer_trns=self.order_name or "",
            show_receipt=self.payment_method_id.viva_wallet_show_receipt,
            show_transaction_result=self.payment_method_id.viva_wallet_show_result,
        )
        if self.kind == "refund":
            return *self._refund_request(client, request), self._account()
        values = {"request": request, "tip_amount": self.tip_asked_minor}
        return client.start_sale, values, self._account()

    def _apply_reply(self, reply):
        """Apply the answer to the request.

        :return: what is to follow, see `_take_answer`, and a snapshot.
        :rtype: tuple
        """
        self._note_limit(reply)
        if self.refund_way == "account":
            self._apply_account_reply(reply)
            return None, self._snapshot()
        follow = self._apply_request_result(outcome.from_request(reply))
        return follow, self._snapshot()

    def _apply_request_result(self, result):
        """Apply what became of the first request of this row.

        A refusal says nothing about another request with the same session id: once Viva has
        accepted one, or a second one is on its way, only the session tells the outcome.

        :param outcome.RequestResult result: what Viva said.
        :return: what is to follow, see `_take_answer`.
        :rtype: str | None
        """
        self._lock()
        self.replied_at = timing.now()
        if result.state in ("accepted", "exists"):
            return self._apply_acceptance()
        if self.state == "sent" and result.state == "throttled" and not self.accepted_at:
            # Should this process die before it has got a moment for it.
            self._postpone(result.retry_after or timing.LIMIT_PAUSE_FIRST)
            return "_wait_longer"
        if self.state == "sent" and result.state in ("refused", "not_sent"):
            self._apply_refusal(result)
        return None

    def _apply_acceptance(self):
        """Take note that Viva has the request; see `_apply_request_result` for what is returned."""
        if not self.accepted_at:
            self.write({"accepted_at": timing.now(), "missing_since": False, "resend_at": False})
        if self.state == "failed":
            self._doubt_again()
        return "_stop_given_up" if self.state in ("failed", "unknown") else None

    def _stop_given_up(self):
        """Have a request stopped that reached Viva after it had been given up, and ask about it."""
        self._abort(is_given_up=True)
        self._owe_question()

    def _apply_refusal(self, result):
        """End the row, unless Viva has the request all the same, or may have it by now."""
        is_only_one = not self.resent_at or not self.missing_since
        if not self.accepted_at and is_only_one:
            self._fail(result.reason, message=result.message)

    def _resend(self):
        """Send once more, with the same session id, what Viva says it never got.

        Viva refuses a session id that it has, so this cannot charge twice. A refusal of the
        second request says nothing about the first and is not applied.
        """
        request = committed(self, lambda own: own._take_for_resending())
        if not request:
            return
        call, values, _account = request
        self._finish_all([
            self._exchange(
                waiting.REQUEST,
                lambda: call(**values),
                lambda own, reply: own._apply_resent(reply),
                after=self._follow_answer,
            )
        ])  # fmt: skip

    def _take_for_resending(self):
        self._lock()
        if self._is_due():
            return self._take_postponed()
        if not self._is_lost():
            return None
        self.write({"resent_at": timing.now(), "replied_at": False})
        return self._request()

    def _is_lost(self):
        """Return whether Viva has not known the request for so long that it never got it.

        It is not lost while it may still be on its way: two at the same moment could both be taken.
        """
        if self.state != "sent" or self.accepted_at or self.resent_at or self.abort_requested_at:
            return False
        if not self.missing_since or self._age() > timing.RESEND_UNTIL:
            return False
        if self._is_on_its_way():
            return False
        missing = (timing.now() - self.missing_since).total_seconds()
        return missing >= timing.RESEND_AFTER_MISSING

    def _apply_resent(self, reply):
        """Apply what became of a further request; see `_apply_reply` for what is returned.

        A refusal says nothing about the earlier ones, unless Viva had not looked at any of them.
        """
        self._lock()
        self._note_limit(reply)
        result = outcome.from_request(reply)
        is_only_one = not self.missing_since
        if result.state in ("refused", "not_sent") and not is_only_one:
            self.replied_at = timing.now()
            return None, None
        return self._apply_request_result(result), None

    def _abort(self, user_id=False, is_given_up=False):
        """Ask the terminal to stop. What became of the payment is only known from its outcome.

        :param int user_id: who wants it, False when the time was up.
        :param bool is_given_up: also what was given up here.
        """
        self._finish_all([self._start_abort(user_id, is_given_up)])

    def _start_abort(self, user_id=False, is_given_up=False):
        """Begin what `_abort` does.

        :return: see `_exchange`.
        """
        self.ensure_one()
        request = committed(self, lambda own: own._take_for_abort(user_id, is_given_up))
        if not request:
            return None
        client, session_id, cash_register_id = request

        return self._exchange(
            waiting.ABORT,
            lambda: client.abort_session(session_id, cash_register_id),
            lambda own, reply: own._apply_abort_reply(reply),
        )

    def _apply_abort_reply(self, reply):
        """Take note of what became of the wish to stop, which is never the outcome of the payment."""
        result = outcome.from_abort(reply)
        _logger.info("Viva Wallet session %s: abort %s", self.session_id, result)
        self._note_limit(reply)
        if result == outcome.THROTTLED and self.state == "sent":
            self._lock()
            self.abort_requested_at = False  # it is asked for again

    def _take_for_abort(self, user_id, is_given_up):
        self._lock()
        if self.state == "new" or (self.state == "sent" and self.resend_at):
            self._fail("cancelled", doubtful=bool(self.sent_at))
        is_running = self.state == "sent" or (is_given_up and self.state in ("failed", "unknown"))
        if not is_running or self.refund_way == "account" or not self._is_askable():
            return None
        if is_given_up and self._is_abort_fresh():
            return None
        self.write({"abort_requested_at": timing.now(), "abort_user_id": user_id})
        client = self.payment_method_id._viva_wallet_client()
        return client, self.session_id, self.cash_register_id

    def _is_abort_fresh(self):
        """Tell whether the terminal was asked to stop so recently that it may still do so."""
        age = self.abort_requested_at and timing.now() - self.abort_requested_at
        return bool(age) and age < timedelta(seconds=timing.ABORT_AGAIN)

    def _record_statement(self, paid):
        """Write down what a cashier saw on the terminal while Viva could not say anything."""
        self._lock()
        if self._is_silent():
            self._set_state("unknown")
        if self.state != "unknown":
            return
        self.write(
            {
                "statement": "paid" if paid else "not_paid",
                "statement_user_id": self.env.uid,
                "statement_at": timing.now(),
            }
        )
        self._flag("stated", replace=True)

    # === PAYMENTS IN ODOO === #

    def _bind(self):
        """Complete the payment line of an approved row, or make it where the order has none."""
        if not self.payment_uuid:
            return  # found in Viva's list
        payment = self.env["pos.payment"].sudo().search([("uuid", "=", self.payment_uuid)], limit=1)
        if not payment:
            self._book_on_order()
            return
        named = payment.viva_wallet_session_id
        if named not in (False, self.session_id) and not self._is_retry_of(named):
            self._flag("no_payment")  # the line has gone on to another request meanwhile
            return
        payment.viva_wallet_session_id = self.session_id
        if payment.pos_order_id.state == "cancel":
            self._flag("no_payment")

    def _is_retry_of(self, session_id):
        """Tell whether this is the later request of a payment line whose saved one had failed."""
        earlier = self.search(
            [("session_id", "=", session_id), ("payment_uuid", "=", self.payment_uuid)]
        )
        return earlier.state == "failed" and earlier.id < self.id

    def _bind_payment(self, payment):
        """Tie the charge to the payment that the till made of it, and complete that payment.

        Only once it is approved: an open row is written with every question, and a till that saves
        its order at that moment would collide with it.

        :param payment: `pos.payment` that names this session.
        """
        self.ensure_one()
        if (
            payment.payment_method_id.use_payment_terminal != "viva_wallet"
            or self.state != "approved"
        ):
            return
        if self.payment_id and self.payment_id != payment:
            self._flag("conflict")  # two payments claim the same charge
            return
        self._link(payment)
        if not self.env.context.get("viva_wallet_saving_order"):
            self._complete_order()
        values = self._payment_values()
        if payment.pos_order_id.state == "draft":
            values["payment_status"] = "done"
            values["amount"] = self._signed_amount()
        changed = {name: value for name, value in values.items() if payment[name] != value}
        payment.write(changed)
        if "amount" in changed:
            payment.pos_order_id.amount_paid = payment.pos_order_id._compute_amount_paid()
        self._unflag("no_payment", "no_row", "not_charged")
        if payment.pos_order_id.state != "draft":
            self._check_paid(payment)

    def _is_booked(self):
        """Tell whether an order counts as paid by this request."""
        return bool(self.payment_id) and self.order_id.state not in ("draft", "cancel")

    def _link(self, payment):
        if self.payment_id != payment or self.order_id != payment.pos_order_id:
            self._lock(wait=True)
            self.write({"payment_id": payment.id, "order_id": payment.pos_order_id.id})

    def _check_paid(self, payment):
        """Compare the row with its payment, now that the order is paid."""
        self.ensure_one()
        if self.state != "approved":
            self._link(payment)
            if not self.statement:
                self._flag("not_charged")
        elif payment.currency_id.compare_amounts(
            payment.amount, self._sign() * self.charged_amount
        ):
            self._flag("amount_differs")

    @api.model
    def _record_unasked(self, payment):
        """Record that a payment was booked on a terminal's method without asking any terminal."""
        config = payment.pos_order_id.config_id
        unasked = self.create(
            {
                "session_id": str(uuid.uuid4()),
                "kind": "refund" if payment.amount < 0 else "sale",
                "state": "failed",
                "reason": "never_sent",
                "finished_at": timing.now(),
                "payment_method_id": payment.payment_method_id.id,
                "terminal_id": payment.payment_method_id.viva_wallet_terminal_id or "-",
                "cash_register_id": self._cash_register_id(config),
                "pos_config_id": config.id,
                "pos_session_id": payment.pos_order_id.session_id.id,
                "company_id": config.company_id.id,
                "user_id": self.env.uid,
                "order_uuid": payment.pos_order_id.uuid,
                "order_name": payment.pos_order_id.pos_reference,
                "order_id": payment.pos_order_id.id,
                "payment_uuid": payment.uuid,
                "payment_id": payment.id,
                "currency_id": payment.currency_id.id,
                "amount_minor": self._minor_or_zero(payment),
            }
        )
        unasked._flag("not_charged")

    @api.model
    def _minor_or_zero(self, payment):
        """Return the amount of a payment in minor units, 0 for one that no terminal could take."""
        with suppress(ValueError):
            return money.to_minor(abs(payment.amount), payment.currency_id.name)
        return 0

    @api.model
    def _cash_register_id(self, config):
        """Return the name of a register at Viva. It must be the same from request to abort."""
        return f"odoo-pos-{config.id}"

    def _payment_values(self):
        """Return what a payment in Odoo says about the card.

        :rtype: dict
        """
        return {
            "transaction_id": self.transaction_id or False,
            "card_brand": self.card_brand or False,
            "card_no": self.card_last4 or False,
            "payment_method_authcode": self.authorization_code or False,
            "payment_ref_no": self.rrn or False,
            "payment_method_payment_mode": self.entry_mode or False,
            "viva_wallet_terminal_id": self.terminal_id or False,
            "viva_wallet_aid": self.aid or False,
        }

    # === WHAT THE TILL GETS TO SEE === #

    def _snapshot(self):
        """Return what a till may know about this row.

        :return: see `viva.wallet.till`.
        :rtype: dict
        """
        self.ensure_one()
        return {
            "session_id": self.session_id,
            "state": self.state,
            "reason": self.reason or False,
            "text": reasons.text(self),
            "aborting": bool(self.abort_requested_at) and self.state == "sent",
            "cancelled": bool(self.abort_user_id),
            "accepted": bool(self.accepted_at),
            "ask_again_in": self.state in OPEN_STATES and self._seconds_until_next_question(),
            "limited": self.state == "sent" and bool(self.resend_at),
            "amount_minor": self.amount_minor,
            "amount": self._sign() * self.amount,
            "charged": self._sign() * self.charged_amount,
            "extras": self._extras(),
            "payment_uuid": self.payment_uuid,
            "statement": self.statement or False,
            "silent": self._is_silent(),
            "uncertain": self._is_uncertain(),
            "card": self._payment_values() if self.state == "approved" else False,
            **self._refund_snapshot(),
        }

    def _closing_refusal(self):
        """Return why the register of these open rows cannot be closed."""
        names = ", ".join(
            self.env._(
                "%(amount)s on terminal %(terminal)s",
                amount=transaction.currency_id.format(transaction.amount),
                terminal=transaction.terminal_id,
            )
            for transaction in self
        )
        return self.env._(
            "A card payment is still running: %(payments)s. Finish or cancel it at the terminal, "
            "wait until the till shows its outcome, then close the register.",
            payments=names,
        )

    # === NOTIFICATIONS === #

    @api.model
    def _wake_up(self, method, notification):
        """Have somebody ask Viva about the payment that a notification is about.

        :param method: payment method at whose address it arrived.
        :param viva.webhook.Notification notification: a hint, never evidence.
        """
        if notification.event_type == const.WEBHOOK_REVERSAL:
            self._hear_of_reversal(method, notification)
        session_id = notification.session_id or notification.merchant_reference
        if not session_id:
            return
        transaction = self.search_fetch([("session_id", "=", session_id)], WAKE_UP_FIELDS, limit=1)
        if not transaction._belongs_to(method.company_id):
            return
        is_unfinished = transaction.state in UNFINISHED_STATES
        is_denied = transaction.state == "failed" and notification.event_type in const.PAID_EVENTS
        if not is_unfinished and not is_denied:
            transaction._mark_notified()
            return
        if is_denied or not transaction._is_followed():
            wait = timing.ASK_INTERVAL if is_denied else timing.TILL_MISSING_AFTER
            self._trigger_cron(timing.now() + timedelta(seconds=wait))
        if transaction._ask_aside():
            return
        transaction._mark_notified()
        if transaction._owe_question() and is_unfinished:
            transaction._tell_tills()

    def _belongs_to(self, company):
        """Tell whether this row, if there is one, is of a company or of a branch of the same one."""
        own = self.company_id
        return bool(own) and (own == company or own.root_id == company.root_id)

    def _ask_aside(self):
        """Ask Viva about a payment that it has spoken of, without waiting; the tills are told then.

        :return: whether the question is made; not when somebody has just asked.
        :rtype: bool
        """
        is_first = not self.notified_at
        questions = self._claim_questions(
            lambda claimed: claimed._add_steps("notified") if is_first else None,
            SQL("notified_at = COALESCE(notified_at, clock_timestamp() AT TIME ZONE 'UTC')"),
        )
        exchanges = [
            self.browse(transaction_id)._ask(question, is_aside=True)
            for transaction_id, question in questions
            if question
        ]
        return any(exchanges)

    def _owe_question(self):
        """Have Viva asked about a payment that it has spoken of as soon as that may be.

        Somebody has just asked: that answer may be older than the news. Until there is a later one,
        nothing more is asked of a terminal for the same order, see `_is_uncertain`.

        :return: whether it was not owed before.
        :rtype: bool
        """
        query = SQL(
            """
            UPDATE viva_wallet_transaction
               SET news_at = clock_timestamp() AT TIME ZONE 'UTC',
                   check_at = CASE WHEN finished_at IS NULL THEN check_at
                                   ELSE clock_timestamp() AT TIME ZONE 'UTC' END
             WHERE id = %s AND (news_at IS NULL OR news_at <= asked_at)
            """,
            self.id,
        )
        for _attempt in range(OWE_ATTEMPTS):
            if self._update_unless_contended(query, lambda updated: bool(updated)):
                self._ask_later()
                return True
            with fresh(self) as current:
                if current._owes_question():
                    return False
        return False

    def _ask_later(self):
        """Have Viva asked by this process as soon as that may be. Should it die, the cron does it."""
        if not exchange.has_threads():
            return
        waiting.later(timing.ASK_INTERVAL, partial(_ask_now, self))

    @api.model
    def _trigger_cron(self, moment=None):
        """Have the scheduled action run that asks about what is not finished.

        :param datetime moment: not before that; default: now.
        """
        self.env.ref("pos_viva_wallet.ir_cron_viva_wallet_reconcile")._trigger(moment)

    def _is_followed(self):
        """Return whether a till seems to be there that asks about this payment."""
        last = self.asked_at or self.sent_at
        return bool(last) and timing.now() - last < timedelta(seconds=timing.TILL_ASKS_WITHIN)

    def _mark_notified(self):
        """Write down that Viva spoke of this payment, without waiting for whoever is at the row."""
        if self.notified_at:
            return
        query = SQL(
            """
            UPDATE viva_wallet_transaction
               SET notified_at = clock_timestamp() AT TIME ZONE 'UTC'
             WHERE id IN (SELECT id FROM viva_wallet_transaction
                           WHERE id = %s AND notified_at IS NULL
                             FOR NO KEY UPDATE SKIP LOCKED)
            """,
            self.id,
        )
        self._update_unless_contended(query, lambda updated: updated._add_steps("notified"))

    @api.model
    def _update_unless_contended(self, query, work):
        """Run an update in a transaction of its own, and `work` with the rows that it changed.

        :param SQL query: without its RETURNING.
        :param callable work: reads what else is wanted; gets the rows as a recordset.
        :return: what `work` returned, for no rows when another process changed the same one at the
            same moment.
        """
        try:
            with fresh(self) as own:
                own.env.cr.execute(SQL("%s RETURNING id", query), log_exceptions=False)
                return work(own.browse(row_id for (row_id,) in own.env.cr.fetchall()))
        except psycopg2.errors.SerializationFailure:
            return work(self.browse())

    # === CRON === #

    @api.model
    def _cron_reconcile(self):
        """Bring every row to its end, also those whose till never comes back."""
        self._fail_never_sent()
        unfinished = self.search([("state", "in", ("sent", "unknown"))])
        with surviving("requests under a limit"):
            unfinished._resend_due()
        with surviving("aborts"):
            unfinished._abort_expired()
        to_check = self.search([("check_at", "<=", timing.now())])
        for transactions in split_every(AT_ONCE, (unfinished | to_check).ids, self.browse):
            transactions._refresh_surviving()
            self.env["ir.cron"]._commit_progress(len(transactions))
        self._check_reversals()
        self._flag_without_payment()

    def _refresh_surviving(self):
        """Ask about all of these together; when one of them cannot be asked about, one by one."""
        with surviving("questions to Viva"):
            self._refresh(patiently=True)
            return
        for transaction in self:
            with surviving(transaction.session_id):
                transaction._refresh(patiently=True)

    @api.model
    def _fail_never_sent(self):
        limit = timing.now() - timedelta(seconds=timing.NEVER_SENT_AFTER)
        for transaction in self.search([("state", "=", "new"), ("create_date", "<", limit)]):
            with surviving(transaction.session_id):
                committed(transaction, lambda own: own._fail_if_new())

    def _fail_if_new(self):
        self._lock()
        if self.state == "new":
            self._fail("never_sent")

    def _abort_expired(self):
        """Ask once that those requests in `self` be stopped that are past the life of a session."""
        with fresh(self) as current:
            expired = current.filtered(lambda transaction: transaction._is_expired()).ids
        self._finish_all([transaction._start_abort() for transaction in self.browse(expired)])

    def _is_expired(self):
        return (
            self.state == "sent"
            and not self.abort_requested_at
            and self._age() >= timing.ABORT_AFTER
        )

    @api.model
    def _flag_without_payment(self):
        now = timing.now()
        charged = [
            ("state", "=", "approved"),
            ("finished_at", "<", now - timedelta(seconds=timing.NO_PAYMENT_AFTER)),
            *self._domain_unexplained(),
        ]
        unbooked = self.search([*charged, ("payment_id", "=", False)])
        recently = now - timedelta(seconds=timing.CANCELLED_LIFE)
        cancelled = self.search(
            [*charged, ("finished_at", ">", recently), ("order_id.state", "=", "cancel")]
        )
        for transaction in unbooked | cancelled:
            with surviving(transaction.session_id):
                committed(transaction, lambda own: own._flag_if_without_payment())

    def _flag_if_without_payment(self):
        """Ask a person to look, unless the payment is there: it was saved while Viva answered."""
        self._lock()
        self._book()
        is_booked = self.payment_id and self.order_id.state != "cancel"
        if not is_booked and not self._is_settled_unbooked():
            self._flag("no_payment")


def _ask_now(row):
    """Ask Viva about a row, in a thread of its own, and once more when somebody was faster."""
    threading.current_thread().dbname = row.env.registry.db_name
    row = detached(row)
    for is_last in (False, True):
        with fresh(row) as current:
            is_owed = current._owes_question()
        if is_owed and is_last:
            row._ask_later()
        elif is_owed:
            row._refresh(patiently=True)
