"""The request to Viva: sent once, sent again where it never arrived, sent later under a limit, stopped."""

from contextlib import suppress
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..viva import throttle, timing
from ..viva.outcome import EXISTS, RequestResult
from .common import OTHER_TERMINAL, TERMINAL
from .common_ledger import CertaintyCommon, HeldCalls, LedgerCommon, TwoRegistersCommon


@tagged("post_install", "-at_install")
class TestRequest(TwoRegistersCommon):
    def start_with_fault(self, **fault):
        sale = self.sale_values()
        self.simulator.add_faults({"operation": "sale", **fault})
        return sale, self.till("start_sale", sale)

    # === SENDING === #

    def test_request_reaches_the_terminal(self):
        sale = self.sale_values()
        snapshot = self.till("start_sale", sale)
        self.assertEqual(
            snapshot,
            {
                "session_id": sale["session_id"],
                "state": "sent",
                "reason": False,
                "text": "",
                "asked_by": self.cashier.name,
                "device": False,
                "aborting": False,
                "cancelled": False,
                "accepted": True,
                "ask_again_in": 1,
                "limited": False,
                "amount_minor": 1234,
                "amount": 12.34,
                "charged": 0,
                "extras": [],
                "payment_uuid": sale["payment_uuid"],
                "statement": False,
                "silent": False,
                "uncertain": False,
                "card": False,
                "wakeups": False,
            },
        )
        (session,) = self.simulator.sessions()
        self.assertEqual(session["session_id"], sale["session_id"])
        self.assertEqual(session["terminal_id"], TERMINAL)
        self.assertEqual(session["cash_register_id"], f"odoo-pos-{self.viva_config.id}")
        self.assertEqual(session["amount"], 1234)
        self.assertEqual(session["currency_code"], "978")
        self.assertEqual(session["merchant_reference"], sale["session_id"])

    def test_terminal_switches(self):
        self.with_method(viva_wallet_show_receipt=False, viva_wallet_show_result=False)
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.simulator.tap(TERMINAL)
        self.read(sale["session_id"])
        answer = self.transaction(sale["session_id"]).raw_answer
        self.assertEqual((answer["showReceipt"], answer["showTransactionResult"]), (False, False))

    def with_method(self, **values):
        """Change the payment method while its register is closed."""
        self.viva_config.current_session_id.action_pos_session_closing_control()
        self.viva_method.write(values)
        self.open_register()

    def test_no_surcharge(self):
        self.with_method(viva_wallet_skip_surcharge=True)
        sale = self.approved_sale(surcharge=31)
        row = self.transaction(sale["session_id"])
        self.assertEqual((row.charged_minor, row.surcharge_minor), (1234, 0))
        self.assertTrue(row.raw_answer["skipSurcharge"])

    def test_instalments(self):
        self.with_method(viva_wallet_max_instalments=12, viva_wallet_instalments_from=100)
        for amount, offered, chosen in ((99.99, 0, 0), (100, 12, 6), (250, 12, 12)):
            with self.subTest(amount=amount):
                sale = self.start(amount=amount)
                self.simulator.tap(TERMINAL, instalments=chosen or 6)
                self.read(sale["session_id"])
                row = self.transaction(sale["session_id"])
                self.assertEqual((row.max_instalments, row.instalments), (offered, chosen))
        refund = self.refund_values(sale)
        self.till("start_refund", refund)
        self.assertFalse(self.transaction(refund["session_id"]).max_instalments)

    def test_instalments_that_viva_does_not_offer(self):
        self.viva_config.current_session_id.action_pos_session_closing_control()
        for values in (
            {"viva_wallet_max_instalments": 37},
            {"viva_wallet_max_instalments": -1},
            {"viva_wallet_instalments_from": -0.01},
        ):
            with self.subTest(**values), self.assertRaisesRegex(ValidationError, "at most 36"):
                self.viva_method.write(values)

    def test_server_errors_are_no_outcome(self):
        for status in (500, 502, 503, 504, 408, 429):
            for handled in (False, True):
                with self.subTest(status=status, handled=handled):
                    self.simulator.reset()
                    self.forget_limits()
                    sale, snapshot = self.start_with_fault(
                        action="answer", status=status, handled=handled, body="<html>Oops</html>"
                    )
                    self.assertEqual((snapshot["state"], snapshot["accepted"]), ("sent", False))
                    self.assertEqual(len(self.sale_requests()), 1)
                    self.transaction(sale["session_id"])._fail("cancelled")

    def test_clear_refusals(self):
        for status, reason in ((400, "invalid_request"), (403, "forbidden"), (404, "not_found")):
            with self.subTest(status=status):
                sale, snapshot = self.start_with_fault(
                    action="answer", status=status, body={"detail": "No such terminal"}
                )
                self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", reason))
                self.assertIn("Ask an administrator", snapshot["text"])
                self.assertNotIn("No such terminal", snapshot["text"])
                row = self.transaction(sale["session_id"])
                self.assertEqual(row.message, "No such terminal")
        self.assertEqual(len(self.sale_requests()), 3)
        self.assertFalse(self.charges())

    def test_terminal_unknown_to_viva(self):
        self.simulator.add_terminal("16009999")
        sale = self.sale_values()
        self.env.cr.execute(
            "UPDATE pos_payment_method SET viva_wallet_terminal_id = '19999999' WHERE id = %s",
            (self.viva_method.id,),
        )
        snapshot = self.till("start_sale", sale)
        self.assertEqual(snapshot["state"], "failed")
        self.assertIn("Terminal ID", snapshot["text"])

    def test_expired_token_is_renewed(self):
        self.approved_sale()
        self.simulator.revoke_tokens()
        sale = self.sale_values()
        self.assertEqual(self.till("start_sale", sale)["state"], "sent")
        requests = self.simulator.requests("sale", session_id=sale["session_id"])
        self.assertEqual([request["status"] for request in requests], [401, 200])
        self.assertEqual(len(self.simulator.requests("token")), 2)
        self.simulator.tap(TERMINAL)
        self.read(sale["session_id"])
        self.assert_ledgers_agree()

    def test_token_that_is_refused_with_another_status(self):
        """By the text, as 401 would: the token is renewed once, for requests and for aborts."""
        refusal = {"status": 403, "body": {"detail": "Could not validate credentials"}}
        for operation in ("sale", "abort"):
            self.simulator.add_faults({"operation": operation, "action": "answer", **refusal})
        sale = self.start()
        self.assertTrue(self.till("abort", sale)["aborting"])
        for operation in ("sale", "abort"):
            requests = self.simulator.requests(operation)
            self.assertEqual([request["status"] for request in requests], [403, 200], operation)
        self.clock.advance(1)
        self.assertEqual(self.read(sale["session_id"])["reason"], "aborted")

    def test_refused_credentials(self):
        self.simulator.configure(client_secret="another one")
        snapshot = self.till("start_sale", self.sale_values())
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", "credentials"))
        self.assertIn("Viva does not accept the credentials", snapshot["text"])
        self.assertFalse(self.sale_requests())

    def test_unreachable_viva(self):
        self._set_simulator_url(self.unused_url())
        self.addCleanup(self._set_simulator_url, self.simulator.url)
        snapshot = self.till("start_sale", self.sale_values())
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", "unreachable"))
        self.assertIn("Nothing was charged", snapshot["text"])
        self.assertEqual(self.transactions().state, "failed")

    # === SENDING AGAIN WHAT NEVER ARRIVED === #

    def test_reply_lost_after_handling(self):
        sale, snapshot = self.start_with_fault(action="drop_after")
        self.assertEqual((snapshot["state"], snapshot["accepted"]), ("sent", False))
        snapshot = self.read(sale["session_id"])
        self.assertEqual((snapshot["state"], snapshot["accepted"]), ("sent", True))
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        self.assertEqual(len(self.sale_requests()), 1)
        self.assert_ledgers_agree()

    def test_reply_lost_before_handling(self):
        """Only after Viva has denied for some seconds to know it, it is sent again, same id."""
        sale, snapshot = self.start_with_fault(action="drop_before")
        self.assertEqual(snapshot["state"], "sent")
        self.assertEqual(self.read(sale["session_id"])["state"], "sent")
        self.assertEqual(len(self.sale_requests()), 1)
        self.let_pass(self.transaction(sale["session_id"]), 6)
        self.assertTrue(self.till("read_status", [sale["session_id"]]))
        self.assertEqual(
            [request["session_id"] for request in self.sale_requests()],
            [sale["session_id"]] * 2,
        )
        self.assertEqual(len(self.simulator.sessions()), 1)
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        self.assert_ledgers_agree()

    def test_process_ends_between_record_and_request(self):
        """The till asks again with the same id, and that alone does not send anything."""
        sale = self.sale_values()
        ledger = self.env.registry["viva.wallet.transaction"]
        # Not assertRaises: Odoo's undoes what was written, which a dying process does not.
        with patch.object(ledger, "_send", side_effect=SystemExit), suppress(SystemExit):
            self.till("start_sale", sale)
        self.assertEqual(self.till("start_sale", sale)["state"], "sent")
        self.read(sale["session_id"])
        self.assertFalse(self.sale_requests())
        # As long as nobody knows whether the first request is still on its way, none follows.
        self.let_pass(self.transaction(sale["session_id"]), timing.REPLY_WITHIN + 1)
        self.till("read_status", [sale["session_id"]])
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        self.assertEqual(len(self.charges()), 1)
        self.assert_ledgers_agree()

    def test_late_refusal_does_not_end_what_was_sent_again(self):
        """The reply to the first request comes when the second one is at the terminal."""
        for state, reason in (("refused", "invalid_request"), ("not_sent", "unreachable")):
            with self.subTest(state=state):
                sale, _snapshot = self.start_with_fault(action="drop_before")
                self.read(sale["session_id"])
                row = self.transaction(sale["session_id"])
                self.let_pass(row, 6)
                self.till("read_status", [sale["session_id"]])
                row._apply_request_result(RequestResult(state, reason))
                self.assertEqual(row.state, "sent")
                self.simulator.tap(TERMINAL)
                self.assertEqual(self.read(sale["session_id"])["state"], "approved")
                self.assert_ledgers_agree()

    def test_resent_once_only(self):
        sale, _snapshot = self.start_with_fault(action="drop_before", times=None)
        for _second in range(12):
            self.assertEqual(self.read(sale["session_id"])["state"], "sent")
        self.assertEqual(len(self.sale_requests()), 2)

    def test_not_resent_when_nobody_waits_any_more(self):
        sale, _snapshot = self.start_with_fault(action="drop_before")
        self.read(sale["session_id"])
        self.let_pass(self.transaction(sale["session_id"]), timing.RESEND_UNTIL)
        self.till("read_status", [sale["session_id"]])
        self.assertEqual(len(self.sale_requests()), 1)

    def test_resending_what_arrived_meanwhile(self):
        """Viva refuses a session id that it has: the refusal is not an outcome."""
        sale, _snapshot = self.start_with_fault(action="drop_after")
        self.simulator.add_faults(
            {"operation": "session", "action": "answer", "status": 404, "times": 2}
        )
        self.read(sale["session_id"])
        self.let_pass(self.transaction(sale["session_id"]), 6)
        self.till("read_status", [sale["session_id"]])
        self.assertEqual([r["status"] for r in self.sale_requests()], [None, 409])
        self.assertEqual(self.transaction(sale["session_id"]).state, "sent")
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        self.assert_ledgers_agree()

    # === STOPPING === #

    def test_abort_accepted_is_not_done(self):
        sale = self.start()
        snapshot = self.till("abort", sale)
        self.assertEqual((snapshot["state"], snapshot["aborting"]), ("sent", True))
        self.assertEqual([request["status"] for request in self.aborts()], [200])
        self.assertEqual(self.read(sale["session_id"])["state"], "sent")
        self.clock.advance(1)
        snapshot = self.read(sale["session_id"])
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", "aborted"))
        self.assertFalse(snapshot["aborting"])
        self.assertEqual(self.transaction(sale["session_id"]).abort_user_id, self.cashier)
        self.assertFalse(self.charges())

    def test_abort_too_late(self):
        sale = self.start()
        self.simulator.insert(TERMINAL)
        self.assertEqual(self.till("abort", sale)["state"], "sent")
        self.clock.advance(1)
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        self.assert_ledgers_agree()

    def test_abort_after_the_charge(self):
        sale = self.start()
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.till("abort", sale)["state"], "sent")
        self.assertEqual([request["status"] for request in self.aborts()], [409])
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        self.assert_ledgers_agree()

    def test_abort_of_what_is_final(self):
        sale = self.approved_sale()
        self.assertEqual(self.till("abort", sale)["state"], "approved")
        self.assertFalse(self.aborts())

    def test_abort_that_does_not_arrive(self):
        for fault in (
            {"action": "drop_before"},
            {"action": "answer", "status": 500},
            {"action": "answer", "status": 404},
            {"action": "answer", "status": 403},
        ):
            with self.subTest(fault=fault):
                self.simulator.add_faults({"operation": "abort", **fault})
                sale = self.start()
                self.assertEqual(self.till("abort", sale)["state"], "sent")
                self.simulator.tap(TERMINAL)
                self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        self.assert_ledgers_agree()

    def test_abort_can_be_repeated(self):
        sale = self.start()
        self.simulator.add_faults({"operation": "abort", "action": "drop_before"})
        self.till("abort", sale)
        self.till("abort", sale)
        self.clock.advance(1)
        self.assertEqual(self.read(sale["session_id"])["state"], "failed")

    def test_abort_leaves_others_alone(self):
        other = self.start(**self.at_the_other_till())
        self.till("abort", self.start())
        self.clock.advance(1)
        self.assertEqual(self.read(other["session_id"])["state"], "sent")
        self.simulator.tap(OTHER_TERMINAL)
        self.assertEqual(self.read(other["session_id"])["state"], "approved")


