"""Viva's list of the day, and its records of single charges, as they may come."""

import unittest
import uuid

from simulator import Simulator
from simulator.testing import TERMINAL, Till
from viva import connections, day_list, outcome, tokens, transaction
from viva.account import DEMO, Credentials, Hosts
from viva.client import VivaClient
from viva.reply import Reply

SESSION = "0e8d3a52-6f3c-4b2e-9d0a-3f4b5c6d7e8f"
CHARGE = "5f4b5f55-5c54-4b5f-8a0e-000000000001"


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


class TestDayList(unittest.TestCase):
    def listed(self, **values):
        """Return the one entry of a list."""
        (entry,) = day_list.from_reply(answer([body(**values)]))
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
        self.assertEqual(day_list.from_reply(answer([])), [])
        self.assertEqual(len(day_list.from_reply(answer(body()))), 1)
        for content in (None, {}, "x", 1, [1], [[]], [{}], [body(), None], {"detail": "no"}):
            with self.subTest(content=content):
                self.assertIsNone(day_list.from_reply(answer(content)))
        for reply in (
            answer([], status=500),
            answer(None, problem="not_json"),
            answer([], status=429, problem="throttled"),
            Reply(sent=False, problem="unreachable"),
        ):
            self.assertIsNone(day_list.from_reply(reply))

    def test_hostile_values(self):
        for value in (None, True, 1, 1.5, "x" * 9999, [], {}, float("nan"), -1, "\x00"):
            for name in body():
                with self.subTest(name=name, value=value):
                    for entry in day_list.from_reply(answer([body(**{name: value})])):
                        self.assertIn(
                            entry.outcome().state, ("approved", "failed", "unclear"), entry
                        )


class TestTransaction(unittest.TestCase):
    def fate(self, *records, **values):
        """Return what an answer with these records says of the charge."""
        content = {"Transactions": list(records), "Success": True, "ErrorCode": 0, **values}
        return transaction.from_reply(answer(content), CHARGE)

    def test_status(self):
        for status, fate in {
            "X": "undone", "R": "refunded", "F": "stands", "C": "stands",
            "A": "unclear", "E": "unclear", "M": "unclear", "": "unclear",
        }.items():  # fmt: skip
            with self.subTest(status=status):
                record = {"TransactionId": CHARGE.upper(), "StatusId": status}
                self.assertEqual(self.fate(record), fate)
        self.assertEqual(self.fate({"TransactionId": CHARGE, "StatusId": ["X"]}), "unclear")

    def test_other_records_prove_nothing(self):
        other = {"TransactionId": SESSION, "StatusId": "X"}
        for records in ([other], [{"StatusId": "X"}], [{"TransactionId": 1, "StatusId": "X"}]):
            self.assertEqual(self.fate(*records), "unclear")
        contradicting = {"TransactionId": CHARGE, "StatusId": "F"}
        self.assertEqual(
            self.fate(contradicting, {"TransactionId": CHARGE, "StatusId": "X"}), "unclear"
        )

    def test_answers(self):
        self.assertEqual(self.fate(), "missing")
        self.assertEqual(transaction.from_reply(answer({}, status=404), CHARGE), "missing")
        for reply in (
            answer(None),
            answer([]),
            answer({}),
            answer({"Transactions": {}}),
            answer({"Transactions": [], "Success": False}),
            answer(None, status=404, problem="not_json"),
            answer({}, status=500),
            Reply(sent=False, problem="credentials"),
        ):
            self.assertEqual(transaction.from_reply(reply, CHARGE), "unclear")


class TestAgainstSimulator(unittest.TestCase):
    def setUp(self):
        self.simulator = self.enterContext(Simulator())
        self.addCleanup(connections.close_connections)
        self.addCleanup(tokens.forget_tokens)
        settings = self.simulator.state()["settings"]
        self.credentials = Credentials(
            *(settings[name] for name in ("merchant_id", "api_key", "client_id", "client_secret"))
        )
        self.client = VivaClient(self.credentials, Hosts.simulator(self.simulator.url))
        self.till = Till(self.simulator.url)
        self.addCleanup(self.till.close)
        self.till.login()

    def charge(self):
        """Return session and transaction id of a new charge."""
        session_id = self.till.sale(sessionId=str(uuid.uuid4()))
        return session_id, self.simulator.tap(TERMINAL)["transaction_id"]

    def test_reversal(self):
        session_id, transaction_id = self.charge()
        reply = self.client.read_transaction(transaction_id)
        self.assertEqual(transaction.from_reply(reply, transaction_id), "stands")
        self.simulator.reverse(session_id)
        reply = self.client.read_transaction(transaction_id)
        self.assertEqual(transaction.from_reply(reply, transaction_id), "undone")
        self.assertTrue(self.simulator.requests("transaction")[0]["path"].endswith(transaction_id))

    def test_unknown_transaction(self):
        reply = self.client.read_transaction(CHARGE)
        self.assertEqual(transaction.from_reply(reply, CHARGE), "missing")

    def test_wrong_key(self):
        self.simulator.configure(api_key="other")
        reply = self.client.read_transaction(CHARGE)
        self.assertEqual(reply.problem, "credentials")

    def test_identity(self):
        same = VivaClient(self.credentials, Hosts.simulator(self.simulator.url))
        self.assertEqual(self.client.identity, same.identity)
        self.assertEqual(len({self.client.identity, same.identity}), 1)
        self.assertNotEqual(self.client.identity, VivaClient(self.credentials, DEMO).identity)
