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
            uses_terminal = "viva_wallet" in config.payment_method_ids.mapped(
                "use_payment_terminal"
            )
            if uses_terminal and config.currency_id.name not in money.CURRENCIES:
                raise ValidationError(
                    config.env._(
                        "Viva terminals take no payments in %(currency)s, the currency of the "
                        "register “%(register)s”. Remove the Viva Wallet payment method from it, or "
                        "use a register in one of: %(currencies)s.",
                        currency=config.currency_id.name,
                        register=config.name,
                        currencies=", ".join(sorted(money.CURRENCIES)),
                    )
                )

    def _get_special_products(self):
        """Override of `point_of_sale`: tills know the product for what a terminal adds."""
        return super()._get_special_products() | self._viva_wallet_surplus_product()

    def _viva_wallet_is_used(self):
        """Return whether the register takes cards on a Viva terminal."""
        terminals = self.sudo().payment_method_ids.mapped("use_payment_terminal")
        return "viva_wallet" in terminals

    def _viva_wallet_surplus_product(self):
        """Return the product that stands for what a terminal charged on top and is no tip."""
        return (
            self.env.ref("pos_viva_wallet.product_product_surplus", raise_if_not_found=False)
            or self.env["product.product"]
        )
