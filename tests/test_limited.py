"""Requests that Viva's limit of calls holds back: late, never lost, never twice."""

from odoo.tests import tagged

from ..viva import throttle, timing
from .common import TERMINAL, VivaWalletCommon


@tagged("post_install", "-at_install")
class TestLimited(VivaWalletCommon):
    def setUp(self):
        super().setUp()
        self.open_register()
        self.addCleanup(throttle.forget)

    def limit(self, operation="sale", times=1):
        self.simulator.add_faults(
            {
                "operation": operation, "action": "answer", "status": 429, "times": times,
                "body": {"detail": "Too many requests"}, "headers": {"Retry-After": "1"},
            }
        )  # fmt: skip

    def limited_sale(self, times=1):
        self.limit(times=times)
        sale = self.sale_values()
        snapshot = self.till("start_sale", sale)
        self.assertEqual((snapshot["state"], snapshot["limited"]), ("sent", True))
        return sale

    def poll(self, sale, seconds=30):
        self.let_pass(self.transaction(sale["session_id"]), seconds)
        return self.till("read_status", [sale["session_id"]])[sale["session_id"]]

    def test_held_back_request_is_sent_when_it_may_be(self):
        sale = self.limited_sale()
        self.assertFalse(self.simulator.sessions())
        snapshot = self.poll(sale)
        self.assertEqual((snapshot["state"], snapshot["limited"]), ("sent", False))
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        self.assertEqual(len(self.charges()), 1)
        self.assert_ledgers_agree()

    def test_no_question_before_it_is_sent(self):
        sale = self.limited_sale()
        self.till("read_status", [sale["session_id"]])
        self.assertFalse(self.simulator.requests("session"))

    def test_job_sends_it_when_the_till_is_gone(self):
        sale = self.limited_sale()
        self.let_pass(self.transaction(sale["session_id"]), 30)
        self.run_cron()
        self.assertEqual(len(self.simulator.sessions()), 1)

    def test_refused_again_and_again(self):
        sale = self.limited_sale(times=3)
        for _time in range(3):
            self.assertEqual(self.poll(sale, 5)["state"], "sent")
        self.assertFalse(self.poll(sale, 5)["limited"])
        self.assertEqual(len(self.simulator.sessions()), 1)

    def test_nobody_is_there_any_more(self):
        sale = self.limited_sale()
        snapshot = self.poll(sale, timing.RESEND_UNTIL + 1)
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", "throttled"))
        self.assertFalse(self.simulator.sessions())

    def test_cancelled_while_it_is_held_back(self):
        sale = self.limited_sale()
        self.assertEqual(self.till("abort", sale)["state"], "failed")
        self.poll(sale)
        self.run_cron()
        self.assertFalse(self.simulator.sessions())
        self.assertFalse(self.simulator.requests("abort"))

    def test_answer_that_was_false(self):
        """Viva has it although it said that it did not look: it is not charged twice."""
        self.simulator.add_faults(
            {"operation": "sale", "action": "answer", "status": 429, "handled": True}
        )
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.poll(sale)
        self.assertEqual([call["status"] for call in self.simulator.requests("sale")], [429, 409])
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        self.assert_ledgers_agree()

    def test_lost_after_it_was_held_back(self):
        """It is still sent once more, as any request that got lost."""
        sale = self.limited_sale()
        self.simulator.add_faults({"operation": "sale", "action": "drop_before"})
        self.poll(sale)
        self.assertFalse(self.simulator.sessions())
        self.poll(sale, 2)
        self.poll(sale, timing.RESEND_AFTER_MISSING + 1)
        self.poll(sale, 2)
        self.assertEqual(len(self.simulator.sessions()), 1)

    def test_questions_wait_as_well(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.limit("session")
        self.till("read_status", [sale["session_id"]])
        asked = len(self.simulator.requests("session"))
        row = self.transaction(sale["session_id"])
        row.asked_at = False
        self.till("read_status", [sale["session_id"]])
        self.assertEqual(len(self.simulator.requests("session")), asked)
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.poll(sale, 5)["state"], "approved")

    def test_wish_to_stop_is_repeated(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.limit("abort")
        self.assertFalse(self.till("abort", sale)["aborting"])
        self.forget_limits()
        self.assertTrue(self.till("abort", sale)["aborting"])
        self.assertEqual(len(self.simulator.requests("abort")), 2)
