"""Giving a charge that no payment books to the order that the customer paid for."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import OTHER_TERMINAL
from .common_ledger import ReviewCommon


@tagged("post_install", "-at_install")
class TestAttach(ReviewCommon):
    def refused(self, row, order, sentence):
        """Check that attaching is refused in these words, in the dialog before anything is done."""
        effect, is_possible = row._attach_effect(order)
        self.assertFalse(is_possible, effect)
        self.assertRegex(effect, sentence)
        with self.assertRaisesRegex(UserError, sentence):
            self.resolve(row, "attached", order=order)
        self.assertEqual(row.review_state, "open")

    def test_unpaid_order_is_paid_by_it(self):
        row, order = self.lost_charge(), self.draft_order()
        self.resolve(row, "attached", "Customer came back", order)
        self.assertEqual(order.state, "paid")
        payment = order.payment_ids
        self.assertEqual(payment.amount, 12.34)
        self.assertEqual(payment.transaction_id, row.transaction_id)
        self.assertEqual(payment.card_no, row.card_last4)
        self.assertEqual((row.payment_id, row.order_id), (payment, order))
        self.assertEqual((row.review_state, row.resolution), ("resolved", "attached"))
        self.assertIn("Customer came back", row.resolution_note)
        self.assert_ledgers_agree(payments=1)
        answer = self.pos_session.with_user(self.cashier).close_session_from_ui()
        self.assertTrue(answer["successful"], answer)

    def test_what_odoo_refuses_is_told_and_nothing_is_resolved(self):
        row, order = self.lost_charge(), self.draft_order()
        refusal = UserError("A rule of another addon")
        with (
            patch.object(self.env.registry["pos.order"], "add_payment", side_effect=refusal),
            self.assertRaisesRegex(UserError, "A rule of another addon"),
            self.env.cr.savepoint(),  # a request that fails leaves nothing behind
        ):
            self.resolve(row, "attached", order=order)
        self.env.invalidate_all()
        self.assertEqual((row.review_state, row.resolution), ("open", False))
        self.assertFalse(row.payment_id)

    def test_part_of_an_order(self):
        row, order = self.lost_charge(), self.draft_order(amount=20.0)
        self.resolve(row, "attached", order=order)
        self.assertEqual((order.state, order.amount_paid), ("draft", 12.34))
        self.assertEqual(row.payment_id.pos_order_id, order)

    def test_rest_of_an_order(self):
        row, order = self.lost_charge(), self.draft_order(amount=20.0, paid=7.66)
        self.resolve(row, "attached", order=order)
        self.assertEqual(order.state, "paid")
        self.assert_ledgers_agree(payments=1)

    def test_more_than_the_rest(self):
        row, order = self.lost_charge(), self.draft_order(amount=20.0, paid=10.0)
        self.refused(row, order, "more than the .*10.00")

    def test_paid_order_whose_payment_nobody_charged(self):
        booked = self.sync_order(self.sale_values(), viva_wallet_session_id=False)
        unasked = self.transactions()
        self.assertEqual(unasked.review, "not_charged")
        row = self.lost_charge()
        self.resolve(row, "attached", "The card was tapped twice", booked)
        self.assertEqual(row.payment_id, booked.payment_ids)
        self.assertEqual(booked.payment_ids.transaction_id, row.transaction_id)
        self.assertEqual((unasked.review_state, unasked.resolution), ("resolved", "attached"))
        self.assertFalse(unasked.payment_id)
        self.assert_ledgers_agree(payments=1)

    def test_paid_order_of_a_closed_session(self):
        booked = self.sync_order(self.sale_values(), viva_wallet_session_id=False)
        row = self.lost_charge()
        answer = self.pos_session.with_user(self.cashier).close_session_from_ui()
        self.assertTrue(answer["successful"], answer)
        self.resolve(row, "attached", order=booked)
        self.assertEqual(row.payment_id, booked.payment_ids)
        self.assert_ledgers_agree(payments=1)

    def test_payment_of_a_reversed_charge(self):
        sale = self.approved_sale()
        order = self.sync_order(sale)
        reversed_row = self.transaction(sale["session_id"])
        self.simulator.reverse(sale["session_id"])
        reversed_row._suspect_reversal()
        self.run_cron()
        self.assertEqual(reversed_row.state, "reversed")
        row = self.lost_charge()
        self.resolve(row, "attached", "Paid again", order)
        self.assertEqual(order.payment_ids.transaction_id, row.transaction_id)
        self.assert_ledgers_agree(payments=1)

    def test_order_paid_otherwise(self):
        row, order = self.lost_charge(), self.draft_order(paid=12.34)
        order._process_saved_order(False)
        self.assertEqual(order.state, "paid")
        self.refused(row, order, "already paid: Other card.*12.34.*correct the payment")
        answer = self.pos_session.with_user(self.cashier).close_session_from_ui()
        self.assertTrue(answer["successful"], answer)
        self.refused(row, order, "session is closed.*between the two journals")

    def test_charged_order(self):
        sale = self.approved_sale()
        order = self.sync_order(sale)
        self.refused(self.lost_charge(), order, "already paid: Viva Wallet")
        self.assert_ledgers_agree(payments=1)

    def test_running_payment(self):
        order = self.draft_order()
        row = self.lost_charge()
        self.till("start_sale", self.sale_values(order_uuid=order.uuid))
        self.refused(row, order, "not known yet")

    def test_cancelled_order(self):
        order = self.draft_order()
        row = self.lost_charge()
        order.action_pos_order_cancel()
        self.refused(row, order, "is cancelled")

    def test_register_without_the_method(self):
        method = self.create_viva_method(viva_wallet_terminal_id=OTHER_TERMINAL)
        row = self.lost_charge()
        row.payment_method_id = method
        self.refused(row, self.draft_order(), "does not take")

    def test_booked_charge_is_not_attached_again(self):
        sale = self.approved_sale()
        self.sync_order(sale)
        row = self.transaction(sale["session_id"])
        row._flag("conflict")
        self.refused(row, self.draft_order(), "still needs a payment")
