from odoo import models
from odoo.exceptions import UserError

# Fields of the bundled pos_viva_com, and ours that mean the same.
SAME_FIELDS = {
    "viva_com_merchant_id": "viva_wallet_merchant_id",
    "viva_com_api_key": "viva_wallet_api_key",
    "viva_com_client_id": "viva_wallet_client_id",
    "viva_com_client_secret": "viva_wallet_client_secret",
    "viva_com_terminal_id": "viva_wallet_terminal_id",
    "viva_com_test_mode": "viva_wallet_test_mode",
}


class PosPaymentMethod(models.Model):
    """The way from Odoo's bundled `pos_viva_com`, which may or may not be installed."""

    _inherit = "pos.payment.method"

    def action_viva_wallet_copy_viva_com(self):
        """Make a Viva Wallet method of a Viva.com one and link it to the same registers.

        The old method stays as it is.

        :return: action that shows the new method and says what remains to be done.
        :raise UserError: when there is nothing to copy, or it was copied already.
        """
        self.ensure_one()
        if self.use_payment_terminal != "viva_com" or not set(SAME_FIELDS) <= set(self._fields):
            raise UserError(self.env._("This is not a payment method of PoS Viva.com."))
        copied = self._viva_wallet_sharers(self.viva_com_terminal_id)
        if copied:
            raise UserError(
                self.env._(
                    "Terminal %(terminal)s has a Viva Wallet payment method already: %(methods)s.",
                    terminal=self.viva_com_terminal_id,
                    methods=self._viva_wallet_names(copied),
                )
            )
        busy = self.config_ids.filtered("has_active_session")
        created = self.create(self._viva_wallet_values_of_viva_com(self.config_ids - busy))
        return created._viva_wallet_after_copy(busy)

    def _viva_wallet_values_of_viva_com(self, registers):
        known = self.sudo()
        return {
            "name": self.env._("%(method)s (Viva Wallet)", method=self.name),
            "company_id": self.company_id.id,
            "journal_id": self.journal_id.id,
            "outstanding_account_id": known.outstanding_account_id.id,
            "receivable_account_id": known.receivable_account_id.id,
            "split_transactions": self.split_transactions,
            "payment_method_type": "terminal",
            "use_payment_terminal": "viva_wallet",
            "config_ids": [(6, 0, registers.ids)],
            **{ours: known[theirs] for theirs, ours in SAME_FIELDS.items()},
        }

    def _viva_wallet_after_copy(self, busy):
        """Return the action that shows `self` and says what remains to be done.

        :param busy: registers that are open, so that Odoo does not link them now.
        """
        _ = self.env._
        to_do = [
            _("Press Check connection."),
            _("At Viva, create the webhooks again with the new address (section 4 of the form)."),
            _(
                "Take the old payment method out of the registers once the new one has sold. Until "
                "then do not use both on one terminal at the same time."
            ),
        ]
        if busy:
            names = ", ".join(busy.mapped("name"))
            to_do.insert(
                0, _("Close %(registers)s, then link it under Point of Sale.", registers=names)
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": _("Copied. What remains to be done:"),
                "message": " ".join(f"{number}. {text}" for number, text in enumerate(to_do, 1)),
                "type": "success",
                "sticky": True,
                "next": {
                    "type": "ir.actions.act_window",
                    "res_model": "pos.payment.method",
                    "res_id": self.id,
                    "views": [(False, "form")],
                },
            },
        }
