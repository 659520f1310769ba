import logging
from contextlib import ExitStack
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import LockError

from ...viva import money, outcome, timing
from ..db import lock_rows
from ..record_call import TransactionCall
from ..states import UNFINISHED_STATES

_logger = logging.getLogger(__name__)

# What may follow what. `failed` can still become `approved`: Viva was seen to report a failure for
# a payment that had gone through (GitHub VivaPayments/API issue 2461).
TRANSITIONS = {
    "sent": {"approved", "failed", "unknown"},
    "unknown": {"approved", "failed"},
    "failed": {"approved"},
    "approved": {"reversed"},
    "reversed": set(),
}


class VivaWalletTransaction(models.Model):
    """The ledger: one request to a terminal, and what is known about the money.

    A row is committed before anything is sent to Viva and is never deleted. `_set_state` is the
    only place where a state changes. An answer of Viva does that in `_apply_outcome` (a question),
    `_apply_request_result` (the request itself) and `_apply_standing` (a reversal). This file has
    what a row is; what happens to it is in the other files of this folder, listed in `__init__.py`.
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
    merchant_account = fields.Char(
        readonly=True,
        groups="base.group_system",
        help="The account at Viva with which the request was made.",
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
    user_id = fields.Many2one("res.users", string="Odoo user", readonly=True)
    cashier_name = fields.Char(
        string="Asked by",
        readonly=True,
        help="Who was at the till: with employees who log in there, the employee.",
    )
    cashier_employee_id = fields.Integer(
        string="ID of the employee",
        readonly=True,
        aggregator=None,
        help="In the app Employees, where employees log in at the till.",
    )
    device = fields.Char(readonly=True, help="The device of the register that asked.")
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
    tip_asked_minor = fields.Integer(
        string="Tip asked for (minor units)",
        readonly=True,
        aggregator=None,
        help="Part of the amount asked for: the cashier had entered it.",
    )
    charged_minor = fields.Integer(
        string="Amount charged (minor units)",
        readonly=True,
        aggregator=None,
        help="Tip included.",
    )
    tip_minor = fields.Integer(string="Tip (minor units)", readonly=True, aggregator=None)
    surcharge_minor = fields.Integer(
        string="Surcharge (minor units)",
        readonly=True,
        aggregator=None,
        help="Added by the terminal for a business or foreign card; part of the amount charged.",
    )
    amount = fields.Monetary(
        string="Asked for", compute="_compute_amounts", store=True, readonly=True
    )
    charged_amount = fields.Monetary(
        string="Charged", compute="_compute_amounts", store=True, readonly=True
    )
    tip_amount = fields.Monetary(
        string="Tip", compute="_compute_amounts", store=True, readonly=True
    )
    surcharge_amount = fields.Monetary(
        string="Card surcharge", compute="_compute_amounts", store=True, readonly=True
    )
    max_instalments = fields.Integer(
        string="Instalments offered",
        readonly=True,
        aggregator=None,
        help="The highest number that the terminal was allowed to offer.",
    )
    instalments = fields.Integer(readonly=True, aggregator=None)
    further_details = fields.Text(
        readonly=True, help="What Viva said about a conversion of currencies, and about loyalty."
    )

    # === OUTCOME === #
    # A row is "sent" from the moment at which it is made, also while a limit of Viva holds it back.
    state = fields.Selection(
        [
            ("sent", "Waiting for the outcome"),
            ("approved", "Approved"),
            ("failed", "Not charged"),
            ("unknown", "Not known"),
            ("reversed", "Reversed"),
        ],
        required=True,
        readonly=True,
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
    money_uncertain = fields.Boolean(
        readonly=True,
        help="Viva reports that nothing was charged, for a reason after which money was seen to "
        "have moved all the same. It is asked again for some days.",
    )

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
    _session_id_unique = models.Constraint(
        "unique (session_id)", "This request to the terminal exists already."
    )
    _terminal_open_unique = models.UniqueIndex(
        "(terminal_id) WHERE state = 'sent' AND refund_way IS DISTINCT FROM 'account'",
        "This terminal is busy with another payment.",
    )
    # The rows that are not over are few, whatever the size of the ledger.
    _state_rare = models.Index("(state) WHERE state IN ('sent', 'unknown', 'reversed')")
    _approved_unbooked = models.Index(
        "(finished_at) WHERE state = 'approved' AND payment_id IS NULL"
    )
    _approved_recent = models.Index("(finished_at) WHERE state = 'approved'")
    _terminal_last_sales = models.Index("(terminal_id, id) WHERE state = 'approved'")
    # Two devices that pay the same order at the same time, on two terminals.
    _order_open_unique = models.UniqueIndex(
        "(order_uuid) WHERE state = 'sent'",
        "Another payment of this order is running.",
    )

    @api.depends("amount_minor", "charged_minor", "tip_minor", "surcharge_minor", "currency_id")
    def _compute_amounts(self):
        for transaction in self:
            transaction.amount = transaction._to_major(transaction.amount_minor)
            transaction.charged_amount = transaction._to_major(transaction.charged_minor)
            transaction.tip_amount = transaction._to_major(transaction.tip_minor)
            transaction.surcharge_amount = transaction._to_major(transaction.surcharge_minor)

    def _to_major(self, minor):
        if self.currency_id.name not in money.CURRENCIES:
            return 0.0  # see `_record_unasked`: no terminal takes it
        return float(money.to_major(minor, self.currency_id.name))

    def _sign(self):
        """Return 1 for money that is taken, -1 for money that is paid back."""
        return -1 if self.kind == "refund" else 1

    def _account(self):
        """Return the account at Viva that took the payment.

        :rtype: str or bool
        """
        row = self.sudo()
        if row.merchant_account or not row.payment_method_id:
            return row.merchant_account
        return row.payment_method_id._viva_wallet_account()

    @api.model
    def _cash_register_id(self, config):
        """Return the name of a register at Viva. It must be the same from request to abort."""
        return f"odoo-pos-{config.id}"

    def _expected(self):
        """Return what was asked for, to hold an answer of Viva against.

        :rtype: outcome.Expected
        """
        return outcome.Expected(
            session_id=self.session_id,
            amount=self.amount_minor - self.tip_asked_minor,
            currency_code=money.numeric_code(self.currency_id.name),
            kind=self.kind,
        )

    def _age(self):
        """Return the seconds since the request was made."""
        self.ensure_one()
        return (timing.now() - self.create_date).total_seconds()

    # === FINDING, AS SUPERUSER === #

    @api.model
    def _of_sessions(self, session_ids):
        """Return the rows of these sessions in the companies of the user, as superuser.

        :param list session_ids: whatever a till sent.
        """
        known = [session_id for session_id in session_ids if isinstance(session_id, str)]
        return self.sudo().search_fetch(
            [("session_id", "in", known), ("company_id", "in", self.env.companies.ids)],
            ["session_id", "state", "news_at", "asked_at", "resend_at"],
        )

    @api.model
    def _of_orders(self, orders, domain):
        """Return the transactions of orders, as superuser.

        They are found by the uuid of the order: its payment line may not have reached the server.
        And by the payment line: a restaurant saves a draft into another one of the same table.

        :param orders: `pos.order`
        :param list domain: of which transactions
        """
        order_uuids = [order_uuid for order_uuid in orders.mapped("uuid") if order_uuid]
        payments = orders.sudo().payment_ids.filtered(
            lambda payment: payment.payment_method_id.use_payment_terminal == "viva_wallet"
        )
        return self.sudo().search(
            [
                "|",
                ("order_uuid", "in", order_uuids),
                ("payment_uuid", "in", payments.mapped("uuid")),
                ("company_id", "in", orders.company_id.ids),
                *domain,
            ]
        )

    # === STATE === #

    def _lock(self, wait=False):
        """Lock the row until the end of the transaction; see `run_in_new_transaction`.

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
        now = timing.now()
        values.setdefault("finished_at", now)
        values.setdefault("check_at", self.sent_at and now + timedelta(seconds=timing.CHECK_AFTER))
        is_late = self.state != "sent"
        self.write({"state": state, **values})
        if is_late:
            self._notify_tills()
        _logger.info("Viva Wallet session %s: %s (%s)", self.session_id, state, self.reason or "-")

    def _fail(self, reason, **values):
        """End an open row without an approval.

        :param str reason: why, see `models/messages/failures.py`.
        :param values: other fields; `money_uncertain` where money may have moved all the same.
        """
        if self.state in UNFINISHED_STATES:
            self._set_state("failed", reason=reason, **values)

    # === CALLS TO VIVA === #

    def _call_viva(self, kind, work, apply=None, after=None, in_background=False):
        """Call Viva, and apply the answer whenever it comes.

        :param str kind: of `viva.provider_call`
        :param callable work: makes the call and returns the answer; touches no database
        :param callable apply: gets the row, in a transaction of its own, and the answer
        :param callable after: gets what `apply` returned, when that is committed
        :param bool in_background: Viva has said that there is news: nobody waits for the answer
        :return: a call under way, or None when this process asks too much at the moment
        :rtype: TransactionCall
        """
        call = TransactionCall(self, kind, work, apply, after)
        call.is_in_background = in_background
        is_made = call.start_in_background() if in_background else call.start()
        return call if is_made else None

    @api.model
    def _finish_calls(self, calls, wait_long=False):
        """Wait for calls and apply their answers, all of them even when one fails.

        :param list calls: of `_call_viva`, None among them are skipped
        :param bool wait_long: see `RecordCall.finish`
        :return: what was applied for those answers that were here
        :rtype: list
        :raise Exception: one of the failures
        """
        results = []

        def finish(call):
            results.append(call.finish(wait_long))

        with ExitStack() as stack:
            for call in filter(None, calls):
                stack.callback(finish, call)
        return [applied for is_here, applied in results if is_here]
