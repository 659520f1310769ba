"""From Odoo SA's module of 16-18, which had this module's name."""

from odoo import SUPERUSER_ID, api

from odoo.addons.pos_viva_wallet.hooks import finish_takeover


def migrate(cr, version):
    """Run when the columns of this module are there."""
    if version:
        finish_takeover(api.Environment(cr, SUPERUSER_ID, {}))
