"""Answers of Viva that come when nobody waits for them any more."""

import json

from odoo.tests import tagged

from .common import TERMINAL
from .common_ledger import HeldCalls, LedgerCommon


@tagged("post_install", "-at_install")
class TestRecordCall(LedgerCommon):
    def woken_up(self):
        """Return the sessions that tills were told about."""
        self.env.invalidate_all()
        messages = self.env["bus.bus"].sudo().search([], order="id").mapped("message")
        told = [json.loads(message) for message in messages if "VIVA_WALLET_STATUS" in message]
        return [message["payload"]["session_id"] for message in told]

    def test_request_is_sent_once_and_accepted_late(self):
        with HeldCalls() as held:
            sale = self.start_held(held)
            self.assertEqual(self.till("start_sale", sale)["state"], "sent")
            self.assertEqual(len(held.calls), 1)
            held.let_answer()
        row = self.transaction(sale["session_id"])
        self.assertTrue(row.accepted_at)
        self.assertEqual(len(self.simulator.requests("sale")), 1)
        self.assertFalse(self.woken_up(), "A till that waits has nothing to gain from asking now")
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        self.assert_ledgers_agree()

    def test_refusal_that_comes_late(self):
        self.simulator.add_faults({"operation": "sale", "action": "answer", "status": 400})
        with HeldCalls() as held:
            sale = self.start_held(held)
            held.let_answer()
        self.assertEqual(self.transaction(sale["session_id"]).state, "failed")
        self.assertEqual(self.woken_up(), [sale["session_id"]])
        self.assertEqual(self.till("start_sale", self.sale_values())["state"], "sent")
        self.assert_ledgers_agree()

    def test_outcome_that_comes_late(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.simulator.tap(TERMINAL)
        with HeldCalls() as held:
            self.assertEqual(self.read(sale["session_id"])["state"], "sent")
            held.let_answer()
            self.assertEqual(self.transaction(sale["session_id"]).state, "approved")
            self.assertEqual(self.woken_up(), [sale["session_id"]])
            snapshot = self.till("read_status", [sale["session_id"]])[sale["session_id"]]
            self.assertEqual(snapshot["state"], "approved")
            self.assertFalse(held.calls)
        self.assert_ledgers_agree()

    def test_outcome_of_a_row_that_is_over_meanwhile(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        with HeldCalls() as held:
            self.read(sale["session_id"])
            self.simulator.tap(TERMINAL)
            self.read(sale["session_id"])
            held.calls.reverse()
            held.let_answer()
            held.let_answer()
        self.assertEqual(self.transaction(sale["session_id"]).state, "approved")
        self.assertEqual(len(self.woken_up()), 1)
        self.assert_ledgers_agree()

    def test_abort_that_is_answered_late(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        with HeldCalls() as held:
            self.assertTrue(self.till("abort", sale)["aborting"])
            held.let_answer()
        self.clock.advance(1)
        self.assertEqual(self.read(sale["session_id"])["state"], "failed")
        self.assert_ledgers_agree()
