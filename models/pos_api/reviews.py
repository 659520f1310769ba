from odoo import api, models


class VivaWalletPosApi(models.AbstractModel):
    """What a till gets to see of the payments that a person must look at."""

    _inherit = "viva.wallet.till"

    @api.model
    def open_reviews(self, config_id):
        """Tell which card payments of a register need a person.

        :param int config_id: the register of the till that asks.
        :return: oldest first: `session_id`, `title` (order and amount), `time` (UTC, as text),
            `facts` and `advice` (sentences), `card` (last four digits or False).
        :rtype: list
        """
        self._check_user()
        config = self.env["pos.config"].search([("id", "=", config_id)])
        return config.sudo()._viva_wallet_open_reviews()._review_entries()
