"""Refunds through the Viva account: no terminal, no card, and no key against doubles."""

import uuid

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..viva import timing
from .common import TERMINAL
from .common_ledger import RefundCommon


@tagged("post_install", "-at_install")
class TestRefundByAccount(RefundCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.viva_method.viva_wallet_refund_way = "account"

    def web_requests(self):
        return self.simulator.requests("web_refund")

    def lose(self, action="drop_after", **values):
        """Ask for a refund of which the answer is lost, and return what the till had sent."""
        self.simulator.add_faults({"operation": "web_refund", "action": action})
        refund = self.refund_values(self.sale, **values)
        snapshot = self.till("start_refund", refund)
        self.assertEqual((snapshot["state"], snapshot["text"]), ("sent", ""))
        return refund

    def test_paid_back_at_once(self):
        refund = self.refund_values(self.sale)
        snapshot = self.till("start_refund", refund)
        self.assertEqual((snapshot["state"], snapshot["charged"]), ("approved", -12.34))
        (entry,) = self.paid_back()
        self.assertEqual(entry["kind"], "web_refund")
        self.assertEqual(entry["merchant_reference"], refund["session_id"])
        self.assertEqual(snapshot["card"]["transaction_id"], entry["transaction_id"])
        paid_with = self.transaction(self.sale["session_id"])
        self.assertTrue(paid_with.card_last4)
        self.assertEqual(
            (snapshot["card"]["card_brand"], snapshot["card"]["card_no"]),
            (paid_with.card_brand, paid_with.card_last4),
            "It went to the card that paid, which Viva does not repeat",
        )
        self.assertFalse(self.simulator.requests("refund"))
        self.assertEqual(self.remaining(), 0)
        self.assert_ledgers_agree()

    def test_as_the_second_way(self):
        self.viva_method.sudo()._write({"viva_wallet_refund_way": "terminal"})
        self.env.invalidate_all()
        self.simulator.set_terminal(TERMINAL, can_refund=False)
        refund = self.refund_values(self.sale)
        self.till("start_refund", refund)
        self.assertEqual(self.read(refund["session_id"])["other_way"], "account")
        again = self.refund_values(self.sale, way="account", payment_uuid=refund["payment_uuid"])
        self.assertEqual(self.till("start_refund", again)["state"], "approved")
        self.assert_ledgers_agree()

    def test_occupies_no_terminal(self):
        self.till("start_sale", self.sale_values(amount=3))
        self.lose()
        self.assertEqual(
            self.transactions(state="sent").mapped(lambda row: (row.kind, row.terminal_id)),
            [("sale", TERMINAL), ("refund", TERMINAL)],
        )

    def test_repeated_call(self):
        refund = self.refund_values(self.sale)
        for _attempt in range(3):
            self.assertEqual(self.till("start_refund", refund)["state"], "approved")
        self.assertEqual(len(self.web_requests()), 1)

    # === LOST ANSWERS === #

    def test_lost_answer_is_found_in_the_list(self):
        refund = self.lose()
        snapshot = self.read(refund["session_id"])
        self.assertEqual(snapshot["state"], "approved")
        self.assertEqual(len(self.web_requests()), 1)
        self.assertFalse(self.transaction(refund["session_id"]).sudo().raw_answer)
        self.assert_ledgers_agree()

    def test_lost_answer_is_found_without_our_reference(self):
        self.simulator.configure(web_refund_reference=False)
        refund = self.lose()
        self.assertEqual(self.read(refund["session_id"])["state"], "approved")
        self.assert_ledgers_agree()

    def test_error_after_which_money_may_have_gone_back(self):
        """Viva was seen to carry out what it calls failed: its list decides."""
        body = {"StatusId": "E", "ErrorCode": 502, "Success": False, "TransactionId": None}
        for error in (body, {**body, "ErrorCode": 403, "TransactionId": str(uuid.uuid4())}):
            with self.subTest(error=error):
                self.simulator.add_faults(
                    {"operation": "web_refund", "action": "answer", "status": 200, "body": error,
                     "handled": True}
                )  # fmt: skip
                refund = self.refund_values(self.sale, amount=-1)
                self.assertEqual(self.till("start_refund", refund)["state"], "sent")
                self.assertEqual(self.read(refund["session_id"])["state"], "approved")
        self.assertEqual((len(self.web_requests()), len(self.paid_back())), (2, 2))
        self.assert_ledgers_agree()

    def test_another_refund_of_the_same_amount_is_not_taken_for_it(self):
        self.simulator.configure(web_refund_reference=False)
        first = self.refund_values(self.sale, amount=-5)
        self.till("start_refund", first)
        second = self.lose("drop_before", amount=-5)
        self.assertEqual(self.read(second["session_id"])["state"], "sent")
        self.let_pass(self.transaction(second["session_id"]), timing.NOT_LISTED_AFTER)
        self.assertEqual(self.read(second["session_id"])["state"], "unknown")
        self.let_pass(self.transaction(second["session_id"]), timing.LIST_LAG)
        self.assertEqual(self.read(second["session_id"])["reason"], "never_received")
        self.assertEqual(len(self.paid_back()), 1)
        self.assert_ledgers_agree()

    def test_refund_in_vivas_own_pages_is_not_taken_for_another_amount(self):
        refund = self.lose("drop_before", amount=-5)
        self.simulator.refund(self.sale["session_id"], 400)
        self.let_pass(self.transaction(refund["session_id"]), 40)
        self.assertEqual(self.read(refund["session_id"])["state"], "sent")

    def test_request_that_never_arrived(self):
        refund = self.lose("drop_before")
        self.assertEqual(self.read(refund["session_id"])["state"], "sent")
        self.assertEqual(len(self.web_requests()), 1, "nothing is repeated blindly")
        self.let_pass(self.transaction(refund["session_id"]), timing.NOT_LISTED_AFTER)
        self.assertEqual(self.read(refund["session_id"])["state"], "unknown")
        self.let_pass(self.transaction(refund["session_id"]), timing.LIST_LAG)
        snapshot = self.read(refund["session_id"])
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", "never_received"))
        self.assertNotIn("Nothing was paid back", snapshot["text"])
        self.assertEqual(self.till("start_refund", self.refund_values(self.sale))["state"],
                         "approved")  # fmt: skip
        self.assert_ledgers_agree()

    def test_slow_request_is_not_given_up_too_soon(self):
        refund = self.lose("drop_before")
        self.let_pass(self.transaction(refund["session_id"]), 20)
        self.assertEqual(self.read(refund["session_id"])["state"], "sent")

    def test_nothing_is_certain_while_the_list_cannot_be_read(self):
        refund = self.lose("drop_before")
        self.simulator.add_faults(
            {"operation": "transaction", "action": "answer", "status": 500, "times": None}
        )
        self.let_pass(self.transaction(refund["session_id"]), 100)
        self.assertEqual(self.read(refund["session_id"])["state"], "sent")
        self.let_pass(self.transaction(refund["session_id"]), 100)
        snapshot = self.read(refund["session_id"])
        self.assertEqual(snapshot["state"], "unknown")
        self.assertIn("Viva's own pages", snapshot["text"])
        self.assertEqual(self.transaction(refund["session_id"]).review, "unknown")
        self.simulator.clear_faults()
        self.run_cron()

    def test_second_refund_waits_for_the_first(self):
        self.lose("drop_before", amount=-5)
        snapshot = self.till("start_refund", self.refund_values(self.sale, amount=-5))
        self.assertEqual(snapshot["reason"], "refund_open")
        self.assertEqual(len(self.web_requests()), 1)

    def test_it_cannot_be_aborted(self):
        refund = self.lose()
        self.let_pass(self.transaction(refund["session_id"]), 80)
        snapshot = self.till("abort", refund)
        self.assertEqual((snapshot["state"], snapshot["aborting"]), ("sent", False))
        self.run_cron()
        self.assertFalse(self.simulator.requests("abort"))
        self.assertEqual(self.transaction(refund["session_id"]).state, "approved")

    # === REFUSALS === #

    def assert_account_refused(self, reason, text, **values):
        snapshot = self.till("start_refund", self.refund_values(self.sale, **values))
        self.assert_failed(snapshot, reason, text, "Nothing was paid back")
        self.assertFalse(snapshot["other_way"])

    def test_not_allowed_at_viva(self):
        self.simulator.configure(web_refunds=False)
        self.assert_account_refused("refund_disabled", "Allow refunds")

    def test_part_before_clearing(self):
        self.simulator.configure(part_refunds_before_clearing=False)
        self.assert_account_refused("not_cleared", "as a whole", amount=-5)

    def test_what_was_paid_without_a_card_goes_through_the_account(self):
        """Also where refunds usually are made on the terminal."""
        self.simulator.configure(refund_needs_card=True)
        self.viva_method.sudo()._write({"viva_wallet_refund_way": "terminal"})
        sale = self.sale_values(amount=7.0)
        self.till("start_sale", sale)
        self.simulator.tap(TERMINAL, card="iris")
        self.read(sale["session_id"])
        paid = self.transaction(sale["session_id"])
        self.assertEqual((paid.card_brand, paid.card_last4), ("IRIS", False))
        self.assertEqual((paid.authorization_code, len(paid.rrn)), (False, 35))
        answer = self.till("start_refund", self.refund_values(sale, amount=-7.0))
        self.assertEqual((answer["state"], answer["way"]), ("approved", "account"))

    def test_wrong_credentials(self):
        self.simulator.configure(api_key="another")
        self.assert_account_refused("credentials", "credentials")

    def test_unknown_to_viva(self):
        self.transaction(self.sale["session_id"]).transaction_id = "unknown"
        self.assert_account_refused("parent_missing", "does not find")

    def test_refused_in_the_body(self):
        body = {"StatusId": "E", "ErrorCode": 403, "Success": False, "ErrorText": "No."}
        self.simulator.add_faults(
            {"operation": "web_refund", "action": "answer", "status": 200, "body": body}
        )
        self.assert_account_refused("not_refundable", "does not pay back")


@tagged("post_install", "-at_install")
class TestBackOffice(RefundCommon):
    """A charge that belongs to no order is paid back with one button."""

    def setUp(self):
        super().setUp()
        self.let_pass(self.transactions(), 700)
        self.run_cron()
        self.row = self.transaction(self.sale["session_id"])
        self.manager = self.create_user("viva_manager", "point_of_sale.group_pos_manager")

    def press(self, user=None):
        self.env.flush_all()
        answer = self.row.with_user(user or self.manager).action_refund()
        self.env.invalidate_all()
        return answer["params"]

    def assert_settled(self):
        self.assertRecordValues(self.row, [{
            "review_state": "resolved",
            "resolution": "refunded",
            "resolved_by_id": self.manager.id,
        }])  # fmt: skip

    def test_paid_back_and_settled(self):
        self.assertEqual((self.row.review, self.row.review_state), ("no_payment", "open"))
        self.assertTrue(self.row.with_user(self.manager).can_refund)
        self.assertEqual(self.press()["type"], "success")
        self.assert_settled()
        self.assertFalse(self.row.with_user(self.manager).can_refund)
        self.assertEqual(self.row.refund_ids.user_id, self.manager)
        self.let_pass(self.transactions(), 700)
        self.run_cron()
        self.assertFalse(self.transactions(review_state="open"))
        self.assert_ledgers_agree()

    def test_pressed_twice(self):
        self.press()
        with self.assertRaises(UserError):
            self.press()
        self.assertEqual(len(self.paid_back()), 1)

    def test_lost_answer(self):
        self.simulator.add_faults({"operation": "web_refund", "action": "drop_after"})
        self.assertEqual(self.press()["type"], "warning")
        with self.assertRaises(UserError):
            self.press()
        self.let_pass(self.transactions(), 2)
        self.run_cron()
        self.assert_settled()
        self.assert_ledgers_agree()

    def test_refused_by_viva(self):
        self.simulator.configure(web_refunds=False)
        answer = self.press()
        self.assertEqual(answer["type"], "danger")
        self.assertIn("Allow refunds", answer["message"])
        self.assertEqual(self.row.review_state, "open")

    def test_only_by_managers(self):
        accountant = self.create_user("viva_accountant", "account.group_account_readonly")
        self.assertFalse(self.row.with_user(accountant).can_refund)
        for user in (self.cashier, accountant):
            with self.assertRaises(AccessError):
                self.press(user)
        self.assertFalse(self.paid_back())

    def test_not_for_a_charge_with_a_payment(self):
        self.sync_order(self.sale)
        self.assertFalse(self.row.with_user(self.manager).can_refund)
        with self.assertRaises(UserError):
            self.press()
        self.assertFalse(self.paid_back())
