from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..viva import money


class PosConfig(models.Model):
    _inherit = "pos.config"

    viva_wallet_review_count = fields.Integer(
        compute="_compute_viva_wallet_review_count",
        groups="point_of_sale.group_pos_manager,account.group_account_readonly,"
        "account.group_account_invoice",
    )

    def _compute_viva_wallet_review_count(self):
        counts = dict(
            self.env["viva.wallet.transaction"]
            .sudo()
            ._read_group(
                [("pos_config_id", "in", self.ids), ("review_state", "=", "open")],
                ["pos_config_id"],
                ["__count"],
            )
        )
        for config in self:
            config.viva_wallet_review_count = counts.get(config, 0)

    def action_viva_wallet_review(self):
        """Open the card payments of this register that a person must look at.

        :rtype: dict
        """
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pos_viva_wallet.viva_wallet_review_action"
        )
        return {**action, "domain": [("review", "!=", False), ("pos_config_id", "=", self.id)]}

    def _viva_wallet_open_reviews(self):
        """Return the rows of these registers that a person must look at, oldest first."""
        return self.env["viva.wallet.transaction"].search(
            [("pos_config_id", "in", self.ids), ("review_state", "=", "open")],
            order="review_at, id",
        )

    @api.constrains("payment_method_ids", "journal_id", "company_id")
    def _check_viva_wallet_currency(self):
        for config in self:
            refusal = config._viva_wallet_currency_refusal()
            if refusal and config._viva_wallet_is_used():
                raise ValidationError(refusal)

    def _viva_wallet_currency_refusal(self):
        """Return why terminals take no payments in the currency of this register, or an empty text."""
        self.ensure_one()
        currency, today = self.currency_id.name, fields.Date.today()
        if currency in money.taken_on(today):
            return ""
        ended = money.ended(currency, today)
        if ended:
            return self.env._(
                "%(currency)s, the currency of the register “%(register)s”, was replaced by "
                "%(successor)s, so Viva terminals take no payments in it any more. Use a register in "
                "%(successor)s.",
                currency=currency,
                register=self.name,
                successor=ended.successor,
            )
        return self.env._(
            "Viva terminals take no payments in %(currency)s, the currency of the "
            "register “%(register)s”. Remove the Viva Wallet payment method from it, or "
            "use a register in one of: %(currencies)s.",
            currency=currency,
            register=self.name,
            currencies=", ".join(money.taken_on(today)),
        )

    def _get_special_products(self):
        """Override of `point_of_sale`: tills know the products for what a terminal adds."""
        surcharge, surplus = map(self._viva_wallet_product, ("surcharge", "surplus"))
        return super()._get_special_products() | surcharge | surplus

    def _viva_wallet_is_used(self):
        """Return whether the register takes cards on a Viva terminal."""
        terminals = self.sudo().payment_method_ids.mapped("use_payment_terminal")
        return "viva_wallet" in terminals

    def _viva_wallet_product(self, name):
        """Return the product that stands for something that a terminal charged on top.

        :param str name: "surcharge", or "surplus" for what is neither that nor a tip.
        :return: `product.product`, empty when somebody has deleted it.
        """
        return (
            self.env.ref(f"pos_viva_wallet.product_product_{name}", raise_if_not_found=False)
            or self.env["product.product"]
        )
