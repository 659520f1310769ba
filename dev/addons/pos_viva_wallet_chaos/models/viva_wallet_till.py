from odoo import api, models

from ..points import reach


class VivaWalletTill(models.AbstractModel):
    _inherit = "viva.wallet.till"

    @api.model
    def start_sale(self, sale):
        """Override of `pos_viva_wallet` to add a point before anything is written."""
        reach(sale.get("session_id"), "received")
        return super().start_sale(sale)

    @api.model
    def start_refund(self, refund):
        """Override of `pos_viva_wallet` to add a point before anything is written."""
        reach(refund.get("session_id"), "received")
        return super().start_refund(refund)
