from odoo import models

ADDRESS_PARAMETER = "pos_viva_com_simulator.url"


class PosPaymentMethod(models.Model):
    _inherit = "pos.payment.method"

    def _viva_com_account_get_endpoint(self):
        """Override of `pos_viva_com`: the simulator serves all of Viva's hosts."""
        return self._viva_com_simulator_url()

    def _viva_com_api_get_endpoint(self):
        """Override of `pos_viva_com`."""
        return self._viva_com_simulator_url()

    def _viva_com_webhook_get_endpoint(self):
        """Override of `pos_viva_com`; the webhook's verification key is fetched from it, too."""
        return self._viva_com_simulator_url()

    def _viva_com_simulator_url(self):
        """Return the simulator's address.

        :raise KeyError: when the system parameter is missing: a database with this addon must
            never talk to the real Viva.
        """
        url = self.env["ir.config_parameter"].sudo().get_param(ADDRESS_PARAMETER)
        if not url:
            raise KeyError(f"Set the system parameter {ADDRESS_PARAMETER} to the simulator.")
        return url
