"""What a till gets to see of a row, and how it hears that there is news."""

from odoo.tests import tagged

from ..viva import timing
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

    # === WHAT A TILL SEES === #

    def test_card_is_told_of_an_approval_only(self):
        values = {"card_last4": "0133", "transaction_id": "T-1", "charged_minor": 1234}
        for state in ("sent", "unknown", "failed", "reversed"):
            with self.subTest(state=state):
                row = self.create_transaction(state=state, **values)
                self.assertIs(row._snapshot()["card"], False)
        row = self.create_transaction(state="approved", **values)
        card = row._snapshot()["card"]
        self.assertEqual((card["card_no"], card["transaction_id"]), ("0133", "T-1"))

    def test_what_only_an_open_row_has(self):
        now = timing.now()
        moments = {"abort_requested_at": now, "resend_at": now}
        for state, is_open in (("sent", True), ("unknown", False), ("failed", False)):
            with self.subTest(state=state):
                snapshot = self.create_transaction(state=state, **moments)._snapshot()
                told = [snapshot[name] for name in ("aborting", "limited", "ask_again_in")]
                self.assertEqual(list(map(bool, told)), [is_open] * 3)

    def test_amounts_of_a_refund_are_negative(self):
        values = {"state": "approved", "charged_minor": 1334, "kind": "refund"}
        snapshot = self.create_transaction(**values)._snapshot()
        self.assertEqual((snapshot["amount"], snapshot["charged"]), (-12.34, -13.34))
        self.assertEqual((snapshot["amount_minor"], snapshot["extras"]), (1234, []))

    def test_sale_says_nothing_of_ways(self):
        snapshot = self.create_transaction(state="failed")._snapshot()
        self.assertFalse({"way", "other_way"} & snapshot.keys())

    def test_other_way_of_a_refund(self):
        """Only where it is certain that the first way has not paid back, and would not later."""
        failed = {"kind": "refund", "state": "failed", "reason": "declined"}
        for values, other_way in (
            ({"refund_way": "terminal"}, "account"),
            ({"refund_way": "terminal", "money_uncertain": True}, False),
            ({"refund_way": "terminal", "reason": "cancelled"}, False),
            ({"refund_way": "terminal", "state": "unknown"}, False),
            ({"refund_way": "account"}, False),
            ({"refund_way": "unreferenced"}, False),
        ):
            with self.subTest(**values):
                snapshot = self.create_transaction(**{**failed, **values})._snapshot()
                self.assertEqual(
                    (snapshot["way"], snapshot["other_way"]), (values["refund_way"], other_way)
                )

    # === HOW IT HEARS OF NEWS === #

    def news_of(self, row):
        """Tell the tills, and return what each of them heard: type and payload."""
        known = len(self.bus_messages())
        row._notify_tills()
        self.env.cr.precommit.run()
        return [(told["type"], told["payload"]) for told in self.bus_messages()[known:]]

    def test_register_hears_which_row_it_is_and_nothing_else(self):
        row = self.create_transaction(state="failed", card_last4="0133")
        [(kind, payload)] = self.news_of(row)
        self.assertIn("VIVA_WALLET_STATUS", kind)
        self.assertEqual(payload, {"session_id": row.session_id, "state": "failed"})

    def test_who_asked_gets_the_approval(self):
        row = self.create_transaction(state="approved", charged_minor=1234, card_last4="0133")
        (own, approval), (register, payload) = self.news_of(row)
        self.assertEqual((own, approval), ("VIVA_WALLET_APPROVED", row._snapshot()))
        self.assertIn("VIVA_WALLET_STATUS", register)
        self.assertNotIn("0133", str(payload))

    def test_row_without_register_and_user_tells_nobody(self):
        row = self.create_transaction(state="approved", pos_config_id=False, user_id=False)
        self.assertFalse(self.news_of(row))
