from odoo import models


class VivaWalletTransaction(models.Model):
    """The card slip of a transaction, as the back office prints it."""

    _inherit = "viva.wallet.transaction"

    def _slip_rows(self):
        """Return what a card slip says, only what is known.

        :return: pairs (label, text).
        :rtype: list
        """
        self.ensure_one()
        _ = self.env._
        charged = abs(self.charged_amount)
        rows = [
            (_("Card"), " ".join(filter(None, (self.card_brand, self._masked_number())))),
            (_("Read by"), self._entry_mode_text()),
            (_("Amount"), charged and self.currency_id.format(charged)),
            (_("of which tip"), self.tip_minor and self.currency_id.format(self.tip_amount)),
            (
                _("of which card surcharge"),
                self.surcharge_minor and self.currency_id.format(self.surcharge_amount),
            ),
            (_("Instalments"), self.instalments and str(self.instalments)),
            (_("Authorisation"), self.authorization_code),
            (_("Terminal"), self.terminal_id),
            (_("RRN"), self.rrn),
            (_("Application"), self.aid),
            (_("Transaction"), self.transaction_id),
            (_("Refund of"), self.parent_id.transaction_id),
        ]
        return [(label, text) for label, text in rows if text]

    def _slip_notice(self):
        """Return what the slip says about the money where it is no receipt; empty where it is one.

        :rtype: str
        """
        self.ensure_one()
        _, is_sale = self.env._, self.kind == "sale"
        if self.state == "approved":
            return ""
        if self.state == "reversed" and is_sale:
            return _("Viva has undone this payment: the customer has the money back.")
        if self.state == "reversed":
            return _("Viva has undone this refund: the customer did not get the money.")
        if self.state == "failed" and not self._is_uncertain():
            return (
                _("Nothing was charged: this is not a receipt.")
                if is_sale
                else _("Nothing was paid back: this is not a receipt.")
            )
        return (
            _("It is not known whether the card was charged: this is not a receipt.")
            if is_sale
            else _("It is not known whether the money was paid back: this is not a receipt.")
        )

    def _masked_number(self):
        return self.card_last4 and f"•••• {self.card_last4}"

    def _entry_mode_text(self):
        """Return how the card was read, as the till's receipt says it."""
        _ = self.env._
        texts = {
            "contactless": lambda: _("Contactless"),
            "chip": lambda: _("Chip"),
            "swipe": lambda: _("Magnetic stripe"),
        }
        return texts.get(self.entry_mode, lambda: self.entry_mode)()
