"""Finishing an order that was paid by card: refused by the server, and with employees who log in."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_tours import TourCommon

REASON = "No invoice for this customer"  # see viva_wallet_finishing_tour.js


@tagged("post_install", "-at_install")
class TestRefusedOrder(TourCommon):
    """The card was charged, and the server refuses the order because of its invoice."""

    def setUp(self):
        super().setUp()
        self.env["res.partner"].create({"name": "Unbookable Customer"})
        self.tries = 0

    def play_refused(self, name):
        """Play a tour in which no invoice can be made."""

        def refuse(_order):
            self.tries += 1
            raise UserError(REASON)

        orders = self.env.registry["pos.order"]
        with patch.object(orders, "_generate_pos_order_invoice", refuse):
            self.run_tour(name)

    def test_tried_once_and_finished_without_the_invoice(self):
        self.play_refused("viva_wallet_refused")
        self.assertEqual(self.tries, 1)
        self.assertFalse(self.assert_paid().to_invoice)

    def test_where_the_receipt_screen_is_skipped(self):
        self.viva_config.write({"iface_print_auto": True, "iface_print_skip_screen": True})
        self.play_refused("viva_wallet_refused_skipping_receipt")
        self.assertEqual(self.tries, 1)
        self.assertFalse(self.assert_paid().to_invoice)

    def test_while_the_cashier_is_at_another_order(self):
        self.play_refused("viva_wallet_refused_elsewhere")
        self.assertEqual(self.tries, 1)
        self.assertEqual(self.transactions().order_id.state, "draft")


@tagged("post_install", "-at_install")
class TestEmployees(TourCommon):
    """With `pos_hr`: the order names who asked for the payment."""

    def setUp(self):
        super().setUp()
        if "advanced_employee_ids" not in self.viva_config._fields:
            self.skipTest("pos_hr is not installed")
        create = self.env["hr.employee"].sudo().create
        company = self.viva_config.company_id.id
        self.anna, self.ben = (
            create({"name": name, "company_id": company}) for name in ("Anna", "Ben")
        )
        self.viva_config.write(
            {"module_pos_hr": True, "basic_employee_ids": [(6, 0, (self.anna + self.ben).ids)]}
        )

    def assert_of_anna(self):
        order = self.assert_paid()
        self.assertEqual(order.employee_id, self.anna)
        [row] = self.transactions()
        self.assertEqual((row.cashier_name, row.cashier_employee_id), ("Anna", self.anna.id))

    def test_approved_while_another_one_is_logged_in(self):
        self.run_tour("viva_wallet_employees")
        self.assert_of_anna()

    def test_approved_while_nobody_is_logged_in(self):
        self.run_tour("viva_wallet_nobody_logged_in")
        self.assert_of_anna()
