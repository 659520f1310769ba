"""What must be the same whatever else is installed: `dev/test matrix` plays it beside each addon."""

import re

from odoo.tests import tagged

from .test_tours import TourCommon

# There tills invoice orders or refunds, to a customer and through a tax office that tests cannot
# register with.
NOT_PLAYED = {"SA", "UY"}
OF_A_COUNTRY = re.compile(r"l10n_([a-z]{2})_(?:\w+_)?pos(?:_\w+)?$")


@tagged("post_install", "-at_install")
class TestScenes(TourCommon):
    @classmethod
    def setUpClass(cls):
        """Have the company in the country whose addon is there: elsewhere that does nothing."""
        super().setUpClass()
        installed = cls.env["ir.module.module"].search([("state", "=", "installed")])
        found = map(OF_A_COUNTRY.match, installed.mapped("name"))
        codes = {match[1].upper() for match in found if match}
        if len(codes) == 1 and not codes & NOT_PLAYED:
            country = cls.env["res.country"].search([("code", "in", list(codes))])
            cls.env.company.write({"country_id": country.id, "vat": False})

    def test_one_till(self):
        """A sale, a decline, a cancel, a reload, a refund, an approval behind the back."""
        rows = self.run_tour("viva_wallet_scenes")
        self.assertEqual(
            rows.mapped(lambda row: (row.kind, row.state, row.reason)),
            [
                ("sale", "approved", False),
                ("sale", "failed", "declined"),
                ("sale", "failed", "aborted"),
                ("sale", "approved", False),
                ("refund", "approved", False),
                ("sale", "approved", False),
            ],
        )
        self.assertFalse(rows.filtered("review"))
        self.assert_orders_are_paid(12.34, 5.0, -12.34, 3.0, 2.0)

    def test_second_device(self):
        """Another device takes over the order for which a terminal waits."""
        self.play("viva_wallet_tab_closed")
        rows = self.run_tour("viva_wallet_taken_over")
        self.assertEqual(rows.mapped("state"), ["failed", "approved"])
        self.assertFalse(rows.filtered("review"))
        self.assert_orders_are_paid(12.34)

    def assert_orders_are_paid(self, *totals):
        """Check the orders of the register: none is left open, none is there twice."""
        orders = self.viva_config.current_session_id.order_ids.sorted("id")
        self.assertEqual(sorted(orders.mapped("amount_total")), sorted(totals))
        # In some countries the till invoices each order.
        self.assertLessEqual(set(orders.mapped("state")), {"paid", "done"})
        for order in orders:
            self.assertEqual(sum(order.payment_ids.mapped("amount")), order.amount_total)
