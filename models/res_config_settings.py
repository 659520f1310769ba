from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    viva_wallet_method_count = fields.Integer(compute="_compute_viva_wallet_method_count")

    def _compute_viva_wallet_method_count(self):
        self.viva_wallet_method_count = self.env["pos.payment.method"].search_count(
            [("use_payment_terminal", "=", "viva_wallet"), ("company_id", "=", self.env.company.id)]
        )

    def action_viva_wallet_methods(self):
        """Return the action that lists the Viva Wallet payment methods."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "point_of_sale.action_pos_payment_method_form"
        )
        return {**action, "domain": [("use_payment_terminal", "=", "viva_wallet")]}
