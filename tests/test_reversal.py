"""Charges and refunds that Viva has undone: a suspicion, its evidence, and what explains it."""

import uuid
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import TERMINAL
from .common_ledger import ListCommon, ReversalCommon


@tagged("post_install", "-at_install")
class TestReversal(ReversalCommon):
    def let_pass_until_check(self, row):
        row.reversal_check_at = fields.Datetime.now()

    # === SUSPICION === #

    def test_reversal_that_only_names_one_of_its_ids(self):
        for values in (
            {"merchant_reference": None},
            {"parent_id": None},
            {"parent_id": "unknown", "merchant_reference": None, "transaction_id": True},
        ):
            with self.subTest(values=values):
                row = self.booked_sale()
                self.simulator.reverse(row.session_id)
                if values.get("transaction_id"):
                    values["transaction_id"] = row.transaction_id
                self.announce(row, **values)
                self.run_cron()
                self.assertEqual(row.state, "reversed")

    def test_refund_that_was_asked_for_here(self):
        row = self.booked_sale()
        refund = self.refund(row, state="approved", transaction_id=str(uuid.uuid4()))
        self.announce(row, transaction_id=refund.transaction_id)
        self.announce(row, merchant_reference=refund.session_id)
        self.assertFalse(row.reversal_check_at)
        refund.state = "failed"
        self.announce(row)
        self.assertTrue(row.reversal_suspected_at)

    def test_announcement_while_a_refund_of_ours_is_on_its_way(self):
        """It is about that refund, most likely, but it may be about the whole sale."""
        for is_reversed in (False, True):
            with self.subTest(is_reversed=is_reversed):
                row = self.booked_sale()
                refund = self.refund(row, state="sent", amount_minor=100)
                self.simulator.refund(row.session_id, 100)
                self.announce(row)
                self.assertTrue(row.reversal_check_at)
                self.assertFalse(row.reversal_suspected_at)
                refund.write(
                    {
                        "state": "approved",
                        "charged_minor": 100,
                        "transaction_id": self.paid_back()[-1]["transaction_id"],
                    }
                )
                if is_reversed:
                    self.simulator.reverse(row.session_id)
                self.let_pass_until_check(row)
                self.run_cron()
                expected = ("reversed", "reversed") if is_reversed else ("approved", False)
                self.assertEqual((row.state, row.review), expected)
                self.assertFalse(row.reversal_check_at)

    def test_foreign_and_unknown_have_no_effect(self):
        row = self.booked_sale()
        other = self.setup_other_company(currency_id=self.env.ref("base.EUR").id)["company"]
        method = self.create_viva_method(journal_id=False, company_id=other.id)
        self.announce(row, method=method)
        self.announce(
            row, parent_id=str(uuid.uuid4()), merchant_reference="Web shop 1", transaction_id=None
        )
        self.announce(row, parent_id=None, merchant_reference=None, transaction_id=None)
        self.assertFalse(row.reversal_check_at)
        asked = len(self.simulator.requests("transaction"))
        self.run_cron()
        self.assertEqual(len(self.simulator.requests("transaction")), asked)

    def test_announced_before_the_approval_is_known(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.simulator.tap(TERMINAL)
        self.simulator.reverse(sale["session_id"])
        row = self.transaction(sale["session_id"])
        self.announce(row, parent_id=self.charges()[0]["transaction_id"])
        self.assertEqual(row.state, "approved", "Viva was asked when it spoke of it")
        self.run_cron()
        self.assertEqual(row.state, "reversed")
        self.assert_ledgers_agree()

    def test_contradiction_has_the_transaction_read(self):
        row = self.booked_sale()
        self.simulator.set_terminal(
            TERMINAL, body_overrides={"success": False, "eventId": 1006, "transactionId": None}
        )
        self.simulator.reverse(row.session_id)
        self.let_pass(row, 121)
        self.run_cron()
        self.assertEqual((row.state, row.review), ("reversed", "reversed"))

    # === EVIDENCE === #

    def test_reversal_confirmed_by_viva(self):
        row = self.booked_sale()
        self.simulator.reverse(row.session_id)
        self.announce(row)
        self.assertEqual(
            (row.state, row.review), ("approved", False), "an announcement is no proof"
        )
        self.run_cron()
        self.assertEqual(
            (row.state, row.review, row.review_state), ("reversed", "reversed", "open")
        )
        self.assertFalse(row.reversal_check_at)
        self.assert_ledgers_agree(payments=1)

    def test_announced_but_not_confirmed(self):
        row = self.booked_sale()
        self.announce(row)
        self.run_cron()
        self.assertEqual((row.state, row.review), ("approved", "reversal_announced"))
        self.simulator.reverse(row.session_id)
        self.let_pass_until_check(row)
        self.run_cron()
        self.assertEqual((row.state, row.review), ("reversed", "reversed"))

    def test_transaction_that_viva_does_not_find_any_more(self):
        row = self.booked_sale()
        self.simulator.add_faults(
            {"operation": "transaction", "action": "answer", "status": 404, "body": {}}
        )
        self.announce(row)
        self.run_cron()
        self.assertEqual((row.state, row.review), ("approved", "reversal_announced"))

    def test_no_answer_changes_nothing(self):
        row = self.booked_sale()
        self.simulator.reverse(row.session_id)
        for fault in (
            {"action": "drop_after"},
            {"action": "answer", "status": 500, "body": "<html>"},
            {"action": "answer", "status": 200, "body": {"Transactions": "X", "Success": True}},
            {"action": "answer", "status": 200, "body": {"Success": True, "Transactions": [
                {"TransactionId": str(uuid.uuid4()), "StatusId": "X"}]}},
            {"action": "answer", "status": 401, "body": {}},
        ):  # fmt: skip
            with self.subTest(fault=fault):
                self.simulator.add_faults({"operation": "transaction", **fault})
                self.announce(row)
                self.run_cron()
                self.assertEqual((row.state, row.review), ("approved", False))
                self.assertTrue(row.reversal_check_at)
        self.let_pass_until_check(row)
        self.run_cron()
        self.assertEqual(row.state, "reversed")

    def test_long_silence_needs_a_person(self):
        row = self.booked_sale()
        self.simulator.add_faults(
            {"operation": "transaction", "action": "drop_before", "times": None}
        )
        self.announce(row)
        row.reversal_suspected_at = fields.Datetime.now() - timedelta(hours=2)
        self.run_cron()
        self.assertEqual((row.state, row.review), ("approved", "reversal_announced"))

    def test_unconfirmed_suspicion_ends(self):
        row = self.booked_sale()
        self.announce(row)
        row.reversal_suspected_at = fields.Datetime.now() - timedelta(days=2)
        self.run_cron()
        self.assertFalse(row.reversal_check_at)
        self.assertEqual(row.review_state, "open")

    def test_partial_refund_in_vivas_own_pages(self):
        row = self.booked_sale()
        self.simulator.refund(row.session_id, 100)
        self.announce(row)
        self.run_cron()
        self.assertEqual((row.state, row.review), ("approved", "reversal_announced"))

    def test_whole_refund_of_ours_is_no_reversal(self):
        row = self.booked_sale()
        self.simulator.refund(row.session_id)
        self.refund(row, state="approved", transaction_id=str(uuid.uuid4()), charged_minor=1234)
        self.announce(row)
        self.run_cron()
        self.assertEqual((row.state, row.review, row.reversal_check_at), ("approved", False, False))

    def test_nothing_is_concluded_while_a_refund_of_ours_is_on_its_way(self):
        row = self.booked_sale()
        self.announce(row)
        self.simulator.refund(row.session_id)
        self.refund(row, state="sent", sent_at=fields.Datetime.now())
        self.run_cron()
        self.assertEqual((row.state, row.review), ("approved", False))
        self.assertTrue(row.reversal_check_at)

    def test_reversal_after_it_was_resolved(self):
        row = self.booked_sale()
        self.announce(row)
        self.run_cron()
        row._resolve("checked", "Viva says that it stands")
        self.simulator.reverse(row.session_id)
        self.let_pass_until_check(row)
        self.run_cron()
        self.assertEqual((row.review, row.review_state), ("reversed", "open"))
        self.assertIn("Viva says that it stands", row.review_history)


@tagged("post_install", "-at_install")
class TestReversalInLists(ListCommon):
    """What Viva's lists say, of whatever day the charge is."""

    def test_reversals_without_a_notification(self):
        row, standing = self.booked_sale(), self.booked_sale()
        self.simulator.reverse(row.session_id)
        self.compare()
        self.assertEqual((row.state, row.review), ("reversed", "reversed"))
        self.assertEqual((standing.state, standing.review), ("approved", False))
        asked = len(self.simulator.requests("transaction"))
        self.compare()
        self.assertEqual(len(self.simulator.requests("transaction")), asked + 3, "only the lists")
        self.assert_ledgers_agree(payments=2)

    def test_sale_of_another_day_is_refunded_in_vivas_own_pages(self):
        """Its own entry is in the list of its own day; nobody looks there any more."""
        row = self.booked_sale(amount=30)
        self.simulator.refund(row.session_id, 1000)
        (first,) = self.refunds_of(row)
        self.list_only(first)
        self.compare()
        self.assertEqual(
            (row.state, row.review, row.review_state), ("approved", "reversal_announced", "open")
        )
        row._resolve("checked", "Agreed with the customer.")
        self.list_only(first)
        self.compare()
        self.assertEqual(row.review_state, "resolved")
        self.simulator.refund(row.session_id, 500)
        second = next(entry for entry in self.refunds_of(row) if entry != first)
        self.list_only(second)
        self.compare()
        self.assertEqual((row.review, row.review_state), ("reversal_announced", "open"))

    def test_refund_of_ours_explains_itself(self):
        for way in ("terminal", "account"):
            with self.subTest(way=way):
                sale = self.approved_sale(amount=30)
                self.sync_order(sale)
                row = self.transaction(sale["session_id"])
                refund = self.refund_values(sale, amount=-10, way=way)
                self.till("start_refund", refund)
                if way == "terminal":
                    self.simulator.tap(TERMINAL)
                    self.read(refund["session_id"])
                self.list_only(*self.refunds_of(row))
                self.compare()
                self.assertEqual(
                    (row.state, row.review, row.touched_by), ("approved", False, False)
                )

    def test_refund_of_ours_that_viva_undoes(self):
        sale = self.approved_sale(amount=30)
        self.sync_order(sale)
        refund = self.approved_refund(sale, amount=-10)
        row = self.transaction(refund["session_id"])
        undone = {"TransactionId": row.transaction_id, "StatusId": "X", "Amount": -10.0}
        self.list_only(undone)
        self.simulator.add_faults(
            {
                "operation": "transaction", "action": "answer", "status": 200,
                "body": {"Transactions": [undone], "Success": True},
            }
        )  # fmt: skip
        self.compare()
        self.assertEqual(
            (row.state, row.review, row.review_state), ("reversed", "reversed", "open")
        )
        self.assertIn("the customer did not get the money", row.review_facts)
        self.assertEqual(self.transaction(sale["session_id"]).refundable_minor, 3000)
