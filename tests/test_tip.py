"""What a customer adds on the terminal is charged, so it is booked, and never given back."""

from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import TERMINAL, VivaWalletCommon


@tagged("post_install", "-at_install")
class TestTip(VivaWalletCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tips = cls.env.ref("point_of_sale.product_product_tip")
        cls.surplus = cls.env.ref("pos_viva_wallet.product_product_surplus")
        cls.viva_config.write({"iface_tipproduct": True, "tip_product_id": cls.tips.id})

    def setUp(self):
        super().setUp()
        self.open_register()

    def draft_order(self, sale):
        """Save the order of a sale before its outcome is known, as a restaurant does."""
        return self.sync_order(sale, state="draft", payment_status="waitingCard")

    def save_again(self, order, sale, state="draft", amount=None, lines=()):
        """Save an order once more, with what a till knows of it."""
        amount = sale["amount"] if amount is None else amount
        payment = {
            "payment_method_id": sale["payment_method_id"],
            "amount": amount,
            "viva_wallet_session_id": sale["session_id"],
        }
        self.env["pos.order"].with_user(self.cashier).sync_from_ui(
            [
                {
                    "uuid": order.uuid,
                    "access_token": order.access_token,
                    "session_id": order.session_id.id,
                    "state": state,
                    "amount_total": amount,
                    "amount_paid": amount,
                    "amount_tax": 0,
                    "amount_return": 0,
                    "lines": list(lines),
                    "payment_ids": [(1, order.payment_ids.id, payment)],
                }
            ]
        )
        self.env.flush_all()
        self.env.invalidate_all()

    def line_of(self, extra):
        """Return the command by which a till adds an order line for a tip."""
        return Command.create(
            {
                "uuid": extra["uuid"],
                "product_id": extra["product_id"],
                "qty": 1,
                "price_unit": extra["amount"],
                "price_subtotal": extra["amount"],
                "price_subtotal_incl": extra["amount"],
            }
        )

    def test_snapshot_names_the_line_for_a_tip(self):
        sale = self.approved_sale(tip=200)
        snapshot = self.read(sale["session_id"])
        self.assertEqual(snapshot["charged"], 14.34)
        [extra] = snapshot["extras"]
        self.assertEqual(
            (extra["product_id"], extra["amount"], extra["is_tip"]), (self.tips.id, 2.0, True)
        )
        self.assertFalse(self.transaction(sale["session_id"]).review)

    def test_the_line_is_the_same_whoever_asks(self):
        sale = self.approved_sale(tip=200)
        first, second = (self.read(sale["session_id"])["extras"] for _ in range(2))
        self.assertEqual(first, second)

    def test_no_tip_no_line(self):
        sale = self.approved_sale()
        self.assertEqual(self.read(sale["session_id"])["extras"], [])

    def test_less_charged_than_asked_makes_no_line(self):
        sale = self.approved_sale(charge=1000)
        self.assertEqual(self.read(sale["session_id"])["extras"], [])
        self.assertEqual(self.transaction(sale["session_id"]).review, "amount_differs")

    def test_without_a_tip_product_the_tip_is_a_surplus_on_review(self):
        self.viva_config.write({"iface_tipproduct": False, "tip_product_id": False})
        sale = self.approved_sale(tip=200)
        [extra] = self.read(sale["session_id"])["extras"]
        self.assertEqual(
            (extra["product_id"], extra["amount"], extra["is_tip"]), (self.surplus.id, 2.0, False)
        )
        self.assertEqual(self.transaction(sale["session_id"]).review, "amount_differs")

    def test_tip_and_surplus_are_two_lines(self):
        sale = self.approved_sale(charge=1534, tip=200)
        extras = self.read(sale["session_id"])["extras"]
        self.assertEqual(
            [(extra["is_tip"], extra["amount"]) for extra in extras], [(True, 2.0), (False, 1.0)]
        )

    def test_tills_know_the_surplus_product(self):
        self.assertIn(self.surplus, self.viva_config._get_special_products())
        data = self.env["product.template"]._load_pos_data_search_read({}, self.viva_config)
        self.assertIn(self.surplus.product_tmpl_id.id, [record["id"] for record in data])

    # === A TIP THAT THE CASHIER ENTERED === #

    def asked_for(self, sale):
        """Return what the terminal was asked for: amount and tip, in cents."""
        [session] = [
            session
            for session in self.simulator.sessions()
            if session["session_id"] == sale["session_id"]
        ]
        return session["amount"], session["tip_amount"]

    def test_cashiers_tip_is_part_of_the_amount(self):
        sale = self.sale_values(amount=12.0, tip=2.0)
        self.till("start_sale", sale)
        self.assertEqual(self.asked_for(sale), (1000, 200))
        self.simulator.tap(TERMINAL)
        snapshot = self.read(sale["session_id"])
        self.assertEqual((snapshot["charged"], snapshot["extras"]), (12.0, []))
        self.assertFalse(self.transaction(sale["session_id"]).review)

    def test_customer_adds_to_the_tip_of_the_cashier(self):
        sale = self.sale_values(amount=12.0, tip=2.0)
        self.till("start_sale", sale)
        self.simulator.tap(TERMINAL, tip=100)
        snapshot = self.read(sale["session_id"])
        self.assertEqual(snapshot["charged"], 13.0)
        self.assertEqual([extra["amount"] for extra in snapshot["extras"]], [1.0])
        self.assertFalse(self.transaction(sale["session_id"]).review)

    def test_tip_that_viva_would_refuse_is_part_of_the_amount(self):
        sale = self.sale_values(amount=3.0, tip=2.0)
        self.till("start_sale", sale)
        self.assertEqual(self.asked_for(sale), (300, 0))

    def test_tip_must_be_an_amount(self):
        for tip in (-1, "2", True, 0.001):
            with self.subTest(tip=tip):
                snapshot = self.till("start_sale", self.sale_values(tip=tip))
                self.assertEqual(snapshot["state"], "failed")
        self.assertFalse(self.simulator.sessions())

    # === THE TILL DOES NOT COME BACK === #

    def test_server_adds_the_line_to_a_draft_order(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        order = self.draft_order(sale)
        self.simulator.tap(TERMINAL, tip=200)
        self.read(sale["session_id"])
        tip_line = order.lines.filtered(lambda line: line.product_id == self.tips)
        self.assertEqual(tip_line.price_subtotal_incl, 2.0)
        self.assertEqual((order.amount_total, order.amount_paid), (14.34, 14.34))
        self.assertTrue(order.is_tipped)
        self.assertEqual(order.tip_amount, 2.0)
        self.assertEqual(order.payment_ids.amount, 14.34)

    def test_order_saved_after_the_approval_gets_the_line(self):
        sale = self.approved_sale(tip=200)
        order = self.draft_order(sale)
        self.assertEqual((order.amount_total, order.amount_paid), (14.34, 14.34))

    def test_till_that_adds_the_same_line_does_not_double_it(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        order = self.draft_order(sale)
        self.simulator.tap(TERMINAL, tip=200)
        [extra] = self.read(sale["session_id"])["extras"]
        line = self.line_of(extra)
        self.save_again(order, sale, state="paid", amount=14.34, lines=[line])
        self.assertEqual(order.state, "paid")
        self.assertEqual(len(order.lines), 2)
        self.assertEqual((order.amount_total, order.amount_paid), (14.34, 14.34))
        self.assertFalse(order.payment_ids.filtered("is_change"))
        self.assert_ledgers_agree(payments=1)

    def test_till_that_does_not_know_yet_does_not_undo_it(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        order = self.draft_order(sale)
        self.simulator.tap(TERMINAL, tip=200)
        self.read(sale["session_id"])
        self.save_again(order, sale)  # still with the amount that was asked for
        self.assertEqual(order.payment_ids.amount, 14.34)
        self.assertEqual((order.amount_total, order.amount_paid), (14.34, 14.34))

    def test_order_and_approval_that_were_saved_at_the_same_moment(self):
        """Neither transaction saw the other, so nothing ties the payment to the charge yet."""
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.simulator.tap(TERMINAL, tip=200)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        with (
            patch.object(type(self.env["pos.payment"]), "_viva_wallet_bind_saved"),
            patch.object(type(self.env["viva.wallet.transaction"]), "_book_missing"),
        ):
            order = self.draft_order(sale)
        self.assertFalse(self.transaction(sale["session_id"]).payment_id)
        self.assertEqual(order.payment_ids.amount, 12.34)
        line = self.line_of(self.read(sale["session_id"])["extras"][0])
        self.save_again(order, sale, state="paid", amount=14.34, lines=[line])
        self.assertEqual(order.state, "paid")
        self.assertEqual(order.payment_ids.amount, 14.34)
        self.assertEqual(self.transaction(sale["session_id"]).payment_id, order.payment_ids)
        self.assert_ledgers_agree(payments=1)

    def test_no_other_amount_can_be_saved(self):
        sale = self.approved_sale(tip=200)
        order = self.draft_order(sale)
        self.save_again(order, sale, amount=13.0)
        self.assertEqual(order.payment_ids.amount, 14.34)
        with self.assertRaises(UserError):
            order.payment_ids.amount = 13.0

    def test_taxed_tip_comes_to_what_was_charged(self):
        tax = self.env["account.tax"].create(
            {
                "name": "19 %",
                "amount": 19,
                "amount_type": "percent",
                "price_include_override": "tax_excluded",
            }
        )
        self.tips.taxes_id = tax
        for cents in (1, 99, 103, 200, 733):
            with self.subTest(tip=cents):
                sale = self.approved_sale(tip=cents)
                order = self.draft_order(sale)
                self.assertEqual(order.amount_total, order.payment_ids.amount)
                self.assertEqual(
                    order.currency_id.compare_amounts(order.amount_total, 12.34 + cents / 100), 0
                )

    def test_late_approval_of_another_amount_on_a_paid_order_is_reviewed(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        transaction = self.transaction(sale["session_id"])
        transaction._set_state("unknown")
        self.till("state_outcome", sale["session_id"], True)
        self.sync_order(sale)
        self.simulator.tap(TERMINAL, tip=200)
        self.read(sale["session_id"])
        self.assertEqual(transaction.state, "approved")
        self.assertEqual(transaction.review, "amount_differs")
