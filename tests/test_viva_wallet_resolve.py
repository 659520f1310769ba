"""The dialog in which a person says what became of a card payment on review."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common_ledger import ReviewCommon


@tagged("post_install", "-at_install")
class TestResolve(ReviewCommon):
    def test_a_note_is_needed(self):
        row = self.lost_charge()
        for note in ("", "  \n"):
            with self.assertRaisesRegex(UserError, "write down"):
                self.resolve(row, "checked", note)
        self.assertEqual(row.review_state, "open")

    def test_resolved_once(self):
        row = self.lost_charge()
        self.resolve(row, "checked", "Mine")
        with self.assertRaisesRegex(UserError, "meanwhile"):
            self.resolve(row, "settled", "No, mine")
        self.assertEqual(row.resolution_note, "Mine")

    def test_dialog_proposes_the_order_it_was_asked_for(self):
        order = self.draft_order()
        row = self.lost_charge()
        row.order_uuid = order.uuid
        form = Form(
            self.env["viva.wallet.resolve"]
            .with_user(self.manager)
            .with_context(default_transaction_id=row.id, default_resolution="attached")
        )
        self.assertEqual(form.order_id, order)
        self.assertTrue(form.is_possible)
        self.assertIn("12.34", form.effect)
        form.save().action_resolve()
        self.assertEqual(order.state, "paid")
        self.assert_ledgers_agree(payments=1)

    def test_accountant_without_the_point_of_sale_does_not_attach(self):
        row, order = self.lost_charge(), self.draft_order()
        with self.assertRaises(AccessError):
            self.resolve(row, "attached", order=order, user=self.accountant)
        self.assertEqual((row.review_state, order.state), ("open", "draft"))
