from odoo import api, models
from odoo.exceptions import UserError


class VivaWalletTransaction(models.Model):
    """What must not happen to an order or a register because of its card payments."""

    _inherit = "viva.wallet.transaction"

    @api.model
    def _domain_running(self):
        """Return the domain of transactions of which nobody can say yet whether money moved."""
        return [
            "|",
            ("state", "=", "sent"),
            "&",
            ("state", "=", "unknown"),
            ("statement", "=", False),
        ]

    @api.model
    def _domain_holding(self):
        """Return the domain of transactions whose orders must stay: money has moved, or may have."""
        charged = ["&", ("state", "=", "approved"), ("review_state", "!=", "resolved")]
        return ["|", *charged, *self._domain_running()]

    @api.model
    def _holding(self, orders):
        """Return the transactions because of which draft orders must stay as they are.

        :param orders: `pos.order`
        """
        drafts = orders.filtered(lambda order: order.state == "draft")
        if not drafts:
            return self.browse()
        return self._of_orders(drafts, self._domain_holding()).filtered(
            lambda row: not row._is_undone_in(drafts.payment_ids)
        )

    @api.model
    def _holding_uuid(self, order_uuid, company):
        """Return the transactions because of which an order must stay that nobody has saved yet."""
        return self.sudo().search(
            [
                ("order_uuid", "=", order_uuid),
                ("company_id", "=", company.id),
                *self._domain_holding(),
            ]
        )

    @api.model
    def _check_removable(self, orders):
        """Refuse to cancel or delete orders whose card was charged, or may be at this moment.

        :param orders: `pos.order`
        :raise UserError: says which payment, and what to do.
        """
        for transaction in self._of_orders(orders, self._domain_holding()):
            if not transaction._is_undone_in(orders.payment_ids):
                raise UserError(transaction._removal_refusal())

    @api.model
    def _check_payable(self, orders):
        """Refuse to close orders as paid while a terminal may be charging for them.

        :param orders: `pos.order`
        :raise UserError: says which payment, and what to do.
        """
        for transaction in self._of_orders(orders, [("state", "=", "sent")]):
            raise UserError(transaction._running_refusal())

    def _removal_refusal(self):
        self.ensure_one()
        details = {
            "amount": self.currency_id.format(self.charged_amount or self.amount),
            "terminal": self.terminal_id,
            "order": self.order_name or self.order_uuid,
        }
        if self.state == "approved" and self.kind == "refund":
            return self.env._(
                "%(amount)s of order %(order)s was paid back to a card, so it cannot be cancelled or "
                "deleted. Validate the order instead.",
                **details,
            )
        if self.state == "approved":
            return self.env._(
                "%(amount)s of order %(order)s was charged to a card, so it cannot be cancelled or "
                "deleted. Validate the order and refund it instead.",
                **details,
            )
        if self.state == "unknown":
            return self.env._(
                "It is not known whether terminal %(terminal)s has charged %(amount)s for order "
                "%(order)s. Open its payment screen at the till and say what the terminal shows, "
                "then try again.",
                **details,
            )
        return self._running_refusal()

    def _running_refusal(self):
        self.ensure_one()
        return self.env._(
            "Terminal %(terminal)s may still charge %(amount)s for order %(order)s. Wait for the "
            "outcome, or cancel that payment at the till, then try again.",
            terminal=self.terminal_id,
            amount=self.currency_id.format(self.amount),
            order=self.order_name or self.order_uuid,
        )

    def _closing_refusal(self):
        """Return why the register of these open rows cannot be closed."""
        names = ", ".join(
            self.env._(
                "%(amount)s on terminal %(terminal)s",
                amount=transaction.currency_id.format(transaction.amount),
                terminal=transaction.terminal_id,
            )
            for transaction in self
        )
        return self.env._(
            "A card payment is still running: %(payments)s. Finish or cancel it at the terminal, "
            "wait until the till shows its outcome, then close the register.",
            payments=names,
        )
