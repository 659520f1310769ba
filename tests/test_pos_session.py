"""Closing a register names the card payments that a person must still look at."""

from odoo.tests import tagged

from .common_ledger import ReviewCommon


@tagged("post_install", "-at_install")
class TestPosSession(ReviewCommon):
    def test_closing_names_what_is_open(self):
        row = self.lost_charge()
        session = self.pos_session.with_user(self.cashier)
        (entry,) = session.get_closing_control_data()["viva_wallet_reviews"]
        self.assertEqual(entry["session_id"], row.session_id)
        self.assertIn(row.review_facts, session.viva_wallet_review_text)
        self.assertTrue(session.close_session_from_ui()["successful"])
        self.assertFalse(session.viva_wallet_review_text)
