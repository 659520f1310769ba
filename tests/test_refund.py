"""Paying back: to the card that paid, once, and never more than was paid."""

import uuid

from odoo.tests import tagged

from .common import OTHER_TERMINAL, TERMINAL
from .common_ledger import RefundCommon


@tagged("post_install", "-at_install")
class TestRefund(RefundCommon):
    # === THE REQUEST === #

    def test_whole_sale(self):
        refund = self.refund_values(self.sale)
        snapshot = self.till("start_refund", refund)
        self.assertEqual(snapshot["state"], "sent")
        self.assertEqual((snapshot["amount"], snapshot["amount_minor"]), (-12.34, 1234))
        self.simulator.tap(TERMINAL)
        snapshot = self.read(refund["session_id"])
        (entry,) = self.paid_back()
        self.assertEqual(snapshot["state"], "approved")
        self.assertEqual(snapshot["charged"], -12.34)
        self.assertEqual(snapshot["card"]["transaction_id"], entry["transaction_id"])
        self.assertEqual(entry["session_id"], refund["session_id"])
        self.assertEqual(
            entry["parent_transaction_id"],
            self.transaction(self.sale["session_id"]).transaction_id,
        )
        self.assert_ledgers_agree()

    def test_row_says_what_was_asked(self):
        refund = self.approved_refund(self.sale)
        row = self.transaction(refund["session_id"])
        sale_row = self.transaction(self.sale["session_id"])
        self.assertRecordValues(row, [{
            "kind": "refund",
            "refund_way": "terminal",
            "parent_id": sale_row.id,
            "amount_minor": 1234,
            "charged_minor": 1234,
            "user_id": self.cashier.id,
            "payment_uuid": refund["payment_uuid"],
        }])  # fmt: skip
        self.assertEqual(sale_row.refund_ids, row)
        self.assertEqual(sale_row.refunded_amount, 12.34)
        self.assertEqual(sale_row.refundable_amount, 0)

    def test_repeated_call_pays_back_once(self):
        refund = self.refund_values(self.sale, amount=-5)
        for _attempt in range(3):
            self.assertEqual(self.till("start_refund", refund)["state"], "sent")
        self.simulator.tap(TERMINAL)
        self.read(refund["session_id"])
        self.assertEqual(self.till("start_refund", refund)["state"], "approved")
        again = {**refund, "session_id": str(uuid.uuid4())}
        self.assertEqual(self.till("start_refund", again)["session_id"], refund["session_id"])
        self.assertEqual(len(self.simulator.requests("refund")), 1)
        self.assert_ledgers_agree()

    def test_part_and_rest(self):
        self.approved_refund(self.sale, amount=-5)
        self.assertEqual(self.remaining(), 7.34)
        snapshot = self.till("start_refund", self.refund_values(self.sale, amount=-7.35))
        self.assertEqual(snapshot["reason"], "above_remaining")
        self.assertIn("7.34", snapshot["text"])
        self.assertIn("Nothing was paid back", snapshot["text"])
        self.approved_refund(self.sale, amount=-7.34)
        self.assertEqual(self.remaining(), 0)
        snapshot = self.till("start_refund", self.refund_values(self.sale, amount=-0.01))
        self.assertEqual(snapshot["reason"], "nothing_remains")
        self.assertEqual(len(self.simulator.requests("refund")), 2)
        self.assert_ledgers_agree()

    def test_tip_can_be_paid_back_too(self):
        sale = self.approved_sale(amount=10, tip=100)
        self.assertEqual(self.remaining(sale), 11)
        self.approved_refund(sale, amount=-11)
        self.assert_ledgers_agree()

    def test_negative_amount_in_the_answer(self):
        refund = self.refund_values(self.sale)
        self.simulator.set_terminal(TERMINAL, body_overrides={"amount": -1234})
        self.till("start_refund", refund)
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.read(refund["session_id"])["charged"], -12.34)
        self.assert_ledgers_agree()

    # === WHERE AND WHEN === #

    def test_at_the_other_till(self):
        refund = self.approved_refund(
            self.sale, terminal=OTHER_TERMINAL, **self.at_the_other_till()
        )
        self.assertEqual(self.transaction(refund["session_id"]).terminal_id, OTHER_TERMINAL)
        self.assert_ledgers_agree()

    def test_order_of_a_closed_session(self):
        self.sync_order(self.sale)
        self.pos_session.sudo().action_pos_session_closing_control()
        self.assertEqual(self.pos_session.state, "closed")
        self.clock.advance(8 * 86400)
        session = self.open_register()
        refund = self.approved_refund(self.sale, pos_session_id=session.id)
        self.assertEqual(self.transaction(refund["session_id"]).pos_session_id, session)
        self.assert_ledgers_agree()

    def test_two_tills_at_once_cannot_exceed_the_sale(self):
        first = self.refund_values(self.sale, amount=-10)
        self.till("start_refund", first)
        second = self.refund_values(self.sale, amount=-5, **self.at_the_other_till())
        snapshot = self.till("start_refund", second)
        self.assertEqual(snapshot["reason"], "refund_open")
        self.assertIn("2.34", snapshot["text"])
        self.assertEqual(len(self.simulator.requests("refund")), 1)
        rest = self.refund_values(self.sale, amount=-2.34, **self.at_the_other_till())
        self.assertEqual(self.till("start_refund", rest)["state"], "sent")
        self.simulator.tap(TERMINAL)
        self.simulator.tap(OTHER_TERMINAL)
        self.read(first["session_id"])
        self.read(rest["session_id"])
        self.assert_ledgers_agree()

    def test_failed_refund_frees_what_it_held(self):
        refund = self.refund_values(self.sale)
        self.till("start_refund", refund)
        self.assertEqual(self.remaining(), 0)
        self.simulator.cancel(TERMINAL)
        self.let_pass(self.transactions(), 2)
        self.assertEqual(self.remaining(), 12.34)
        self.approved_refund(self.sale)
        self.assert_ledgers_agree()

    def test_unknown_refund_holds_the_money(self):
        self.simulator.set_terminal(TERMINAL, endless_202=True)
        refund = self.refund_values(self.sale, amount=-10)
        self.till("start_refund", refund)
        self.let_pass(self.transaction(refund["session_id"]), 200)
        self.assertEqual(self.read(refund["session_id"])["state"], "unknown")
        self.till("state_outcome", refund["session_id"], False)
        snapshot = self.till("start_refund", self.refund_values(self.sale, amount=-3))
        self.assertEqual(snapshot["reason"], "refund_open")

    # === WHEN VIVA SAYS NO === #

    def refuse(self, act=None, terminal=TERMINAL, **values):
        """Ask for a refund that Viva refuses, and return the last snapshot."""
        refund = self.refund_values(self.sale, **values)
        snapshot = self.till("start_refund", refund)
        if snapshot["state"] == "sent" and act:
            act(terminal)
        return self.read(refund["session_id"])

    def test_declined(self):
        snapshot = self.refuse(self.simulator.decline)
        self.assert_failed(snapshot, "declined", "card did not take the refund", "[1006]")
        self.assertEqual(snapshot["other_way"], "account")

    def test_cancelled_on_the_terminal(self):
        snapshot = self.refuse(self.simulator.cancel)
        self.assert_failed(snapshot, "cancelled", "Nothing was paid back")
        self.assertFalse(snapshot["other_way"])

    def test_aborted(self):
        refund = self.refund_values(self.sale)
        self.till("start_refund", refund)
        self.till("abort", refund)
        self.clock.advance(1)
        self.assert_failed(self.read(refund["session_id"]), "aborted", "Nothing was paid back")

    def test_aborted_before_it_arrived(self):
        refund = self.refund_values(self.sale)
        self.assertEqual(self.till("abort", refund)["reason"], "cancelled")
        self.assertEqual(self.till("start_refund", refund)["state"], "failed")
        self.assertEqual(self.remaining(), 12.34)
        self.assertFalse(self.simulator.requests("refund"))

    def test_no_card_given(self):
        snapshot = self.refuse(lambda _terminal: self.clock.advance(61))
        self.assert_failed(snapshot, "timed_out", "No card was presented")
        self.assertEqual(snapshot["other_way"], "account")

    def test_no_card_needed(self):
        self.simulator.configure(refund_needs_card=False)
        self.assertEqual(self.refuse()["state"], "approved")
        self.assert_ledgers_agree()

    def test_part_before_clearing(self):
        self.simulator.configure(part_refunds_before_clearing=False)
        snapshot = self.refuse(amount=-5)
        self.assert_failed(snapshot, "not_refundable", "when the payment is cleared", "[1008]")
        self.clock.advance(86400)
        self.approved_refund(self.sale, amount=-5)
        self.assert_ledgers_agree()

    def test_refunds_not_enabled(self):
        self.simulator.configure(refunds=False)
        self.assert_failed(self.refuse(), "refund_disabled", "not enabled refunds")

    def test_terminal_without_the_ability(self):
        self.simulator.set_terminal(TERMINAL, can_refund=False)
        snapshot = self.refuse()
        self.assert_failed(snapshot, "capability", "cannot pay money back")
        self.assertEqual(snapshot["other_way"], "account")

    def test_parent_unknown_to_the_terminal(self):
        self.simulator.configure(refund_other_terminals=False)
        snapshot = self.refuse(terminal=OTHER_TERMINAL, **self.at_the_other_till())
        self.assert_failed(snapshot, "parent_missing", "Use the terminal that took it")

    def test_parent_unknown_to_viva(self):
        self.simulator.add_faults(
            {"operation": "refund", "action": "answer", "status": 404,
             "headers": {"X-Viva-EventId": "1203"}}
        )  # fmt: skip
        self.assert_failed(self.refuse(), "parent_missing", "does not find the payment")

    def test_terminal_busy_with_a_sale(self):
        self.till("start_sale", self.sale_values(amount=3))
        snapshot = self.till("start_refund", self.refund_values(self.sale))
        self.assert_refused(snapshot, "terminal_busy", "3.00", "Register one")

    def test_busy_without_our_knowing(self):
        self.till("start_sale", self.sale_values(amount=3))
        self.env.cr.execute(
            "UPDATE viva_wallet_transaction SET state = 'failed' WHERE state = 'sent'"
        )
        self.assert_failed(self.refuse(), "busy", "busy with another payment")

    # === FAULTS === #

    def test_lost_reply(self):
        for action in ("drop_after", "drop_before"):
            with self.subTest(action=action):
                self.simulator.add_faults({"operation": "refund", "action": action})
                refund = self.refund_values(self.sale, amount=-1)
                self.assertEqual(self.till("start_refund", refund)["state"], "sent")
                for _second in range(8):
                    snapshot = self.read(refund["session_id"])
                self.simulator.tap(TERMINAL)
                snapshot = self.read(refund["session_id"])
                self.assertEqual(snapshot["state"], "approved")
        self.assertEqual(len(self.paid_back()), 2)
        self.assert_ledgers_agree()

    def test_late_approval_is_on_review(self):
        refund = self.refund_values(self.sale)
        self.till("start_refund", refund)
        self.simulator.decline(TERMINAL, event_id=1099, approve_after=30)
        self.assertEqual(self.read(refund["session_id"])["state"], "failed")
        self.clock.advance(31)
        self.let_pass(self.transactions(), 200)
        self.run_cron()
        row = self.transaction(refund["session_id"])
        self.assertEqual((row.state, row.review), ("approved", "late_approval"))
        self.assertEqual(self.remaining(), 0)
        self.assert_ledgers_agree()

    def test_doubtful_refund_is_asked_about_before_the_next(self):
        refund = self.refund_values(self.sale)
        self.till("start_refund", refund)
        self.simulator.decline(TERMINAL, event_id=1099, approve_after=30)
        self.read(refund["session_id"])
        self.clock.advance(31)
        self.let_pass(self.transactions(), 2)
        snapshot = self.till("start_refund", self.refund_values(self.sale))
        self.assertEqual(snapshot["reason"], "nothing_remains")
        self.assertEqual(len(self.paid_back()), 1)

    def test_refund_of_a_till_that_never_comes_back(self):
        self.sync_order(self.sale)
        refund = self.refund_values(self.sale)
        self.till("start_refund", refund)
        self.simulator.tap(TERMINAL)
        self.let_pass(self.transactions(), 700)
        self.run_cron()
        self.let_pass(self.transactions(), 700)
        self.run_cron()
        row = self.transaction(refund["session_id"])
        self.assertEqual((row.state, row.review), ("approved", "no_payment"))

    def test_register_stays_open_while_money_may_move(self):
        self.till("start_refund", self.refund_values(self.sale))
        answer = self.pos_session.with_user(self.cashier).close_session_from_ui()
        self.assertFalse(answer["successful"])

    # === PAYMENTS === #

    def test_payment_is_completed(self):
        refund = self.approved_refund(self.sale)
        self.sync_order(self.sale)
        order = self.sync_order(refund)
        (entry,) = self.paid_back()
        self.assertRecordValues(order.payment_ids, [{
            "amount": -12.34,
            "transaction_id": entry["transaction_id"],
            "card_no": "0133",
            "card_brand": "Visa",
        }])  # fmt: skip
        row = self.transaction(refund["session_id"])
        self.assertEqual(row.payment_id, order.payment_ids)
        self.assertFalse(row.review)
        self.assert_ledgers_agree(payments=2)

    def test_lines_without_a_sign(self):
        """As tills save them."""
        order = self.sync_order(self.approved_refund(self.sale), state="draft")
        order.is_refund = True
        order.lines.write({"price_subtotal": 12.34, "price_subtotal_incl": 12.34})
        order._process_saved_order(False)
        self.assertEqual(order.state, "paid")
        self.assertFalse(self.transactions().filtered("review"))

    def test_another_amount_than_paid_back_is_on_review(self):
        refund = self.approved_refund(self.sale, amount=-5)
        self.sync_order(refund, amount=-6)
        self.assertEqual(self.transaction(refund["session_id"]).review, "amount_differs")

    def test_positive_payment_of_a_refund_is_on_review(self):
        refund = self.approved_refund(self.sale, amount=-5)
        self.sync_order(refund, amount=5)
        self.assertEqual(self.transaction(refund["session_id"]).review, "amount_differs")

    def test_negative_payment_that_nobody_asked_for_is_on_review(self):
        order = self.sync_order(self.refund_values(self.sale), viva_wallet_session_id=False)
        row = self.transactions(payment_id=order.payment_ids.id)
        self.assertRecordValues(row, [{
            "kind": "refund",
            "state": "failed",
            "reason": "never_sent",
            "review": "not_charged",
            "amount_minor": 1234,
        }])  # fmt: skip

    def test_negative_payment_of_a_declined_refund_is_on_review(self):
        refund = self.refund_values(self.sale)
        self.till("start_refund", refund)
        self.simulator.decline(TERMINAL)
        self.read(refund["session_id"])
        self.sync_order(refund)
        self.assertEqual(self.transaction(refund["session_id"]).review, "not_charged")


