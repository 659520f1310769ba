"""Viva's records of transactions, single ones and lists, however they are written."""

from decimal import Decimal

import pytest
from fake_viva import SESSION
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.testing import TERMINAL
from viva import account_refund, const, transaction_record
from viva.reply import Reply

SALE = "aaaaaaaa-0000-4000-8000-000000000001"
REFUND = "bbbbbbbb-0000-4000-8000-000000000002"
UNDOING = "cccccccc-0000-4000-8000-000000000003"
OURS = (SALE.upper(), REFUND)
SOLD = {"TransactionId": SALE, "ParentId": None, "StatusId": "F", "Amount": 12.34}
PAID_BACK = {"TransactionId": REFUND, "ParentId": SALE, "StatusId": "F", "Amount": -12.34}


def listed(*records, **values):
    body = {"Transactions": list(records), "ErrorCode": 0, "Success": True}
    return transaction_record.entries_of_day(Reply(sent=True, status=200, body={**body, **values}))


def standing(*records, **values):
    """Return what an answer with these records says of the sale."""
    body = {"Transactions": list(records), "Success": True, "ErrorCode": 0, **values}
    return transaction_record.from_reply(Reply(sent=True, status=200, body=body), SALE)


@pytest.mark.parametrize(
    ("status", "what"),
    [
        ("X", "undone"), ("R", "refunded"), ("F", "stands"), ("C", "stands"), ("A", "unclear"),
        ("E", "unclear"), ("M", "unclear"), ("", "unclear"), (["X"], "unclear"),
    ],
)  # fmt: skip
def test_what_became_of_a_charge(status, what):
    assert standing({"TransactionId": SALE.upper(), "StatusId": status}) == what


@pytest.mark.parametrize(
    "records",
    [
        [{"TransactionId": REFUND, "StatusId": "X"}], [{"StatusId": "X"}],
        [{"TransactionId": 1, "StatusId": "X"}],
        [{"TransactionId": SALE, "StatusId": "F"}, {"TransactionId": SALE, "StatusId": "X"}],
    ],
)  # fmt: skip
def test_other_or_contradicting_records_prove_nothing(records):
    assert standing(*records) == "unclear"


def test_a_charge_that_viva_does_not_know():
    assert standing() == "missing"
    reply = Reply(sent=True, status=404, body={})
    assert transaction_record.from_reply(reply, SALE) == "missing"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(sent=True, status=200), Reply(sent=True, status=200, body=[]),
        Reply(sent=True, status=200, body={}),
        Reply(sent=True, status=200, body={"Transactions": {}}),
        Reply(sent=True, status=200, body={"Transactions": [], "Success": False}),
        Reply(sent=True, status=404, problem="not_json"), Reply(sent=True, status=500, body={}),
        Reply(sent=False, problem="credentials"),
    ],
)  # fmt: skip
def test_no_record(reply):
    assert transaction_record.from_reply(reply, SALE) == "unclear"


def test_what_an_entry_says():
    [entry] = listed({**PAID_BACK, "MerchantTrns": "our session", "OrderCode": 1234567890123456})
    assert entry == transaction_record.Entry(
        transaction_id=REFUND,
        parent_id=SALE,
        status="F",
        standing=transaction_record.STANDS,
        amount=Decimal("-12.34"),
        gives_back=True,
        reference="our session",
        order_code="1234567890123456",
    )
    assert entry.minor("EUR") == 1234


@pytest.mark.parametrize(
    "parent",
    [
        {"ParentId": SALE.upper()}, {"ParentTransactionId": SALE}, {"Parent": SALE},
        {"Parent": {"TransactionId": SALE}}, {"Parent": {"Id": SALE}},
        {"ParentTransaction": {"TransactionId": SALE.upper()}},
        {"ParentId": None, "Parent": {"TransactionId": f" {SALE} "}},
        {"ParentId": const.EMPTY_GUID, "Parent": {"TransactionId": SALE}},
    ],
)  # fmt: skip
def test_a_parent_flat_or_nested(parent):
    [entry] = listed({"TransactionId": REFUND, **parent})
    assert entry.parent_id == SALE


@pytest.mark.parametrize("parent", [None, "", "0", 0, const.EMPTY_GUID, {}, [SALE], True, 1.5])
def test_no_parent(parent):
    [entry] = listed({**PAID_BACK, "ParentId": parent})
    assert entry.parent_id is None


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (-5, "-5"), (-5.1, "-5.1"), ("-5.10", "-5.10"), (0.1 + 0.2, "0.30000000000000004"),
        (None, None), (True, None), ("much", None), (float("nan"), None), (float("inf"), None),
        (10**30, None), ([], None), ({}, None), ("", None), ("1e9999", None),
    ],
)  # fmt: skip
def test_amounts(amount, expected):
    [entry] = listed({**PAID_BACK, "Amount": amount})
    assert entry.amount == (None if expected is None else Decimal(expected))


def test_minor_units():
    minor = [listed({"Amount": a})[0].minor("EUR") for a in (-5, 5.1, "5.123", None)]
    assert minor == [500, 510, None, None]
    assert listed({"Amount": 5})[0].minor("XXX") is None


