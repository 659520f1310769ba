from odoo import models


class PosSession(models.Model):
    _inherit = "pos.session"

    def _cannot_close_session(self, bank_payment_method_diffs=None):
        """Override of `point_of_sale` to keep a register open while a terminal may be charging."""
        open_transactions = (
            self.env["viva.wallet.transaction"]
            .sudo()
            .search([("pos_session_id", "in", self.ids), ("state", "in", ("new", "sent"))])
        )
        if open_transactions:
            return {
                "successful": False,
                "message": open_transactions._closing_refusal(),
                "redirect": False,
            }
        return super()._cannot_close_session(bank_payment_method_diffs)
