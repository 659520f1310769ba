"""Coming and going: databases that had Odoo SA's module of 16-18, and uninstalling.

That module had the same technical name and the same names of fields, so its credentials, terminals
and payments are ours as they stand. What it had more is the address that it registered at Viva,
whose token was the verification key, and columns that hold an access token and card data.
"""

from odoo.tools import SQL
from odoo.tools.sql import column_exists

OLD_COLUMNS = ("viva_wallet_bearer_token", "viva_wallet_latest_response")


def pre_init_hook(env):
    """Look after columns that another module of this name left behind."""
    prepare_takeover(env.cr)


def post_init_hook(env):
    """Bring methods that were there before this module into use."""
    finish_takeover(env)


def prepare_takeover(cr):
    """Keep the address registered at Viva, and throw away an access token and card data.

    Call it before the columns of this module are made.

    :param cr: database cursor
    """
    if not column_exists(cr, "pos_payment_method", "viva_wallet_webhook_verification_key"):
        return
    cr.execute(
        """
        ALTER TABLE pos_payment_method
            ADD COLUMN IF NOT EXISTS viva_wallet_webhook_old_token varchar;
        UPDATE pos_payment_method
           SET viva_wallet_webhook_old_token = viva_wallet_webhook_verification_key
         WHERE use_payment_terminal = 'viva_wallet'
           AND viva_wallet_webhook_old_token IS NULL
        """
    )
    for column in OLD_COLUMNS:
        cr.execute(
            SQL(
                "ALTER TABLE pos_payment_method DROP COLUMN IF EXISTS %s",
                SQL.identifier(column),
            )
        )


def finish_takeover(env):
    """Give methods of another module of this name what ours need to have.

    Call it when the columns of this module are there.
    """
    # Odoo 16 and 17 had no such column, and its default hides the terminal.
    env.cr.execute(
        """
        UPDATE pos_payment_method
           SET payment_method_type = 'terminal'
         WHERE use_payment_terminal = 'viva_wallet'
           AND payment_method_type IS DISTINCT FROM 'terminal'
        """
    )
    methods = env["pos.payment.method"].with_context(active_test=False)
    methods.invalidate_model()
    methods.search(
        [("use_payment_terminal", "=", "viva_wallet")]
    )._viva_wallet_ensure_webhook_token()


def uninstall_hook(env):
    """Turn our payment methods into plain bank methods before the code that knows them goes.

    `use_payment_terminal` gets its choices from code, so nothing else resets a value that no
    longer exists, and the payment method form would fail on it.
    """
    env.cr.execute(
        """
        UPDATE pos_payment_method
           SET use_payment_terminal = NULL,
               payment_method_type = 'none'
         WHERE use_payment_terminal = 'viva_wallet'
        """
    )
    env["ir.config_parameter"].search([("key", "=like", "pos_viva_wallet.%")]).unlink()
