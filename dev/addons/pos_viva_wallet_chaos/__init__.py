import os

from odoo.addons.pos_viva_wallet.viva import timing

from . import models, viva_client

# All waits of the addon, so that a schedule takes seconds instead of minutes; the variable stretches
# them again.
timing.scale(0.1 * float(os.environ.get("POS_VIVA_WALLET_CHAOS_PACE", "1")))
viva_client.add_points()
