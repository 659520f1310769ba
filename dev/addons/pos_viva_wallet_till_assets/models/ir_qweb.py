from odoo import models

# What the page of a till with a tour asks for.
OF_TILLS = {"point_of_sale.assets_prod", "web.assets_tests", "web.__assets_tests_call__"}


class IrQweb(models.AbstractModel):
    _inherit = "ir.qweb"

    def _get_bundles_to_pregenarate(self):
        """Override of `base`: tours of a till do not wait for the assets of other pages."""
        scripts, styles = super()._get_bundles_to_pregenarate()
        return scripts & OF_TILLS, styles & OF_TILLS
