from odoo import models


class PosOrder(models.Model):
    _inherit = "pos.order"

    def action_pos_order_paid(self):
        """Override of `point_of_sale` to compare what is booked with what was charged."""
        result = super().action_pos_order_paid()
        self.payment_ids._viva_wallet_check_paid()
        return result
