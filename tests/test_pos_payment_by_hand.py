"""Payments on a terminal's method that no terminal made: on review at once, by every way of writing."""

import uuid

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..models.pos_payment_by_hand import CARD_FIELDS
from .common import OTHER_TERMINAL, TERMINAL
from .common_ledger import LedgerCommon

# A text or a number, as the field wants it.
CARD = dict.fromkeys(CARD_FIELDS, "7")


class ByHandCommon(LedgerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cash = cls.add_cash("Coins")
        cls.manager = cls.create_user("viva_manager", "point_of_sale.group_pos_manager")

    def cash_order(self, amount=12.34, state="paid", **values):
        """Return an order that a till has saved, paid in cash."""
        sale = self.sale_values(amount=amount, payment_method_id=self.cash.id)
        return self.sync_order(sale, state=state, viva_wallet_session_id=False, **values)

    def unasked(self):
        return self.transactions(reason="never_sent")

    def assert_on_review(self, payment, amount=12.34):
        """Check that exactly one row asks a person about a payment, and that it looks like none of
        Viva's."""
        row = self.unasked().filtered("payment_id")
        self.assertRecordValues(row, [{
            "payment_id": payment.id,
            "order_id": payment.pos_order_id.id,
            "amount": abs(amount),
            "kind": "refund" if amount < 0 else "sale",
            "state": "failed",
            "review": "not_charged",
            "review_state": "open",
        }])  # fmt: skip
        self.assertFalse([name for name in CARD if payment[name]])
        self.assertFalse(payment._viva_wallet_charge())
        return row

    def assert_nothing_on_review(self):
        self.assertFalse(self.transactions(review_state="open"))

    def assert_not_in_totals(self):
        self.env.flush_all()
        totals = self.env["viva.wallet.daily"].sudo().search(
            [("company_id", "=", self.env.company.id)]
        )  # fmt: skip
        self.assertFalse(sum(totals.mapped("sale_amount")) + sum(totals.mapped("refund_amount")))


@tagged("post_install", "-at_install")
class TestPaymentByHand(ByHandCommon):
    # === EDIT PAYMENT === #

    def test_method_switched_after_the_sale(self):
        order = self.cash_order()
        command = Command.update(order.payment_ids.id, {"payment_method_id": self.viva_method.id})
        order.with_user(self.cashier).write({"payment_ids": [command]})
        row = self.assert_on_review(order.payment_ids)
        self.assertEqual((row.user_id, row.cashier_name), (self.cashier, self.cashier.name))
        self.assertIn("12.34", row.review_facts)
        self.assert_not_in_totals()
        self.env.cr.precommit.run()
        self.assertTrue(self.bus_messages("VIVA_WALLET_REVIEW"))

    def test_payment_added_after_the_sale(self):
        order = self.cash_order()
        order.with_user(self.cashier).write({"payment_ids": [
            Command.update(order.payment_ids.id, {"amount": 2.34}),
            Command.create({"payment_method_id": self.viva_method.id, "amount": 10.0, **CARD}),
        ]})  # fmt: skip
        self.assert_on_review(order.payment_ids.filtered(lambda p: p.amount == 10.0), 10.0)

    def test_order_form(self):
        order = self.cash_order()
        with Form(order.with_user(self.manager)) as form, form.payment_ids.edit(0) as line:
            line.payment_method_id = self.viva_method
        self.assert_on_review(order.payment_ids)

    def test_card_of_another_provider(self):
        order = self.cash_order()
        order.payment_ids.write(CARD)
        order.payment_ids.payment_method_id = self.viva_method
        self.assert_on_review(order.payment_ids)

    def test_switched_back(self):
        order = self.cash_order()
        payment = order.payment_ids
        payment.payment_method_id = self.viva_method
        row = self.assert_on_review(payment)
        payment.payment_method_id = self.cash
        self.assert_nothing_on_review()
        self.assertIn("Explained by itself", row.review_history)
        payment.payment_method_id = self.viva_method
        self.assert_on_review(payment)

    def test_deleted_again(self):
        order = self.cash_order()
        payment = self.env["pos.payment"].create({
            "pos_order_id": order.id, "payment_method_id": self.viva_method.id, "amount": 1.0,
        })  # fmt: skip
        self.assert_on_review(payment, 1.0)
        payment.unlink()
        self.assert_nothing_on_review()

    def test_amount_changed(self):
        order = self.cash_order()
        payment = order.payment_ids
        payment.payment_method_id = self.viva_method
        row = self.assert_on_review(payment)
        row._resolve("checked", "Seen on the terminal's roll")
        payment.amount = 10.0
        self.assertEqual((row.review_state, row.amount), ("resolved", 10.0))
        payment.amount = 20.0
        self.assert_on_review(payment, 20.0)
        payment.amount = 0
        self.assert_nothing_on_review()

    def test_corrected_and_attached(self):
        """What bookkeepers are told to do when another method was chosen by mistake."""
        sale = self.approved_sale()
        charge = self.transaction(sale["session_id"])
        order = self.cash_order()
        order.payment_ids.payment_method_id = self.viva_method
        row = self.assert_on_review(order.payment_ids)
        charge._attach(order)
        self.assertEqual((row.review_state, row.resolution), ("resolved", "attached"))
        self.assertEqual(charge.payment_id, order.payment_ids)
        self.assertEqual(order.payment_ids.transaction_id, charge.transaction_id)
        self.assert_ledgers_agree(payments=1)

    # === OTHER WAYS === #

    def test_payment_dialog_of_the_back_office(self):
        order = self.cash_order(state="draft")
        order.payment_ids.unlink()
        self.pay_in_dialog(order, 12.34)
        self.assertEqual(order.state, "paid")
        self.assert_on_review(order.payment_ids)

    def test_payment_dialog_on_a_paid_order(self):
        order = self.cash_order()
        self.pay_in_dialog(order, 5.0)
        self.assert_on_review(order.payment_ids.filtered(lambda p: p.amount == 5.0), 5.0)

    def test_return_products(self):
        order = self.cash_order()
        action = order.refund()
        back = self.env["pos.order"].browse(action["res_id"])
        self.pay_in_dialog(back, back.amount_total)
        self.assertEqual(back.state, "paid")
        self.assert_on_review(back.payment_ids, -12.34)
        self.assert_not_in_totals()

    def pay_in_dialog(self, order, amount):
        wizard = self.env["pos.make.payment"].with_user(self.manager)
        wizard = wizard.with_context(active_id=order.id, active_ids=order.ids)
        wizard.create({"amount": amount, "payment_method_id": self.viva_method.id}).check()
        self.env.flush_all()

    def test_calls_from_outside(self):
        ways = {
            "create": lambda order: self.env["pos.payment"].create({
                "pos_order_id": order.id,
                "payment_method_id": self.viva_method.id,
                "amount": 3.0,
                "is_change": True,
                "viva_wallet_session_id": str(uuid.uuid4()),
                **CARD,
            }),
            "write": lambda order: order.payment_ids.write(
                {"payment_method_id": self.viva_method.id, "amount": 3.0, **CARD}
            ),
            "as if it were the ledger": lambda order: order.with_user(self.cashier).with_context(
                viva_wallet_booking=True, viva_wallet_saving_order=True
            ).payment_ids.write({"payment_method_id": self.viva_method.id, **CARD}),
            "add_payment": lambda order: order.add_payment(
                {"pos_order_id": order.id, "payment_method_id": self.viva_method.id, "amount": 3.0}
            ),
            "state": lambda order: self.draft_with_viva().write({"state": "paid"}),
            "moved": lambda order: self.draft_with_viva().payment_ids.write(
                {"pos_order_id": order.id}
            ),
        }  # fmt: skip
        for name, way in ways.items():
            with self.subTest(way=name):
                before = self.unasked()
                order = self.cash_order(amount=3.0)
                way(order)
                row = self.unasked() - before
                self.assertEqual(row.mapped("review_state"), ["open"])
                self.assertEqual(row.amount, 3.0)
                self.assertFalse([field for field in CARD if row.payment_id[field]])

    def draft_with_viva(self):
        return self.sync_order(
            self.sale_values(amount=3.0), state="draft", viva_wallet_session_id=False
        )

    def test_till_saves_a_line_without_a_request(self):
        order = self.sync_order(self.sale_values(), viva_wallet_session_id=False, **CARD)
        self.assertEqual(order.state, "paid")
        self.assert_on_review(order.payment_ids)

    def test_all_that_viva_says_about_a_card(self):
        known = self.env["viva.wallet.transaction"]._payment_values()
        self.assertEqual(set(CARD_FIELDS), set(known))

    def test_card_data_written_later(self):
        order = self.cash_order()
        order.payment_ids.payment_method_id = self.viva_method
        order.payment_ids.write(CARD)
        self.assert_on_review(order.payment_ids)

    # === WHAT IS LEFT AS IT WAS === #

    def test_confirmed_payment(self):
        order = self.sync_order(self.approved_sale())
        for vals in ({"amount": 20.0}, {"payment_method_id": self.cash.id}):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "charged to a card"):
                order.payment_ids.write(vals)
        self.assert_nothing_on_review()

    def test_payment_older_than_the_ledger(self):
        """A database may have been used with another addon for the same terminals."""
        order = self.cash_order()
        self.env.cr.execute(
            "UPDATE pos_payment SET payment_method_id = %s, transaction_id = 'old' WHERE id = %s",
            (self.viva_method.id, order.payment_ids.id),
        )
        self.env.invalidate_all()
        order.payment_ids.write({"amount": 10.0, "card_type": "credit", "transaction_id": "old"})
        order.payment_ids.payment_method_id = self.cash
        self.assertEqual(order.payment_ids.transaction_id, "old")
        self.assertFalse(self.transactions())

    def test_orders_paid_otherwise(self):
        order = self.cash_order()
        order.payment_ids.write({"amount": 12.34, "transaction_id": "of another terminal"})
        self.assertEqual(order.payment_ids.transaction_id, "of another terminal")
        self.pos_session.with_user(self.cashier).close_session_from_ui()
        self.assertEqual(order.state, "done")
        self.assertFalse(self.transactions())

    def test_closing_with_a_payment_on_review(self):
        order = self.cash_order()
        order.payment_ids.payment_method_id = self.viva_method
        row = self.assert_on_review(order.payment_ids)
        row._resolve("checked", "Seen on the terminal's roll")
        answer = self.pos_session.with_user(self.cashier).close_session_from_ui()
        self.assertTrue(answer["successful"], answer)
        self.assertEqual((order.state, row.review_state), ("done", "resolved"))


