from odoo import api, models

from ..refused import Refused


class VivaWalletPosApi(models.AbstractModel):
    """What Odoo would refuse when it finishes an order, found before money is moved for it.

    Only what is certain to fail is refused: `_process_saved_order` and `_generate_pos_order_invoice`
    of `point_of_sale` raise for it, or what they call. The till checks what it can know itself, see
    `static/src/app/services/before_charge.js`.
    """

    _inherit = "viva.wallet.till"

    @api.model
    def _check_can_be_finished(self, config, request):
        """Refuse to move money for an order that Odoo could not finish.

        :param config: `pos.config` of the till.
        :param dict request: see `start_sale`.
        :raise Refused: "no_invoice_journal", "journal_archived", "customer_account", "pos_account".
        """
        config = config.sudo().with_company(config.company_id)
        if not config.invoice_journal_id:
            raise Refused("no_invoice_journal")
        partner_id = request.get("partner_id")
        if request.get("to_invoice") and self._is_id(partner_id):
            # Without a customer, or with one who was deleted, Odoo makes no invoice.
            customer = config.env["res.partner"].browse(partner_id).exists()
            if customer:
                self._check_can_be_invoiced(config, customer)

    @api.model
    def _check_can_be_invoiced(self, config, customer):
        for journal in config.invoice_journal_id | config.journal_id:
            if not journal.active:
                raise Refused("journal_archived", journal=journal.name)
        if not customer.commercial_partner_id.property_account_receivable_id.active:
            raise Refused("customer_account", customer=customer.display_name)
        if not config.company_id.account_default_pos_receivable_account_id.active:
            raise Refused("pos_account")
