"""What a cashier reads: a message for every reason, in words, and true about the money."""

import re
from pathlib import Path

from odoo.tests import TransactionCase, tagged

from ..models import refused
from ..models.messages import payment_messages
from ..viva import const, outcome, reply

# Reasons of this addon, and of requests that Viva or the network refused.
OTHERS = {
    "cancelled",
    "never_received",
    "never_sent",
    "refused",
    "wrong_state",
    *outcome._REFUSAL_REASONS.values(),
    *reply.PROBLEMS,
}
# Only a refund ends with these.
OF_REFUNDS = {"not_refundable", "parent_missing", "refund_disabled"}

NOTHING_MOVED = {
    "sale": "Nothing was charged this time.",
    "refund": "Nothing was paid back this time.",
}


@tagged("post_install", "-at_install")
class TestPaymentMessages(TransactionCase):
    def text(self, reason, money_uncertain=False, event_id=False, **values):
        transaction = self.env["viva.wallet.transaction"].new(
            {
                "kind": "sale",
                "state": "failed",
                "reason": reason,
                "money_uncertain": money_uncertain,
                "event_id": event_id,
                "message": "Raw words of Viva",
                **values,
            }
        )
        return payment_messages.text(transaction)

    def test_every_reason_has_its_own_sentence(self):
        fallback = self.text("error")
        for reason in sorted((const.REASONS | OTHERS) - OF_REFUNDS - {"error"}):
            with self.subTest(reason=reason):
                text = self.text(reason)
                self.assertNotEqual(text, fallback)
                self.assertTrue(text.endswith("."))
                self.assertNotIn("..", text)
                self.assertNotIn("Raw", text)
                self.assertNotIn("_", text)

    def test_what_is_certain_is_said_and_nothing_else(self):
        for reason in sorted((const.REASONS | OTHERS) - OF_REFUNDS):
            with self.subTest(reason=reason):
                text = self.text(reason, money_uncertain=True)
                self.assertNotIn("Nothing was charged", text)
                self.assertRegex(text, "look at the terminal first|before you try again")
        for reason in ("declined", "timed_out", "aborted", "unreachable", "never_sent"):
            with self.subTest(reason=reason):
                self.assertIn("Nothing was charged.", self.text(reason))

    def test_refunds_say_what_is_certain_and_nothing_else(self):
        for way in ("terminal", "account", "unreferenced"):
            for reason in sorted(const.REASONS | OTHERS | OF_REFUNDS):
                with self.subTest(way=way, reason=reason):
                    text = self.text(reason, kind="refund", refund_way=way, money_uncertain=True)
                    self.assertNotIn("Nothing was paid back", text)
                    self.assertRegex(text, "look at the .* first|before you try again")
            for reason in ("declined", "timed_out", "cancelled", "unreachable", "refund_disabled"):
                with self.subTest(way=way, reason=reason):
                    text = self.text(reason, kind="refund", refund_way=way)
                    self.assertIn("Nothing was paid back.", text)

    def test_every_refusal_has_a_sentence(self):
        details = dict.fromkeys(
            (
                "amount",
                "terminal",
                "register",
                "currency",
                "charged",
                "remaining",
                "held",
                "moved",
                "customer",
                "journal",
                "successor",
                "rate",
            ),
            "X",
        )
        for kind, known in (("sale", refused.OF_SALES), ("refund", refused.OF_REFUNDS)):
            for reason in sorted(known):
                with self.subTest(kind=kind, reason=reason):
                    text = payment_messages.refusal_text(self.env, kind, reason, **details)
                    self.assertIn(NOTHING_MOVED[kind], text)
                    self.assertNotIn("%(", text)

    def test_every_refusal_is_known(self):
        """Also those that are written only somewhere in the code."""
        for path in Path(refused.__file__).parent.rglob("*.py"):
            for name in re.findall(r'Refused\(\s*"(\w+)"', path.read_text()):
                self.assertIn(name, refused.OF_REFUNDS, path.name)

    def test_code_for_the_support(self):
        self.assertTrue(self.text("declined", event_id=1006).endswith("[1006]"))

    def test_unknown_reason(self):
        self.assertEqual(self.text("something new"), self.text("error"))
