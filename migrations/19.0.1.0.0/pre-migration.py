"""From Odoo SA's module of 16-18, which had this module's name."""

from odoo.addons.pos_viva_wallet.hooks import prepare_takeover


def migrate(cr, version):
    """Run before the columns of this module are made."""
    if version:
        prepare_takeover(cr)
