"""The steps of a transaction can be read afterwards, and on which day of its register it was."""

from odoo import fields
from odoo.tests import tagged

from .common_ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestTimeline(LedgerCommon):
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

    def test_day_is_the_day_of_the_register(self):
        self.env.company.partner_id.tz = "Pacific/Auckland"
        late = self.create_transaction()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE viva_wallet_transaction SET create_date = '2026-03-01 11:30' WHERE id = %s",
            [late.id],
        )
        self.env.invalidate_all()
        late._compute_day()
        self.assertEqual((str(late.day), late.hour), ("2026-03-02", 0))
