import uuid

from odoo import fields, models

from ..viva import money


class VivaWalletExtra(models.AbstractModel):
    """What a terminal charged on top of what the till had asked for: tips, above all.

    It is charged, so it is booked, and as order lines: then nothing is left to give back as change.
    Server and till both add these lines, whoever is first; their uuids make them the same ones.
    """

    _name = "viva.wallet.extra"
    _description = "Viva Wallet: charged on top"

    tip_asked_minor = fields.Integer(
        string="Tip asked for (minor units)",
        readonly=True,
        aggregator=None,
        help="Part of the amount asked for: the cashier had entered it.",
    )

    def _extras(self):
        """Return the lines by which the order comes to what was charged.

        :return: a dict for each: `uuid` of the line, `product_id`, `amount` in major units with all
            taxes, and `is_tip`: False for a surplus that no tip product stands for.
        :rtype: list
        """
        self.ensure_one()
        if self.kind != "sale" or self.state != "approved":
            return []
        surplus = self.charged_minor - self.amount_minor
        if surplus <= 0:
            return []
        tip = max(min(self.tip_minor - self.tip_asked_minor, surplus), 0)
        tip_product = self.pos_config_id.tip_product_id
        if not tip_product:
            tip = 0
        other_product = self.pos_config_id._viva_wallet_surplus_product()
        parts = [("tip", tip_product, tip), ("surplus", other_product, surplus - tip)]
        return [
            {
                "uuid": str(uuid.uuid5(uuid.UUID(self.session_id), name)),
                "product_id": product.id,
                "amount": float(money.to_major(minor, self.currency_id.name)),
                "is_tip": name == "tip",
            }
            for name, product, minor in parts
            if minor > 0 and product
        ]

    def _has_surplus(self):
        """Tell whether more was charged than the till had asked for and a tip explains."""
        return any(not extra["is_tip"] for extra in self._extras())

    def _complete_order(self):
        """Make the draft orders of these charges say what was charged.

        The till does the same; this is for when it does not come back.
        """
        for transaction in self.filtered(lambda t: t.state == "approved" and t.kind == "sale"):
            payment = transaction.payment_id
            if payment.pos_order_id.state != "draft":
                continue
            if payment.currency_id.compare_amounts(payment.amount, transaction.charged_amount):
                payment.amount = transaction.charged_amount
            payment.pos_order_id._viva_wallet_add_extras(transaction._extras())