@pytest.mark.parametrize(
    ("changes", "gives_back"),
    [
        ({}, True), ({"Amount": 5, "TransactionTypeId": 4}, True), ({"Amount": 5}, True), ({"Amount": 5, "TransactionTypeId": 84}, True),
        ({"Amount": 5, "TransactionType": {"TransactionTypeId": "7"}}, True),
        ({"Amount": 5, "ParentId": None}, False), ({"Amount": None, "ParentId": None}, False),
        ({"Amount": 5, "TransactionTypeId": 5}, None),
    ],
)  # fmt: skip
def test_the_direction_of_money(changes, gives_back):
    [entry] = listed({**PAID_BACK, **changes})
    assert entry.gives_back is gives_back


@pytest.mark.parametrize(
    "reply",
    [
        Reply(sent=False), Reply(sent=True, status=500), Reply(sent=True, status=404),
        Reply(sent=True, status=200, body=[]), Reply(sent=True, status=200, body={}),
        Reply(sent=True, status=200, problem="lost", body={"Transactions": []}),
        Reply(sent=True, status=200, body={"Transactions": [], "Success": False}),
        Reply(sent=True, status=200, body={"Transactions": [SOLD, None]}),
        Reply(sent=True, status=200, body={"Transactions": {"0": SOLD}}),
    ],
)  # fmt: skip
def test_no_list(reply):
    assert transaction_record.entries_of_day(reply) is None


def test_a_day_without_transactions():
    assert listed() == []


# -- what happened to ours ------------------------------------------------------------------------


def touched(*records, ours=OURS):
    found = transaction_record.find_changes(listed(*records), ours)
    return {name: [entry.transaction_id for entry in entries] for name, entries in found.items()}


def test_what_stands_is_not_touched():
    assert touched(SOLD) == {}
    assert touched(SOLD, {**SOLD, "TransactionId": "other", "StatusId": "X"}) == {}


@pytest.mark.parametrize("status", ["F", "A", "C", "R", None, "?"])
def test_a_child_of_a_sale_of_whatever_age(status):
    assert touched({**PAID_BACK, "StatusId": status}, ours=[SALE]) == {SALE: [REFUND]}


@pytest.mark.parametrize("status", ["E", "X"])
def test_a_child_without_effect(status):
    assert touched({**PAID_BACK, "StatusId": status}, ours=[SALE]) == {}


@pytest.mark.parametrize("status", ["X", "R", "x"])
def test_a_sale_that_does_not_stand(status):
    assert touched({**SOLD, "StatusId": status}) == {SALE: [SALE]}


def test_a_refund_of_ours_that_is_undone():
    undone = {**PAID_BACK, "StatusId": "X"}
    assert touched(SOLD, undone) == {REFUND: [REFUND]}
    undoing = {"TransactionId": UNDOING, "ParentId": REFUND, "StatusId": "F", "Amount": 12.34}
    assert touched(undoing) == {REFUND: [UNDOING]}
    assert touched({**SOLD, "StatusId": "R"}, undone, undoing) == {
        SALE: [SALE], REFUND: [REFUND, UNDOING],
    }  # fmt: skip


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9)
    | st.sampled_from([SALE, REFUND, "F", "X", "E", "A", "R", "-5.00"]),
    lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(st.sampled_from(["TransactionId", "Id", "OrderCode"]), inner, max_size=2),
    max_leaves=3,
)  # fmt: skip
NAMES = st.sampled_from(
    ["TransactionId", "ParentId", "Parent", "StatusId", "Amount", "MerchantTrns", "Order",
     "OrderCode", "TransactionTypeId", "TransactionType", "CardNumber", "ErrorCode", "Success"]
)  # fmt: skip
RECORDS = st.dictionaries(NAMES, VALUES, max_size=8)
EXPECTED = account_refund.ExpectedRefund(REFUND, SALE, 500, "EUR", frozenset({UNDOING}))


@given(st.lists(RECORDS, max_size=3), RECORDS, st.sampled_from([200, 400, 403, 404, 429, 500]))
@settings(max_examples=500, deadline=None)
def test_nothing_raises(records, answer, status):
    entries = listed(*records)
    transaction_record.find_changes(entries, [SALE, REFUND])
    reply = Reply(sent=True, status=200, body={"Transactions": records})
    assert account_refund.from_list(reply, EXPECTED).state in {
        "approved", "pending", "failed", "missing", "unclear",
    }  # fmt: skip
    result = account_refund.from_refund(Reply(sent=True, status=status, body=answer), EXPECTED)
    assert result.state in {"approved", "pending", "failed", "unclear"}


# -- what the simulator says ----------------------------------------------------------------------


def test_a_reversal(simulator, simulator_client, simulator_till):
    session_id = simulator_till.sale(sessionId=SESSION)
    transaction_id = simulator.tap(TERMINAL)["transaction_id"]
    reply = simulator_client.read_transaction(transaction_id)
    assert transaction_record.from_reply(reply, transaction_id) == "stands"
    simulator.reverse(session_id)
    reply = simulator_client.read_transaction(transaction_id)
    assert transaction_record.from_reply(reply, transaction_id) == "undone"
    assert simulator.requests("transaction")[0]["path"].endswith(transaction_id)


def test_an_unknown_transaction(simulator_client):
    reply = simulator_client.read_transaction(SALE)
    assert transaction_record.from_reply(reply, SALE) == "missing"
