"""The till in a browser pays back, as a plain POS user."""

from odoo.tests import tagged

from .test_tours_interruptions import InterruptionCommon


@tagged("post_install", "-at_install")
class TestRefundTours(InterruptionCommon):
    def assert_refunds(self, *amounts):
        """Check what was paid back and booked so, in cents, oldest first."""
        self.assertEqual([entry["amount"] for entry in self.paid_back()], list(amounts))
        booked = self.viva_payments().filtered(lambda payment: payment.amount < 0)
        self.assertEqual(
            sorted(round(-payment.amount * 100) for payment in booked), sorted(amounts)
        )
        self.assertFalse(self.transactions().filtered("review"))

    def test_piece_after_piece(self):
        rows = self.run_tour("viva_wallet_refund_pieces")
        self.assertEqual(rows.mapped("state"), ["approved", "failed", "approved", "approved"])
        self.assert_refunds(617, 617)
        sale = rows[0]
        self.assertEqual(sale.refundable_minor, 0)
        self.assertEqual(sale.refund_ids.mapped("user_id"), self.cashier)

    def test_reloaded_before_it_is_sent(self):
        rows = self.run_tour("viva_wallet_refund_reloaded")
        self.assert_refunds(1234)
        refunded = rows[1].order_id.lines.refunded_orderline_id
        self.assertEqual(refunded.order_id, rows[0].order_id)

    def test_refused_cancelled_and_lost(self):
        rows = self.run_tour("viva_wallet_refund_refused")
        self.assertEqual(rows.mapped("state"), ["approved", "failed", "approved"])
        self.assert_refunds(1234)

    def test_card_and_cash(self):
        self.run_tour("viva_wallet_refund_card_and_cash")
        self.assert_refunds(1000)

    def test_two_cards(self):
        self.run_tour("viva_wallet_refund_two_cards")
        self.assert_refunds(500, 700)

    def test_through_the_account(self):
        self.viva_method.viva_wallet_refund_way = "account"
        self.run_tour("viva_wallet_refund_by_account")
        self.assert_refunds(1234)
        self.assertFalse(self.simulator.requests("refund"))

    def test_without_the_card(self):
        rows = self.run_tour("viva_wallet_refund_other_way")
        self.assertEqual(rows.mapped("refund_way"), [False, "terminal", "account"])
        self.assert_refunds(1234)

    def test_order_of_a_closed_session(self):
        self.play("viva_wallet_sold_yesterday")
        session = self.viva_config.current_session_id
        session.with_user(self.cashier).action_pos_session_closing_control()
        self.assertEqual(session.state, "closed")
        self.run_tour("viva_wallet_refund_next_day")
        self.assert_refunds(1234)

    def test_reverse(self):
        rows = self.run_tour("viva_wallet_reverse")
        self.assertEqual(rows.mapped("kind"), ["sale", "refund"])
        self.assert_refunds(700)
