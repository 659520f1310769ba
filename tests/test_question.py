"""Asking Viva: not more often than agreed, never about what is over, and at once after a notification."""

from unittest.mock import patch

from odoo.tests import tagged

from ..models import record_call
from ..viva import provider_call, timing, webhook
from .common import TERMINAL
from .common_ledger import DOUBTFUL, CertaintyCommon, LedgerCommon


@tagged("post_install", "-at_install")
class TestQuestion(LedgerCommon):
    def test_waiting(self):
        sale = self.start()
        snapshot = self.read(sale["session_id"])
        self.assertEqual((snapshot["state"], snapshot["text"]), ("sent", ""))

    def test_final_rows_are_not_asked_about(self):
        sale = self.approved_sale()
        asked = len(self.simulator.requests("session"))
        for _attempt in range(3):
            self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        self.assertEqual(len(self.simulator.requests("session")), asked)

    def test_one_question_per_second(self):
        sale = self.start()
        for _attempt in range(5):
            self.till("read_status", [sale["session_id"]])
        self.assertEqual(len(self.simulator.requests("session")), 1)
        self.let_pass(self.transaction(sale["session_id"]), 1)
        for _attempt in range(5):
            self.till("read_status", [sale["session_id"]])
        self.assertEqual(len(self.simulator.requests("session")), 2)

    def test_unknown_is_still_asked_about(self):
        sale = self.unknown_sale()
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.learn(sale)["state"], "approved")
        self.assertFalse(self.transaction(sale["session_id"]).review)
        self.assert_ledgers_agree()


@tagged("post_install", "-at_install")
class TestOwedQuestion(CertaintyCommon):
    def notify(self, session_id, event_type=1796):
        body = (
            f'{{"EventTypeId": {event_type}, "EventData": {{"MerchantTrns": "{session_id}"}}}}'
        ).encode()
        notification = webhook.parse_webhook(body)
        self.env.flush_all()
        self.env["viva.wallet.transaction"].sudo()._on_notification(self.viva_method, notification)
        self.env.invalidate_all()

    def test_notification_right_after_an_answer_is_owed(self):
        sale = self.declined_sale(1006)
        self.till("read_status", [sale["session_id"]])
        self.simulator.approve_late(sale["session_id"])
        row = self.transaction(sale["session_id"])
        row.asked_at = timing.now()
        self.notify(sale["session_id"])
        self.assertTrue(self.transaction(sale["session_id"])._has_unasked_news())
        self.let_pass(self.transaction(sale["session_id"]), 2)
        self.assertEqual(
            self.till("read_status", [sale["session_id"]])[sale["session_id"]]["state"], "approved"
        )
        self.assertFalse(self.transaction(sale["session_id"])._has_unasked_news())

    def test_owed_question_is_asked_without_a_till(self):
        for event_id in (1006, DOUBTFUL):
            with self.subTest(event_id=event_id):
                self.simulator.reset()
                sale = self.declined_sale(event_id)
                self.simulator.approve_late(sale["session_id"])
                self.transaction(sale["session_id"]).asked_at = timing.now()
                planned = []
                with (
                    patch.object(record_call, "has_threads", lambda: True),
                    patch.object(
                        provider_call,
                        "run_later",
                        lambda *call, to=planned: to.append(call),
                        create=True,
                    ),
                ):
                    self.notify(sale["session_id"])
                    self.notify(sale["session_id"])
                self.assertEqual([seconds for seconds, _work in planned], [timing.ASK_INTERVAL])
                self.let_pass(self.transaction(sale["session_id"]), 2)
                self.run_cron()
                self.assertEqual(self.transaction(sale["session_id"]).state, "approved")
                self.transactions().review = False

    def test_retry_waits_for_the_owed_question(self):
        """However long ago Viva had confirmed that nothing was charged."""
        sale = self.declined_sale(1006)
        self.let_pass(self.transaction(sale["session_id"]), timing.LIST_LAG + 10)
        self.simulator.approve_late(sale["session_id"])
        self.transaction(sale["session_id"]).asked_at = timing.now()
        self.notify(sale["session_id"])
        self.assert_not_sent(self.till("start_sale", self.retry_of(sale)), "unsettled")
