from odoo import models
from odoo.exceptions import UserError

# Prices to try, away from the exact one, in thousandths: with a tax on top not every total can be
# reached, and a rounding decides.
STEPS = sorted(range(-10, 11), key=abs)


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    def write(self, vals):
        """Override of `point_of_sale`: a line does not leave an order whose card is charged."""
        if "order_id" in vals:
            moved = self.filtered(lambda line: line.order_id.id != vals["order_id"])
            for transaction in self.env["viva.wallet.transaction"]._holding(moved.order_id):
                raise UserError(transaction._removal_refusal())
        return super().write(vals)

    def _viva_wallet_fit(self, total):
        """Set the price so that the order comes to a total with its taxes: that was charged.

        :param float total: of the order, major units, taxes included.
        """
        self.ensure_one()
        order, amount = self.order_id, self.price_unit
        order._compute_prices()
        excess = order.amount_total - total
        if not order.currency_id.is_zero(excess):
            exact = amount * amount / (amount + excess)
            for step in STEPS:
                self.price_unit = exact + step / 1000
                order._compute_prices()
                if order.currency_id.is_zero(order.amount_total - total):
                    break
        self.write(self._compute_amount_line_all())

    def _viva_wallet_updated(self, values):
        """Return the command that updates this line by what a till wants to create.

        The till has not seen yet what was made of it: `pos_sale` ties a down payment to a line of the
        sales order when it is saved, and without that tie would add it there once more.
        """
        if "sale_order_line_id" in self._fields and not values.get("sale_order_line_id"):
            values = {**values, "sale_order_line_id": self.sale_order_line_id.id}
        return (1, self.id, values)
