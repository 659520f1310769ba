"""What a till gets to see of the payments that a person must look at."""

from odoo.tests import tagged

from .common_ledger import ReviewCommon


@tagged("post_install", "-at_install")
class TestReviewsOfTill(ReviewCommon):
    def test_till_is_told_and_gets_the_sentences(self):
        known = len(self.bus_messages("VIVA_WALLET_REVIEW"))
        row = self.lost_charge(order_name="Order 7")
        self.assertEqual(len(self.bus_messages("VIVA_WALLET_REVIEW")), known + 1)
        self.assertNotIn("12.34", str(self.bus_messages("VIVA_WALLET_REVIEW")[-1]))
        (entry,) = self.till("open_reviews", self.viva_config.id)
        self.assertEqual(entry["session_id"], row.session_id)
        self.assertIn("12.34", entry["title"])
        self.assertIn("Order 7", entry["title"])
        self.assertEqual(entry["facts"], row.review_facts)
        self.assertEqual(entry["advice"], row.review_advice)
        self.assertEqual(entry["card"], row.card_last4)
        self.assertEqual(set(entry), {"session_id", "title", "time", "facts", "advice", "card"})
        self.resolve(row, "checked", "Seen")
        self.assertEqual(len(self.bus_messages("VIVA_WALLET_REVIEW")), known + 2)
        self.assertEqual(self.till("open_reviews", self.viva_config.id), [])

    def test_till_sees_its_own_register_only(self):
        self.lost_charge()
        other = self.create_config("Register two", payment_method_ids=self.viva_method.ids)
        self.assertEqual(self.till("open_reviews", other.id), [])
        self.assertEqual(self.till("open_reviews", 0), [])
        self.assertEqual(len(self.till("open_reviews", self.viva_config.id)), 1)
