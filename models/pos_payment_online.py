from functools import partial

from odoo import api, models
from odoo.exceptions import UserError

from .db import detached


class PosPayment(models.Model):
    """A customer who pays on a page of `pos_online_payment` while a terminal asks for a card.

    That module adds its payment by itself, behind the till, and closes an order that is paid by it.
    """

    _inherit = "pos.payment"

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `point_of_sale`: who has paid online is not asked for a card any more.

        `pos_online_payment`, which comes below this, only checks what is created.
        """
        payments = super().create(vals_list)
        if "online_account_payment_id" in self._fields:
            orders = payments.filtered("online_account_payment_id").pos_order_id
            for order in orders:
                order._viva_wallet_on_paid_online()
        return payments


class PosOrder(models.Model):
    _inherit = "pos.order"

    def _is_pos_order_paid(self):
        """Override of `point_of_sale`: `pos_online_payment` closes an order that seems to be paid.

        Odoo counts what a terminal is still asking for. What was paid online is recorded, and the till
        closes the order once the outcome is there.
        """
        is_paid = super()._is_pos_order_paid()
        if not is_paid or not self._viva_wallet_online_payments():
            return is_paid
        ledger = self.env["viva.wallet.transaction"]
        return not ledger._of_orders(self, ledger._domain_running())

    def _viva_wallet_online_payments(self):
        if "online_account_payment_id" not in self.env["pos.payment"]._fields:
            return self.env["pos.payment"]
        return self.payment_ids.filtered("online_account_payment_id")

    def _viva_wallet_on_paid_online(self):
        """Have terminals stop that ask for what was paid online, and tell what was paid twice."""
        self.ensure_one()
        ledger = self.env["viva.wallet.transaction"]
        sales = ledger._of_orders(
            self, [("kind", "=", "sale"), ("state", "in", ("sent", "approved"))]
        )
        others = self.payment_ids.filtered(
            lambda payment: payment.uuid not in sales.mapped("payment_uuid")
        )
        asked = sum(row.charged_amount or row.amount for row in sales)
        excess = sum(others.mapped("amount")) + asked - self.amount_total
        if self.currency_id.compare_amounts(excess, 0) <= 0:
            return
        running = sales.filtered(lambda row: row.state == "sent")
        if running:
            self.env.cr.postcommit.add(partial(_stop, running))
        if self.state != "draft":
            for row in sales.filtered(lambda row: row.state == "approved"):
                row._lock(wait=True)
                row._flag("paid_twice")

    def _viva_wallet_check_paid_once(self, order):
        """Refuse to hand out in cash what a customer has paid by card and online.

        :param dict order: as a till saves it.
        :raise UserError: says what to do.
        """
        online = self._viva_wallet_online_payments()
        if order.get("state") == "draft" or not order.get("amount_return") or not online:
            return
        ledger = self.env["viva.wallet.transaction"]
        cards = ledger._of_orders(self, [("state", "=", "approved")])
        card = sum(row._signed_charge() for row in cards)
        paid = card + sum(online.mapped("amount"))
        total = order.get("amount_total", self.amount_total)
        if card > 0 and self.currency_id.compare_amounts(paid, total) > 0:
            raise UserError(
                self.env._(
                    "Order %(order)s was paid twice: %(card)s by card and %(online)s online. Pay the "
                    "card back on its payment screen, then validate the order.",
                    order=self.pos_reference or self.name,
                    card=self.currency_id.format(card),
                    online=self.currency_id.format(sum(online.mapped("amount"))),
                )
            )


def _stop(transactions):
    for transaction in detached(transactions):
        transaction._abort()
