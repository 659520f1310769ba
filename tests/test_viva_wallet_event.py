"""The steps that are kept of a transaction: nobody changes them, and they are forgotten in time."""

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestEvents(LedgerCommon):
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
