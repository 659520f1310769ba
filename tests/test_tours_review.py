"""What a till shows of the card payments that a person must look at."""

import uuid

from odoo.tests import tagged

from .common import TERMINAL
from .test_tours import TourCommon


@tagged("post_install", "-at_install")
class TestReviewTour(TourCommon):
    def _steer(self, what, options):
        """Override of `TourCommon` to bring a payment on review, and to resolve one."""
        if what == "flag":
            self.unknown = self.create_row(state="unknown")
            self.unknown._flag("unknown")
        elif what == "resolve":
            self.lost._resolve("settled", "Paid back in cash")
        else:
            super()._steer(what, options)
        self.env.flush_all()
        self.env.cr.precommit.run()

    def create_row(self, **values):
        """Return a row of the register that asked a terminal for 12.34."""
        ledger = self.env["viva.wallet.transaction"].sudo()
        return ledger.create(
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
        self.lost = self.create_row(state="approved", charged_minor=1234)
        self.lost._flag("no_payment")
        self.play("viva_wallet_review")
        self.assertEqual(self.viva_config.current_session_id.state or "closed", "closed")
        self.assertEqual(self.unknown.review_state, "open")
        self.assertEqual(self.lost.review_state, "resolved")
