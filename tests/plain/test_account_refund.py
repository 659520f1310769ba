"""What an answer of Viva's web API says about a refund through the account."""

import pytest

from viva import account_refund, const
from viva.reply import Reply

SESSION = "3e6ad4f2-1111-4222-8333-444455556666"
SALE = "aaaaaaaa-0000-4000-8000-000000000001"
REFUND = "bbbbbbbb-0000-4000-8000-000000000002"
EXPECTED = account_refund.ExpectedRefund(SESSION, SALE, 500, "EUR")
DONE = {
    "StatusId": "F", "TransactionId": REFUND, "Amount": 5.0, "ErrorCode": 0, "Success": True,
    "RetrievalReferenceNumber": "123456789012",
}  # fmt: skip
ENTRY = {
    "TransactionId": REFUND, "ParentId": SALE, "StatusId": "F", "Amount": -5.0,
    "MerchantTrns": SESSION, "CardNumber": "414746XXXXXX0133",
}  # fmt: skip


def answered(status=200, body=None, **values):
    return account_refund.from_refund(
        Reply(sent=True, status=status, body=body, **values), EXPECTED
    )


def listed(*entries, expected=EXPECTED):
    reply = Reply(sent=True, status=200, body={"Transactions": list(entries), "Success": True})
    return account_refund.from_list(reply, expected)


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


@pytest.mark.parametrize("status", [None, 500, 502, 503, 408, 409, 410, 418, 425, 302, 201])
@pytest.mark.parametrize("body", [DONE, {"StatusId": "E", "ErrorCode": 403}, {}, None])
def test_unclear_status(status, body):
    result = answered(status, body)
    assert (result.state, result.money) == ("unclear", "maybe")


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 422, 429])
@pytest.mark.parametrize("code", [0, 400, 403, 404, 502, 2055])
@pytest.mark.parametrize(
    "contradiction",
    [{"TransactionId": REFUND}, {"StatusId": "F"}, {"StatusId": "A"}, {"StatusId": "X"},
     {"StatusId": "R"}, {"Success": True}],
)  # fmt: skip
def test_an_error_beside_a_word_of_a_refund_is_for_the_list(status, code, contradiction):
    body = {"StatusId": "E", "TransactionId": None, "ErrorCode": code, "Success": False}
    result = answered(status, {**body, **contradiction})
    assert (result.state, result.money) == ("unclear", "maybe")


@pytest.mark.parametrize("none", [None, "", "0", const.EMPTY_GUID, SALE, SALE.upper()])
def test_no_transaction_of_a_refund(none):
    body = {"StatusId": "E", "TransactionId": none, "ErrorCode": 403, "Success": False}
    assert answered(200, body).state == answered(403, body).state == "failed"
    assert answered(200, {**DONE, "TransactionId": none}).state == "unclear"


@pytest.mark.parametrize(
    "code", [502, "502", 500, 503, 409, 1, -1, 9999, 2056, 10**12, "x", True, []]
)
def test_unknown_errors_are_for_the_list(code):
    body = {"StatusId": "E", "ErrorCode": code, "Success": False, "ErrorText": "Transaction failed"}
    for status in (200, 400, 403):
        result = answered(status, body)
        assert (result.state, result.money) == ("unclear", "maybe")
        assert result.message == "Transaction failed"
    assert answered(200, {**DONE, "ErrorCode": code}).state == "unclear"


def test_too_many_calls_were_not_looked_at():
    result = answered(429, {"detail": "slow down"}, problem="throttled", retry_after=3)
    assert (result.state, result.reason, result.money) == ("failed", "throttled", "none")
    assert answered(503, None, retry_after=3).state == "unclear"


@pytest.mark.parametrize("problem", ["timeout", "lost", "too_large"])
def test_half_a_refusal(problem):
    """A transaction may have stood in the part that is not here."""
    assert answered(403, None, problem=problem).state == "unclear"
    assert answered(403, None, problem="not_json").state == "failed"


@pytest.mark.parametrize("problem", ["timeout", "lost", "not_json", "too_large"])
def test_lost(problem):
    assert answered(200, DONE, problem=problem).state == "unclear"


def test_never_sent():
    result = account_refund.from_refund(Reply(sent=False, problem="unreachable"), EXPECTED)
    assert (result.state, result.reason, result.money) == ("failed", "unreachable", "none")


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "not_refundable"), (401, "credentials"), (403, "refund_disabled"),
        (404, "parent_missing"), (422, "not_refundable"),
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
        ("403", "not_refundable", None), (400, "not_refundable", None), (401, "credentials", None),
    ],
)  # fmt: skip
def test_refused_in_the_body(code, reason, event_id):
    result = answered(body={"StatusId": "E", "ErrorCode": code, "Success": False})
    assert (result.state, result.reason, result.event_id) == ("failed", reason, event_id)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Refund is disabled", "refund_disabled"), ("Action is DISABLED", "refund_disabled"),
        ("Non reversible", "not_refundable"), (None, "not_refundable"), (5, "not_refundable"),
    ],
)  # fmt: skip
def test_the_text_tells_what_403_means(text, reason):
    body = {"StatusId": "E", "ErrorCode": 403, "ErrorText": text, "Success": False}
    assert answered(body=body).reason == reason


