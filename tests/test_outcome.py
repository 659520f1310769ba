"""What became of a request: status, abort, deadline, statements, the cron, closing the register."""

import uuid

from odoo.tests import tagged

from ..viva import timing
from .common import OTHER_TERMINAL, TERMINAL, VivaWalletCommon


@tagged("post_install", "-at_install")
class TestOutcome(VivaWalletCommon):
    def setUp(self):
        super().setUp()
        self.pos_session = self.open_register()

    def start(self, **values):
        """Start a sale that Viva accepts, and return what the till had sent."""
        sale = self.sale_values(**values)
        self.assertEqual(self.till("start_sale", sale)["state"], "sent")
        return sale

    def aborts(self):
        return self.simulator.requests("abort")

    # === STATUS === #

    def test_waiting(self):
        sale = self.start()
        snapshot = self.read(sale["session_id"])
        self.assertEqual((snapshot["state"], snapshot["text"]), ("sent", ""))

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
            {"status": 200, "body": {"sessionId": sale["session_id"], "success": False}},
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

    def test_several_sessions_in_one_call(self):
        first = self.approved_sale()
        second = self.start()
        unknown = str(uuid.uuid4())
        self.let_pass(self.transactions(), 2)
        session_ids = [first["session_id"], second["session_id"], unknown]
        answer = self.till("read_status", session_ids)
        self.assertEqual([answer[name]["state"] for name in session_ids],
                         ["approved", "sent", "not_recorded"])  # fmt: skip

    def test_at_most_five_questions_in_one_call(self):
        rows = self.env["viva.wallet.transaction"]
        for _row in range(8):
            rows += self.create_transaction(state="sent")
        self.till("read_status", rows.mapped("session_id"))
        self.assertEqual(len(self.simulator.requests("session")), 5)

    def test_nothing_to_ask_about(self):
        self.assertEqual(self.till("read_status", []), {})
        answer = self.till("read_status", ["", "x", str(uuid.uuid4())])
        self.assertEqual({snapshot["state"] for snapshot in answer.values()}, {"not_recorded"})
        self.assertFalse(self.simulator.requests())

    # === ABORT === #

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
        method = self.create_viva_method(viva_wallet_terminal_id=OTHER_TERMINAL)
        config = self.create_config("Register two", payment_method_ids=method.ids)
        other = self.start(
            payment_method_id=method.id, pos_session_id=self.open_register(config).id
        )
        self.till("abort", self.start())
        self.clock.advance(1)
        self.assertEqual(self.read(other["session_id"])["state"], "sent")
        self.simulator.tap(OTHER_TERMINAL)
        self.assertEqual(self.read(other["session_id"])["state"], "approved")

    def test_abort_overtakes_the_request(self):
        """The till gave up before its request arrived: when it does, it is not sent."""
        sale = self.sale_values()
        snapshot = self.till("abort", sale)
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", "cancelled"))
        snapshot = self.till("start_sale", sale)
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", "cancelled"))
        self.assertFalse(self.simulator.requests())

    def test_abort_of_nonsense(self):
        for sale in ({}, {"session_id": "x"}, {"session_id": None}):
            with self.subTest(sale=sale):
                self.assertEqual(self.till("abort", sale)["state"], "failed")
        self.assertFalse(self.transactions())

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

    def pass_until(self, sale, seconds):
        """Make a request so old, and ask about it as the till does."""
        transaction = self.transaction(sale["session_id"])
        self.let_pass(transaction, seconds - transaction._age())
        return self.till("read_status", [sale["session_id"]])[sale["session_id"]]

    def sleeping_sale(self):
        """Start a sale that the terminal never shows: Viva says 202 for ever."""
        self.simulator.set_terminal(TERMINAL, asleep=True)
        return self.start()

    def unknown_sale(self):
        """Start a sale whose outcome the server does not know at the deadline."""
        self.simulator.set_terminal(TERMINAL, endless_202=True)
        sale = self.start()
        self.assertEqual(self.pass_until(sale, 151)["state"], "unknown")
        return sale

    def learn(self, sale):
        """Let Viva tell the outcome at last."""
        self.simulator.set_terminal(TERMINAL, endless_202=False)
        return self.read(sale["session_id"])

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

    def test_unknown_is_still_asked_about(self):
        sale = self.unknown_sale()
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.learn(sale)["state"], "approved")
        self.assertFalse(self.transaction(sale["session_id"]).review)
        self.assert_ledgers_agree()

    def test_unknown_turns_out_to_be_a_failure(self):
        sale = self.unknown_sale()
        self.simulator.decline(TERMINAL)
        self.assertEqual(self.learn(sale)["state"], "failed")
        self.assertFalse(self.transaction(sale["session_id"]).review)

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

    def test_payment_on_the_word_of_the_cashier(self):
        sale = self.unknown_sale()
        self.till("state_outcome", sale["session_id"], True)
        self.sync_order(sale)
        self.assertEqual(self.transaction(sale["session_id"]).review, "stated")
        self.simulator.tap(TERMINAL)
        self.learn(sale)
        self.assert_ledgers_agree(payments=1)

    # === CRON === #

    def test_cron_asks_about_what_no_till_asks_about(self):
        sale = self.start()
        self.simulator.tap(TERMINAL)
        self.run_cron()
        self.assertEqual(self.transaction(sale["session_id"]).state, "approved")
        self.assert_ledgers_agree()

    def test_cron_runs_as_scheduled(self):
        sale = self.start()
        self.simulator.tap(TERMINAL)
        self.env.flush_all()
        action = self.env.ref("pos_viva_wallet.ir_cron_viva_wallet_reconcile").ir_actions_server_id
        with self.registry.cursor() as cr:
            action.with_env(self.env(user=1, cr=cr)).run()
        self.assertEqual(self.transaction(sale["session_id"]).state, "approved")

    def test_cron_aborts_and_gives_up(self):
        sale = self.sleeping_sale()
        self.let_pass(self.transaction(sale["session_id"]), 80)
        self.run_cron()
        self.assertEqual(len(self.aborts()), 1)
        self.let_pass(self.transaction(sale["session_id"]), 80)
        self.run_cron()
        self.assertEqual(self.transaction(sale["session_id"]).state, "unknown")

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

    def test_every_outcome_is_checked_once_more(self):
        sale = self.approved_sale()
        self.let_pass(self.transaction(sale["session_id"]), 121)
        asked = len(self.simulator.requests("session"))
        for _run in range(3):
            self.run_cron()
            self.let_pass(self.transaction(sale["session_id"]), 2)
        self.assertEqual(len(self.simulator.requests("session")), asked + 1)
        self.assertFalse(self.transaction(sale["session_id"]).check_at)

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
        self.let_pass(row, 3 * 86400)
        self.run_cron()
        self.assertFalse(row.check_at)

    def test_contradiction_of_viva_goes_to_review(self):
        sale = self.approved_sale()
        self.simulator.set_terminal(
            TERMINAL, body_overrides={"success": False, "eventId": 1006, "transactionId": None}
        )
        self.let_pass(self.transaction(sale["session_id"]), 121)
        self.run_cron()
        row = self.transaction(sale["session_id"])
        self.assertEqual((row.state, row.review), ("approved", "conflict"))

    def test_charge_without_payment_goes_to_review(self):
        booked, lost = self.approved_sale(), self.approved_sale()
        self.sync_order(booked)
        self.let_pass(self.transactions(), 590)
        self.run_cron()
        self.assertFalse(self.transaction(lost["session_id"]).review)
        self.let_pass(self.transactions(), 30)
        self.run_cron()
        self.assertEqual(self.transaction(lost["session_id"]).review, "no_payment")
        self.assertFalse(self.transaction(booked["session_id"]).review)
        self.sync_order(lost)
        self.assertFalse(self.transaction(lost["session_id"]).review)
        self.assert_ledgers_agree(payments=2)

    # === CLOSING THE REGISTER === #

    def test_register_stays_open_while_a_terminal_may_be_charging(self):
        sale = self.start()
        answer = self.pos_session.with_user(self.cashier).close_session_from_ui()
        self.assertFalse(answer["successful"])
        self.assertIn("12.34", answer["message"])
        self.assertIn(TERMINAL, answer["message"])
        self.assertNotEqual(self.pos_session.state, "closed")
        self.simulator.tap(TERMINAL)
        self.read(sale["session_id"])
        self.sync_order(sale)
        answer = self.pos_session.with_user(self.cashier).close_session_from_ui()
        self.assertTrue(answer["successful"], answer)
        self.assertEqual(self.pos_session.state, "closed")
        self.assert_ledgers_agree(payments=1)

    def test_register_of_another_payment_can_be_closed(self):
        method = self.create_viva_method(viva_wallet_terminal_id=OTHER_TERMINAL)
        config = self.create_config("Register two", payment_method_ids=method.ids)
        session = self.open_register(config)
        self.start()
        answer = session.with_user(self.cashier).close_session_from_ui()
        self.assertTrue(answer["successful"], answer)
