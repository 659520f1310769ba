from odoo import Command
from odoo.tests import tagged

from .test_tours import TourCommon


@tagged("post_install", "-at_install")
class TestToursBeforeCharge(TourCommon):
    """What Odoo would refuse after the charge is found before it, and amounts that must be exact."""

    def create_customer(self, **values):
        return self.env["res.partner"].create({"name": "Ada", "barcode": "0421234567890", **values})

    def payments_of_orders(self):
        """Return the payments of each paid order: method and amount, oldest order first."""
        self.env.invalidate_all()
        orders = self.env["pos.order"].search([("state", "!=", "draft")], order="id")
        return [
            sorted((one.payment_method_id.name, one.amount) for one in order.payment_ids)
            for order in orders
        ]

    def test_customer_is_chosen(self):
        self.viva_method.split_transactions = True
        customer = self.create_customer()
        rows = self.run_tour("viva_wallet_customer_is_chosen")
        self.assertEqual(rows.mapped("state"), ["approved"])
        self.assertEqual(self.assert_paid().partner_id, customer)

    def test_customer_cannot_be_invoiced(self):
        self.create_customer(property_account_receivable_id=False)
        rows = self.run_tour("viva_wallet_customer_cannot_be_invoiced")
        self.assertEqual(rows.mapped("state"), ["approved"])
        self.assertFalse(self.assert_paid().account_move)

    def test_no_cash_for_change(self):
        self.main_pos_config.payment_method_ids = self.viva_method | self.bank_payment_method
        rows = self.run_tour("viva_wallet_no_cash_for_change")
        self.assertEqual(rows.mapped("amount_minor"), [510, 510])
        self.assert_paid(5.10)

    def test_cash_after_decline(self):
        rows = self.run_tour("viva_wallet_cash_after_decline")
        self.assertEqual(rows.mapped("state"), ["failed"])
        self.assertEqual(self.payments_of_orders(), [[("Cash", 12)], [("Cash", 5)]])
        self.assertFalse(rows.review)

    def test_rounded_in_parts(self):
        self.main_pos_config.write({
            "cash_rounding": True,
            "only_round_cash_method": False,
            "rounding_method": self.env["account.cash.rounding"].create({
                "name": "Five cents",
                "rounding": 0.05,
                "rounding_method": "HALF-UP",
                "profit_account_id": self.company_data["default_account_revenue"].id,
                "loss_account_id": self.company_data["default_account_expense"].id,
            }).id,
        })  # fmt: skip
        rows = self.run_tour("viva_wallet_rounded_in_parts")
        charged = rows.filtered(lambda row: row.state == "approved").mapped("charged_minor")
        self.assertEqual(charged, [512, 723, 1234, 1234])
        viva = self.viva_method.name
        self.assertEqual(
            self.payments_of_orders(),
            [[(viva, 5.12), (viva, 7.23)], [(viva, 12.34)], [(viva, -12.34)]],
        )
        self.assertFalse(rows.filtered("review"))

    def test_fast_payment(self):
        self.main_pos_config.write({
            "use_fast_payment": True,
            "fast_payment_method_ids": [Command.set(self.viva_method.ids)],
        })  # fmt: skip
        rows = self.run_tour("viva_wallet_fast_payment")
        self.assertEqual(rows.mapped("state"), ["failed", "approved"])
        self.assert_paid()

    def test_customer_is_scanned(self):
        half = self.env["product.pricelist"].create({
            "name": "Half the price",
            "item_ids": [Command.create({"compute_price": "percentage", "percent_price": 50})],
        })  # fmt: skip
        self.main_pos_config.write({
            "use_pricelist": True,
            "available_pricelist_ids": [Command.link(half.id)],
        })  # fmt: skip
        self.create_customer(property_product_pricelist=half.id)
        rows = self.run_tour("viva_wallet_customer_is_scanned")
        self.assertEqual(rows.mapped("state"), ["failed", "approved"])
        whole, charged = rows.mapped("amount_minor")
        self.assertLess(charged, whole)
        order = self.assert_paid(charged / 100)
        self.assertEqual(order.amount_total, charged / 100)
        self.assertFalse(order.amount_return)
