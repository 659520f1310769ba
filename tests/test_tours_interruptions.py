"""The till in a browser, while servers, networks, pages and people do what they should not."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import TERMINAL
from .test_tours import TourCommon

LONG = 400  # seconds, for tours of many sales


class InterruptionCommon(TourCommon):
    """What the tours of this file can have done behind the back of the till."""

    def steer_faults(self, rules):
        self.simulator.add_faults(*rules)

    def steer_clear_faults(self):
        self.simulator.clear_faults()

    def steer_revoke_tokens(self):
        self.simulator.revoke_tokens()

    def last_row(self, env):
        return env["viva.wallet.transaction"].search([], limit=1)

    def steer_cron(self):
        """Let time pass until everything is asked about again."""
        with self.registry.cursor() as cr:
            cr.execute(
                "UPDATE viva_wallet_transaction SET asked_at = NULL, check_at = now() - interval '1 h'"
            )
        self.in_background(lambda env: env["viva.wallet.transaction"]._cron_reconcile())

    def steer_approve_late(self):
        """Let Viva turn the failure of the last request into a success."""
        self.simulator.approve_late(self.simulator.sessions()[-1]["session_id"])

    def steer_reversed(self):
        """Let Viva undo the last charge, and the server know it."""
        self.simulator.reverse(self.charges()[-1]["session_id"])
        self.in_background(lambda env: self.last_row(env)._set_state("reversed"))

    def steer_interfere(self):
        """Do from elsewhere what must not be done while a terminal may be charging."""
        self.in_background(self.interfere)

    def interfere(self, env):
        row = self.last_row(env)
        order = env["pos.order"].search([("uuid", "=", row.order_uuid)])
        self.assertEqual(order.state, "draft")
        for way in (
            order.action_pos_order_cancel,
            order.unlink,
            order.payment_ids.unlink,
            row.pos_session_id.action_pos_session_closing_control,
        ):
            with self.assertRaises(UserError), env.cr.savepoint():
                way()
        second = env["viva.wallet.till"].start_sale(
            {
                "session_id": "11111111-1111-4111-8111-111111111111",
                "payment_method_id": row.payment_method_id.id,
                "pos_session_id": row.pos_session_id.id,
                "amount": row.amount,
                "order_uuid": row.order_uuid,
                "order_name": row.order_name,
                "payment_uuid": row.payment_uuid,
            }
        )
        self.assertEqual(second["session_id"], row.session_id)


@tagged("post_install", "-at_install")
class TestFaultTours(InterruptionCommon):
    def test_lost_replies(self):
        rows = self.run_tour("viva_wallet_lost_replies", timeout=LONG)
        self.assertEqual(rows.mapped("state"), ["approved"] * 6)
        self.assertFalse(any(row.review for row in rows))
        self.assertEqual(len(self.viva_payments()), 6)

    def test_sick_viva(self):
        rows = self.run_tour("viva_wallet_sick_viva", timeout=LONG)
        self.assertEqual(rows.mapped("state"), [*["approved"] * 5, *["failed", "approved"] * 2])
        self.assertFalse(any(row.review for row in rows))
        self.assertEqual(len(self.viva_payments()), 7)

    def test_odoo_restarted(self):
        self.run_tour("viva_wallet_odoo_restarted", timeout=LONG)
        self.assertEqual(len(self.viva_payments()), 3)

    def test_odoo_gone_at_first(self):
        self.run_tour("viva_wallet_odoo_gone_at_first")
        self.assert_paid()
        self.assertEqual(len(self.simulator.requests("sale")), 1)

    def test_unknown_and_not_paid(self):
        row = self.run_tour("viva_wallet_unknown_not_paid")
        self.assertRecordValues(row, [{
            "state": "unknown",
            "statement": "not_paid",
            "statement_user_id": self.cashier.id,
            "review": "stated",
        }])  # fmt: skip
        # The customer had paid after all: too late for the till, not for the bookkeeper.
        self.simulator.tap(TERMINAL)
        self.simulator.set_terminal(TERMINAL, endless_202=False)
        self.let_pass(row, 2)
        row._poll()
        row.invalidate_recordset()
        self.assertEqual((row.state, row.review), ("approved", "late_approval"))
        self.assert_ledgers_agree(payments=0)

    def test_failed_then_paid(self):
        row = self.run_tour("viva_wallet_failed_then_paid")
        self.assertEqual((row.state, row.review), ("approved", "late_approval"))
        self.assert_paid()

    def test_paid_then_reversed(self):
        rows = self.run_tour("viva_wallet_paid_then_reversed")
        self.assertEqual(rows.mapped("state"), ["reversed", "approved"])
        self.assertEqual(self.viva_payments().viva_wallet_session_id, rows[-1].session_id)

    def test_webhook_before_the_reply(self):
        self.send_webhooks()
        self.run_tour("viva_wallet_webhook_before_reply")
        self.assert_paid()

    def test_webhooks_twice_late_and_in_the_wrong_order(self):
        self.send_webhooks()
        self.simulator.configure(webhook_copies=2, webhook_order="reversed", webhook_delay=0.5)
        self.run_tour("viva_wallet_one_sale")
        self.assert_paid()
        self.await_webhooks(4)
        self.assert_ledgers_agree(payments=1)


@tagged("post_install", "-at_install")
class TestChangeTours(InterruptionCommon):
    def test_order_grows_meanwhile(self):
        self.run_tour("viva_wallet_order_grows")
        order = self.assert_paid()
        self.assertEqual(sorted(order.payment_ids.mapped("amount")), [5.5, 12.34])

    def test_order_shrinks_meanwhile(self):
        self.run_tour("viva_wallet_order_shrinks")
        order = self.assert_paid()
        self.assertEqual(sorted(order.payment_ids.mapped("amount")), [-5.5, 12.34])

    def test_fast_hands(self):
        rows = self.run_tour("viva_wallet_fast_hands")
        self.assertEqual(rows.mapped("state"), ["failed", "failed", "approved"])
        self.assert_paid()

    def test_other_order_meanwhile(self):
        self.run_tour("viva_wallet_other_order_meanwhile")
        self.assert_paid()

    def test_others_interfere(self):
        self.run_tour("viva_wallet_others_interfere")
        self.assert_paid()
        self.assertEqual(len(self.simulator.requests("sale")), 1)


@tagged("post_install", "-at_install")
class TestRecoveryTours(InterruptionCommon):
    def test_reloaded_after_the_tap(self):
        self.run_tour("viva_wallet_reloaded_after_tap")
        self.assert_paid()

    def test_reloaded_while_cancelling(self):
        row = self.run_tour("viva_wallet_reloaded_while_cancelling")
        self.assertTrue(row.abort_requested_at)
        self.assert_paid()

    def test_page_that_died_before_it_was_stored(self):
        row = self.run_tour("viva_wallet_died_before_it_was_stored")
        self.assertEqual(row.state, "approved")
        self.assert_paid()

    def test_browser_wiped(self):
        self.run_tour("viva_wallet_browser_wiped")
        self.assert_paid()

    def test_offline(self):
        self.run_tour("viva_wallet_offline")
        self.assert_paid()

    def test_websocket_dead(self):
        self.send_webhooks()
        self.run_tour("viva_wallet_websocket_dead")
        self.assert_paid()

    def test_next_morning(self):
        """Another browser, which knows nothing, hours after the customer paid."""
        row = self.play("viva_wallet_tab_closed")
        self.simulator.tap(TERMINAL)
        self.let_pass(row, 8 * 3600)
        self.run_cron()
        self.assertEqual(row.state, "approved")
        self.run_tour("viva_wallet_next_morning")
        self.assert_paid()

    def test_paid_after_the_till_was_opened_again(self):
        self.play("viva_wallet_tab_closed")
        self.run_tour("viva_wallet_paid_at_last")
        self.assert_paid()

    def test_taken_over_by_another_device(self):
        self.play("viva_wallet_tab_closed")
        rows = self.run_tour("viva_wallet_taken_over")
        self.assertEqual(rows.mapped("state"), ["failed", "approved"])
        self.assert_paid()
