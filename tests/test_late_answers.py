"""Answers of Viva that come when nobody waits for them any more."""

import json
from unittest.mock import patch

from odoo.tests import tagged

from ..viva import provider_call, timing
from .common import OTHER_TERMINAL, TERMINAL, VivaWalletCommon


class Impatience:
    """Makes nobody wait for Viva; the calls are made when a test lets them.

    All in the thread of the test: two threads must not share its database transaction.

    :ivar calls: those that were not made yet, oldest first.
    """

    def __init__(self):
        self.calls = []
        self._wait = provider_call.ProviderCall.wait
        self._patches = (
            patch.object(
                provider_call.ProviderCall, "start", lambda call, in_thread=True: self._keep(call)
            ),
            patch.object(
                provider_call.ProviderCall, "wait", lambda call, _seconds: self._wait(call, 0)
            ),
        )

    def __enter__(self):
        for replacement in self._patches:
            replacement.start()
        return self

    def __exit__(self, *_error):
        for replacement in self._patches:
            replacement.stop()

    def _keep(self, call):
        self.calls.append(call)
        return call._kind != provider_call.QUESTION or provider_call._questions.acquire(
            blocking=False
        )

    def let_answer(self):
        """Make the oldest call and take up its answer."""
        self.calls.pop(0)._run()