@tagged("post_install", "-at_install")
class TestUnreferencedRefund(RefundCommon):
    """Money for whatever card is presented."""

    def unreferenced(self, user=None, allowed=True):
        self.viva_method.sudo()._write({"viva_wallet_unreferenced_refund": allowed})
        refund = self.refund_values(self.sale, way="unreferenced", parent_session_id=None)
        return refund, self.till("start_refund", refund, user=user)

    def manager(self):
        return self.create_user("viva_manager", "point_of_sale.group_pos_manager")

    def test_by_a_manager(self):
        refund, snapshot = self.unreferenced(self.manager())
        self.assertEqual(snapshot["state"], "sent")
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.read(refund["session_id"])["state"], "approved")
        self.assertEqual(self.paid_back()[0]["kind"], "unreferenced_refund")
        self.assertFalse(self.transaction(refund["session_id"]).parent_id)
        self.assert_ledgers_agree()

    def test_not_by_a_cashier(self):
        _refund, snapshot = self.unreferenced()
        self.assert_refused(snapshot, "unreferenced_forbidden", "manager")

    def test_not_where_it_is_not_allowed(self):
        _refund, snapshot = self.unreferenced(self.manager(), allowed=False)
        self.assert_refused(snapshot, "unreferenced_forbidden")

    def test_not_enabled_at_viva(self):
        self.simulator.configure(unreferenced_refunds=False)
        refund, _snapshot = self.unreferenced(self.manager())
        self.assert_failed(self.read(refund["session_id"]), "refund_disabled")
