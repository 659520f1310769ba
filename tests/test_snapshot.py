"""What a till gets to see of a row, and how it hears that there is news."""

from odoo.tests import tagged

from .common import TERMINAL
from .common_ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestSnapshot(LedgerCommon):
    def test_approved_snapshot(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.simulator.tap(TERMINAL)
        snapshot = self.read(sale["session_id"])
        (charge,) = self.charges()
        self.assertEqual(snapshot["state"], "approved")
        self.assertEqual((snapshot["amount"], snapshot["charged"]), (12.34, 12.34))
        self.assertEqual(snapshot["card"]["transaction_id"], charge["transaction_id"])
        self.assertEqual(snapshot["card"]["card_no"], self.simulator.sessions()[0]["last_four"])
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
