"""A field has another name, and a state that no code makes any more goes."""

from odoo.tools import sql


def migrate(cr, version):
    """Run before the columns of this module are made."""
    if not version or not sql.table_exists(cr, "viva_wallet_transaction"):
        return
    if sql.column_exists(cr, "viva_wallet_transaction", "doubtful"):
        sql.rename_column(cr, "viva_wallet_transaction", "doubtful", "money_uncertain")
    # A row "new" was never given to Viva: the scheduled action ended it like this after 30 seconds.
    cr.execute(
        """
        UPDATE viva_wallet_transaction
           SET state = 'failed', reason = 'never_sent', finished_at = create_date
         WHERE state = 'new'
        """
    )
