"""Whether a new request may be sent: one for each wish, and none while an earlier one is in doubt."""

import uuid
from unittest.mock import patch

from odoo.tests import tagged

from ..viva import timing
from .common import TERMINAL
from .common_ledger import DOUBTFUL, CertaintyCommon, HeldCalls, TwoRegistersCommon


@tagged("post_install", "-at_install")
class TestAdmission(TwoRegistersCommon):
    # === THE SAME REQUEST AGAIN === #

    def test_row_says_what_was_asked(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        row = self.transaction(sale["session_id"])
        self.assertEqual(row.state, "sent")
        self.assertEqual(row.kind, "sale")
        self.assertEqual(row.user_id, self.cashier)
        self.assertEqual(row.pos_session_id, self.pos_session)
        self.assertEqual(row.pos_config_id, self.viva_config)
        self.assertEqual(row.payment_method_id, self.viva_method)
        self.assertEqual(row.order_uuid, sale["order_uuid"])
        self.assertEqual(row.payment_uuid, sale["payment_uuid"])
        self.assertEqual(row.order_name, "Order 1")
        self.assertEqual(row.currency_id, self.env.ref("base.EUR"))

    def test_repeated_call_sends_once(self):
        sale = self.sale_values()
        for _attempt in range(3):
            self.assertEqual(self.till("start_sale", sale)["state"], "sent")
        self.simulator.tap(TERMINAL)
        self.read(sale["session_id"])
        self.assertEqual(self.till("start_sale", sale)["state"], "approved")
        self.assertEqual(len(self.sale_requests()), 1)
        self.assertEqual(len(self.transactions()), 1)
        self.assert_ledgers_agree()

    def test_repeated_call_with_another_amount_changes_nothing(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        snapshot = self.till("start_sale", {**sale, "amount": 99.0})
        self.assertEqual(snapshot["amount"], 12.34)
        self.assertEqual(len(self.sale_requests()), 1)

    def test_what_was_sent_is_not_refused_when_it_comes_again(self):
        """Whatever forbids a new request by then."""
        sale = self.approved_sale()
        self.sync_order(sale)
        self.assertEqual(self.till("start_sale", sale)["state"], "approved")
        self.viva_config.current_session_id.state = "closed"
        self.assertEqual(self.till("start_sale", sale)["state"], "approved")

    def test_abort_overtakes_the_request(self):
        """The till gave up before its request arrived: when it does, it is not sent."""
        sale = self.sale_values()
        snapshot = self.till("abort", sale)
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", "cancelled"))
        snapshot = self.till("start_sale", sale)
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", "cancelled"))
        self.assertFalse(self.simulator.requests())

    def test_cancel_of_what_never_arrived_is_recorded_whatever_has_happened(self):
        sale = self.sale_values()
        self.viva_config.current_session_id.state = "closed"
        self.assertEqual(self.till("start_sale", sale)["reason"], "register_closed")
        snapshot = self.till("abort", sale)
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", "cancelled"))
        self.assertNotIn("refused", snapshot)
        self.viva_config.current_session_id.state = "opened"
        self.assertEqual(self.till("start_sale", sale)["reason"], "cancelled")
        self.assertFalse(self.simulator.requests("sale"))

    # === BUSY TERMINAL === #

    def share_terminal(self):
        """Open the other register, whose method is on the same terminal; return a sale of it."""
        self.other_method.viva_wallet_terminal_id = TERMINAL
        session = self.open_register(self.other_config)
        return self.sale_values(
            pos_session_id=session.id, payment_method_id=self.other_method.id, amount=5.0
        )

    def test_busy_terminal(self):
        other = self.share_terminal()
        first = self.sale_values()
        self.till("start_sale", first)
        snapshot = self.till("start_sale", other)
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", "terminal_busy"))
        self.assertIn("Register one", snapshot["text"])
        self.assertIn("12.34", snapshot["text"])
        self.assertIn(TERMINAL, snapshot["text"])
        self.assertEqual(len(self.sale_requests()), 1)
        self.assertEqual(self.transactions().mapped("session_id"), [first["session_id"]])

    def test_terminal_that_has_finished_meanwhile(self):
        """Viva is asked about the payment in the way before the new one is refused."""
        other = self.share_terminal()
        first = self.sale_values()
        self.till("start_sale", first)
        self.simulator.tap(TERMINAL)
        snapshot = self.till("start_sale", other)
        self.assertEqual(snapshot["state"], "sent")
        self.assertEqual(self.transaction(first["session_id"]).state, "approved")
        self.simulator.tap(TERMINAL)
        self.read(other["session_id"])
        self.assert_ledgers_agree()
        self.assertEqual(len(self.charges()), 2)

    def test_other_terminal_is_not_busy(self):
        self.till("start_sale", self.sale_values())
        session = self.open_register(self.other_config)
        sale = self.sale_values(pos_session_id=session.id, payment_method_id=self.other_method.id)
        self.assertEqual(self.till("start_sale", sale)["state"], "sent")

    # === BUSY ORDER === #

    def test_one_payment_of_an_order_at_a_time(self):
        sale = self.start()
        second = self.on_other_device(sale)
        snapshot = self.till("start_sale", second)
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", "order_busy"))
        self.assertIn(TERMINAL, snapshot["text"])
        self.assertEqual(len(self.simulator.requests("sale")), 1)
        self.simulator.cancel(TERMINAL)
        self.read(sale["session_id"])
        self.assertEqual(self.till("start_sale", second)["state"], "sent")

    def test_second_device_joins_the_payment(self):
        """It sends the same line: the request that is running is the answer."""
        sale = self.start()
        again = {**sale, "session_id": str(uuid.uuid4())}
        snapshot = self.till("start_sale", again)
        self.assertEqual(snapshot["session_id"], sale["session_id"])
        snapshot = self.till("abort", {**sale, "session_id": snapshot["session_id"]})
        self.assertTrue(snapshot["aborting"] and snapshot["cancelled"])
        (abort,) = self.simulator.requests("abort")
        self.assertIn(f"odoo-pos-{self.viva_config.id}", abort["path"])

    # === THE SAME LINE AGAIN === #

    def test_line_that_is_being_charged(self):
        first = self.sale_values()
        self.till("start_sale", first)
        again = {**first, "session_id": str(uuid.uuid4())}
        snapshot = self.till("start_sale", again)
        self.assertEqual(snapshot["session_id"], first["session_id"])
        self.assertEqual(snapshot["state"], "sent")
        self.assertEqual(len(self.sale_requests()), 1)

    def test_line_that_was_charged(self):
        first = self.approved_sale()
        snapshot = self.till("start_sale", {**first, "session_id": str(uuid.uuid4())})
        self.assertEqual(snapshot["session_id"], first["session_id"])
        self.assertEqual(snapshot["state"], "approved")
        self.assertEqual(len(self.sale_requests()), 1)
        self.assert_ledgers_agree()

    def test_line_that_was_charged_unnoticed(self):
        """The outcome of the first request is only known to Viva when the till asks again."""
        first = self.sale_values()
        self.till("start_sale", first)
        self.simulator.tap(TERMINAL)
        snapshot = self.till("start_sale", {**first, "session_id": str(uuid.uuid4())})
        self.assertEqual(snapshot["session_id"], first["session_id"])
        self.assertEqual(snapshot["state"], "approved")
        self.assertEqual(len(self.charges()), 1)
        self.assert_ledgers_agree()

    def test_line_that_was_declined(self):
        first = self.sale_values()
        self.till("start_sale", first)
        self.simulator.decline(TERMINAL)
        self.read(first["session_id"])
        again = {**first, "session_id": str(uuid.uuid4())}
        snapshot = self.till("start_sale", again)
        self.assertEqual(snapshot["session_id"], again["session_id"])
        self.assertEqual(snapshot["state"], "sent")
        self.simulator.tap(TERMINAL)
        self.read(again["session_id"])
        self.assert_ledgers_agree()

    def test_line_whose_failure_turned_out_to_be_a_charge(self):
        """A doubtful failure (1099, generic error) is asked about before a new request."""
        first = self.sale_values()
        self.till("start_sale", first)
        self.simulator.decline(TERMINAL, event_id=1099)
        self.assertEqual(self.read(first["session_id"])["state"], "failed")
        self.simulator.approve_late(first["session_id"])
        self.let_pass(self.transaction(first["session_id"]), 2)
        snapshot = self.till("start_sale", {**first, "session_id": str(uuid.uuid4())})
        self.assertEqual(snapshot["session_id"], first["session_id"])
        self.assertEqual(snapshot["state"], "approved")
        self.assertEqual(len(self.charges()), 1)
        self.assertEqual(self.transaction(first["session_id"]).review, "late_approval")
        self.assert_ledgers_agree()

    def test_line_of_unknown_outcome(self):
        first = self.sale_values()
        self.create_transaction(
            session_id=first["session_id"],
            payment_uuid=first["payment_uuid"],
            order_uuid=first["order_uuid"],
            terminal_id=TERMINAL,
            state="unknown",
        )
        again = {**first, "session_id": str(uuid.uuid4())}
        self.assertEqual(self.till("start_sale", again)["session_id"], first["session_id"])
        self.assertFalse(self.sale_requests())
        self.till("state_outcome", first["session_id"], False)
        snapshot = self.till("start_sale", again)
        self.assertEqual((snapshot["session_id"], snapshot["state"]), (again["session_id"], "sent"))


@tagged("post_install", "-at_install")
class TestRetry(CertaintyCommon):
    def test_retry_asks_about_what_may_have_changed(self):
        for event_id in (DOUBTFUL, 1006, 1000, 1003):
            with self.subTest(event_id=event_id):
                self.simulator.reset()
                sale = self.declined_sale(event_id)
                self.simulator.approve_late(sale["session_id"])
                self.let_pass(self.transaction(sale["session_id"]), 5)
                snapshot = self.till("start_sale", self.retry_of(sale))
                self.assertEqual(snapshot["state"], "approved")
                self.assertEqual(snapshot["session_id"], sale["session_id"])
                self.assertEqual(len(self.charges()), 1)
                self.transactions().review = False

    def test_retry_waits_until_it_may_ask(self):
        """At most one question per second, whoever asks: the wish has to wait for its own."""
        sale = self.declined_sale()
        self.till("read_status", [sale["session_id"]])
        self.transaction(sale["session_id"]).asked_at = timing.now()
        self.simulator.approve_late(sale["session_id"])
        with patch.object(timing, "SETTLE_SECONDS", 15):
            snapshot = self.till("start_sale", self.retry_of(sale))
        self.assertEqual(snapshot["state"], "approved")
        self.assertEqual(len(self.charges()), 1)

    def test_retry_while_somebody_else_is_asking(self):
        """The answer that is under way may be older than the wish: it is not enough."""
        sale = self.declined_sale()
        with HeldCalls() as held:
            self.let_pass(self.transaction(sale["session_id"]), 5)
            row = self.transaction(sale["session_id"])
            row._poll_in_background()
            self.simulator.approve_late(sale["session_id"])
            self.assert_not_sent(self.till("start_sale", self.retry_of(sale)), "unsettled")
            held.let_answer()
        self.assertEqual(len(self.charges()), 1)

    def test_retry_while_viva_does_not_answer(self):
        sale = self.declined_sale()
        self.simulator.add_faults(
            {"operation": "session", "action": "answer", "status": 503, "times": None}
        )
        self.let_pass(self.transaction(sale["session_id"]), 5)
        snapshot = self.till("start_sale", self.retry_of(sale))
        self.assert_not_sent(snapshot, "unsettled")
        self.assertIn("Look at the terminal", snapshot["text"])
        self.simulator.clear_faults()
        self.let_pass(self.transaction(sale["session_id"]), 5)
        self.assertEqual(self.till("start_sale", self.retry_of(sale))["state"], "sent")

    def test_nothing_of_an_answer_is_taken_for_no_charge(self):
        """Neither an empty answer, nor another session, nor "not known", nor "being processed"."""
        other = {"sessionId": str(uuid.uuid4()), "success": False, "eventId": 1006}
        for status, body in (
            (200, {}),
            (200, other),
            (404, {"detail": "x"}),
            (202, {"detail": "x"}),
        ):
            with self.subTest(status=status, body=body):
                self.simulator.reset()
                sale = self.declined_sale()
                self.simulator.add_faults(
                    {"operation": "session", "action": "answer", "status": status, "body": body,
                     "times": None}
                )  # fmt: skip
                self.let_pass(self.transaction(sale["session_id"]), 5)
                self.assert_not_sent(self.till("start_sale", self.retry_of(sale)), "unsettled")

    def test_what_viva_has_forgotten_is_settled_when_its_lists_are_complete(self):
        sale = self.declined_sale()
        self.simulator.add_faults(
            {"operation": "session", "action": "answer", "status": 404, "times": None}
        )
        self.let_pass(self.transaction(sale["session_id"]), timing.LIST_LAG)
        self.assertEqual(self.till("start_sale", self.retry_of(sale))["state"], "sent")

    def test_what_a_person_has_resolved_is_settled(self):
        sale = self.declined_sale()
        row = self.transaction(sale["session_id"])
        row._flag("conflict")
        row._resolve("checked", "Not in Viva's pages.")
        self.simulator.add_faults(
            {"operation": "session", "action": "answer", "status": 503, "times": None}
        )
        self.assertEqual(self.till("start_sale", self.retry_of(sale))["state"], "sent")

    def test_another_line_of_the_order_asks_as_well(self):
        sale = self.declined_sale()
        self.simulator.approve_late(sale["session_id"])
        self.let_pass(self.transaction(sale["session_id"]), 5)
        self.sync_order(sale, state="draft")
        snapshot = self.till("start_sale", self.on_other_device(sale))
        self.assert_not_sent(snapshot, "order_paid")
        self.assertEqual(self.transaction(sale["session_id"]).state, "approved")

    def test_refused_request_needs_no_question(self):
        self.simulator.add_faults({"operation": "sale", "action": "answer", "status": 422})
        sale = self.sale_values()
        self.assertEqual(self.till("start_sale", sale)["state"], "failed")
        self.assertEqual(self.till("start_sale", self.retry_of(sale))["state"], "sent")
        self.assertFalse(self.simulator.requests("session"))


@tagged("post_install", "-at_install")
class TestOrderCost(CertaintyCommon):
    def test_second_device_with_an_old_copy(self):
        sale = self.approved_sale(order_name="Order 7")
        self.sync_order(sale, state="draft")
        snapshot = self.till("start_sale", self.on_other_device(sale))
        self.assert_not_sent(snapshot, "order_paid")
        self.assertIn("12.34", snapshot["text"])

    def test_second_device_before_the_order_is_on_the_server(self):
        sale = self.approved_sale()
        other = self.on_other_device(sale, order_total=12.34)
        other["order_payments"] = [other["payment_uuid"]]
        self.assert_not_sent(self.till("start_sale", other), "order_paid")

    def test_parts_that_fit_the_order(self):
        sale = self.approved_sale(amount=5, order_total=12.34)
        other = self.on_other_device(sale, amount=7.34)
        self.assertEqual(self.till("start_sale", other)["state"], "sent")

    def test_parts_that_exceed_the_order(self):
        sale = self.approved_sale(amount=5, order_total=12.34)
        other = self.on_other_device(sale, amount=7.35)
        self.assert_not_sent(self.till("start_sale", other), "order_paid")

    def test_more_than_the_order_on_purpose(self):
        """Whoever sees all payments of the order may take more: change, a tip, a further payment."""
        sale = self.approved_sale(order_total=12.34)
        more = self.retry_of(sale, payment_uuid=str(uuid.uuid4()), amount=3)
        more["order_payments"] = [sale["payment_uuid"], more["payment_uuid"]]
        self.assertEqual(self.till("start_sale", more)["state"], "sent")

    def test_first_payment_may_exceed_the_order(self):
        sale = self.sale_values(amount=20, order_total=12.34)
        self.assertEqual(self.till("start_sale", sale)["state"], "sent")

    def test_what_was_paid_back_may_be_charged_again(self):
        sale = self.approved_sale(order_total=12.34)
        self.approved_refund(sale, order_uuid=sale["order_uuid"], order_total=12.34)
        self.assertEqual(self.till("start_sale", self.on_other_device(sale))["state"], "sent")

    def test_same_refund_on_a_second_device(self):
        sale = self.approved_sale(amount=40)
        refund = self.approved_refund(sale, amount=-10, order_total=-10)
        other = {
            **refund, "session_id": str(uuid.uuid4()), "payment_uuid": str(uuid.uuid4()),
            "payment_method_id": self.other_method.id,
            "pos_session_id": self.open_register(self.other_config).id,
        }  # fmt: skip
        snapshot = self.till("start_refund", other)
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", "order_paid"))
        self.assertEqual(sum(move["amount"] for move in self.paid_back()), 1000)
