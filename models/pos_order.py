from odoo import api, models

from .pos_payment_by_hand import PAID_STATES


class PosOrder(models.Model):
    _inherit = "pos.order"

    def write(self, vals):
        if vals.get("state") == "cancel":
            self.env["viva.wallet.transaction"]._check_removable(self)
        is_paying = vals.get("state") in PAID_STATES
        unpaid = self.filtered(lambda order: is_paying and order.state not in PAID_STATES)
        result = super().write(vals)
        unpaid.payment_ids._viva_wallet_check_paid()
        return result

    @api.ondelete(at_uninstall=False)
    def _viva_wallet_unlink_except_charged(self):
        self.env["viva.wallet.transaction"]._check_removable(self)

    @api.model
    def _process_order(self, order, existing_order):
        """Override of `point_of_sale`: what a till saves does not undo what Viva has said, and till
        and server may both have added what a terminal charged on top; see `_extras` of the ledger.
        """
        if order.get("payment_ids"):
            payments = self.env["pos.payment"]
            order["payment_ids"] = payments._viva_wallet_clean_commands(order["payment_ids"])
        if existing_order:
            self._viva_wallet_meet_lines(order, existing_order)
        known = existing_order or self.browse()
        known._viva_wallet_meet_devices(order)
        known._viva_wallet_check_paid_once(order)
        saving = self.with_context(viva_wallet_saving_order=True)
        order_id = super(PosOrder, saving)._process_order(order, existing_order)
        saved = self.browse(order_id)
        self.env["viva.wallet.transaction"]._book_missing(saved)
        if saved.state == "draft":
            saved.payment_ids._viva_wallet_transactions()._complete_order()
        return order_id

    @api.model
    def _viva_wallet_meet_lines(self, order, existing_order):
        """Turn lines that a till wants to create, and that the server made meanwhile, into updates.

        :param dict order: as the till sends it; is changed.
        :param existing_order: `pos.order` that it is about.
        """
        by_uuid = {line.uuid: line for line in existing_order.lines}
        order["lines"] = [
            by_uuid[command[2]["uuid"]]._viva_wallet_updated(command[2])
            if command[0] == 0 and command[2].get("uuid") in by_uuid
            else command
            for command in order.get("lines") or []
        ]

    def _viva_wallet_add_extras(self, extras):
        """Add lines for what a terminal charged on top, unless the order has them.

        :param list extras: see `_extras` of the ledger.
        """
        self.ensure_one()
        if not extras:
            return
        order = self.sudo()
        order._compute_prices()
        present = set(order.lines.mapped("uuid"))
        for extra in extras:
            if extra["uuid"] not in present:
                total = order.amount_total + extra["amount"]
                line = self.env["pos.order.line"].sudo().create(order._viva_wallet_line(extra))
                line._viva_wallet_fit(total)
        tip_product = order.config_id.tip_product_id
        tips = order.lines.filtered(lambda line: tip_product and line.product_id == tip_product)
        if tips:
            tip_amount = sum(tips.mapped("price_subtotal_incl"))
            order.write({"is_tipped": True, "tip_amount": tip_amount})

    def _viva_wallet_line(self, extra):
        product = self.env["product.product"].browse(extra["product_id"])
        taxes = product.taxes_id.filtered_domain(
            self.env["account.tax"]._check_company_domain(self.company_id)
        )
        return {
            "order_id": self.id,
            "uuid": extra["uuid"],
            "product_id": product.id,
            "full_product_name": product.display_name,
            "qty": 1,
            "price_unit": extra["amount"],
            "price_type": "manual",
            "price_subtotal": extra["amount"],
            "price_subtotal_incl": extra["amount"],
            "tax_ids": [(6, 0, taxes.ids)],
        }

    def _viva_wallet_cashier_name(self):
        """Return who is named as the cashier: the employee, where `pos_hr` is installed."""
        employee = "employee_id" in self._fields and self.sudo().employee_id
        return employee.name if employee else self.env.user.name

    def action_pos_order_paid(self):
        """Override of `point_of_sale` to keep an order open while a terminal may be charging for it."""
        ledger = self.env["viva.wallet.transaction"]
        ledger._check_payable(self)
        self._viva_wallet_check_complete()
        result = super().action_pos_order_paid()
        ledger._flag_unbooked(self)
        return result
