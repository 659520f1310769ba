"""All waits of the addon at about a tenth, so that a schedule takes seconds instead of minutes."""

import os

from odoo.addons.pos_viva_wallet.models import viva_wallet_refund as refund
from odoo.addons.pos_viva_wallet.models import viva_wallet_reversal as reversal
from odoo.addons.pos_viva_wallet.models import viva_wallet_transaction as ledger
from odoo.addons.pos_viva_wallet.viva import const

# Seconds. The moments of the ledger are whole seconds, so nothing that is compared with them may
# become shorter than one.
LEDGER = {
    "NEVER_SENT_AFTER": 3,
    "ASK_INTERVAL": 0.2,
    "ABORT_AFTER": 6,
    "UNKNOWN_AFTER": 11,
    "RESEND_AFTER_MISSING": 1,
    "RESEND_UNTIL": 4,
    "GONE_AFTER_MISSING": 2,
    "CHECK_AFTER": 4,
    "CHECK_INTERVAL": 3,
    "CHECK_DAYS": 20 / 86400,
    "TILL_ASKS_WITHIN": 1,
    "TILL_MISSING_AFTER": 1,
    "NO_PAYMENT_AFTER": 12,
}
# Long enough for a refund that waited at a slow point and was then slow at Viva.
REFUND = {"NOT_LISTED_AFTER": 7}
REVERSAL = {"CHECK_INTERVAL": 2, "CHECK_LIFE": 60, "SILENCE": 3, "REFUND_LIFE": 15}
NETWORK = {
    "REQUEST_SECONDS": 2.0,
    "SESSION_SECONDS": 1.0,
    "QUICK_SECONDS": 0.6,
    "ABORT_SECONDS": 1.0,
    "TOKEN_SECONDS": 1.0,
    "TOKEN_RETRY_SECONDS": 0.5,
}


def shorten():
    """Replace the deadlines; the environment variable `POS_VIVA_WALLET_CHAOS_PACE` stretches them.

    :raise AttributeError: when there is no such deadline any more.
    """
    pace = float(os.environ.get("POS_VIVA_WALLET_CHAOS_PACE", "1"))
    for module, values in (
        (ledger, LEDGER),
        (refund, REFUND),
        (reversal, REVERSAL),
        (const, NETWORK),
    ):
        for name, seconds in values.items():
            getattr(module, name)
            setattr(module, name, seconds * pace)
