"""Rows name who was at the till; those from before name the Odoo user."""


def migrate(cr, version):
    """Run when the columns of this module are there."""
    if not version:
        return
    cr.execute(
        """
        UPDATE viva_wallet_transaction t
           SET cashier_name = partner.name
          FROM res_users u
          JOIN res_partner partner ON partner.id = u.partner_id
         WHERE u.id = t.user_id AND t.cashier_name IS NULL
        """
    )
