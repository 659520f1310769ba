from typing import NamedTuple

from odoo import api, models

PAID_STATES = ("paid", "done")
# What Viva says about a card, see `_payment_values` of the ledger.
CARD_FIELDS = (
    "transaction_id",
    "card_brand",
    "card_no",
    "payment_method_authcode",
    "payment_ref_no",
    "payment_method_payment_mode",
    "viva_wallet_terminal_id",
    "viva_wallet_aid",
    "viva_wallet_surcharge",
    "viva_wallet_instalments",
)
# What says that a terminal took money, and for what.
CLAIMING_FIELDS = frozenset(
    ("amount", "payment_method_id", "pos_order_id", "viva_wallet_session_id")
)


class Claim(NamedTuple):
    """What a payment of a paid order says that a terminal took."""

    method: models.BaseModel
    order: models.BaseModel
    session: str
    amount: float

    def exceeds(self, earlier):
        """Tell whether more is claimed than was before, or something else.

        :param Claim earlier: None when nothing was claimed.
        """
        return (
            earlier is None
            or self[:3] != earlier[:3]
            or self.amount * earlier.amount < 0
            or abs(self.amount) > abs(earlier.amount)
        )


class PosPayment(models.Model):
    """Payments that a person or a program makes or changes, and no terminal.

    *Edit payment* at the till, the order's form, Odoo's payment dialog and calls from outside all
    end here. Odoo lets each of them book money on the method of a terminal, also after the sale,
    and bookkeepers need that: an order that was paid by card is corrected to that method first, then
    gets the charge (see `_paid_otherwise_text` of the ledger). So it is not refused, but on review
    at once, and it never looks like a payment that Viva has confirmed.

    `pos_online_payment` extends `create` and `write` as well: it refuses what concerns its own
    payments, before or after this, and the whole request is undone. `pos_restaurant` adds tips to an
    amount by `write`.
    """

    _inherit = "pos.payment"

    @api.model_create_multi
    def create(self, vals_list):
        payments = super().create(vals_list)
        if not self._viva_wallet_is_booking():
            payments._viva_wallet_drop_card()
            payments._viva_wallet_examine({})
        return payments

    def write(self, vals):
        if self._viva_wallet_is_booking():
            return super().write(vals)
        vals = self._viva_wallet_without_card(vals)
        if not CLAIMING_FIELDS & vals.keys():
            return super().write(vals)
        claims = {payment: payment._viva_wallet_claim() for payment in self}
        others = self.filtered(lambda payment: not payment._viva_wallet_is_ours())
        result = super().write(vals)
        others._viva_wallet_drop_card()
        self._viva_wallet_examine(claims)
        return result

    def unlink(self):
        claiming = self.filtered(lambda payment: payment._viva_wallet_claim())
        self.env["viva.wallet.transaction"].sudo()._withdraw_claims(claiming)
        return super().unlink()

    def _viva_wallet_is_booking(self):
        """Tell whether the ledger itself writes. A call from outside can say so, but not as superuser."""
        return self.env.su and bool(self.env.context.get("viva_wallet_booking"))

    def _viva_wallet_is_ours(self):
        return self.payment_method_id.use_payment_terminal == "viva_wallet"

    def _viva_wallet_claim(self):
        """Return what the payment says that a terminal took; None when it says nothing like it.

        :rtype: Claim
        """
        is_paid = self.pos_order_id.state in PAID_STATES
        if not is_paid or not self._viva_wallet_is_ours() or not self.amount:
            return None
        return Claim(
            self.payment_method_id, self.pos_order_id, self.viva_wallet_session_id, self.amount
        )

    def _viva_wallet_examine(self, earlier):
        """Compare what payments say with what the ledger knows.

        :param dict earlier: what each had said before it was written, see `_viva_wallet_claim`.
        """
        ledger = self.env["viva.wallet.transaction"].sudo()
        for payment in self:
            before, claim = earlier.get(payment), payment._viva_wallet_claim()
            if claim == before:
                continue
            if claim is None:
                ledger._withdraw_claims(payment)
                payment._viva_wallet_forget_session()
            elif claim.exceeds(before):
                payment._viva_wallet_check_paid(again=True)
            else:
                ledger._unasked(payment)._set_booked(payment)

    def _viva_wallet_forget_session(self):
        """Have a payment by another method name no request to a terminal."""
        if not self._viva_wallet_is_ours():
            self._viva_wallet_as_ledger().viva_wallet_session_id = False

    def _viva_wallet_as_ledger(self):
        return self.sudo().with_context(viva_wallet_booking=True)

    # === CARD DATA === #

    def _viva_wallet_without_card(self, vals):
        """Return `vals` without what they say about a card that no terminal has charged.

        With these values a receipt has a card slip. They come from Viva, by the ledger.
        """
        told = {name: vals[name] for name in CARD_FIELDS if vals.get(name)}
        unproven = {
            name
            for payment in self
            if told and payment._viva_wallet_is_ours() and not payment._viva_wallet_charge()
            for name in payment._viva_wallet_changed(told)
        }
        return {name: value for name, value in vals.items() if name not in unproven}

    def _viva_wallet_drop_card(self):
        """Forget what payments say about a card that no terminal of ours has charged for them.

        They were just made, or had the method of another provider's terminal before.
        """
        for payment in self.filtered(lambda payment: payment._viva_wallet_is_ours()):
            told = [name for name in CARD_FIELDS if payment[name]]
            if told and not payment._viva_wallet_charge():
                payment._viva_wallet_as_ledger().write(dict.fromkeys(told, False))
