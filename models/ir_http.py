from odoo import models
from odoo.http import request


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        """Override of `http_routing`: the customer's display is one of its pages."""
        return [*super()._get_translation_frontend_modules_name(), "pos_viva_wallet"]

    @classmethod
    def _dispatch(cls, endpoint):
        """Override of `base`: a parameter `self` in a query would be taken for the controller's.

        Strangers reach the webhook address, and must not be able to fill the log with tracebacks.
        """
        if request.httprequest.path.startswith("/pos_viva_wallet/"):
            request.params.pop("self", None)
        return super()._dispatch(endpoint)