@tagged("post_install", "-at_install")
class TestRequestOnItsWay(CertaintyCommon):
    def given_up(self, held):
        """Start a sale whose request is on its way for long, cancel it; return what was sent."""
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.request = held.calls.pop()
        self.till("abort", sale)
        held.let_answer()
        return sale

    def ask(self, held, sale, seconds):
        self.let_pass(self.transaction(sale["session_id"]), seconds)
        self.till("read_status", [sale["session_id"]])
        while held.calls:
            held.let_answer()

    def test_nothing_is_certain_while_it_is_on_its_way(self):
        with HeldCalls() as held:
            sale = self.given_up(held)
            self.ask(held, sale, 2)
            self.ask(held, sale, timing.GONE_AFTER_MISSING + 2)
            self.assertEqual(self.transaction(sale["session_id"]).state, "sent")
            self.ask(held, sale, timing.REPLY_WITHIN)
            row = self.transaction(sale["session_id"])
            self.assertEqual(
                (row.state, row.reason, row.money_uncertain), ("failed", "never_received", True)
            )

    def test_late_acceptance_is_asked_about_and_stopped(self):
        with HeldCalls() as held:
            sale = self.given_up(held)
            self.ask(held, sale, 2)
            self.ask(held, sale, timing.REPLY_WITHIN + timing.GONE_AFTER_MISSING)
            self.assertEqual(self.transaction(sale["session_id"]).state, "failed")
            held.calls.append(self.request)
            held.let_answer()
            self.assertEqual(len(held.calls), 1, "the terminal is asked to stop")
            held.let_answer()
        row = self.transaction(sale["session_id"])
        self.assertTrue(row.check_at)
        self.assert_not_sent(self.till("start_sale", self.retry_of(sale)), "unsettled")
        self.clock.advance(1)
        self.let_pass(row, timing.TILL_ASKS_WITHIN + 1)
        self.run_cron()
        self.assertEqual(self.transaction(sale["session_id"]).state, "failed")
        self.assertFalse(self.charges())

    def test_late_charge_is_found(self):
        with HeldCalls() as held:
            sale = self.given_up(held)
            self.ask(held, sale, 2)
            self.ask(held, sale, timing.REPLY_WITHIN + timing.GONE_AFTER_MISSING)
            held.calls.append(self.request)
            held.let_answer()
            self.simulator.tap(TERMINAL)
        self.let_pass(self.transaction(sale["session_id"]), timing.TILL_ASKS_WITHIN + 1)
        self.run_cron()
        row = self.transaction(sale["session_id"])
        self.assertEqual((row.state, row.review), ("approved", "late_approval"))

    def test_acceptance_of_what_is_unknown_is_stopped(self):
        sale = self.sale_values()
        with HeldCalls() as held:
            self.till("start_sale", sale)
            row = self.transaction(sale["session_id"])
            row._set_state("unknown")
            self.assertTrue(row._apply_request_result(RequestResult(EXISTS)))
            held.calls.clear()

    def test_request_on_its_way_is_not_sent_a_second_time(self):
        with HeldCalls() as held:
            sale = self.start_held(held)
            row = self.transaction(sale["session_id"])
            request = held.calls.pop()
            for _question in range(4):
                self.read(sale["session_id"])
                held.let_answer()  # Viva does not know the session
                self.let_pass(row, 4)
            self.assertTrue(row.missing_since)
            self.assertFalse(held.calls)
            held.calls.append(request)
            held.let_answer()
        self.assertEqual(len(self.simulator.requests("sale")), 1)
        self.assertEqual(self.read(sale["session_id"])["state"], "sent")
        self.assertTrue(self.transaction(sale["session_id"]).accepted_at)

    def test_request_of_a_process_that_died_is_sent_again(self):
        with HeldCalls() as held:
            sale = self.start_held(held)
            held.calls.clear()
            self.read(sale["session_id"])
            held.let_answer()
            self.let_pass(self.transaction(sale["session_id"]), timing.REPLY_WITHIN + 2)
            self.read(sale["session_id"])
            held.let_answer()  # the question, after which the request is made again
            held.let_answer()
        self.assertEqual(len(self.simulator.requests("sale")), 1)
        self.assertTrue(self.transaction(sale["session_id"]).accepted_at)
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        self.assert_ledgers_agree()

    def test_refusal_after_the_same_request_was_taken(self):
        """The first of two requests comes last: that it is refused says nothing about the second."""
        with HeldCalls() as held:
            sale = self.start_held(held)
            first = held.calls.pop()
            self.read(sale["session_id"])
            held.let_answer()
            self.let_pass(self.transaction(sale["session_id"]), timing.REPLY_WITHIN + 2)
            self.read(sale["session_id"])
            held.let_answer()
            held.let_answer()
            self.simulator.add_faults({"operation": "sale", "action": "answer", "status": 400})
            held.calls.append(first)
            held.let_answer()
        self.assertEqual(self.transaction(sale["session_id"]).state, "sent")
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        self.assert_ledgers_agree()


@tagged("post_install", "-at_install")
class TestLimited(LedgerCommon):
    """Requests that Viva's limit of calls holds back: late, never lost, never twice."""

    def setUp(self):
        super().setUp()
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
