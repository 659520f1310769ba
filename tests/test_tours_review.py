"""What a till shows of the card payments that a person must look at."""

import uuid

from odoo.tests import tagged

from .common import TERMINAL
from .test_tours import TourCommon


@tagged("post_install", "-at_install")
class TestReviewTour(TourCommon):
    def steer_flag(self):
        """Bring a payment on review."""
        self.in_background(lambda env: self.create_row(env, state="unknown")._flag("unknown"))

    def steer_resolve(self):
        """Resolve the one that was there at first."""
        self.in_background(
            lambda env: self.lost.with_env(env)._resolve("settled", "Paid back in cash")
        )

    def create_row(self, env, **values):
        """Return a row of the register that asked a terminal for 12.34."""
        return env["viva.wallet.transaction"].create(
            {
                "session_id": str(uuid.uuid4()),
                "terminal_id": TERMINAL,
                "cash_register_id": f"odoo-pos-{self.viva_config.id}",
                "payment_method_id": self.viva_method.id,
                "pos_config_id": self.viva_config.id,
                "company_id": self.viva_config.company_id.id,
                "currency_id": self.viva_config.currency_id.id,
                "amount_minor": 1234,
                **values,
            }
        )

    def test_alert_and_closing(self):
        self.lost = self.create_row(self.env(su=True), state="approved", charged_minor=1234)
        self.lost._flag("no_payment")
        rows = self.play("viva_wallet_review")
        # The page may have opened the next one by now.
        self.assertIn("closed", self.viva_config.session_ids.mapped("state"))
        self.assertEqual(rows.mapped("review_state"), ["resolved", "open"])


@tagged("post_install", "-at_install")
class TestEditPaymentTour(TourCommon):
    """*Edit payment* on the receipt screen, after the sale."""

    def test_cash_to_card(self):
        row = self.play("viva_wallet_edited_to_card")
        self.assertRecordValues(row, [{
            "reason": "never_sent",
            "review": "not_charged",
            "review_state": "open",
            "user_id": self.cashier.id,
        }])  # fmt: skip
        self.assertEqual(row.payment_id.payment_method_id, self.viva_method)
        self.assert_ledgers_agree(payments=0)
