import uuid
from contextlib import suppress

from odoo import api, models

from ...viva import money, timing


class VivaWalletTransaction(models.Model):
    """Payments that are booked on a terminal's method although no terminal was asked.

    A till, a form, a dialog of Odoo or a call from outside wrote them. Each has a row, which is on
    review: that row says who did it, and is what a charge that turns up later is compared with.
    """

    _inherit = "viva.wallet.transaction"

    @api.model
    def _record_unasked(self, payment, again=False):
        """Record that a payment was booked on a terminal's method without asking any terminal.

        :param payment: `pos.payment` of a paid order.
        :param bool again: see `_flag`.
        """
        unasked = self._unasked(payment) or self.create(self._unasked_values(payment))
        unasked._set_booked(payment)
        unasked._flag("not_charged", again=again)

    @api.model
    def _unasked(self, payments):
        """Return the rows that stand for payments that no terminal was asked for."""
        return self.search([("payment_id", "in", payments.ids), ("reason", "=", "never_sent")])

    @api.model
    def _unasked_values(self, payment):
        order = payment.pos_order_id
        is_from_till = self.env.context.get("viva_wallet_saving_order")
        cashier = order._viva_wallet_cashier_name() if is_from_till else self.env.user.name
        return {
            "session_id": str(uuid.uuid4()),
            "state": "failed",
            "reason": "never_sent",
            "finished_at": timing.now(),
            "cash_register_id": self._cash_register_id(order.config_id),
            "pos_config_id": order.config_id.id,
            "company_id": order.config_id.company_id.id,
            "user_id": self.env.uid,
            "cashier_name": cashier,
            "payment_uuid": payment.uuid,
            "payment_id": payment.id,
            **self._booked_values(payment),
        }

    @api.model
    def _booked_values(self, payment):
        """Return what a payment says that was taken, and for what."""
        order, method = payment.pos_order_id, payment.payment_method_id
        return {
            "kind": "refund" if payment.amount < 0 else "sale",
            "payment_method_id": method.id,
            "terminal_id": method.viva_wallet_terminal_id or "-",
            "pos_session_id": order.session_id.id,
            "order_uuid": order.uuid,
            "order_name": order.pos_reference,
            "order_id": order.id,
            "currency_id": payment.currency_id.id,
            "amount_minor": self._minor_or_zero(payment),
        }

    def _set_booked(self, payment):
        """Have the row of a payment that no terminal was asked for say what it says by now."""
        for row in self:
            wanted = self._booked_values(payment)
            present = row._read_format(list(wanted), load=None)[0]
            changed = {name: value for name, value in wanted.items() if present[name] != value}
            if changed:
                row.write(changed)

    @api.model
    def _minor_or_zero(self, payment):
        """Return the amount of a payment in minor units, 0 for one that no terminal could take."""
        with suppress(ValueError):
            return money.to_minor(abs(payment.amount), payment.currency_id.name)
        return 0

    @api.model
    def _withdraw_claims(self, payments):
        """Take note that payments do not claim any more that a terminal took their money.

        What was asked of a terminal, and never charged, stays recorded; it just is not booked by
        these payments any more.
        """
        for row in self.search([("payment_id", "in", payments.ids), ("state", "!=", "approved")]):
            row._lock(wait=True)
            row.payment_id = False
            row._unflag("not_charged")
