"""What a till may call to take payments, whatever it sends."""

import uuid

from odoo import fields
from odoo.tests import tagged

from .common import TERMINAL
from .common_ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestPayments(LedgerCommon):
    # === STATUS === #

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

    # === STOPPING === #

    def test_abort_of_nonsense(self):
        for sale in ({}, {"session_id": "x"}, {"session_id": None}):
            with self.subTest(sale=sale):
                self.assertEqual(self.till("abort", sale)["state"], "failed")
        self.assertFalse(self.transactions())

    # === WAKE-UPS === #

    def test_wakeups_are_expected_after_prompt_notifications(self):
        for _sale in range(3):
            self.approved_sale()
        self.assertFalse(self.till("start_sale", self.sale_values())["wakeups"])
        self.simulator.cancel(TERMINAL)
        self.read(self.transactions()[-1].session_id)
        for row in self.transactions(state="approved"):
            row.notified_at = row.finished_at
        self.assertTrue(self.till("start_sale", self.sale_values())["wakeups"])
        self.simulator.cancel(TERMINAL)
        self.read(self.transactions()[-1].session_id)
        last = self.transactions(state="approved")[-1]
        last.notified_at = fields.Datetime.add(last.finished_at, seconds=60)
        self.assertFalse(self.till("start_sale", self.sale_values())["wakeups"])

    # === A TILL THAT HAS LOST ITS LINES === #

    def test_till_finds_the_payments_of_its_orders(self):
        running, declined = self.sale_values(), self.sale_values()
        self.till("start_sale", declined)
        self.simulator.decline(TERMINAL)
        self.read(declined["session_id"])
        self.till("start_sale", running)
        found = self.till("read_orders", [running["order_uuid"], declined["order_uuid"], None])
        self.assertEqual(
            [(row["session_id"], row["state"], row["order_uuid"]) for row in found],
            [(running["session_id"], "sent", running["order_uuid"])],
        )
        self.assertEqual(found[0]["payment_method_id"], self.viva_method.id)
        self.assertEqual(found[0]["payment_uuid"], running["payment_uuid"])
        self.assertEqual(self.till("read_orders", [str(uuid.uuid4())]), [])
