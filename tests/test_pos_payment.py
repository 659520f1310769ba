"""Payments of a card: what a till or a person saves does not undo what the ledger knows."""

import uuid

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestPosPayment(LedgerCommon):
    # === CHANGED BY A PERSON === #

    def test_charged_payment_cannot_be_deleted_or_changed(self):
        sale = self.approved_sale()
        payment = self.sync_order(sale).payment_ids
        for vals in (
            {"amount": 1.0},
            {"viva_wallet_session_id": False},
            {"viva_wallet_session_id": str(uuid.uuid4())},
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "12.34"):
                payment.write(vals)
        with self.assertRaisesRegex(UserError, "Refund"):
            payment.unlink()
        self.assert_ledgers_agree(payments=1)

    def test_running_payment_keeps_its_amount(self):
        sale = self.start()
        payment = self.sync_order(sale, state="draft").payment_ids
        for vals in (
            {"amount": 1},
            {"viva_wallet_session_id": str(uuid.uuid4())},
            {"viva_wallet_session_id": False},
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "may still charge"):
                payment.write(vals)
        payment.write({"amount": 12.34, "viva_wallet_session_id": sale["session_id"]})

    # === SAVED BY A TILL WITH AN OLD COPY === #

    def test_old_picture_of_a_charged_payment(self):
        sale = self.start()
        order = self.sync_order(sale, state="draft", payment_status="waitingCard")
        payment = order.payment_ids
        self.tap(sale, tip=100)
        self.assertRecordValues(payment, [{"amount": 13.34, "payment_status": "done"}])
        stale = self.line_command(
            sale, payment_status="waitingCard", transaction_id=False, viva_wallet_session_id=False
        )
        for command in (
            Command.update(payment.id, stale[2]),
            stale,
            Command.delete(payment.id),
            Command.unlink(payment.id),
        ):
            with self.subTest(command=command):
                self.resync(order, command)
                self.assertEqual(order.payment_ids, payment)
                self.assertRecordValues(payment, [{
                    "amount": 13.34,
                    "payment_status": "done",
                    "transaction_id": self.charges()[0]["transaction_id"],
                    "viva_wallet_session_id": sale["session_id"],
                }])  # fmt: skip
        self.assertEqual(order.amount_paid, 13.34)
        self.assertFalse(order.message_ids.filtered(lambda message: "changed" in message.body))

    def test_old_picture_of_a_running_payment(self):
        sale = self.start()
        order = self.sync_order(sale, state="draft", payment_status="waiting")
        payment = order.payment_ids
        self.resync(order, Command.update(payment.id, {"amount": 1, "payment_status": "retry"}))
        self.assertRecordValues(payment, [{"amount": 12.34, "payment_status": "retry"}])
        self.resync(order, Command.delete(payment.id))
        self.assertTrue(payment.exists())
