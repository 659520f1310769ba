"""What an answer of Viva's web API says about a refund through the account."""

import pytest

from viva import outcome_web
from viva.client import Reply

SESSION = "3e6ad4f2-1111-4222-8333-444455556666"
SALE = "aaaaaaaa-0000-4000-8000-000000000001"
REFUND = "bbbbbbbb-0000-4000-8000-000000000002"
EXPECTED = outcome_web.ExpectedRefund(SESSION, SALE, 500, "EUR")
DONE = {
    "StatusId": "F", "TransactionId": REFUND, "Amount": 5.0, "ErrorCode": 0, "Success": True,
    "RetrievalReferenceNumber": "123456789012",
}  # fmt: skip
ENTRY = {
    "TransactionId": REFUND, "ParentId": SALE, "StatusId": "F", "Amount": -5.0,
    "MerchantTrns": SESSION, "CardNumber": "414746XXXXXX0133",
}  # fmt: skip


def answered(status=200, body=None, **values):
    return outcome_web.from_refund(Reply(sent=True, status=status, body=body, **values), EXPECTED)


def listed(*entries, expected=EXPECTED):
    reply = Reply(sent=True, status=200, body={"Transactions": list(entries), "Success": True})
    return outcome_web.from_list(reply, expected)


# -- the answer to the request --------------------------------------------------------------------


def test_done():
    result = answered(body=DONE)
    assert (result.state, result.money, result.transaction_id) == ("approved", "moved", REFUND)
    assert (result.amount, result.amount_differs) == (500, False)
    assert result.rrn == "123456789012"


@pytest.mark.parametrize("amount", [5, 5.0, "5.00", -5.0, 500, None, "much", [], True])
def test_amount_in_whatever_unit(amount):
    result = answered(body={**DONE, "Amount": amount})
    assert (result.amount, result.amount_differs) == (500, False)


def test_another_amount():
    result = answered(body={**DONE, "Amount": 4.5})
    assert (result.state, result.amount, result.amount_differs) == ("approved", 450, True)


@pytest.mark.parametrize(
    "changes",
    [
        {"Success": None}, {"Success": "true"}, {"Success": 1}, {"Success": False},
        {"TransactionId": None}, {"TransactionId": ""}, {"StatusId": None}, {"StatusId": "X"},
    ],
)  # fmt: skip
def test_no_verdict(changes):
    assert answered(body={**DONE, **changes}).state == "unclear"


@pytest.mark.parametrize("body", [None, [], "F", 5, {}])
def test_no_answer_to_speak_of(body):
    assert answered(body=body).state == "unclear"


def test_in_progress():
    assert answered(body={**DONE, "StatusId": "A"}).state == "pending"


@pytest.mark.parametrize("status", [None, 500, 502, 503, 408, 425, 429, 302, 201])
def test_unclear_status(status):
    assert answered(status, DONE).state == "unclear"


@pytest.mark.parametrize("problem", ["timeout", "lost", "not_json", "too_large"])
def test_lost(problem):
    assert answered(200, DONE, problem=problem).state == "unclear"


def test_never_sent():
    result = outcome_web.from_refund(Reply(sent=False, problem="unreachable"), EXPECTED)
    assert (result.state, result.reason, result.money) == ("failed", "unreachable", "none")


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "not_refundable"), (401, "credentials"), (403, "refund_disabled"),
        (404, "parent_missing"), (409, "not_refundable"), (422, "not_refundable"),
    ],
)  # fmt: skip
def test_refused_by_status(status, reason):
    result = answered(status, {"ErrorText": "api action is disabled"})
    assert (result.state, result.reason, result.money) == ("failed", reason, "none")
    assert result.message == "api action is disabled"


@pytest.mark.parametrize(
    ("code", "reason", "event_id"),
    [
        (403, "not_refundable", None), (404, "parent_missing", None), (2055, "not_cleared", 2055),
        (9999, "not_refundable", 9999),
    ],
)  # fmt: skip
def test_refused_in_the_body(code, reason, event_id):
    result = answered(body={"StatusId": "E", "ErrorCode": code, "Success": False})
    assert (result.state, result.reason, result.event_id) == ("failed", reason, event_id)


def test_failed_without_a_code():
    assert answered(body={"StatusId": "E", "ErrorCode": 0, "Success": False}).state == "failed"


# -- Viva's list ----------------------------------------------------------------------------------


def test_found_by_our_reference():
    result = listed({"TransactionId": "other", "Amount": 5.0}, ENTRY)
    assert (result.state, result.transaction_id, result.amount) == ("approved", REFUND, 500)
    assert result.card_last4 == "0133"


def test_found_by_our_reference_with_another_amount():
    result = listed({**ENTRY, "Amount": -4.0})
    assert (result.state, result.amount, result.amount_differs) == ("approved", 400, True)


def test_found_by_sale_and_amount():
    assert listed({**ENTRY, "MerchantTrns": None}).state == "approved"
    assert listed({**ENTRY, "MerchantTrns": "the sale's", "ParentId": SALE.upper()}).state == (
        "approved"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"MerchantTrns": None, "Amount": -4.0},
        {"MerchantTrns": None, "ParentId": "another"},
        {"MerchantTrns": None, "ParentId": None},
        {"Amount": 5.0}, {"Amount": None}, {"Amount": "-5"}, {"StatusId": "E"},
        {"TransactionId": None},
    ],
)  # fmt: skip
def test_not_ours(changes):
    assert listed({**ENTRY, **changes}).state == "missing"


@pytest.mark.parametrize("other", [REFUND, "session of another refund"])
def test_belongs_to_another_refund(other):
    expected = outcome_web.ExpectedRefund(SESSION, SALE, 500, "EUR", frozenset({other}))
    entry = {**ENTRY, "MerchantTrns": "session of another refund"}
    assert listed(entry, expected=expected).state == "missing"


def test_ours_is_taken_before_a_similar_one():
    similar = {**ENTRY, "MerchantTrns": None, "TransactionId": "similar"}
    assert listed(similar, ENTRY).transaction_id == REFUND


def test_listed_in_progress():
    assert listed({**ENTRY, "StatusId": "A"}).state == "pending"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(sent=True, status=500), Reply(sent=True, status=404), Reply(sent=False),
        Reply(sent=True, problem="timeout"), Reply(sent=True, status=200, problem="lost", body={}),
        Reply(sent=True, status=200, body=None), Reply(sent=True, status=200, body=[]),
        Reply(sent=True, status=200, body={"Transactions": None}),
        Reply(sent=True, status=200, body={"Transactions": ["x"]}),
    ],
)  # fmt: skip
def test_unreadable_list(reply):
    assert outcome_web.from_list(reply, EXPECTED).state == "unclear"