@tagged("post_install", "-at_install")
class TestLateAnswers(VivaWalletCommon):
    def setUp(self):
        super().setUp()
        self.open_register()

    def start(self, late, **values):
        """Start a sale whose request is not answered yet, and return what the till sent."""
        sale = self.sale_values(**values)
        snapshot = self.till("start_sale", sale)
        self.assertEqual((snapshot["state"], snapshot["accepted"]), ("sent", False))
        self.assertEqual(len(late.calls), 1)
        return sale

    def wakeups(self):
        """Return the sessions that tills were told about."""
        self.env.invalidate_all()
        messages = self.env["bus.bus"].sudo().search([], order="id").mapped("message")
        told = [json.loads(message) for message in messages if "VIVA_WALLET_STATUS" in message]
        return [message["payload"]["session_id"] for message in told]

    def test_request_is_sent_once_and_accepted_late(self):
        with Impatience() as late:
            sale = self.start(late)
            self.assertEqual(self.till("start_sale", sale)["state"], "sent")
            self.assertEqual(len(late.calls), 1)
            late.let_answer()
        row = self.transaction(sale["session_id"])
        self.assertTrue(row.accepted_at)
        self.assertEqual(len(self.simulator.requests("sale")), 1)
        self.assertFalse(self.wakeups(), "A till that waits has nothing to gain from asking now")
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        self.assert_ledgers_agree()

    def test_refusal_that_comes_late(self):
        self.simulator.add_faults({"operation": "sale", "action": "answer", "status": 400})
        with Impatience() as late:
            sale = self.start(late)
            late.let_answer()
        self.assertEqual(self.transaction(sale["session_id"]).state, "failed")
        self.assertEqual(self.wakeups(), [sale["session_id"]])
        self.assertEqual(self.till("start_sale", self.sale_values())["state"], "sent")
        self.assert_ledgers_agree()

    def test_outcome_that_comes_late(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.simulator.tap(TERMINAL)
        with Impatience() as late:
            self.assertEqual(self.read(sale["session_id"])["state"], "sent")
            late.let_answer()
            self.assertEqual(self.transaction(sale["session_id"]).state, "approved")
            self.assertEqual(self.wakeups(), [sale["session_id"]])
            snapshot = self.till("read_status", [sale["session_id"]])[sale["session_id"]]
            self.assertEqual(snapshot["state"], "approved")
            self.assertFalse(late.calls)
        self.assert_ledgers_agree()

    def test_outcome_of_a_row_that_is_over_meanwhile(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        with Impatience() as late:
            self.read(sale["session_id"])
            self.simulator.tap(TERMINAL)
            self.read(sale["session_id"])
            late.calls.reverse()
            late.let_answer()
            late.let_answer()
        self.assertEqual(self.transaction(sale["session_id"]).state, "approved")
        self.assertEqual(len(self.wakeups()), 1)
        self.assert_ledgers_agree()

    def test_request_on_its_way_is_not_sent_a_second_time(self):
        with Impatience() as late:
            sale = self.start(late)
            row = self.transaction(sale["session_id"])
            request = late.calls.pop()
            for _question in range(4):
                self.read(sale["session_id"])
                late.let_answer()  # Viva does not know the session
                self.let_pass(row, 4)
            self.assertTrue(row.missing_since)
            self.assertFalse(late.calls)
            late.calls.append(request)
            late.let_answer()
        self.assertEqual(len(self.simulator.requests("sale")), 1)
        self.assertEqual(self.read(sale["session_id"])["state"], "sent")
        self.assertTrue(self.transaction(sale["session_id"]).accepted_at)

    def test_request_of_a_process_that_died_is_sent_again(self):
        with Impatience() as late:
            sale = self.start(late)
            late.calls.clear()
            self.read(sale["session_id"])
            late.let_answer()
            self.let_pass(self.transaction(sale["session_id"]), timing.REPLY_WITHIN + 2)
            self.read(sale["session_id"])
            late.let_answer()  # the question, after which the request is made again
            late.let_answer()
        self.assertEqual(len(self.simulator.requests("sale")), 1)
        self.assertTrue(self.transaction(sale["session_id"]).accepted_at)
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        self.assert_ledgers_agree()

    def test_refusal_after_the_same_request_was_taken(self):
        """The first of two requests comes last: that it is refused says nothing about the second."""
        with Impatience() as late:
            sale = self.start(late)
            first = late.calls.pop()
            self.read(sale["session_id"])
            late.let_answer()
            self.let_pass(self.transaction(sale["session_id"]), timing.REPLY_WITHIN + 2)
            self.read(sale["session_id"])
            late.let_answer()
            late.let_answer()
            self.simulator.add_faults({"operation": "sale", "action": "answer", "status": 400})
            late.calls.append(first)
            late.let_answer()
        self.assertEqual(self.transaction(sale["session_id"]).state, "sent")
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        self.assert_ledgers_agree()

    def test_abort_that_is_answered_late(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        with Impatience() as late:
            self.assertTrue(self.till("abort", sale)["aborting"])
            late.let_answer()
        self.clock.advance(1)
        self.assertEqual(self.read(sale["session_id"])["state"], "failed")
        self.assert_ledgers_agree()

    def test_tills_are_asked_to_come_less_often_when_many_wait(self):
        sale = self.sale_values()
        self.assertEqual(self.till("start_sale", sale)["ask_again_in"], 1)
        for _row in range(99):
            self.create_transaction(state="sent")
        snapshot = self.till("read_status", [sale["session_id"]])[sale["session_id"]]
        self.assertEqual(snapshot["ask_again_in"], 4)
        self.simulator.tap(TERMINAL)
        self.assertFalse(self.read(sale["session_id"])["ask_again_in"])

    def test_one_failure_leaves_the_other_answers(self):
        method = self.create_viva_method(viva_wallet_terminal_id=OTHER_TERMINAL)
        other_config = self.create_config("Register two", payment_method_ids=[(6, 0, method.ids)])
        other_session = self.open_register(other_config)
        sales = [
            self.sale_values(),
            self.sale_values(payment_method_id=method.id, pos_session_id=other_session.id),
        ]
        for sale in sales:
            self.till("start_sale", sale)
        self.simulator.tap(TERMINAL)
        self.simulator.tap(OTHER_TERMINAL)
        rows = [self.transaction(sale["session_id"]) for sale in sales]
        self.let_pass(rows[0] | rows[1], 2)
        ledger = type(rows[0])
        apply_outcome = ledger._apply_outcome

        def fail_for_first(row, *answer):
            if row.session_id == rows[0].session_id:
                raise ValueError("a mistake of ours")
            return apply_outcome(row, *answer)

        with patch.object(ledger, "_apply_outcome", fail_for_first):
            with self.assertRaisesRegex(ValueError, "mistake"):
                (rows[0] | rows[1])._poll()
        self.env.invalidate_all()
        self.assertEqual([row.state for row in rows], ["sent", "approved"])
