"""Viva's list of the sessions of a day, as it may come."""

import unittest

from viva import outcome, session_list
from viva.reply import Reply

SESSION = "0e8d3a52-6f3c-4b2e-9d0a-3f4b5c6d7e8f"
CHARGE = "5f4b5f55-5c54-4b5f-8a0e-000000000001"
TERMINAL = "16000001"


def body(**values):
    """Return a session that one of our registers asked for, paid."""
    return {
        "sessionId": SESSION,
        "merchantReference": SESSION,
        "cashRegisterId": "odoo-pos-7",
        "terminalId": TERMINAL,
        "success": True,
        "eventId": 0,
        "amount": 1334,
        "tipAmount": 100,
        "currencyCode": "978",
        "transactionId": CHARGE,
        "transactionTypeId": 5,
        "customerTrns": "Order 1",
        **values,
    }


def answer(content, status=200, problem=None):
    """Return an answer of Viva."""
    return Reply(sent=True, status=status, body=content, problem=problem)


class TestSessionList(unittest.TestCase):
    def listed(self, **values):
        """Return the one entry of a list."""
        (entry,) = session_list.from_reply(answer([body(**values)]))
        return entry

    def test_ours(self):
        entry = self.listed()
        self.assertTrue(entry.is_ours and entry.is_sale)
        self.assertEqual((entry.session_id, entry.register_number), (SESSION, 7))
        self.assertEqual((entry.terminal_id, entry.order_name), (TERMINAL, "Order 1"))
        result = entry.outcome()
        self.assertEqual((result.state, result.amount, result.tip_amount), ("approved", 1334, 100))
        self.assertFalse(result.amount_differs)

    def test_upper_case_ids(self):
        entry = self.listed(sessionId=SESSION.upper(), merchantReference=SESSION.upper())
        self.assertTrue(entry.is_ours)
        self.assertEqual(entry.session_id, SESSION)
        self.assertEqual(entry.outcome().state, "approved")

    def test_not_ours(self):
        for values in (
            {"merchantReference": "web shop"},
            {"merchantReference": None},
            {"cashRegisterId": "Mitchell Admin"},
            {"cashRegisterId": "odoo-pos-"},
            {"cashRegisterId": "odoo-pos-7 "},
            {"cashRegisterId": "my-odoo-pos-7"},
            {"cashRegisterId": 7},
            {"sessionId": "abc", "merchantReference": "abc"},
        ):
            with self.subTest(values=values):
                self.assertFalse(self.listed(**values).is_ours)

    def test_giving_back(self):
        for values in ({"parentSessionId": CHARGE}, {"transactionTypeId": 4}):
            self.assertFalse(self.listed(**values).is_sale)

    def test_expected(self):
        expected = outcome.Expected(SESSION, 1000, "978")
        result = self.listed().outcome(expected)
        self.assertTrue(result.amount_differs)

    def test_answers(self):
        self.assertEqual(session_list.from_reply(answer([])), [])
        self.assertEqual(len(session_list.from_reply(answer(body()))), 1)
        for content in (None, {}, "x", 1, [1], [[]], [{}], [body(), None], {"detail": "no"}):
            with self.subTest(content=content):
                self.assertIsNone(session_list.from_reply(answer(content)))
        for reply in (
            answer([], status=500),
            answer(None, problem="not_json"),
            answer([], status=429, problem="throttled"),
            Reply(sent=False, problem="unreachable"),
        ):
            self.assertIsNone(session_list.from_reply(reply))

    def test_hostile_values(self):
        for value in (None, True, 1, 1.5, "x" * 9999, [], {}, float("nan"), -1, "\x00"):
            for name in body():
                with self.subTest(name=name, value=value):
                    for entry in session_list.from_reply(answer([body(**{name: value})])):
                        self.assertIn(
                            entry.outcome().state, ("approved", "failed", "unclear"), entry
                        )
