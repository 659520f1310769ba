"""The sentences for the cashier: one for every reason, in words, and true about the money."""

from odoo.tests import TransactionCase, tagged

from ..models import reasons
from ..viva import client, const, outcome

# Reasons of this addon, and of requests that Viva or the network refused.
OTHERS = {
    "cancelled",
    "never_received",
    "never_sent",
    "refused",
    "wrong_state",
    *outcome._REFUSAL_REASONS.values(),
    *client.PROBLEMS,
}
# Only a refund ends with these, see `refund_reasons`.
OF_REFUNDS = {"not_refundable", "parent_missing", "refund_disabled"}


@tagged("post_install", "-at_install")
class TestReasons(TransactionCase):
    def text(self, reason, doubtful=False, event_id=False):
        transaction = self.env["viva.wallet.transaction"].new(
            {
                "kind": "sale",
                "state": "failed",
                "reason": reason,
                "doubtful": doubtful,
                "event_id": event_id,
                "message": "Raw words of Viva",
            }
        )
        return reasons.text(transaction)

    def test_every_reason_has_its_own_sentence(self):
        fallback = self.text("error")
        for reason in sorted((const.REASONS | OTHERS) - OF_REFUNDS - {"error"}):
            with self.subTest(reason=reason):
                text = self.text(reason)
                self.assertNotEqual(text, fallback)
                self.assertTrue(text.endswith("."))
                self.assertNotIn("Raw", text)
                self.assertNotIn("_", text)

    def test_what_is_certain_is_said_and_nothing_else(self):
        for reason in sorted((const.REASONS | OTHERS) - OF_REFUNDS):
            with self.subTest(reason=reason):
                text = self.text(reason, doubtful=True)
                self.assertNotIn("Nothing was charged", text)
                self.assertIn("before you try again", text)
        for reason in ("declined", "timed_out", "aborted", "unreachable", "never_sent"):
            with self.subTest(reason=reason):
                self.assertIn("Nothing was charged.", self.text(reason))

    def test_code_for_the_support(self):
        self.assertTrue(self.text("declined", event_id=1006).endswith("[1006]"))

    def test_unknown_reason(self):
        self.assertEqual(self.text("something new"), self.text("error"))
