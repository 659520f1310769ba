from odoo import api, fields, models
from odoo.exceptions import UserError

# What must stay as it is once a card was charged.
CHARGED_FIELDS = ("amount", "payment_method_id", "pos_order_id", "viva_wallet_session_id")


class PosPayment(models.Model):
    _inherit = "pos.payment"

    viva_wallet_session_id = fields.Char(
        string="Viva Wallet session",
        copy=False,
        index="btree_not_null",
        help="The id by which Viva knows the request to the terminal that this payment came from.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        payments = super().create(vals_list)
        payments._viva_wallet_bind()
        return payments

    def write(self, vals):
        self._viva_wallet_check_untouched(vals)
        result = super().write(vals)
        if "viva_wallet_session_id" in vals:
            self._viva_wallet_bind()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_charged(self):
        for payment in self:
            if payment._viva_wallet_charge():
                raise UserError(payment._viva_wallet_charged_text())

    def _viva_wallet_transactions(self):
        """Return the transactions of their own companies that the payments name, as superuser."""
        session_ids = [name for name in self.mapped("viva_wallet_session_id") if name]
        return (
            self.env["viva.wallet.transaction"]
            .sudo()
            .search(
                [("session_id", "in", session_ids), ("company_id", "in", self.company_id.ids)]
            )
        )

    def _viva_wallet_charge(self):
        """Return the approved transaction that this payment books, if there is one."""
        self.ensure_one()
        return self._viva_wallet_transactions().filtered(
            lambda transaction: transaction.state == "approved" and transaction.payment_id == self
        )

    def _viva_wallet_bind(self):
        """Tie the payments to the transactions they come from, and take the card data from there.

        The till saves whatever its copy says; what was charged is known by the ledger.
        """
        by_session = {payment.viva_wallet_session_id: payment for payment in self}
        for transaction in self._viva_wallet_transactions():
            transaction._bind_payment(by_session[transaction.session_id].sudo())

    def _viva_wallet_check_paid(self):
        """Have the ledger compare the payments of paid orders with what was charged."""
        ledger = self.env["viva.wallet.transaction"].sudo()
        for payment in self:
            is_ours = payment.payment_method_id.use_payment_terminal == "viva_wallet"
            if not is_ours or payment.is_change or payment.amount <= 0:
                continue
            transaction = payment._viva_wallet_transactions()
            if transaction:
                transaction._check_paid(payment)
            else:
                ledger._record_unasked(payment)

    def _viva_wallet_check_untouched(self, vals):
        """Refuse to change what says how much was charged, and for what.

        :param dict vals: of a write; the till writes all fields, also those that stay the same.
        :raise UserError: when a charged payment would change.
        """
        touched = [name for name in CHARGED_FIELDS if name in vals]
        for payment in self if touched else ():
            changed = any(
                payment._fields[name].convert_to_cache(vals[name], payment)
                != payment._fields[name].convert_to_cache(payment[name], payment)
                for name in touched
            )
            if changed and payment._viva_wallet_charge():
                raise UserError(payment._viva_wallet_charged_text())

    def _viva_wallet_charged_text(self):
        return self.env._(
            "%(amount)s of this payment was charged to a card, so it cannot be changed or deleted. "
            "Refund the order instead.",
            amount=self.currency_id.format(self.amount),
        )
