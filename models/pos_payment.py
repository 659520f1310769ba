from odoo import api, fields, models


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
        result = super().write(vals)
        if "viva_wallet_session_id" in vals:
            self._viva_wallet_bind()
        return result

    def _viva_wallet_bind(self):
        """Tie the payments to the transactions they come from, and take the card data from there.

        The till saves whatever its copy says; what was charged is known by the ledger.
        """
        by_session = {
            payment.viva_wallet_session_id: payment
            for payment in self
            if payment.viva_wallet_session_id
        }
        transactions = (
            self.env["viva.wallet.transaction"]
            .sudo()
            .search([("session_id", "in", list(by_session))])
        )
        for transaction in transactions:
            transaction._bind_payment(by_session[transaction.session_id].sudo())
