from odoo import models

from ..points import reach


class PosOrder(models.Model):
    _inherit = "pos.order"

    def action_pos_order_paid(self):
        """Override of `point_of_sale` to add a point before the sale is committed."""
        result = super().action_pos_order_paid()
        for payment in self.payment_ids:
            reach(payment.viva_wallet_session_id, "before_order_commit")
        return result
