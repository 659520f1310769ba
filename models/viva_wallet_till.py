import time
import uuid
from contextlib import suppress
from datetime import timedelta

import psycopg2

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from ..viva import masking, money, timing
from . import reasons, refund_reasons
from .own_transaction import committed, database_clock, fresh
from .refused import Refused
from .states import HOLDING_STATES, UNFINISHED_STATES
from .viva_wallet_transaction import Recorded, Wish

MAX_QUESTIONS = 5  # to Viva within one call of a till; the others get their turn with the next
RECENT_SALES = 3  # how many of a terminal's last sales tell whether notifications arrive


class VivaWalletTill(models.AbstractModel):
    """What a till may ask of the server. Every answer is a value; only a missing right raises.

    The answer about one payment (a *snapshot*) is a dict:

    * `session_id`: UUID of the request, also when the till had asked under another one;
    * `state`: see `viva.wallet.transaction`, or `not_recorded` when the server has no such row;
    * `reason`, `text`: why nothing was charged, as a key and as a sentence for the cashier;
    * `refused`: it was not given to Viva in this call, see `reason`;
    * `uncertain`: Viva reports a failure after which money was seen to have moved all the same;
    * `limited`: it has to wait because Viva limits the calls of a merchant;
    * `silent`: Viva has not answered for a while: `state_outcome` may be called;
    * `aborting`: the terminal was asked to stop and has not answered yet;
    * `cancelled`: a person asked it to stop, whether or not that was in time;
    * `accepted`: Viva confirmed that it has the request;
    * `ask_again_in`: seconds after which there may be news, more when many tills are waiting;
    * `amount`, `charged`: asked for and charged with tip, in major units, negative for money that
      is paid back; `amount_minor` in minor units, never negative;
    * `extras`: order lines for what was charged on top, see `viva.wallet.extra`;
    * `payment_uuid`: the payment line it was asked for;
    * `statement`: what the cashier said about an unknown outcome;
    * `card`: the values for the payment line once it is approved, else False.
    """

    _name = "viva.wallet.till"
    _inherit = ["viva.wallet.refund.till", "viva.wallet.review.till"]
    _description = "Viva Wallet: calls of the till"

    # === CALLS === #

    @api.model
    def start_sale(self, sale):
        """Ask the terminal for a payment, once, however often this is called.

        :param dict sale: `session_id` (UUIDv4, made by the till), `payment_method_id`,
            `pos_session_id`, `amount` (major units), `order_uuid`, `order_name`, `payment_uuid`,
            and optionally `tip` (major units): the part of the amount that is a tip; `order_total`
            (major units): what the order costs by the till's copy; `order_payments`: uuids of all
            payment lines that this copy has.
        :return: a snapshot, with `wakeups`: whether notifications of Viva are to be expected.
        :rtype: dict
        """
        self._check_user()
        return self._start(sale, lambda own: own._validated(sale))

    @api.model
    def _start(self, request, validated):
        """Have a sale or a refund recorded and sent; see `start_sale`.

        :param dict request: of the till.
        :param callable validated: see `_open_row`.
        """
        try:
            transaction, call = self._open_row(request, validated)
        except Refused as refusal:
            return self._refusal(request, refusal)
        snapshot = transaction._send(call) if call else self._snapshot(transaction)
        return {**snapshot, "wakeups": self._has_wakeups(transaction)}

    @api.model
    def read_status(self, session_ids):
        """Tell what is known about payments, after asking Viva about those that are not finished.

        :param list session_ids: any number of UUIDs.
        :return: a snapshot for each of them.
        :rtype: dict
        """
        self._check_user()
        transactions = self._find(session_ids)
        transactions.filtered("resend_at")._resend_due()
        unfinished = transactions.filtered(
            lambda row: row.state in UNFINISHED_STATES or row._owes_question()
        )
        snapshots = unfinished[:MAX_QUESTIONS]._refresh()
        others = transactions.filtered(lambda row: row.session_id not in snapshots)
        if others:
            others._abort_expired()
            snapshots |= self._snapshots(others)
        for session_id in session_ids:
            snapshots.setdefault(
                session_id, {"session_id": session_id, "state": "not_recorded", "card": False}
            )
        return snapshots

    @api.model
    def abort(self, sale):
        """Ask the terminal to stop; the answer tells what became of the payment so far.

        A request that has not reached the server yet is recorded as cancelled, so that it is not
        sent when it does.

        :param dict sale: as for `start_sale`; or as for `start_refund`, with `kind` "refund".
        :return: a snapshot.
        :rtype: dict
        """
        self._check_user()
        transaction = self._find([sale.get("session_id")])
        if not transaction:
            try:
                transaction, _call = self._open_row(
                    sale, lambda own: own._validated_cancelled(sale), cancelled=True
                )
            except Refused as refusal:
                return self._refusal(sale, refusal)
        transaction._abort(self.env.uid)
        return self._snapshot(transaction)

    @api.model
    def state_outcome(self, session_id, paid):
        """Record what the cashier sees on a terminal about which Viva cannot say anything.

        :param str session_id: UUID of a payment whose outcome is unknown, or about which Viva has
            been silent for a while.
        :param bool paid: whether the terminal shows the payment as made.
        :return: a snapshot; `statement` is only set when the outcome is still unknown.
        :rtype: dict
        """
        self._check_user()
        transaction = self._find([session_id])
        if transaction.state in ("sent", "unknown"):
            committed(transaction, lambda own: own._record_statement(paid))
        return self.read_status([session_id])[session_id]

    @api.model
    def read_orders(self, order_uuids):
        """Tell which payments of orders are running, or were charged.

        For a till that has lost its payment lines: a page that died right after the request.

        :param list order_uuids: of orders that are open at the till.
        :return: for each payment a snapshot, with `order_uuid` and `payment_method_id`.
        :rtype: list
        """
        self._check_user()
        transactions = (
            self.env["viva.wallet.transaction"]
            .sudo()
            .search(
                [
                    ("order_uuid", "in", [name for name in order_uuids if isinstance(name, str)]),
                    ("company_id", "in", self.env.companies.ids),
                    ("state", "in", HOLDING_STATES),
                ],
                order="id",
            )
        )
        return [
            {
                **transaction._snapshot(),
                "order_uuid": transaction.order_uuid,
                "payment_method_id": transaction.payment_method_id.id,
            }
            for transaction in transactions
        ]

    # === RIGHTS === #

    @api.model
    def _check_user(self):
        if not self.env.su and not self.env.user.has_group("point_of_sale.group_pos_user"):
            raise AccessError(
                self.env._("Only users of the Point of Sale can take payments on a terminal.")
            )

    @api.model
    def _find(self, session_ids):
        """Return the rows of these sessions, in the companies of the user."""
        known = [session_id for session_id in session_ids if isinstance(session_id, str)]
        return (
            self.env["viva.wallet.transaction"]
            .sudo()
            .search_fetch(
                [("session_id", "in", known), ("company_id", "in", self.env.companies.ids)],
                ["session_id", "state", "news_at", "asked_at", "resend_at"],
            )
        )

    # === VALIDATION === #

    @api.model
    def _validated(self, sale):
        """Return the values of the row for what a till asks.

        :raise Refused: when it must not be sent.
        """
        if sale.get("kind") == "refund":
            return self._validated_refund(sale)
        pos_session = self._validated_session(sale.get("pos_session_id"))
        config = pos_session.config_id
        method = self._validated_method(config, sale.get("payment_method_id"))
        currency = config.currency_id
        amount_minor = self._validated_amount(sale.get("amount"), currency)
        return {
            "session_id": self._validated_uuid(sale.get("session_id")),
            "payment_method_id": method.id,
            "terminal_id": method.viva_wallet_terminal_id,
            "cash_register_id": self.env["viva.wallet.transaction"]._cash_register_id(config),
            "pos_config_id": config.id,
            "pos_session_id": pos_session.id,
            "company_id": config.company_id.id,
            "user_id": self.env.uid,
            "order_uuid": self._validated_order(sale.get("order_uuid")),
            "order_name": masking.clean_text(str(sale.get("order_name") or ""))[:64],
            "payment_uuid": self._validated_uuid(sale.get("payment_uuid")),
            "currency_id": currency.id,
            "amount_minor": amount_minor,
            "tip_asked_minor": self._validated_tip(sale.get("tip"), amount_minor, currency),
        }

    @api.model
    def _validated_uuid(self, value):
        with suppress(ValueError, TypeError, AttributeError):
            if str(uuid.UUID(value)) == value:
                return value
        raise Refused("invalid")

    @api.model
    def _validated_session(self, pos_session_id):
        if not self._is_id(pos_session_id):
            raise Refused("invalid")
        pos_session = self.env["pos.session"].search_fetch(
            [("id", "=", pos_session_id)], ["state", "config_id", "user_id"]
        )
        pos_session.config_id.fetch(["company_id", "currency_id"])
        if not pos_session or pos_session.state not in ("opening_control", "opened"):
            raise Refused("register_closed")
        return pos_session

    @api.model
    def _is_id(self, value):
        """Tell whether a value of a till can be an id; a search takes more for one than that."""
        return isinstance(value, int) and not isinstance(value, bool)

    @api.model
    def _validated_method(self, config, payment_method_id):
        if not self._is_id(payment_method_id):
            raise Refused("not_configured")
        method = self.env["pos.payment.method"].search_fetch(
            [("id", "=", payment_method_id), ("config_ids", "in", config.ids)],
            ["use_payment_terminal", "viva_wallet_terminal_id"],
        )
        if method.use_payment_terminal != "viva_wallet" or not method.viva_wallet_terminal_id:
            raise Refused("not_configured")
        return method

    @api.model
    def _validated_order(self, order_uuid):
        order_uuid = self._validated_uuid(order_uuid)
        order = self.env["pos.order"].sudo().search([("uuid", "=", order_uuid)], limit=1)
        if order and order.state != "draft":
            raise Refused("order_finished")
        return order_uuid

    @api.model
    def _validated_amount(self, amount, currency):
        if isinstance(amount, bool) or not isinstance(amount, (int, float)):
            raise Refused("invalid")
        try:
            amount_minor = money.to_minor(amount, currency.name)
        except money.UnsupportedCurrency:
            raise Refused("currency", currency=currency.name) from None
        except ValueError:
            raise Refused("invalid") from None
        if amount_minor <= 0:
            raise Refused("amount_not_positive")
        return amount_minor

    @api.model
    def _validated_tip(self, tip, amount_minor, currency):
        """Return the part of the amount that Viva is told to be a tip.

        A tip that Viva would not take as one, because it is more than the rest (Viva's page "Sale
        request"), is asked for as part of the amount.
        """
        if not tip:
            return 0
        tip_minor = self._validated_amount(tip, currency)
        return tip_minor if tip_minor <= amount_minor - tip_minor else 0

    @api.model
    def _validated_cancelled(self, sale):
        """Return the values of the row for a request that must not be sent any more.

        Whatever has become of the order and the register meanwhile, it is written down: else it
        could still be sent when it arrives.

        :raise Refused: when nobody could have asked for it.
        """
        try:
            return self._validated(sale)
        except Refused:
            pos_session = self.env["pos.session"].browse()
            if self._is_id(sale.get("pos_session_id")):
                pos_session = pos_session.search([("id", "=", sale["pos_session_id"])])
            if not pos_session:
                raise
        config = pos_session.config_id
        method = self.env["pos.payment.method"].browse()
        if self._is_id(sale.get("payment_method_id")):
            method = method.search([("id", "=", sale["payment_method_id"])])
        return {
            "session_id": self._validated_uuid(sale.get("session_id")),
            "kind": "refund" if sale.get("kind") == "refund" else "sale",
            "payment_method_id": method.id,
            "terminal_id": method.viva_wallet_terminal_id or "-",
            "cash_register_id": self.env["viva.wallet.transaction"]._cash_register_id(config),
            "pos_config_id": config.id,
            "pos_session_id": pos_session.id,
            "company_id": config.company_id.id,
            "user_id": self.env.uid,
            "order_uuid": self._validated_uuid(sale.get("order_uuid")),
            "order_name": masking.clean_text(str(sale.get("order_name") or ""))[:64],
            "payment_uuid": self._validated_uuid(sale.get("payment_uuid")),
            "currency_id": config.currency_id.id,
            "amount_minor": 0,
        }

    @api.model
    def _validated_total(self, total):
        """Return what an order costs by a till's copy; None where it does not say."""
        if total is None or total is False:
            return None
        is_number = isinstance(total, (int, float)) and not isinstance(total, bool)
        if not is_number or not abs(total) <= money.MAX_MINOR:
            raise Refused("invalid")
        return total

    # === ROWS === #

    @api.model
    def _open_row(self, request, validated, cancelled=False):
        """Return the row of a request of a till, the one that exists or a new one, and what to send.

        Before a new one is sent, Viva has answered about whatever is in the way: earlier requests of
        the same order, and the payment that occupies the terminal.

        :param dict request: of the till.
        :param callable validated: gets this model, in the transaction in which the row is written,
            and returns the values of the row, see `_validated`.
        :param bool cancelled: record that this request must not be sent any more.
        :return: row, committed, and call to Viva, see `Recorded`. The cursor of the request may not
            see the row: use `fresh`.
        :rtype: tuple
        :raise Refused: when it must not be sent, or cannot be sent yet.
        """
        ledger = self.env["viva.wallet.transaction"].sudo()
        since, recorded = self._record(request, validated, cancelled)
        if recorded.in_the_way or recorded.uncertain:
            self._settle(recorded, since)
            since, recorded = self._record(request, validated, cancelled, since)
        if recorded.in_the_way:
            raise self._busy(ledger.browse(recorded.in_the_way), request)
        if recorded.uncertain:
            raise self._uncertain(ledger.browse(recorded.uncertain))
        if not recorded.row_id:
            raise Refused("invalid")
        return ledger.browse(recorded.row_id), recorded.request

    @api.model
    def _settle(self, recorded, since):
        """Have Viva asked about rows that are in the way of a new one.

        Those that keep it from being made need not be waited for. Those that do not, though money
        may have moved by them, do: also for the question of somebody else, if it is a later one.

        :param Recorded recorded: names the rows.
        :param datetime since: of the wish; see `_is_uncertain`.
        """
        ledger = self.env["viva.wallet.transaction"].sudo()
        with fresh(ledger.browse(recorded.in_the_way)) as current:
            is_risky = any(row.state == "unknown" for row in current)
        ledger.browse(recorded.in_the_way)._refresh(patiently=is_risky)
        deadline = time.monotonic() + timing.SETTLE_SECONDS
        uncertain = ledger.browse(recorded.uncertain)
        while True:
            with fresh(uncertain) as current:
                unasked = current.filtered(lambda row: not row._is_asked(since)).ids
            ledger.browse(unasked)._refresh(patiently=True)
            with fresh(uncertain) as current:
                is_settled = not any(row._is_answer_awaited(since) for row in current)
            if is_settled or time.monotonic() > deadline:
                return
            time.sleep(timing.SETTLE_PAUSE)

    @api.model
    def _record(self, request, validated, cancelled, since=None):
        """Find or create the row and commit it; see `_open_row`.

        :param datetime since: of the wish, when Viva was asked about what is in the way since then.
        :return: when the wish was there, and what was recorded.
        :rtype: tuple(datetime, Recorded)
        """

        def find_or_create(own):
            ledger = own.env["viva.wallet.transaction"].sudo()
            existing = own._find([request.get("session_id")])
            if existing:
                return since, Recorded(row_id=existing.id)
            moment = since or database_clock(own.env)
            wish = Wish(
                values=validated(own),
                since=moment,
                order_total=own._validated_total(request.get("order_total")),
                order_payments=frozenset(
                    name for name in request.get("order_payments") or () if isinstance(name, str)
                ),
            )
            return moment, ledger._find_or_create(wish, cancelled, settled=bool(since))

        try:
            with mute_logger("odoo.sql_db"):
                return committed(self, find_or_create)
        except psycopg2.errors.UniqueViolation:
            # Another process was faster; a new transaction sees what it inserted.
            return committed(self, find_or_create)

    @api.model
    def _uncertain(self, rows):
        """Return the refusal of a request while it is not known whether earlier ones moved money."""
        with fresh(rows[:1]) as row:
            return Refused(
                "unsettled",
                terminal=row.terminal_id,
                amount=row.currency_id.format(row.amount),
            )

    @api.model
    def _busy(self, occupying, request):
        with fresh(occupying[:1]) as other:
            is_same_order = other.order_uuid == request.get("order_uuid")
            return Refused(
                "order_busy" if is_same_order else "terminal_busy",
                terminal=other.terminal_id,
                amount=other.currency_id.format(other.amount),
                register=other.pos_config_id.name or other.cash_register_id,
            )

    # === ANSWERS === #

    @api.model
    def _snapshot(self, transaction):
        with fresh(transaction) as current:
            return current._snapshot()

    @api.model
    def _snapshots(self, transactions):
        with fresh(transactions) as current:
            return {row.session_id: row._snapshot() for row in current}

    @api.model
    def _refusal(self, sale, refusal):
        is_refund = sale.get("kind") == "refund"
        texts = refund_reasons if is_refund else reasons
        return {
            "session_id": sale.get("session_id"),
            "state": "failed",
            "refused": True,
            "reason": refusal.reason,
            "text": texts.refusal_text(self.env, refusal.reason, **refusal.details),
            "aborting": False,
            "accepted": False,
            "card": False,
            "payment_uuid": sale.get("payment_uuid"),
            **({"way": sale.get("way") or False, "other_way": False} if is_refund else {}),
        }

    @api.model
    def _has_wakeups(self, transaction):
        """Tell whether Viva announced the last sales of its terminal: then polling can be slow."""
        with fresh(transaction) as current:
            last = current.search_fetch(
                [("terminal_id", "=", current.terminal_id), ("state", "=", "approved")],
                ["notified_at", "finished_at"],
                limit=RECENT_SALES,
            )
            return bool(last) and all(
                sale.notified_at
                and sale.notified_at
                <= sale.finished_at + timedelta(seconds=timing.NOTIFIED_PROMPTLY)
                for sale in last
            )
