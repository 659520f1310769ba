from odoo import models


class IrQweb(models.AbstractModel):
    _inherit = "ir.qweb"

    def _get_bundles_to_pregenarate(self):
        """Override of `base`: tests of one page do not wait for the assets of all others."""
        return set(), set()