@tagged("post_install", "-at_install")
class TestStatedPaymentByHand(ByHandCommon):
    """Booked on the word of the cashier, then changed; Viva speaks later."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.create_viva_method(viva_wallet_terminal_id=OTHER_TERMINAL)
        cls.viva_config.payment_method_ids += cls.other

    def setUp(self):
        super().setUp()
        self.sale = self.unknown_sale()
        self.till("state_outcome", self.sale["session_id"], True)
        self.order = self.sync_order(self.sale)
        self.row = self.transaction(self.sale["session_id"])
        self.assertEqual(self.row.review, "stated")

    def test_enlarged(self):
        self.row._resolve("checked", "Seen on the terminal's roll")
        self.order.payment_ids.amount = 20.0
        self.assertEqual((self.row.review, self.row.review_state), ("not_charged", "open"))
        self.assertIn("20.00", self.row.review_facts)

    def test_switched_to_another_terminal(self):
        self.order.payment_ids.payment_method_id = self.other
        self.assertEqual((self.row.review, self.row.review_state), ("not_charged", "open"))

    def test_switched_to_cash_before_viva_confirms(self):
        self.order.payment_ids.payment_method_id = self.cash
        self.assertFalse(self.row.payment_id)
        self.simulator.tap(TERMINAL)
        self.learn(self.sale)
        self.let_pass(self.row, 601)
        self.run_cron()
        self.assertEqual((self.row.state, self.row.review_state), ("approved", "open"))
        self.assertFalse(self.row.payment_id)
        self.assertFalse(self.order.payment_ids.transaction_id)