def test_refused_credentials():
    result = answered(403, {"detail": "Could not validate credentials"}, problem="credentials")
    assert (result.state, result.reason) == ("failed", "credentials")


def test_failed_without_a_code():
    body = {"StatusId": "E", "ErrorCode": 0, "Success": False}
    assert answered(body=body).state == "unclear"
    assert answered(403, body).state == "failed"


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


def test_found_however_it_is_written():
    nested = {
        "TransactionId": REFUND.upper(), "Parent": {"TransactionId": SALE.upper()},
        "StatusId": "f", "Amount": "-5.00", "MerchantTrns": SESSION.upper(),
        "CreditCard": {"Number": "414746XXXXXX0133"}, "Order": {"OrderCode": 12345},
    }  # fmt: skip
    for entry in (nested, {**nested, "MerchantTrns": None}):
        result = listed(entry)
        assert (result.state, result.amount, result.amount_differs) == ("approved", 500, False)
        assert (result.card_last4, result.order_code) == ("0133", "12345")


@pytest.mark.parametrize("amount", [5.0, None, "-5", "much", 500, -500])
def test_what_carries_our_reference_is_ours_whatever_its_amount_looks_like(amount):
    result = listed({**ENTRY, "Amount": amount})
    assert (result.state, result.amount) == ("approved", 500)


@pytest.mark.parametrize(
    "changes",
    [
        {"ParentId": "another"}, {"TransactionId": None}, {"TransactionId": SALE},
        {"StatusId": "X"}, {"StatusId": "R"}, {"StatusId": "C"}, {"StatusId": "MA"},
        {"StatusId": None},
    ],
)  # fmt: skip
def test_ours_and_not_clear(changes):
    assert listed({**ENTRY, **changes}).state == "unclear"


def test_ours_that_failed_may_still_turn():
    result = listed({**ENTRY, "StatusId": "E"})
    assert (result.state, result.reason, result.money) == ("failed", "error", "maybe")
    assert listed({**ENTRY, "StatusId": "E", "TransactionId": "first"}, ENTRY).transaction_id == (
        REFUND
    )


def test_ours_twice():
    assert listed(ENTRY, {**ENTRY, "TransactionId": "second"}).state == "unclear"


@pytest.mark.parametrize(
    "changes",
    [
        {"ParentId": "another"}, {"ParentId": None}, {"StatusId": "E"},
    ],
)  # fmt: skip
def test_nothing_that_could_be_ours(changes):
    assert listed({**ENTRY, "MerchantTrns": None, **changes}).state == "missing"


@pytest.mark.parametrize("changes", [{}, {"TransactionTypeId": 4}])
def test_the_sign_of_a_refund_does_not_matter(changes):
    entry = {**ENTRY, "MerchantTrns": None, "Amount": 5.0, **changes}
    assert listed(entry).state == "approved"


@pytest.mark.parametrize(
    "changes",
    [
        {"Amount": -4.0}, {"Amount": 5.0, "TransactionTypeId": 5}, {"Amount": None}, {"Amount": "-x"}, {"StatusId": "X"},
        {"StatusId": "R"}, {"StatusId": None}, {"TransactionId": None},
    ],
)  # fmt: skip
def test_something_that_could_be_ours(changes):
    """An unexplained refund of the same sale: nobody may conclude that nothing was paid back."""
    assert listed({**ENTRY, "MerchantTrns": None, **changes}).state == "unclear"


def test_similar_ones():
    similar = {**ENTRY, "MerchantTrns": None}
    other = {**similar, "TransactionId": "other"}
    assert listed(similar, {**other, "Amount": -4.0}).transaction_id == REFUND
    assert listed(similar, {**other, "StatusId": "E"}).transaction_id == REFUND
    assert listed(similar, other).state == "unclear"
    assert listed({**similar, "Amount": 5.0, "TransactionTypeId": 4}).state == "approved"
    assert listed(
        {**similar, "Amount": 5.0, "TransactionType": {"TransactionTypeId": 7}}
    ).state == ("approved")


@pytest.mark.parametrize("other", [REFUND, REFUND.upper(), "session of another refund"])
def test_belongs_to_another_refund(other):
    expected = account_refund.ExpectedRefund(SESSION, SALE, 500, "EUR", frozenset({other}))
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
    assert account_refund.from_list(reply, EXPECTED).state == "unclear"
