"""What a person must look at: opened, closed, stated by a cashier, resolved by whoever may."""

import uuid

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import TERMINAL
from .common_ledger import ReviewCommon


@tagged("post_install", "-at_install")
class TestReview(ReviewCommon):
    # === OPENING AND CLOSING === #

    def test_nothing_disappears_without_a_name_and_a_reason(self):
        for resolution in ("refunded", "settled", "checked"):
            with self.subTest(resolution=resolution):
                row = self.lost_charge()
                self.resolve(row, resolution, "Paid back in cash, see the till roll")
                self.assertEqual(row.review_state, "resolved")
                self.assertEqual(row.review, "no_payment")
                self.assertEqual(row.resolution, resolution)
                self.assertEqual(row.resolved_by_id, self.manager)
                self.assertTrue(row.resolved_at)
                self.assertEqual(row.resolution_note, "Paid back in cash, see the till roll")
                self.assertIn(self.manager.name, row.review_history)
                self.run_cron()
                self.assertEqual(row.review_state, "resolved")

    def test_a_new_truth_opens_it_again(self):
        row = self.lost_charge()
        self.resolve(row, "settled", "Paid in cash")
        row._flag("no_payment")
        self.assertEqual(row.review_state, "resolved", "the same thing found again")
        row._flag("reversed", replace=True)
        self.assertEqual((row.review, row.review_state), ("reversed", "open"))
        self.assertFalse(row.resolution or row.resolved_by_id or row.resolved_at)
        for trace in ("Paid in cash", self.manager.name, "no payment in Odoo"):
            self.assertIn(trace, row.review_history)

    def test_one_question_at_a_time(self):
        row = self.create_transaction(state="approved", charged_minor=1234)
        row._flag("amount_differs")
        row._flag("conflict")
        self.assertEqual(row.review, "amount_differs")
        row._flag("reversed", replace=True)
        self.assertEqual(row.review, "reversed")
        row._unflag("amount_differs")
        self.assertEqual(row.review_state, "open")
        row._unflag("reversed")
        self.assertFalse(row.review or row.review_state)
        self.assertIn("Reversed by Viva", row.review_history)

    def test_charge_found_after_the_unknown_was_resolved(self):
        self.simulator.set_terminal(TERMINAL, endless_202=True)
        sale = self.sale_values()
        self.till("start_sale", sale)
        row = self.transaction(sale["session_id"])
        self.let_pass(row, 151)
        self.assertEqual(self.read(sale["session_id"])["state"], "unknown")
        self.resolve(row, "settled", "The customer paid in cash")
        self.simulator.tap(TERMINAL)
        self.simulator.set_terminal(TERMINAL, endless_202=False)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        self.assertEqual((row.review, row.review_state), ("late_approval", "open"))
        self.assert_ledgers_agree()

    def test_resolved_word_of_the_cashier_explains_no_charge_without_payment(self):
        row = self.create_transaction(state="approved", charged_minor=1234, statement="paid")
        row._flag("stated")
        self.resolve(row, "checked", "Seen on the receipt")
        row.finished_at = row.create_date
        self.let_pass(row, 601)
        self.run_cron()
        self.assertEqual((row.review, row.review_state), ("no_payment", "open"))

    # === STATEMENTS === #

    def test_statement_is_recorded_with_its_user(self):
        for paid, statement in ((True, "paid"), (False, "not_paid")):
            with self.subTest(paid=paid):
                self.simulator.reset()
                sale = self.unknown_sale()
                snapshot = self.till("state_outcome", sale["session_id"], paid)
                self.assertEqual((snapshot["state"], snapshot["statement"]), ("unknown", statement))
                row = self.transaction(sale["session_id"])
                self.assertEqual(row.review, "stated")
                self.assertEqual(row.statement_user_id, self.cashier)
                self.assertTrue(row.statement_at)

    def test_statement_only_about_the_unknown(self):
        open_sale = self.start()
        snapshot = self.till("state_outcome", open_sale["session_id"], True)
        self.assertEqual((snapshot["state"], snapshot["statement"]), ("sent", False))
        self.simulator.tap(TERMINAL)
        self.read(open_sale["session_id"])
        snapshot = self.till("state_outcome", open_sale["session_id"], False)
        self.assertEqual((snapshot["state"], snapshot["statement"]), ("approved", False))
        self.assertFalse(self.transaction(open_sale["session_id"]).statement)
        unknown = str(uuid.uuid4())
        self.assertEqual(self.till("state_outcome", unknown, True)["state"], "not_recorded")

    # === WHO MAY CLOSE === #

    def test_managers_and_accountants_resolve(self):
        for user in (self.manager, self.accountant):
            with self.subTest(user=user.login):
                row = self.lost_charge()
                self.resolve(row, "checked", "Seen", user=user)
                self.assertEqual(row.resolved_by_id, user)

    def test_nobody_else_resolves(self):
        row = self.lost_charge()
        auditor = self.create_user("viva_auditor", "account.group_account_readonly")
        for user in (self.cashier, auditor, self.create_user("viva_employee")):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    self.resolve(row, "checked", "Seen", user=user)
                with self.assertRaises(AccessError):
                    row.with_user(user)._check_may_resolve()
        self.assertEqual(row.review_state, "open")

    def test_not_in_another_company(self):
        row = self.lost_charge()
        company = self.setup_other_company(currency_id=self.env.ref("base.EUR").id)["company"]
        stranger = self.create_user(
            "viva_stranger", "point_of_sale.group_pos_manager", company=company
        )
        with self.assertRaises(AccessError):
            self.resolve(row, "checked", "Seen", user=stranger)
        self.assertEqual(row.review_state, "open")
        self.assertEqual(self.till("open_reviews", self.viva_config.id, user=stranger), [])
