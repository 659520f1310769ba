"""What a person reads about an entry on review: facts and advice for every reason."""

from odoo.tests import tagged

from .common_ledger import LedgerCommon

REVIEWS = (
    "late_approval", "amount_differs", "reversed", "reversal_announced", "unknown", "stated",
    "conflict", "no_payment", "not_charged", "no_row", "not_listed", "unusual", "unaskable",
    "paid_twice",
)  # fmt: skip


@tagged("post_install", "-at_install")
class TestReviewMessages(LedgerCommon):
    def test_every_reason_has_its_sentences(self):
        self.assertEqual(
            set(REVIEWS), set(dict(self.env["viva.wallet.transaction"]._fields["review"].selection))
        )
        order = self.sync_order(self.sale_values(), viva_wallet_session_id=False)
        for review in REVIEWS:
            for values in (
                {},
                {"order_uuid": order.uuid, "order_name": "Order 1", "statement": "paid"},
                {"order_uuid": order.uuid, "statement": "not_paid", "listed_minor": 99},
            ):
                with self.subTest(review=review, values=values):
                    row = self.create_transaction(
                        state="failed", charged_minor=1250, statement_user_id=self.cashier.id,
                        **values,
                    )  # fmt: skip
                    row._flag(review)
                    self.assertTrue(row.review_facts.endswith("."), row.review_facts)
                    self.assertTrue(row.review_advice.endswith("."), row.review_advice)
                    self.assertNotIn("%(", row.review_facts + row.review_advice)
