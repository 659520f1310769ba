from odoo.tests import tagged

from .common import TERMINAL, VivaWalletHttpCommon


@tagged("post_install", "-at_install")
class TestTours(VivaWalletHttpCommon):
    """The till in a browser, as a plain POS user, against the simulator."""

    manual_clock = False

    def setUp(self):
        super().setUp()
        self.viva_config.with_user(self.pos_user).open_ui()
        self.simulator.configure(webhook_url=None)

    def run_tour(self, name, outcome, after=0.3, **settings):
        """Run a tour whose customer does always the same, then hold both ledgers together.

        :param str outcome: what the customer does, see `Simulator.set_terminal`.
        :param float after: seconds.
        :param settings: of the simulator.
        """
        self.simulator.configure(**settings)
        self.simulator.set_terminal(TERMINAL, autopilot={"outcome": outcome, "after": after})
        self.start_pos_tour(name, login="pos_user")
        self.assert_ledgers_agree()

    def assert_paid(self):
        payment = self.viva_payments()
        self.assertEqual(len(payment), 1)
        self.assertEqual(payment.amount, 12.34)
        self.assertEqual(payment.pos_order_id.state, "paid")
        for name in ("transaction_id", "card_brand", "card_no", "payment_method_authcode"):
            self.assertTrue(payment[name], name)

    def assert_not_paid(self):
        self.assertFalse(self.charges())
        self.assertFalse(self.viva_payments())

    def test_approved_with_notifications(self):
        self.send_webhooks()
        self.run_tour("viva_wallet_approved", "approve")
        self.assert_paid()
        self.assertTrue(self.transactions().notified_at)

    def test_approved_without_notifications(self):
        self.run_tour("viva_wallet_approved", "approve")
        self.assert_paid()

    def test_declined(self):
        self.run_tour("viva_wallet_declined", "decline")
        self.assert_not_paid()

    def test_declined_with_notifications(self):
        self.send_webhooks()
        self.run_tour("viva_wallet_declined", "decline")
        self.assert_not_paid()

    def test_cancelled_on_terminal(self):
        self.run_tour("viva_wallet_cancelled_on_terminal", "cancel")
        self.assert_not_paid()

    def test_timed_out(self):
        self.run_tour("viva_wallet_timed_out", "ignore", session_seconds=2)
        self.assert_not_paid()

    def test_cancelled_at_till(self):
        self.run_tour("viva_wallet_cancelled_at_till", "ignore")
        self.assert_not_paid()

    def test_reloaded_while_waiting(self):
        self.run_tour("viva_wallet_reloaded", "approve", after=6)
        self.assert_paid()

    def test_deleted_while_waiting(self):
        self.run_tour("viva_wallet_deleted_while_waiting", "ignore")
        self.assert_not_paid()
