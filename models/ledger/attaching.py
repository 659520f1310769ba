import uuid

from odoo import fields, models
from odoo.exceptions import UserError

from ..states import HOLDING_STATES, UNFINISHED_STATES


class VivaWalletTransaction(models.Model):
    """Give a charge that no payment books to the order that the customer paid for."""

    _inherit = "viva.wallet.transaction"

    can_attach = fields.Boolean(compute="_compute_can_attach")

    def _compute_can_attach(self):
        for transaction in self:
            transaction.can_attach = (
                transaction.kind == "sale"
                and transaction.state == "approved"
                and not transaction._booking()
            )

    def _order_of_uuid(self):
        """Return the order that the terminal was asked for, if the server has it."""
        if not self.order_uuid:
            return self.env["pos.order"]
        return self.env["pos.order"].search([("uuid", "=", self.order_uuid)], limit=1)

    def _attach(self, order, note=""):
        """Book the charge with an order: on a payment that has no charge, or on a new one.

        :param order: `pos.order`.
        :param str note: of the person who decides it.
        :raise UserError: saying why that cannot be, and what can.
        """
        self.ensure_one()
        row, order = self.sudo(), order.sudo()
        row._lock()
        obstacle = row._obstacle_to_attach(order)
        if obstacle:
            raise UserError(obstacle)
        # First, so that the payment finds it resolved, with name and reason.
        row._resolve("attached", f"{order.pos_reference or order.name}. {note}".strip())
        payment = row._payment_without_charge(order)
        if payment:
            row._take_over(payment)
        else:
            row._add_payment(order, str(uuid.uuid4()))
        row._finish_order(order)

    def _take_over(self, payment):
        """Put the charge in the place of a request of the same payment that charged nothing."""
        earlier = self.search([("payment_id", "=", payment.id), ("id", "!=", self.id)])
        (earlier + self).write({"payment_id": False})
        self._book_on_payment(payment)
        for row in earlier.filtered(lambda row: row.review == "not_charged"):
            row._resolve("attached", self.env._("The charge %s books it.", self.session_id))

    def _payment_without_charge(self, order):
        """Return a payment of the order that has the amount of the charge and no charge."""
        for payment in order.payment_ids:
            if payment.payment_method_id.use_payment_terminal != "viva_wallet":
                continue
            if payment.is_change or self.currency_id.compare_amounts(
                payment.amount, self.charged_amount
            ):
                continue
            rows = payment._viva_wallet_transactions() - self
            if not rows.filtered(lambda row: row.state in HOLDING_STATES):
                return payment
        return order.payment_ids.browse()

    # === WHY NOT === #

    def _attach_effect(self, order):
        """Return what attaching to an order would do, or why it cannot be done.

        :return: sentence, whether it can be done.
        :rtype: tuple
        """
        self.ensure_one()
        row, order = self.sudo(), order.sudo()
        obstacle = row._obstacle_to_attach(order)
        if obstacle:
            return obstacle, False
        values = {
            "amount": row.currency_id.format(row.charged_amount),
            "order": order.pos_reference or order.name,
        }
        if row._payment_without_charge(order):
            text = row.env._(
                "Order %(order)s has a payment of %(amount)s that no charge stands behind. The "
                "charge will be its charge; no amount changes.",
                **values,
            )
        else:
            text = row.env._("A payment of %(amount)s will be added to order %(order)s.", **values)
        return text, True

    def _obstacle_to_attach(self, order):
        """Return why the charge cannot be attached to an order; empty when it can."""
        if not self.can_attach:
            return self.env._("This is not a charge that still needs a payment.")
        return self._obstacle_of_order(order) or (
            "" if self._payment_without_charge(order) else self._obstacle_to_new_payment(order)
        )

    def _obstacle_of_order(self, order):
        _ = self.env._
        name = order.pos_reference or order.name
        if order.company_id != self.company_id or order.currency_id != self.currency_id:
            return _("Order %s belongs to another company or has another currency.", name)
        if order.state == "cancel":
            return _(
                "Order %s is cancelled. Choose the order that the customer paid for, or refund "
                "the charge.",
                name,
            )
        if order.amount_total <= 0:
            return _("Order %s is a refund: a charge cannot pay for it.", name)
        running = self.search(
            [("order_uuid", "=", order.uuid), ("state", "in", UNFINISHED_STATES)], limit=1
        )
        if order.uuid and running:
            return _(
                "The outcome of another card payment of order %s is not known yet. Wait for it, "
                "or resolve it first.",
                name,
            )
        return ""

    def _obstacle_to_new_payment(self, order):
        if order.state != "draft":
            return self._paid_otherwise_text(order)
        _ = self.env._
        name = order.pos_reference or order.name
        if order.session_id.state not in ("opening_control", "opened"):
            return _(
                "The register session of order %s is closed, so nothing can be added to it. Open "
                "the order in the till first.",
                name,
            )
        if self.payment_method_id not in order.config_id.payment_method_ids:
            return _(
                "Register “%(register)s” does not take “%(method)s”. Add the payment method to "
                "the register first.",
                register=order.config_id.name,
                method=self.payment_method_id.name or "Viva Wallet",
            )
        rest = order.amount_total - order.amount_paid
        if order.currency_id.compare_amounts(self.charged_amount, rest) > 0:
            return _(
                "The charge of %(charged)s is more than the %(rest)s that remains to be paid on "
                "order %(order)s. Choose another order, or refund the charge.",
                charged=self.currency_id.format(self.charged_amount),
                rest=order.currency_id.format(max(rest, 0)),
                order=name,
            )
        return ""

    def _paid_otherwise_text(self, order):
        values = {
            "order": order.pos_reference or order.name,
            "payments": ", ".join(
                f"{payment.payment_method_id.name} {order.currency_id.format(payment.amount)}"
                for payment in order.payment_ids
            ),
        }
        if order.state == "paid" and order.session_id.state != "closed":
            return self.env._(
                "Order %(order)s is already paid: %(payments)s. If the customer paid twice, "
                "refund the charge. If another method was chosen by mistake, correct the payment "
                "on the order in the back office to this method and amount first, then attach "
                "the charge.",
                **values,
            )
        return self.env._(
            "Order %(order)s is already paid: %(payments)s, and its register session is closed, "
            "so its payments cannot change any more. If the customer paid twice, refund the "
            "charge. If another method was chosen by mistake, have an accountant move the amount "
            "between the two journals and mark the charge as settled elsewhere.",
            **values,
        )
