"""What must not happen to an order or a register while a terminal may be charging for it, or has."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import TERMINAL
from .common_ledger import TwoRegistersCommon


@tagged("post_install", "-at_install")
class TestOrderGuard(TwoRegistersCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cash = cls.add_cash()

    # === ORDERS === #

    def assert_cannot_be_removed(self, order, text):
        """Check every way to lose an order, of the till and of the back office."""
        by_cashier = order.with_user(self.cashier)
        for way in (
            by_cashier.action_pos_order_cancel,
            order.action_pos_order_cancel,
            order.unlink,
            lambda: by_cashier.remove_from_ui(order.ids),
            lambda: order.write({"state": "cancel"}),
        ):
            with self.subTest(way=way), self.assertRaisesRegex(UserError, text):
                way()
            self.env.invalidate_all()
            self.assertEqual(order.state, "draft")

    def test_order_of_a_running_payment_stays(self):
        sale = self.start()
        order = self.sync_order(sale, state="draft", payment_status="waitingCard")
        self.assert_cannot_be_removed(order, f"Terminal {TERMINAL} may still charge .*12.34")
        with self.assertRaisesRegex(UserError, "may still charge"):
            order.payment_ids.unlink()
        self.tap(sale)
        self.assert_cannot_be_removed(order, "12.34.€ of order .* was charged to a card")
        self.resync(order, state="paid")
        self.assertEqual(order.state, "paid")
        self.assert_ledgers_agree(payments=1)

    def test_order_stays_although_its_line_is_not_on_the_server(self):
        sale = self.start()
        order = self.sync_order(sale, state="draft", is_line_lost=True)
        self.assert_cannot_be_removed(order, "may still charge")

    def test_order_of_an_unknown_outcome_stays_until_somebody_says_what_happened(self):
        sale = self.unknown_sale()
        order = self.sync_order(sale, state="draft")
        self.assert_cannot_be_removed(order, "It is not known whether")
        self.till("state_outcome", sale["session_id"], False)
        order.with_user(self.cashier).action_pos_order_cancel()
        self.assertEqual(order.state, "cancel")

    def test_order_of_a_failed_payment_can_go(self):
        sale = self.start()
        self.simulator.decline(TERMINAL)
        self.read(sale["session_id"])
        order = self.sync_order(sale, state="draft", payment_status="retry")
        order.with_user(self.cashier).action_pos_order_cancel()
        self.assertEqual(order.state, "cancel")
        order.unlink()
        self.assertTrue(self.transaction(sale["session_id"]))

    def test_order_is_not_paid_otherwise_meanwhile(self):
        sale = self.start()
        cash = self.sale_values(order_uuid=sale["order_uuid"], payment_method_id=self.cash.id)
        with self.assertRaisesRegex(UserError, "may still charge"):
            self.sync_order(cash, viva_wallet_session_id=False)
        self.simulator.decline(TERMINAL)
        self.read(sale["session_id"])
        self.sync_order(cash, viva_wallet_session_id=False)
        self.assert_ledgers_agree(payments=0)

    # === CLOSING THE REGISTER === #

    def test_register_stays_open_while_a_terminal_may_be_charging(self):
        sale = self.start()
        answer = self.pos_session.with_user(self.cashier).close_session_from_ui()
        self.assertFalse(answer["successful"])
        self.assertIn("12.34", answer["message"])
        self.assertIn(TERMINAL, answer["message"])
        self.assertNotEqual(self.pos_session.state, "closed")
        self.simulator.tap(TERMINAL)
        self.read(sale["session_id"])
        self.sync_order(sale)
        answer = self.pos_session.with_user(self.cashier).close_session_from_ui()
        self.assertTrue(answer["successful"], answer)
        self.assertEqual(self.pos_session.state, "closed")
        self.assert_ledgers_agree(payments=1)

    def test_register_of_another_payment_can_be_closed(self):
        session = self.open_register(self.other_config)
        self.start()
        answer = session.with_user(self.cashier).close_session_from_ui()
        self.assertTrue(answer["successful"], answer)

    def test_register_is_not_closed_from_the_back_office(self):
        sale = self.start()
        with self.assertRaisesRegex(UserError, "A card payment is still running"):
            self.pos_session.action_pos_session_closing_control()
        self.assertEqual(self.pos_session.state, "opened")
        self.simulator.cancel(TERMINAL)
        self.read(sale["session_id"])
        self.pos_session.action_pos_session_closing_control()
        self.assertEqual(self.pos_session.state, "closed")
