import logging
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import LockError
from odoo.tools import SQL

from ..viva import const, masking, money, outcome
from . import reasons
from .own_transaction import committed, fresh

_logger = logging.getLogger(__name__)

OPEN_STATES = ("new", "sent")

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

# Seconds.
NEVER_SENT_AFTER = 30  # a row that is still `new` then belongs to a process that died
ASK_INTERVAL = 1  # at most one question to Viva in this time, for one session, whoever asks
ABORT_AFTER = const.SESSION_LIFE_SECONDS + 15
UNKNOWN_AFTER = 150
RESEND_AFTER_MISSING = 5  # Viva can answer 404 right after it took a request
RESEND_UNTIL = 45  # later than that nobody stands at the terminal any more
GONE_AFTER_MISSING = 20  # an aborted request that Viva does not know by then never arrived
CHECK_AFTER = 120  # every outcome is asked about once more: Viva was seen to change it
CHECK_INTERVAL = 3600  # doubtful outcomes are asked about so often
CHECK_DAYS = 3  # ... and for so long
TILL_ASKS_WITHIN = 10  # a till that is there asks every 5 s at least
TILL_MISSING_AFTER = 30  # after a notification; by then the till has asked, if it still lives
NO_PAYMENT_AFTER = 600  # a charge whose order has not reached the server by then needs a person


@dataclass(frozen=True)
class Recorded:
    """What became of a till's wish to have a request recorded.

    :param int row_id: row that stands for it, of another session where the payment line was charged,
        or may be, under that one; None when there is none.
    :param tuple request: what to send now, see `_request`; only for a new row.
    :param in_the_way: ids of rows to ask Viva about first; when that was done, of the row that
        occupies the terminal.
    """

    row_id: int | None = None
    request: tuple | None = None
    in_the_way: list = field(default_factory=list)


