"""The steps of a transaction can be read afterwards, and are forgotten in time."""

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import TERMINAL, VivaWalletCommon


@tagged("post_install", "-at_install")
class TestTimeline(VivaWalletCommon):
    def setUp(self):
        super().setUp()
        self.open_register()

    def steps(self, transaction):
        self.env.invalidate_all()
        return transaction.event_ids.mapped("what")

    def test_sale(self):
        sale = self.approved_sale()
        self.sync_order(sale)
        transaction = self.transaction(sale["session_id"])
        self.assertEqual(
            self.steps(transaction), ["asked", "sent", "accepted", "approved", "booked"]
        )
        self.assertEqual(transaction.event_ids[0].user_id, self.cashier)

    def test_cancel_and_reason(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.till("abort", sale)
        self.clock.advance(2)
        self.read(sale["session_id"])
        transaction = self.transaction(sale["session_id"])
        self.assertEqual(self.steps(transaction), ["asked", "sent", "accepted", "cancel", "failed"])
        self.assertIn("1016", transaction.event_ids[-1].detail)

    def test_notification(self):
        transaction = self.create_transaction()
        transaction._mark_notified()
        self.assertEqual(self.steps(transaction), ["asked", "sent", "notified"])

    def test_statement_and_review(self):
        transaction = self.create_transaction(state="sent")
        transaction._set_state("unknown")
        transaction._flag("unknown")
        transaction.with_user(self.cashier).sudo()._record_statement(True)
        self.assertEqual(
            self.steps(transaction), ["asked", "sent", "unknown", "review", "paid", "review"]
        )
        self.assertEqual(transaction.event_ids[-1].user_id, self.cashier)

    def test_nothing_new_is_no_step(self):
        transaction = self.create_transaction(state="sent")
        transaction.accepted_at = now = fields.Datetime.now()
        transaction.accepted_at = now
        transaction.write({"message": "hello"})
        self.assertEqual(self.steps(transaction), ["asked", "sent", "accepted"])

    def test_card_numbers_are_masked(self):
        transaction = self.create_transaction(state="sent")
        transaction._fail("declined", message="card 4111 1111 1111 1111")
        self.assertNotIn("4111 1111", transaction.event_ids[-1].detail)

    def test_nobody_writes_events(self):
        transaction = self.create_transaction()
        manager = self.create_user("manager", "point_of_sale.group_pos_manager")
        event = transaction.event_ids[0].with_user(manager)
        self.assertEqual(event.what, "asked")
        with self.assertRaises(AccessError):
            event.detail = "x"
        with self.assertRaises(AccessError):
            event.unlink()
        with self.assertRaises(AccessError):
            transaction.event_ids.with_user(self.cashier).read(["what"])

    def test_old_events_and_answers_are_forgotten(self):
        old, recent = (
            self.create_transaction(state="failed", raw_answer={"a": 1}) for _ in range(2)
        )
        (old | recent).finished_at = fields.Datetime.now()
        old.finished_at = "2020-01-01 00:00:00"
        old.event_ids.at = "2020-01-01 00:00:00"
        self.env.flush_all()
        self.env["viva.wallet.event"]._gc_events()
        self.env["viva.wallet.event"]._gc_answers()
        self.env.invalidate_all()
        self.assertFalse(old.event_ids)
        self.assertFalse(old.raw_answer)
        self.assertTrue(recent.event_ids)
        self.assertTrue(recent.raw_answer)

    def test_retention_can_be_changed_and_switched_off(self):
        transaction = self.create_transaction(state="failed", raw_answer={"a": 1})
        transaction.finished_at = "2020-01-01 00:00:00"
        transaction.event_ids.at = "2020-01-01 00:00:00"
        set_param = self.env["ir.config_parameter"].set_param
        events = self.env["viva.wallet.event"]
        for name in ("pos_viva_wallet.keep_events_days", "pos_viva_wallet.keep_answers_days"):
            set_param(name, "0")
        self.env.flush_all()
        events._gc_events()
        events._gc_answers()
        self.env.invalidate_all()
        self.assertTrue(transaction.event_ids)
        self.assertTrue(transaction.raw_answer)
        set_param("pos_viva_wallet.keep_events_days", "30")
        events._gc_events()
        self.env.invalidate_all()
        self.assertFalse(transaction.event_ids)

    def test_terminal_switches(self):
        self.viva_config.current_session_id.action_pos_session_closing_control()
        self.viva_method.write(
            {"viva_wallet_show_receipt": False, "viva_wallet_show_result": False}
        )
        self.open_register()
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.simulator.tap(TERMINAL)
        self.read(sale["session_id"])
        answer = self.transaction(sale["session_id"]).raw_answer
        self.assertEqual((answer["showReceipt"], answer["showTransactionResult"]), (False, False))
