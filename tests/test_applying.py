"""What an outcome does to a row: clear ones end it, unclear ones do not, later ones are looked at."""

import uuid
from datetime import timedelta

from odoo.tests import tagged

from ..viva import timing
from .common import TERMINAL
from .common_ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestApplying(LedgerCommon):
    # === OUTCOMES === #

    def test_failures(self):
        expected = {
            1000: ("cancelled", "Cancelled. Nothing was charged. [1000]"),
            1006: ("declined", "[1006]"),
            1020: ("insufficient_funds", "[1020]"),
            1055: ("declined", "The card was declined."),
            1060: ("expired_card", "expired"),
        }
        for event_id, (reason, text) in expected.items():
            with self.subTest(event_id=event_id):
                sale = self.start()
                self.simulator.decline(TERMINAL, event_id=event_id)
                snapshot = self.read(sale["session_id"])
                self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", reason))
                self.assertIn(text, snapshot["text"])
                self.assertFalse(snapshot["card"])
                self.assertFalse(self.transaction(sale["session_id"]).money_uncertain)
        self.assert_ledgers_agree(payments=0)
        self.assertFalse(self.charges())

    def test_timed_out_on_the_terminal(self):
        sale = self.start()
        self.clock.advance(60)
        snapshot = self.read(sale["session_id"])
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", "timed_out"))

    def test_tip_is_charged_and_recorded(self):
        sale = self.approved_sale(tip=100)
        transaction = self.transaction(sale["session_id"])
        self.assertEqual(transaction.charged_amount, 13.34)
        self.assertEqual(transaction.tip_amount, 1)
        self.assertFalse(transaction.review)
        self.assert_ledgers_agree()

    def test_another_amount_than_asked_for_goes_to_review(self):
        sale = self.approved_sale(charge=1000)
        transaction = self.transaction(sale["session_id"])
        self.assertEqual(transaction.state, "approved")
        self.assertEqual(transaction.review, "amount_differs")
        self.assertEqual((transaction.amount, transaction.charged_amount), (12.34, 10))
        self.assert_ledgers_agree()

    def test_success_with_an_unusual_event_is_booked_and_on_review(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.simulator.set_terminal(TERMINAL, body_overrides={"eventId": 10051})
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        self.sync_order(sale)
        row = self.transaction(sale["session_id"])
        self.assertEqual((row.review, row.payment_id.amount), ("unusual", 12.34))
        self.assertIn("10051", row.review_facts)
        self.assert_ledgers_agree(payments=1)

    # === WHAT IS NO OUTCOME === #

    def test_unclear_answers_change_nothing(self):
        sale = self.start()
        self.simulator.tap(TERMINAL)
        for answer in (
            {"status": 200, "body": {}},
            {"status": 200, "body": None},
            {"status": 200, "body": []},
            {"status": 200, "body": "<html>maintenance</html>"},
            {"status": 200, "body": {"sessionId": sale["session_id"], "success": "true"}},
            {"status": 200, "body": {"sessionId": str(uuid.uuid4()), "success": True}},
            {"status": 202, "body": None},
            {"status": 401, "body": None, "times": 2},
            {"status": 403, "body": None},
            {"status": 404, "body": None},
            {"status": 429, "body": None},
            {"status": 500, "body": None},
            {"status": 503, "body": "<html>busy</html>"},
        ):
            with self.subTest(answer=answer):
                self.simulator.add_faults({"operation": "session", "action": "answer", **answer})
                self.assertEqual(self.read(sale["session_id"])["state"], "sent")
        for action in ("drop_before", "drop_after"):
            self.simulator.add_faults({"operation": "session", "action": action})
            self.assertEqual(self.read(sale["session_id"])["state"], "sent")
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        self.assert_ledgers_agree()

    def test_failure_without_an_event_is_a_failure_in_doubt(self):
        sale = self.start()
        body = {"sessionId": sale["session_id"], "success": False}
        self.simulator.add_faults(
            {"operation": "session", "action": "answer", "status": 200, "body": body}
        )
        snapshot = self.read(sale["session_id"])
        self.assertEqual((snapshot["state"], snapshot["uncertain"]), ("failed", True))

    def test_success_that_is_not_ours(self):
        """Approved needs a transaction id and the currency that was asked for."""
        for overrides in (
            {"transactionId": None},
            {"currencyCode": "826"},
            {"sessionId": str(uuid.uuid4())},
            {"success": "true"},
            {"success": 1},
            {"amount": None},
            {"amount": 12.34},
        ):
            with self.subTest(overrides=overrides):
                self.simulator.reset()
                self.simulator.set_terminal(TERMINAL, body_overrides=overrides)
                sale = self.start()
                self.simulator.tap(TERMINAL)
                self.assertEqual(self.read(sale["session_id"])["state"], "sent")
                self.simulator.set_terminal(TERMINAL, body_overrides={})
                self.assertEqual(self.read(sale["session_id"])["state"], "approved")

    def test_aborted_request_that_never_arrived(self):
        sale = self.sale_values()
        self.simulator.add_faults({"operation": "sale", "action": "drop_before"})
        self.till("start_sale", sale)
        self.till("abort", sale)
        self.assertEqual(self.read(sale["session_id"])["state"], "sent")
        for _second in range(15):
            snapshot = self.read(sale["session_id"])
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", "never_received"))
        self.assertEqual(len(self.simulator.requests("sale")), 1)

    # === DEADLINE === #

    def test_deadline(self):
        sale = self.sleeping_sale()
        self.assertEqual(self.pass_until(sale, 73)["state"], "sent")
        self.assertFalse(self.aborts())
        snapshot = self.pass_until(sale, 76)
        self.assertEqual((snapshot["state"], snapshot["aborting"]), ("sent", True))
        self.assertEqual(len(self.aborts()), 1)
        self.assertFalse(self.transaction(sale["session_id"]).abort_user_id)
        self.assertEqual(self.pass_until(sale, 148)["state"], "sent")
        snapshot = self.pass_until(sale, 151)
        self.assertEqual(snapshot["state"], "unknown")
        self.assertIn(TERMINAL, snapshot["text"])
        self.assertEqual(len(self.aborts()), 1)
        self.assertEqual(self.transaction(sale["session_id"]).review, "unknown")

    def test_deadline_without_viva(self):
        sale = self.start()
        self._set_simulator_url(self.unused_url())
        self.addCleanup(self._set_simulator_url, self.simulator.url)
        self.assertEqual(self.pass_until(sale, 151)["state"], "unknown")

    def test_unknown_turns_out_to_be_a_failure(self):
        sale = self.unknown_sale()
        self.simulator.decline(TERMINAL)
        self.assertEqual(self.learn(sale)["state"], "failed")
        self.assertFalse(self.transaction(sale["session_id"]).review)

    def test_statements_and_what_viva_says_in_the_end(self):
        expected = {
            (True, "tap"): ("approved", False),
            (True, "decline"): ("failed", "not_charged"),
            (False, "tap"): ("approved", "late_approval"),
            (False, "decline"): ("failed", False),
        }
        for (paid, action), (state, review) in expected.items():
            with self.subTest(paid=paid, action=action):
                self.simulator.reset()
                sale = self.unknown_sale()
                self.till("state_outcome", sale["session_id"], paid)
                self.simulator.act(TERMINAL, action)
                self.assertEqual(self.learn(sale)["state"], state)
                row = self.transaction(sale["session_id"])
                self.assertEqual(row.review, review)
                self.assertEqual(row.statement_user_id, self.cashier)

    # === CHECKED ONCE MORE === #

    def test_every_outcome_is_checked_once_more(self):
        sale = self.approved_sale()
        self.let_pass(self.transaction(sale["session_id"]), 121)
        asked = len(self.simulator.requests("session"))
        for _run in range(3):
            self.run_cron()
            self.let_pass(self.transaction(sale["session_id"]), 2)
        self.assertEqual(len(self.simulator.requests("session")), asked + 1)
        self.assertFalse(self.transaction(sale["session_id"]).check_at)

    def test_check_without_an_answer_is_made_again(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.simulator.decline(TERMINAL)
        self.assertEqual(self.read(sale["session_id"])["state"], "failed")
        self.simulator.approve_late(sale["session_id"])
        row = self.transaction(sale["session_id"])
        for fault in ({"action": "drop_before"}, {"action": "answer", "status": 500}):
            self.simulator.add_faults({"operation": "session", **fault})
            self.let_pass(row, timing.CHECK_AFTER + 1)
            self.run_cron()
            self.assertEqual(row.state, "failed")
            self.assertTrue(row.check_at)
        self.let_pass(row, timing.CHECK_AFTER + 1)
        self.run_cron()
        self.assertEqual((row.state, row.review), ("approved", "late_approval"))
        self.let_pass(row, timing.CHECK_AFTER + 1)
        self.run_cron()
        self.assertFalse(row.check_at)

    def test_doubtful_failures_are_asked_about_for_days(self):
        sale = self.start()
        self.simulator.decline(TERMINAL, event_id=1099)
        self.read(sale["session_id"])
        row = self.transaction(sale["session_id"])
        self.assertTrue(row.money_uncertain)
        for _hour in range(3):
            self.let_pass(row, 3601)
            self.run_cron()
            self.assertTrue(row.check_at)
        self.let_pass(row, 29 * 86400)
        self.run_cron()
        self.assertGreater(row.check_at - timing.now(), timedelta(hours=5), "ever more seldom")
        self.let_pass(row, 86400)
        self.run_cron()
        self.assertFalse(row.check_at)

    def unknown_sale(self):
        """Return the row of a sale that Viva goes on calling processed, long after its end."""
        self.simulator.set_terminal(TERMINAL, endless_202=True)
        sale = self.start()
        row = self.transaction(sale["session_id"])
        self.let_pass(row, timing.UNKNOWN_AFTER)
        self.run_cron()
        self.assertEqual(row.state, "unknown")
        return row

    def questions(self):
        return len(self.simulator.requests("session"))

    def test_unknown_outcomes_are_asked_about_ever_more_seldom(self):
        row = self.unknown_sale()
        for days, hours in ((0, 0), (1, 2), (9, 6), (15, 6)):
            with self.subTest(days=days):
                self.let_pass(row, days * 86400 + timing.CHECK_AFTER + 1)
                asked = self.questions()
                self.run_cron()
                self.assertEqual(self.questions(), asked + 1)
                self.run_cron()
                self.assertEqual(self.questions(), asked + 1, "not again at once")
                self.assertLessEqual(
                    row.check_at - timing.now(), timedelta(hours=hours, minutes=30)
                )

    def test_unknown_outcomes_are_given_up_after_a_month(self):
        row = self.unknown_sale()
        self.let_pass(row, 31 * 86400)
        self.run_cron()
        asked = self.questions()
        self.let_pass(row, 86400)
        self.run_cron()
        self.assertEqual(self.questions(), asked)
        self.env["ir.config_parameter"].sudo().set_param(timing.FOLLOW_PARAMETER, "60")
        self.run_cron()
        self.assertEqual(self.questions(), asked + 1)

    def test_approval_that_a_terminal_without_internet_tells_days_later(self):
        row = self.unknown_sale()
        self.let_pass(row, 5 * 86400)
        self.simulator.set_terminal(TERMINAL, endless_202=False)
        self.simulator.tap(TERMINAL)
        self.run_cron()
        self.assertEqual(row.state, "approved")
        self.run_cron()
        self.assertEqual(len(self.charges()), 1)

    def test_late_approval_goes_to_review(self):
        sale = self.start()
        self.simulator.decline(TERMINAL)
        self.assertEqual(self.read(sale["session_id"])["state"], "failed")
        self.simulator.approve_late(sale["session_id"])
        self.run_cron()
        self.assertEqual(self.transaction(sale["session_id"]).state, "failed")
        self.let_pass(self.transaction(sale["session_id"]), 121)
        self.run_cron()
        row = self.transaction(sale["session_id"])
        self.assertEqual((row.state, row.review), ("approved", "late_approval"))
        self.assert_ledgers_agree()

    def test_failure_that_viva_half_takes_back_goes_to_review(self):
        sale = self.start()
        self.simulator.decline(TERMINAL)
        self.assertEqual(self.read(sale["session_id"])["state"], "failed")
        self.simulator.set_terminal(TERMINAL, body_without=["transactionId"])
        self.simulator.approve_late(sale["session_id"])
        row = self.transaction(sale["session_id"])
        for _check in range(2):
            self.let_pass(row, timing.CHECK_AFTER + 1)
            self.run_cron()
            self.assertEqual(
                (row.state, row.review, row.money_uncertain), ("failed", "conflict", True)
            )
        self.simulator.set_terminal(TERMINAL, body_without=[])
        self.let_pass(row, timing.CHECK_AFTER + 1)
        self.run_cron()
        self.assertEqual((row.state, row.review), ("approved", "late_approval"))

    def test_contradiction_of_viva_goes_to_review(self):
        sale = self.approved_sale()
        self.simulator.set_terminal(
            TERMINAL, body_overrides={"success": False, "eventId": 1006, "transactionId": None}
        )
        self.let_pass(self.transaction(sale["session_id"]), 121)
        self.run_cron()
        row = self.transaction(sale["session_id"])
        self.assertEqual((row.state, row.review), ("approved", "conflict"))
