"""How certain it is what became of a request: what Viva says is relied on as far as it was asked in time."""

import uuid

from odoo.tests import tagged

from ..viva import timing
from .common import TERMINAL
from .common_ledger import DOUBTFUL, CertaintyCommon


@tagged("post_install", "-at_install")
class TestSilence(CertaintyCommon):
    def silent_sale(self):
        """Return a sale about which Viva has not said anything for long."""
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.simulator.add_faults(
            {"operation": "any", "action": "answer", "status": 503, "times": None}
        )
        self.assertFalse(self.read(sale["session_id"])["silent"])
        self.let_pass(self.transaction(sale["session_id"]), timing.SILENT_AFTER)
        return sale

    def test_silence_is_told_and_ends(self):
        sale = self.silent_sale()
        snapshot = self.read(sale["session_id"])
        self.assertEqual((snapshot["state"], snapshot["silent"]), ("sent", True))
        self.simulator.clear_faults()
        self.assertFalse(self.read(sale["session_id"])["silent"])

    def test_what_is_stated_is_recorded_and_checked(self):
        for paid in (True, False):
            with self.subTest(paid=paid):
                self.simulator.reset()
                sale = self.silent_sale()
                self.till("abort", sale)
                self.read(sale["session_id"])
                snapshot = self.till("state_outcome", sale["session_id"], paid)
                self.assertEqual(
                    (snapshot["state"], snapshot["statement"]),
                    ("unknown", "paid" if paid else "not_paid"),
                )
                row = self.transaction(sale["session_id"])
                self.assertEqual((row.review, row.statement_user_id), ("stated", self.cashier))
                self.simulator.clear_faults()
                self.simulator.tap(TERMINAL)
                self.assertEqual(self.read(sale["session_id"])["state"], "approved")

    def test_no_statement_while_viva_answers(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.read(sale["session_id"])
        snapshot = self.till("state_outcome", sale["session_id"], True)
        self.assertEqual((snapshot["state"], snapshot["statement"]), ("sent", False))

    def test_a_till_that_was_away_hears_no_silence(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.read(sale["session_id"])
        self.let_pass(self.transaction(sale["session_id"]), 60)
        self.assertFalse(self.read(sale["session_id"])["silent"])


@tagged("post_install", "-at_install")
class TestOtherAccount(CertaintyCommon):
    def replace_account(self):
        self.change_method(viva_wallet_merchant_id=str(uuid.uuid4()))

    def change_method(self, **values):
        """Change what only may be changed while no register uses it."""
        pos_session = self.viva_config.current_session_id
        pos_session.state = "closed"
        self.viva_method.write(values)
        pos_session.state = "opened"

    def test_unknown_outcome_is_not_concluded_with_other_credentials(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        asked = len(self.simulator.requests("session"))
        self.replace_account()
        self.let_pass(self.transaction(sale["session_id"]), timing.UNKNOWN_AFTER)
        self.run_cron()
        row = self.transaction(sale["session_id"])
        self.assertEqual((row.state, row.review), ("unknown", "unaskable"))
        self.assertEqual(len(self.simulator.requests("session")), asked)
        self.assertFalse(self.simulator.requests("abort"))

    def test_doubtful_outcome_goes_on_review(self):
        sale = self.declined_sale()
        self.replace_account()
        self.let_pass(self.transaction(sale["session_id"]), timing.CHECK_AFTER + 1)
        self.run_cron()
        row = self.transaction(sale["session_id"])
        self.assertEqual((row.state, row.review, row.check_at), ("failed", "unaskable", False))
        self.assert_not_sent(self.till("start_sale", self.retry_of(sale)), "unsettled")

    def test_certain_outcome_is_left_alone(self):
        sale = self.approved_sale()
        self.replace_account()
        self.let_pass(self.transaction(sale["session_id"]), timing.CHECK_AFTER + 1)
        self.run_cron()
        row = self.transaction(sale["session_id"])
        self.assertEqual((row.state, row.review), ("approved", False))

    def test_404_with_another_client_says_nothing(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.simulator.configure(client_id="another.apps.vivapayments.com")
        self.change_method(viva_wallet_client_id="another.apps.vivapayments.com")
        self.simulator.add_faults(
            {"operation": "session", "action": "answer", "status": 404, "times": None}
        )
        self.assertEqual(self.read(sale["session_id"])["state"], "sent")
        self.assertFalse(self.transaction(sale["session_id"]).missing_since)

    def test_method_that_is_gone(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        row = self.transaction(sale["session_id"])
        row.payment_method_id = False
        self.let_pass(row, timing.UNKNOWN_AFTER)
        self.run_cron()
        self.assertEqual((row.state, row.review), ("unknown", "unaskable"))


@tagged("post_install", "-at_install")
class TestRefundCertainty(CertaintyCommon):
    def pay_back(self, sale, amount, way="account"):
        refund = self.refund_values(sale, amount=-amount, way=way)
        return self.till("start_refund", refund)

    def lag_list(self):
        """Have Viva's list of transactions not show what has just happened."""
        self.simulator.add_faults(
            {"operation": "transaction", "action": "answer", "status": 200, "times": None,
             "body": {"Transactions": [], "Success": True}}
        )  # fmt: skip

    def total_paid_back(self):
        return sum(move["amount"] for move in self.paid_back())

    def test_refund_that_the_list_does_not_show_yet(self):
        """It counts as paid back until the slowest list would show it."""
        sale = self.approved_sale(amount=60)
        self.assertEqual(self.pay_back(sale, 20)["state"], "approved")
        self.simulator.add_faults({"operation": "web_refund", "action": "drop_after"})
        self.lag_list()
        second = self.pay_back(sale, 20)
        for seconds in (31, timing.NOT_LISTED_AFTER, timing.UNKNOWN_AFTER, 600):
            self.let_pass(self.transaction(second["session_id"]), seconds)
            self.read(second["session_id"])
            third = self.pay_back(sale, 21)
            self.assertEqual((third["state"], third["reason"]), ("failed", "refund_open"))
        self.assertEqual(self.total_paid_back(), 4000)
        self.simulator.clear_faults()
        self.run_cron()
        self.let_pass(self.transaction(second["session_id"]), 2)
        self.assertEqual(self.read(second["session_id"])["state"], "approved")

    def test_refund_that_was_never_made_is_free_again_in_the_end(self):
        sale = self.approved_sale(amount=60)
        self.simulator.add_faults({"operation": "web_refund", "action": "drop_before"})
        lost = self.pay_back(sale, 60)
        self.let_pass(self.transaction(lost["session_id"]), timing.LIST_LAG + timing.REPLY_WITHIN)
        self.read(lost["session_id"])
        self.let_pass(self.transaction(lost["session_id"]), 5)
        self.assertEqual(self.pay_back(sale, 60)["state"], "approved")
        self.assertEqual(self.total_paid_back(), 6000)
        self.assert_ledgers_agree()

    def test_doubtful_refund_that_went_through(self):
        sale = self.approved_sale(amount=30)
        refund = self.refund_values(sale)
        self.till("start_refund", refund)
        self.simulator.decline(TERMINAL, event_id=DOUBTFUL)
        snapshot = self.read(refund["session_id"])
        self.assertEqual((snapshot["state"], snapshot["uncertain"]), ("failed", True))
        self.assertNotIn("Nothing was paid back", snapshot["text"])
        self.simulator.approve_late(refund["session_id"])
        self.let_pass(self.transaction(refund["session_id"]), 5)
        second = self.pay_back(sale, 30)
        self.assertEqual((second["state"], second["reason"]), ("failed", "nothing_remains"))
        self.assertEqual(self.total_paid_back(), 3000)

    def test_doubtful_refund_counts_as_paid_back_as_long_as_viva_does_not_answer(self):
        sale = self.approved_sale(amount=30)
        refund = self.refund_values(sale)
        self.till("start_refund", refund)
        self.simulator.decline(TERMINAL, event_id=DOUBTFUL)
        self.read(refund["session_id"])
        self.assertEqual(self.transaction(sale["session_id"]).refundable_minor, 0)
        self.simulator.add_faults(
            {"operation": "session", "action": "answer", "status": 500, "times": None}
        )
        second = self.pay_back(sale, 30)
        self.assertEqual((second["state"], second["reason"]), ("failed", "unsettled"))
        self.assertFalse(self.paid_back())
