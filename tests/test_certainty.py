"""Two things at once: what Viva has said is only relied on as far as it was asked in time."""

import uuid
from unittest.mock import patch

from odoo.tests import tagged

from ..models import record_call
from ..viva import provider_call, timing, webhook
from ..viva.outcome import EXISTS, RequestResult
from .common import OTHER_TERMINAL, TERMINAL, VivaWalletCommon
from .test_late_answers import Impatience

DOUBTFUL = 1302  # the card wants to be inserted: Viva was seen to go on by itself


class CertaintyCommon(VivaWalletCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_config = cls.create_config("Register two")
        cls.other_method = cls.create_viva_method(viva_wallet_terminal_id=OTHER_TERMINAL)
        cls.other_config.payment_method_ids += cls.other_method

    def setUp(self):
        super().setUp()
        self.open_register()
        impatience = patch.object(timing, "SETTLE_SECONDS", 0.3)
        impatience.start()
        self.addCleanup(impatience.stop)

    def declined_sale(self, event_id=DOUBTFUL, **values):
        """Return what the till had sent for a sale that ended without a charge, it seems."""
        sale = self.sale_values(**values)
        self.till("start_sale", sale)
        self.simulator.decline(TERMINAL, event_id=event_id)
        self.assertEqual(self.read(sale["session_id"])["state"], "failed")
        return sale

    def retry_of(self, sale, **values):
        """Return what a till sends when the cashier presses *Retry*."""
        return {**sale, "session_id": str(uuid.uuid4()), **values}

    def on_other_device(self, sale, **values):
        """Return what another device sends for the same order, on its own terminal."""
        return self.retry_of(
            sale,
            payment_uuid=str(uuid.uuid4()),
            payment_method_id=self.other_method.id,
            pos_session_id=self.open_register(self.other_config).id,
            **values,
        )

    def assert_not_sent(self, snapshot, reason, sessions=1):
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", reason))
        self.assertTrue(snapshot["refused"])
        self.assertEqual(len(self.simulator.sessions()), sessions)


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
        with Impatience() as late:
            self.let_pass(self.transaction(sale["session_id"]), 5)
            row = self.transaction(sale["session_id"])
            row._poll_in_background()
            self.simulator.approve_late(sale["session_id"])
            self.assert_not_sent(self.till("start_sale", self.retry_of(sale)), "unsettled")
            late.let_answer()
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

    def test_nonsense(self):
        for total in ("12.34", [], {}, True, float("nan"), float("inf"), 10**12):
            with self.subTest(total=total):
                sale = self.sale_values(order_total=total)
                self.assertEqual(self.till("start_sale", sale)["reason"], "invalid")
        sale = self.sale_values(order_payments=[None, 7, {}, "x"])
        self.assertEqual(self.till("start_sale", sale)["state"], "sent")


@tagged("post_install", "-at_install")
class TestRequestOnItsWay(CertaintyCommon):
    def given_up(self, late):
        """Start a sale whose request is on its way for long, cancel it; return what was sent."""
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.request = late.calls.pop()
        self.till("abort", sale)
        late.let_answer()
        return sale

    def ask(self, late, sale, seconds):
        self.let_pass(self.transaction(sale["session_id"]), seconds)
        self.till("read_status", [sale["session_id"]])
        while late.calls:
            late.let_answer()

    def test_nothing_is_certain_while_it_is_on_its_way(self):
        with Impatience() as late:
            sale = self.given_up(late)
            self.ask(late, sale, 2)
            self.ask(late, sale, timing.GONE_AFTER_MISSING + 2)
            self.assertEqual(self.transaction(sale["session_id"]).state, "sent")
            self.ask(late, sale, timing.REPLY_WITHIN)
            row = self.transaction(sale["session_id"])
            self.assertEqual(
                (row.state, row.reason, row.money_uncertain), ("failed", "never_received", True)
            )

    def test_late_acceptance_is_asked_about_and_stopped(self):
        with Impatience() as late:
            sale = self.given_up(late)
            self.ask(late, sale, 2)
            self.ask(late, sale, timing.REPLY_WITHIN + timing.GONE_AFTER_MISSING)
            self.assertEqual(self.transaction(sale["session_id"]).state, "failed")
            late.calls.append(self.request)
            late.let_answer()
            self.assertEqual(len(late.calls), 1, "the terminal is asked to stop")
            late.let_answer()
        row = self.transaction(sale["session_id"])
        self.assertTrue(row.check_at)
        self.assert_not_sent(self.till("start_sale", self.retry_of(sale)), "unsettled")
        self.clock.advance(1)
        self.let_pass(row, timing.TILL_ASKS_WITHIN + 1)
        self.run_cron()
        self.assertEqual(self.transaction(sale["session_id"]).state, "failed")
        self.assertFalse(self.charges())

    def test_late_charge_is_found(self):
        with Impatience() as late:
            sale = self.given_up(late)
            self.ask(late, sale, 2)
            self.ask(late, sale, timing.REPLY_WITHIN + timing.GONE_AFTER_MISSING)
            late.calls.append(self.request)
            late.let_answer()
            self.simulator.tap(TERMINAL)
        self.let_pass(self.transaction(sale["session_id"]), timing.TILL_ASKS_WITHIN + 1)
        self.run_cron()
        row = self.transaction(sale["session_id"])
        self.assertEqual((row.state, row.review), ("approved", "late_approval"))

    def test_acceptance_of_what_is_unknown_is_stopped(self):
        sale = self.sale_values()
        with Impatience() as late:
            self.till("start_sale", sale)
            row = self.transaction(sale["session_id"])
            row._set_state("unknown")
            self.assertTrue(row._apply_request_result(RequestResult(EXISTS)))
            late.calls.clear()


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
class TestUnusualApproval(CertaintyCommon):
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


@tagged("post_install", "-at_install")
class TestRepeatedDelivery(CertaintyCommon):
    def test_what_was_sent_is_not_refused_when_it_comes_again(self):
        """Whatever forbids a new request by then."""
        sale = self.approved_sale()
        self.sync_order(sale)
        self.assertEqual(self.till("start_sale", sale)["state"], "approved")
        self.viva_config.current_session_id.state = "closed"
        self.assertEqual(self.till("start_sale", sale)["state"], "approved")

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


@tagged("post_install", "-at_install")
class TestBookingFails(CertaintyCommon):
    def test_unexpected_error_goes_on_review(self):
        order_model = self.env.registry["pos.order"]
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.sync_order(sale, state="draft", is_line_lost=True)
        self.simulator.tap(TERMINAL)
        with patch.object(order_model, "add_payment", side_effect=KeyError("broken addon")):
            self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        row = self.transaction(sale["session_id"])
        self.assertEqual(row.review, "no_payment")
        self.assertIn("broken addon", row.review_facts)

    def test_job_puts_it_on_review(self):
        sale = self.approved_sale()
        self.sync_order(self.sale_values(order_uuid=sale["order_uuid"]), state="draft",
                        viva_wallet_session_id=False)  # fmt: skip
        row = self.transaction(sale["session_id"])
        self.let_pass(row, timing.NO_PAYMENT_AFTER + 1)
        row.write({"payment_id": False, "review": False})
        ledger = self.env.registry["viva.wallet.transaction"]
        with patch.object(ledger, "_book_charge", side_effect=ZeroDivisionError("division")):
            self.run_cron()
        self.assertEqual(self.transaction(sale["session_id"]).review, "no_payment")

    def test_order_is_saved_all_the_same(self):
        sale = self.approved_sale()
        ledger = self.env.registry["viva.wallet.transaction"]
        with patch.object(ledger, "_payment_values", side_effect=ZeroDivisionError("division")):
            order = self.sync_order(sale)
        self.assertEqual(order.state, "paid")
        self.assertEqual(self.transaction(sale["session_id"]).review, "no_payment")


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

    def test_sale_is_found_by_the_order_that_refunds_it(self):
        """A till that was loaded anew does not have the refunded order any more."""
        sale = self.approved_sale(order_name="Order 9")
        order = self.sync_order(sale)
        refund_order = order._refund()
        for known in (
            {"order_uuid": refund_order.uuid},
            {"order_uuid": str(uuid.uuid4()), "refunded_line_ids": order.lines.ids},
            {"order_uuids": [order.uuid]},
        ):
            with self.subTest(known=known):
                listed = self.till("list_refundable", {
                    "pos_session_id": self.viva_config.current_session_id.id,
                    "payment_method_id": self.viva_method.id, **known,
                })  # fmt: skip
                self.assertEqual(
                    [card["session_id"] for card in listed["cards"]], [sale["session_id"]]
                )

    def test_nonsense_finds_no_sale(self):
        for known in ({"refunded_line_ids": ["1", None, True, {}, 10**9]}, {"order_uuid": 7}, {}):
            listed = self.till("list_refundable", {
                "pos_session_id": self.viva_config.current_session_id.id,
                "payment_method_id": self.viva_method.id, **known,
            })  # fmt: skip
            self.assertEqual(listed["cards"], [])