class VivaWalletTransaction(models.Model):
    """The ledger: one request to a terminal, and what is known about the money.

    A row is committed before anything is sent to Viva and is never deleted. `_set_state` is the
    only place where a state changes; `_apply_outcome` the only one where an answer of Viva does
    that.
    """

    _name = "viva.wallet.transaction"
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

    # === REVIEW === #
    review = fields.Selection(
        [
            ("late_approval", "Approved after it had been reported as not charged"),
            ("amount_differs", "Another amount was charged than was asked for"),
            ("reversed", "Reversed by Viva"),
            ("unknown", "The outcome is not known"),
            ("stated", "Decided by the cashier, not by Viva"),
            ("conflict", "Viva contradicts itself"),
            ("no_payment", "Charged, but there is no payment in Odoo"),
            ("not_charged", "Booked in Odoo, but Viva knows of no charge"),
        ],
        string="To review",
        readonly=True,
        index="btree_not_null",
    )
    statement = fields.Selection(
        [("paid", "The terminal shows paid"), ("not_paid", "The terminal shows not paid")],
        string="Statement of the cashier",
        readonly=True,
    )
    statement_user_id = fields.Many2one("res.users", string="Stated by", readonly=True)
    statement_at = fields.Datetime(readonly=True)

    _session_id_unique = models.Constraint(
        "unique (session_id)", "This request to the terminal exists already."
    )
    _terminal_open_unique = models.UniqueIndex(
        "(terminal_id) WHERE state IN ('new', 'sent')",
        "This terminal is busy with another payment.",
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

    def _lock(self):
        """Lock the row until the end of the transaction; see `committed`.

        :raise LockError: when somebody else is writing it.
        """
        self.ensure_one()
        if not self.try_lock_for_update(allow_referencing=True):
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
            values.setdefault("sent_at", fields.Datetime.now())
        else:
            now = fields.Datetime.now()
            values.setdefault("finished_at", now)
            values.setdefault("check_at", self.sent_at and now + timedelta(seconds=CHECK_AFTER))
        self.write({"state": state, **values})
        _logger.info("Viva Wallet session %s: %s (%s)", self.session_id, state, self.reason or "-")

    def _flag(self, review):
        """Ask for a person to look, unless one was asked for already."""
        self.ensure_one()
        if not self.review:
            self.review = review

    def _fail(self, reason, **values):
        """End an open row for which it is certain that nothing was charged."""
        if self.state in OPEN_STATES or self.state == "unknown":
            self._set_state("failed", reason=reason, **values)

    def _age(self):
        """Return the seconds since the request was made."""
        self.ensure_one()
        return (fields.Datetime.now() - self.create_date).total_seconds()

    # === ASKING VIVA === #

    def _refresh(self):
        """Ask Viva about the rows that are not finished and apply what it says.

        Runs outside any write: the right to ask is taken in a transaction of its own, so that
        any number of tills and workers together ask once per second. A failed question changes
        nothing.

        :return: snapshots by session of those rows that are not open any more after an answer.
        :rtype: dict
        """
        finished = {}
        for transaction_id, question in self._claim_questions():
            transaction = self.browse(transaction_id)
            if question is None:
                committed(transaction, lambda own: own._apply_deadline())
                continue
            client, expected = question
            reply = client.read_session(expected.session_id, quick=True)
            result = outcome.from_session(reply, expected)
            is_lost, snapshot = committed(
                transaction,
                lambda own, result=result, reply=reply: own._take_answer(result, reply),
            )
            if is_lost:
                transaction._resend()
            if snapshot:
                finished[expected.session_id] = snapshot
        return finished

    def _take_answer(self, result, reply):
        """Apply an answer of Viva; see `_apply_outcome`.

        :return: whether the request seems to be lost (see `_resend`), and the snapshot of a row
            that is finished, else None.
        :rtype: tuple
        """
        self._apply_outcome(result, reply)
        is_open = self.state in OPEN_STATES
        return self._is_lost(), None if is_open else self._snapshot()

    def _claim_questions(self):
        """Take the right to ask Viva now about those rows in `self` that nobody has just asked about.

        :return: ids, each with its `_question`.
        :rtype: list(tuple)
        """
        if not self.ids:
            return []
        query = SQL(
            """
            UPDATE viva_wallet_transaction
               SET asked_at = clock_timestamp() AT TIME ZONE 'UTC'
             WHERE id IN (
                    SELECT id
                      FROM viva_wallet_transaction
                     WHERE id IN %s
                       AND (asked_at IS NULL OR asked_at
                            <= clock_timestamp() AT TIME ZONE 'UTC' - %s * interval '1 second')
                       FOR NO KEY UPDATE SKIP LOCKED)
            """,
            tuple(self.ids),
            ASK_INTERVAL,
        )
        return self._update_unless_contended(
            query, lambda claimed: [(row.id, row._question()) for row in claimed]
        )

    def _question(self):
        """Return the client and the expectation with which to ask about this row.

        :rtype: tuple(VivaClient, outcome.Expected) or None when it cannot be asked about
        """
        if not self.payment_method_id or self.state == "new":
            return None
        return self.payment_method_id._viva_wallet_client(), outcome.Expected(
            session_id=self.session_id,
            amount=self.amount_minor,
            currency_code=money.numeric_code(self.currency_id.name),
            terminal_id=self.terminal_id,
            kind=self.kind,
        )

    # === OUTCOMES === #

    def _apply_outcome(self, result, reply):
        """Apply an outcome, whoever asked for it. Call it with the row in its own transaction.

        :param outcome.Outcome result: what Viva said.
        :param Reply reply: the answer it was read from.
        """
        self.ensure_one()
        self._lock()
        if result.state == "approved":
            self._apply_approval(result, reply)
        elif result.state == "failed":
            self._apply_failure(result, reply)
        elif result.state == "missing" and result.reason == "not_found":
            self._apply_missing()
        else:
            self._apply_pending(result)
        self._end_if_overdue()
        self._plan_next_check()

    def _plan_next_check(self):
        """Say when the cron asks again about a finished row that it has just asked about."""
        now = fields.Datetime.now()
        if not self.check_at or self.check_at > now:
            return
        is_doubtful = self.doubtful and now < self.finished_at + timedelta(days=CHECK_DAYS)
        self.check_at = is_doubtful and now + timedelta(seconds=CHECK_INTERVAL)

    def _apply_approval(self, result, reply):
        if self.state in ("approved", "reversed"):
            if result.transaction_id != self.transaction_id:
                self._flag("conflict")
            return
        was_failed = self.state == "failed"
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
            card_brand=result.card_brand,
            card_last4=result.card_last4,
            entry_mode=result.entry_mode,
            verification_method=result.verification_method,
            aid=result.aid,
            **self._answer_values(result, reply),
        )
        if was_failed or self.statement == "not_paid":
            self.review = "late_approval"
        elif result.amount_differs:
            self.review = "amount_differs"
        elif self.review in ("unknown", "stated"):
            self.review = False
        self._bind()

    def _apply_failure(self, result, reply):
        if self.state == "approved":
            self._flag("conflict")
            return
        if self.state not in ("sent", "unknown"):
            return
        self._fail(
            result.reason,
            doubtful=result.money == "maybe",
            **self._answer_values(result, reply),
        )
        if self.statement == "paid":
            self.review = "not_charged"
        elif self.review in ("unknown", "stated"):
            self.review = False

    def _apply_missing(self):
        if self.state != "sent":
            return
        if not self.missing_since:
            self.missing_since = fields.Datetime.now()
        missing = (fields.Datetime.now() - self.missing_since).total_seconds()
        if self.abort_requested_at and not self.accepted_at and missing >= GONE_AFTER_MISSING:
            self._fail("never_received", doubtful=True)

    def _apply_pending(self, result):
        if result.state != "pending":
            return
        if self.missing_since or not self.accepted_at:
            self.write(
                {
                    "missing_since": False,
                    "accepted_at": self.accepted_at or fields.Datetime.now(),
                }
            )

    def _apply_deadline(self):
        self._lock()
        self._end_if_overdue()

    def _end_if_overdue(self):
        if self.state == "sent" and self._age() >= UNKNOWN_AFTER:
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
    def _find_or_create(self, values, cancelled=False, settled=False):
        """Return the row that stands for a request of a till, new where there is none.

        A new row is about to be sent: whoever gets its request back is the one that sends it.

        :param dict values: of a new row.
        :param bool cancelled: whether a new row must not be sent any more.
        :param bool settled: whether Viva was asked about the rows in the way.
        :rtype: Recorded
        """
        related = self.search(self._domain_related(values))
        own = related.filtered(lambda row: row.session_id == values["session_id"])
        if own:
            is_ours = own.company_id.id == values["company_id"]
            return Recorded(row_id=own.id if is_ours else None)
        of_line = related.filtered(
            lambda row: row.payment_uuid == values["payment_uuid"]
            and row.company_id.id == values["company_id"]
        )
        occupying = related.filtered(
            lambda row: row.terminal_id == values["terminal_id"] and row.state in OPEN_STATES
        )
        in_the_way = of_line.filtered(lambda row: row._is_unsettled())
        if not cancelled:
            in_the_way |= occupying
        if in_the_way and not settled:
            return Recorded(in_the_way=in_the_way.ids)
        holding = of_line.filtered(lambda row: row._holds_line())[:1]
        if holding:
            return Recorded(row_id=holding.id)
        if cancelled:
            return Recorded(row_id=self._create_cancelled(values).id)
        if occupying:
            return Recorded(in_the_way=occupying.ids)
        row = self.create(values)
        return Recorded(row_id=row.id, request=row._take_for_sending())

    @api.model
    def _domain_related(self, values):
        """Return the domain of all rows that decide whether a request may be made."""
        return [
            "|",
            "|",
            ("session_id", "=", values["session_id"]),
            ("payment_uuid", "=", values["payment_uuid"]),
            "&",
            ("terminal_id", "=", values["terminal_id"]),
            ("state", "in", OPEN_STATES),
        ]

    def _is_unsettled(self):
        """Return whether Viva has more to say before its payment line may be charged anew."""
        return self.state in ("sent", "unknown") or self.doubtful

    def _holds_line(self):
        """Return whether its payment line must not be charged again."""
        return self.state in (*OPEN_STATES, "approved") or (
            self.state == "unknown" and self.statement != "not_paid"
        )

    @api.model
    def _create_cancelled(self, values):
        now = fields.Datetime.now()
        return self.create(
            {**values, "state": "failed", "reason": "cancelled", "finished_at": now}
        )

    def _take_for_sending(self):
        """Move a new row to `sent` and return what to send."""
        self._set_state("sent")
        return self._request()

    def _send(self, request):
        """Give the request to Viva, once.

        :param tuple request: of `_find_or_create`.
        :return: snapshot of what is known then, see `viva.wallet.till`.
        :rtype: dict
        """
        self.ensure_one()
        client, values = request
        result = outcome.from_request(client.start_sale(**values))
        return committed(self, lambda own: own._apply_request_result(result))

    def _request(self):
        """Return the client and the arguments of the request to the terminal."""
        return self.payment_method_id._viva_wallet_client(), {
            "session_id": self.session_id,
            "terminal_id": self.terminal_id,
            "cash_register_id": self.cash_register_id,
            "amount": self.amount_minor,
            "currency_code": money.numeric_code(self.currency_id.name),
            "merchant_reference": self.session_id,
            "customer_trns": self.order_name or "",
        }

    def _apply_request_result(self, result):
        """Apply what became of the first request of this row.

        A refusal says nothing about another request with the same session id: once Viva has
        accepted one, or a second one is on its way, only the session tells the outcome.

        :param outcome.RequestResult result: what Viva said.
        :return: snapshot of what is known then, see `viva.wallet.till`.
        :rtype: dict
        """
        self._lock()
        is_only_request = not (self.accepted_at or self.resent_at)
        if self.state == "sent" and result.state in ("accepted", "exists"):
            self.accepted_at = self.accepted_at or fields.Datetime.now()
        elif self.state == "sent" and result.state in ("refused", "not_sent") and is_only_request:
            self._fail(result.reason, message=result.message)
        return self._snapshot()

    def _resend(self):
        """Send once more, with the same session id, what Viva says it never got.

        Viva refuses a session id that it has, so this cannot charge twice. A refusal of the
        second request says nothing about the first and is not applied.
        """
        request = committed(self, lambda own: own._take_for_resending())
        if not request:
            return
        client, values = request
        if outcome.from_request(client.start_sale(**values)).state in ("accepted", "exists"):
            committed(self, lambda own: own._apply_resent())

    def _take_for_resending(self):
        self._lock()
        if not self._is_lost():
            return None
        self.resent_at = fields.Datetime.now()
        return self._request()

    def _is_lost(self):
        """Return whether Viva has not known the request for so long that it never got it."""
        if self.state != "sent" or self.accepted_at or self.resent_at or self.abort_requested_at:
            return False
        if not self.missing_since or self._age() > RESEND_UNTIL:
            return False
        missing = (fields.Datetime.now() - self.missing_since).total_seconds()
        return missing >= RESEND_AFTER_MISSING

    def _apply_resent(self):
        self._lock()
        if self.state == "sent" and not self.accepted_at:
            self.write({"accepted_at": fields.Datetime.now(), "missing_since": False})

    def _abort(self, user_id=False):
        """Ask the terminal to stop. What became of the payment is only known from its outcome.

        :param int user_id: who wants it, False when the time was up.
        """
        self.ensure_one()
        request = committed(self, lambda own: own._take_for_abort(user_id))
        if not request:
            return
        client, session_id, cash_register_id = request
        reply = client.abort_session(session_id, cash_register_id)
        result = outcome.from_abort(reply)
        _logger.info("Viva Wallet session %s: abort %s", session_id, result)

    def _take_for_abort(self, user_id):
        self._lock()
        if self.state == "new":
            self._fail("cancelled")
        if self.state != "sent" or not self.payment_method_id:
            return None
        self.write({"abort_requested_at": fields.Datetime.now(), "abort_user_id": user_id})
        client = self.payment_method_id._viva_wallet_client()
        return client, self.session_id, self.cash_register_id

    def _record_statement(self, paid):
        """Write down what a cashier saw on the terminal while Viva could not say anything."""
        self._lock()
        if self.state != "unknown":
            return
        self.write(
            {
                "statement": "paid" if paid else "not_paid",
                "statement_user_id": self.env.uid,
                "statement_at": fields.Datetime.now(),
                "review": "stated",
            }
        )

    # === PAYMENTS IN ODOO === #

    def _bind(self):
        """Complete the payment line of an approved row, if the server knows it already."""
        payment = self.env["pos.payment"].sudo().search([("uuid", "=", self.payment_uuid)], limit=1)
        if not payment:
            return
        if payment.viva_wallet_session_id not in (False, self.session_id):
            self._flag("no_payment")  # the line has gone on to another request meanwhile
            return
        payment.viva_wallet_session_id = self.session_id

    def _bind_payment(self, payment):
        """Tie the row to the payment that the till made of it, and complete that payment.

        :param payment: `pos.payment` that names this session.
        """
        self.ensure_one()
        if payment.payment_method_id.use_payment_terminal != "viva_wallet":
            return
        if self.payment_id and self.payment_id != payment:
            self._flag("conflict")  # two payments claim the same charge
            return
        self.write({"payment_id": payment.id, "order_id": payment.pos_order_id.id})
        if self.state != "approved":
            return
        values = self._payment_values()
        if payment.pos_order_id.state == "draft":
            values["payment_status"] = "done"
        payment.write({name: value for name, value in values.items() if payment[name] != value})
        if self.review == "no_payment":
            self.review = False

    def _check_paid(self, payment):
        """Compare the row with its payment, now that the order is paid."""
        self.ensure_one()
        if self.state != "approved":
            if not self.statement:
                self._flag("not_charged")
        elif payment.currency_id.compare_amounts(payment.amount, self.charged_amount):
            self._flag("amount_differs")

    @api.model
    def _record_unasked(self, payment):
        """Record that a payment was booked on a terminal's method without asking any terminal."""
        config = payment.pos_order_id.config_id
        self.create(
            {
                "session_id": str(uuid.uuid4()),
                "state": "failed",
                "reason": "never_sent",
                "review": "not_charged",
                "finished_at": fields.Datetime.now(),
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

    @api.model
    def _minor_or_zero(self, payment):
        """Return the amount of a payment in minor units, 0 for one that no terminal could take."""
        with suppress(ValueError):
            return money.to_minor(payment.amount, payment.currency_id.name)
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
            "accepted": bool(self.accepted_at),
            "amount_minor": self.amount_minor,
            "amount": self.amount,
            "charged": self.charged_amount,
            "payment_uuid": self.payment_uuid,
            "statement": self.statement or False,
            "card": self._payment_values() if self.state == "approved" else False,
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
        session_id = notification.session_id or notification.merchant_reference
        if not session_id:
            return
        transaction = self.search([("session_id", "=", session_id)], limit=1)
        if not transaction or transaction.company_id.root_id != method.company_id.root_id:
            return
        if not transaction.notified_at:
            transaction._mark_notified()
        if transaction.state not in (*OPEN_STATES, "unknown"):
            return
        if transaction.pos_config_id:
            transaction.pos_config_id._notify("VIVA_WALLET_STATUS", {"session_id": session_id})
        if not transaction._is_followed():
            self.env.ref("pos_viva_wallet.ir_cron_viva_wallet_reconcile")._trigger(
                fields.Datetime.now() + timedelta(seconds=TILL_MISSING_AFTER)
            )

    def _is_followed(self):
        """Return whether a till seems to be there that asks about this payment."""
        last = self.asked_at or self.sent_at
        return bool(last) and fields.Datetime.now() - last < timedelta(seconds=TILL_ASKS_WITHIN)

    def _mark_notified(self):
        """Write down that Viva spoke of this payment, without waiting for whoever is at the row."""
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
        self._update_unless_contended(query, lambda updated: None)

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
        unfinished._abort_expired()
        to_check = self.search([("check_at", "<=", fields.Datetime.now())])
        for transaction in unfinished | to_check:
            transaction._refresh()
            self.env["ir.cron"]._commit_progress(1)
        self._flag_without_payment()

    @api.model
    def _fail_never_sent(self):
        limit = fields.Datetime.now() - timedelta(seconds=NEVER_SENT_AFTER)
        for transaction in self.search([("state", "=", "new"), ("create_date", "<", limit)]):
            committed(transaction, lambda own: own._fail_if_new())

    def _fail_if_new(self):
        self._lock()
        if self.state == "new":
            self._fail("never_sent")

    def _abort_expired(self):
        """Ask once that those requests in `self` be stopped that are past the life of a session."""
        with fresh(self) as current:
            expired = current.filtered(lambda transaction: transaction._is_expired()).ids
        for transaction in self.browse(expired):
            transaction._abort()

    def _is_expired(self):
        return (
            self.state == "sent" and not self.abort_requested_at and self._age() >= ABORT_AFTER
        )

    @api.model
    def _flag_without_payment(self):
        limit = fields.Datetime.now() - timedelta(seconds=NO_PAYMENT_AFTER)
        lost = self.search(
            [
                ("state", "=", "approved"),
                ("review", "=", False),
                ("finished_at", "<", limit),
                "|",
                ("payment_id", "=", False),
                ("order_id.state", "=", "cancel"),
            ]
        )
        for transaction in lost:
            transaction._flag("no_payment")
