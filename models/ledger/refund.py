import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...viva import account_refund, const, money, timing
from ..db import new_cursor
from ..messages import payment_messages
from ..refused import Refused
from .admission import Wish

# Viva's clocks are Greek (viva-api 5.2); in which time zone it lists a day is not published. Ours may
# be a little ahead of Viva's.
LIST_AROUND = (timedelta(hours=-1), timedelta(), timedelta(hours=3))


class VivaWalletTransaction(models.Model):
    """Paying back.

    A refund is a row like a sale, of the kind "refund", with its own session id and the same
    states. What can still be paid back of a sale is decided by `_reserve` alone, with the row of
    the sale locked. Amounts are positive in the ledger; payments in Odoo are negative.
    """

    _inherit = "viva.wallet.transaction"

    refund_way = fields.Selection(
        [
            ("terminal", "On the terminal"),
            ("account", "Through the Viva account"),
            ("unreferenced", "On the terminal, to any card"),
        ],
        string="Paid back",
        readonly=True,
        help="Through the Viva account, money goes back without a terminal and without the card.",
    )
    refund_ids = fields.One2many("viva.wallet.transaction", "parent_id", string="Refunds")
    refunds_asked = fields.Integer(readonly=True, aggregator=None)
    refunded_minor = fields.Integer(compute="_compute_refunded", compute_sudo=True)
    refundable_minor = fields.Integer(compute="_compute_refunded", compute_sudo=True)
    refunded_amount = fields.Monetary(
        string="Paid back so far", compute="_compute_refunded", compute_sudo=True
    )
    refundable_amount = fields.Monetary(
        string="Can still be paid back", compute="_compute_refunded", compute_sudo=True
    )
    can_refund = fields.Boolean(compute="_compute_can_refund")

    @api.depends(
        "kind", "state", "charged_minor", "refund_ids.state", "refund_ids.charged_minor",
        "refund_ids.amount_minor", "refund_ids.money_uncertain", "refund_ids.review_state",
    )  # fmt: skip
    def _compute_refunded(self):
        for row in self:
            approved = row.refund_ids.filtered(lambda refund: refund.state == "approved")
            row.refunded_minor = sum(approved.mapped("charged_minor"))
            row.refundable_minor = row._refundable_since(None)
            row.refunded_amount = row._to_major(row.refunded_minor)
            row.refundable_amount = row._to_major(row.refundable_minor)

    @api.depends("refundable_minor", "payment_id", "order_id.state")
    @api.depends_context("uid")
    def _compute_can_refund(self):
        is_manager = self.env.user.has_group("point_of_sale.group_pos_manager")
        for row in self:
            row.can_refund = is_manager and row.refundable_minor > 0 and not row._booking()

    def _charged_by_sale(self):
        return self.charged_minor if (self.kind, self.state) == ("sale", "approved") else 0

    def _refundable_since(self, since):
        """Return what can still be paid back, in minor units.

        :param datetime since: see `_is_uncertain`.
        """
        return self._charged_by_sale() - self._held_minor(self.refund_ids, since)

    @staticmethod
    def _held_minor(refunds, since=None):
        """Return what refunds take away from what can be paid back, in minor units."""
        return sum(
            refund.charged_minor if refund.state == "approved" else refund.amount_minor
            for refund in refunds
            if refund._holds_money(since)
        )

    # === WHAT CAN BE PAID BACK === #

    @api.model
    def _reserve(self, wish):
        """Hold what a new refund pays back, for all tills, until the end of the transaction.

        The row of the sale is changed as well as locked: in PostgreSQL's "repeatable read", a
        mere lock lets through who waited for it with an old view of the other refunds.

        :param Wish wish: of the refund.
        :raise Refused: when less remains than is to be paid back.
        :raise LockError: when another process is at the sale.
        """
        values = wish.values
        parent = self.browse(values["parent_id"])
        parent._lock()
        parent.refunds_asked += 1
        parent.flush_recordset(["refunds_asked"])
        remaining = parent._refundable_since(wish.since)
        unsettled = parent.refund_ids.filtered(
            lambda refund: refund.state != "approved" and refund._holds_money(wish.since)
        )
        is_second_by_account = values["refund_way"] == "account" and unsettled
        if values["amount_minor"] <= remaining and not is_second_by_account:
            return
        raise Refused(
            parent._why_too_much(unsettled, remaining),
            charged=parent._formatted(parent.charged_minor),
            remaining=parent._formatted(0 if is_second_by_account else remaining),
            held=parent._formatted(self._held_minor(unsettled, wish.since)),
        )

    def _formatted(self, minor):
        return self.currency_id.format(self._to_major(minor))

    @staticmethod
    def _why_too_much(unsettled, remaining):
        if unsettled:
            return "refund_open"
        return "above_remaining" if remaining > 0 else "nothing_remains"

    def _settle_refunds(self):
        """Ask Viva about refunds of these sales of which the outcome is not certain."""
        unsettled = self.refund_ids.filtered(
            lambda refund: refund.state in ("sent", "unknown") or refund._is_uncertain()
        )
        unsettled._poll(wait_long=True)

    def _is_without_card(self):
        """Tell whether no terminal can pay this back: there is no card to be presented."""
        return self.card_brand in const.CARDLESS_BRANDS

    def _why_not_refundable(self, account, currency):
        """Return why a sale cannot be paid back at all; None if it can.

        :param str account: at Viva, of the payment method that is to pay back.
        :param str currency: ISO code of the register's currency.
        :rtype: Refused | None
        """
        if not self or self.kind != "sale" or self.state != "approved" or not self.transaction_id:
            return Refused("parent_unknown")
        if self._account() != account:
            return Refused("other_account")
        ended = money.ended(self.currency_id.name, fields.Date.today())
        if ended:
            return Refused(
                "parent_currency_ended",
                currency=self.currency_id.name,
                successor=ended.successor,
                rate=ended.rate,
            )
        return None if self.currency_id.name == currency else Refused("other_currency")

    def _refundable_values(self, account, currency):
        """Return what a till shows of a sale that may be paid back.

        :param str account: see `_why_not_refundable`.
        :param currency: see `_why_not_refundable`.
        :return: `session_id`, `method` (name), `card_brand`, `card_no`, `date` (ISO, UTC),
            `charged` and `remaining` in major units, `obstacle`: a sentence, or False.
        :rtype: dict
        """
        refused = self._why_not_refundable(account, currency)
        return {
            "session_id": self.session_id,
            "method": self.payment_method_id.name or "",
            "card_brand": self.card_brand or "",
            "card_no": self.card_last4 or "",
            "date": fields.Datetime.to_string(self.finished_at or self.create_date),
            "charged": self.charged_amount,
            "remaining": self.refundable_amount,
            "obstacle": bool(refused)
            and payment_messages.refusal_text(
                self.env, "refund", refused.reason, **refused.details
            ),
        }

    # === REQUESTS === #

    def _refund_request(self, client, request):
        """Return the call of a refund to Viva.

        :param VivaClient client: of the payment method.
        :param PaymentRequest request: what a terminal would be asked.
        :return: method of the client, and its arguments.
        :rtype: tuple
        """
        if self.refund_way == "unreferenced":
            return client.start_unreferenced_refund, {"request": request}
        if self.refund_way == "account":
            return client.refund_transaction, {
                "transaction_id": self.parent_id.transaction_id,
                "amount": request.amount,
                "currency_code": request.currency_code,
                "merchant_reference": request.merchant_reference,
                "customer_trns": request.customer_trns,
            }
        parent_session_id = self.parent_id.session_id
        return client.start_refund, {"request": request, "parent_session_id": parent_session_id}

    def _apply_account_reply(self, reply):
        """Apply the answer to a refund through the account. It is the outcome, if it is one."""
        self._apply_outcome(account_refund.from_refund(reply, self._expected_by_account()), reply)

    def _expected_by_account(self):
        """Return what to hold Viva's transactions against, for a refund through the account.

        :rtype: account_refund.ExpectedRefund
        """
        others = self.parent_id.refund_ids - self
        moment = self.sent_at or self.create_date
        return account_refund.ExpectedRefund(
            session_id=self.session_id,
            parent_id=self.parent_id.transaction_id,
            amount=self.amount_minor,
            currency=self.currency_id.name,
            others=frozenset(
                [*others.mapped("session_id"), *filter(None, others.mapped("transaction_id"))]
            ),
            days=tuple(sorted({(moment + distance).date() for distance in LIST_AROUND})),
            explained=bool(others.filtered(lambda other: other.state != "failed")),
        )

    def _apply_not_listed(self):
        """Conclude from Viva's list that does not have a refund through the account.

        That is no proof before the slowest list would have it: until then the money counts as paid
        back.
        """
        if self.state == "sent" and self._age() >= timing.NOT_LISTED_AFTER:
            self._set_state("unknown")
            self._flag("unknown")
        complete_after = timing.LIST_LAG + timing.REPLY_WITHIN
        if self.state == "unknown" and self._age() >= complete_after:
            self._fail("never_received", money_uncertain=True)
            self._unflag("unknown", "unaskable")

    # === PAYMENTS === #

    def _is_settled_unbooked(self):
        """Tell whether a charge was paid back as a whole, and neither is booked in an order."""
        sale = self.parent_id if self.kind == "refund" else self
        refunds = sale.refund_ids.filtered(lambda refund: refund.state == "approved")
        if sale.state != "approved" or sale.charged_minor != sale.refunded_minor:
            return False
        return not any(row._booking() for row in sale | refunds)

    def _is_undone_in(self, payments):
        """Tell whether a charge was undone by refunds, and all of it goes with `payments`.

        An order whose card payment was paid back before it was finished can be given up.

        :param payments: `pos.payment` that are deleted together.
        """
        sale = self.parent_id if self.kind == "refund" else self
        refunds = sale.refund_ids.filtered(lambda refund: refund.state == "approved")
        is_whole = sale.state == "approved" and sale.charged_minor == sale.refunded_minor
        booked = (sale | refunds).payment_id.filtered(lambda payment: payment in payments)
        return is_whole and booked == (sale | refunds).payment_id

    # === BACK OFFICE === #

    def action_refund(self):
        """Pay back, through the account, a charge that belongs to no payment in Odoo.

        :return: client action that tells the outcome.
        :raise AccessError: for who is no manager of the Point of Sale.
        :raise UserError: when it cannot be paid back.
        """
        self.ensure_one()
        if not self.env.user.has_group("point_of_sale.group_pos_manager"):
            raise AccessError(self.env._("Only managers of the Point of Sale can pay money back."))
        self.check_access("read")
        sale = self.sudo()
        sale._settle_refunds()
        values = sale._back_office_values()
        try:
            refund, request = self.browse()._open_row(
                values["session_id"], lambda _env, since: Wish(values, since)
            )
        except Refused as refusal:
            text = payment_messages.refusal_text(
                self.env, "refund", refusal.reason, **refusal.details
            )
            raise UserError(text) from None
        refund._send(request)
        with new_cursor(refund) as current:
            return current._back_office_answer()

    def _back_office_values(self):
        if not self.can_refund or not self.payment_method_id:
            raise UserError(self.env._("There is nothing that could be paid back here."))
        if self._account() != self.payment_method_id._viva_wallet_account():
            raise UserError(payment_messages.refusal_text(self.env, "refund", "other_account"))
        copied = (
            "payment_method_id", "pos_config_id", "company_id", "currency_id", "order_uuid",
        )  # fmt: skip
        return {
            **{name: self[name].id if name.endswith("_id") else self[name] for name in copied},
            "session_id": str(uuid.uuid4()),
            "payment_uuid": str(uuid.uuid4()),  # of no payment: there is none for the charge either
            "kind": "refund",
            "refund_way": "account",
            "parent_id": self.id,
            "terminal_id": self.terminal_id,
            "cash_register_id": self.cash_register_id,
            "user_id": self.env.uid,
            "cashier_name": self.env.user.name,
            "order_name": self.order_name,
            "amount_minor": self.refundable_minor,
        }

    def _back_office_answer(self):
        _ = self.env._
        if self.state == "approved":
            level, message = "success", _(
                "%(amount)s was paid back to the card.",
                amount=self.currency_id.format(self.charged_amount),
            )  # fmt: skip
        elif self.state == "failed":
            level, message = "danger", payment_messages.text(self)
        else:
            level, message = "warning", _(
                "Viva has not answered yet. Odoo goes on asking: look at this list again in a few "
                "minutes, before you pay the money back in any other way."
            )  # fmt: skip
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": level,
                "message": message,
                "sticky": level != "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
