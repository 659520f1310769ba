import json
from dataclasses import asdict, fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viva import const, outcome
from viva.money import MAX_MINOR
from viva.reply import Reply

SESSION = "0b5f6c1e-3a2b-4c5d-8e9f-123456789abc"
TRANSACTION = "11111111-2222-4333-8444-555555555555"
EXPECTED = outcome.Expected(SESSION, 1170, "978")

APPROVED = {
    "sessionId": SESSION, "terminalId": "16002169", "tid": "16002169", "cashRegisterId": "POS-1",
    "amount": 1170, "tipAmount": 0, "currencyCode": "978", "merchantReference": "x",
    "success": True,
    "eventId": 0, "message": "Transaction successful", "transactionId": TRANSACTION,
    "transactionTypeId": 5, "orderCode": "1234567890123456", "shortOrderCode": "1234567890",
    "authorizationId": "012345", "retrievalReferenceNumber": 51234567890, "referenceNumber": 1234,
    "applicationLabel": "Debit Mastercard", "cardType": "debit", "bankId": "NET_MASTER",
    "primaryAccountNumberMasked": "511580XXXXXX6241", "aid": "A0000000041010", "panEntryMode": "07",
    "verificationMethod": "CONTACTLESS - NO CVM", "transactionDateTime": "2026-11-25T10:00:00",
    "installments": 0, "preauth": False, "abortOperation": False, "abortAckTime": None,
    "abortSuccess": False,
}  # fmt: skip
FAILED = {
    **dict.fromkeys(APPROVED),
    "sessionId": SESSION, "terminalId": "16002169", "amount": 0, "tipAmount": 0, "success": False,
    "eventId": 1006, "message": "Transaction declined by server", "orderCode": "0",
    "shortOrderCode": "0", "referenceNumber": 0, "retrievalReferenceNumber": 0,
    "panEntryMode": "00",
}  # fmt: skip


def answer(body, status=200, **more):
    return Reply(sent=True, status=status, body=body, **more)


def read(expected=EXPECTED, **changes):
    return outcome.from_session(answer({**APPROVED, **changes}), expected)


def failed(**changes):
    return outcome.from_session(answer({**FAILED, **changes}), EXPECTED)


def test_an_approved_sale_says_everything():
    assert asdict(read()) == {
        "state": "approved", "reason": None, "money": "moved", "event_id": 0,
        "message": "Transaction successful", "transaction_id": TRANSACTION,
        "order_code": "1234567890123456", "authorization_code": "012345", "rrn": "051234567890",
        "card_brand": "Mastercard", "card_last4": "6241", "entry_mode": "contactless",
        "verification_method": "CONTACTLESS - NO CVM", "aid": "A0000000041010",
        "amount": 1170, "tip_amount": 0, "surcharge_amount": None, "instalments": None, "further_details": None,
        "currency_code": "978", "amount_differs": False, "is_unusual": False, "claims_success": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"sessionId": SESSION.upper()}, {"currencyCode": 978}, {"amount": "1170"},
        {"eventId": None},
        {"amount": 1300, "tipAmount": 130}, {"tipAmount": None}, {"message": None},
        {"unknown": {"field": []}},
    ],
)  # fmt: skip
def test_still_approved(changes):
    result = read(**changes)
    assert (result.state, result.money, result.amount_differs) == ("approved", "moved", False)


def test_absent_fields_that_may_be_absent():
    body = {
        k: APPROVED[k] for k in ("sessionId", "success", "transactionId", "currencyCode", "amount")
    }
    result = outcome.from_session(answer(body), EXPECTED)
    assert result.state == "approved"


@pytest.mark.parametrize(
    ("event_id", "is_unusual"),
    [(0, False), ("0", False), (None, False), (10051, True), (1006, True), (1301, True),
     ("1006", True), (-1, True), (False, True), (0.0, True), ("", True), ([], True), ({}, True),
     (10**30, True)],
)  # fmt: skip
def test_a_success_counts_whatever_its_event(event_id, is_unusual):
    result = read(eventId=event_id)
    assert (result.state, result.money, result.reason) == ("approved", "moved", None)
    assert (result.is_unusual, result.claims_success) == (is_unusual, False)


@pytest.mark.parametrize(
    "changes",
    [{"amount": 1169}, {"amount": 1300}, {"amount": 1170, "tipAmount": 100}, {"amount": -1170}],
)
def test_another_amount_is_approved_and_differs(changes):
    result = read(**changes)
    assert (result.state, result.amount_differs) == ("approved", True)


@pytest.mark.parametrize("amount", [1170, 1200])
def test_a_surcharge_explains_itself_whether_or_not_the_amount_has_it(amount):
    result = read(amount=amount, surchargeAmount=30)
    assert (result.amount, result.surcharge_amount) == (1200, 30)
    assert result.amount_differs is False


def test_a_surcharge_with_a_tip():
    for amount in (1270, 1300):
        result = read(amount=amount, tipAmount=100, surchargeAmount=30)
        assert (result.amount, result.tip_amount, result.surcharge_amount) == (1300, 100, 30)
        assert result.amount_differs is False


def test_a_surcharge_that_does_not_explain_the_amount():
    result = read(amount=1250, surchargeAmount=30)
    assert (result.amount, result.amount_differs) == (1250, True)


@pytest.mark.parametrize("surcharge", [0, None, -30, "x", 3.0, True])
def test_no_surcharge(surcharge):
    result = read(surchargeAmount=surcharge)
    assert (result.amount, result.surcharge_amount, result.amount_differs) == (1170, None, False)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("asked", [1170, -1170])
def test_the_sign_of_a_refund_does_not_matter(sign, asked):
    expected = outcome.Expected(SESSION, asked, "978", kind="refund")
    assert read(expected, amount=sign * 1170).amount_differs is False
    assert read(expected, amount=sign * 1171).amount_differs is True


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"success": "true"}, "no_verdict"), ({"success": 1}, "no_verdict"),
        ({"success": None}, "no_verdict"), ({"success": "false"}, "no_verdict"),
        ({"success": 0}, "no_verdict"), ({"success": []}, "no_verdict"),
        ({"sessionId": TRANSACTION}, "other_session"), ({"sessionId": None}, "other_session"),
        ({"sessionId": [SESSION]}, "other_session"),
        ({"sessionId": SESSION + " "}, "other_session"),
        ({"transactionId": None}, "no_transaction"), ({"transactionId": ""}, "no_transaction"),
        ({"transactionId": const.EMPTY_GUID}, "no_transaction"),
        ({"transactionId": "0"}, "no_transaction"),
        ({"transactionId": True}, "no_transaction"), ({"transactionId": {}}, "no_transaction"),
        ({"currencyCode": None}, "other_currency"), ({"currencyCode": "826"}, "other_currency"),
        ({"currencyCode": "EUR"}, "other_currency"), ({"currencyCode": 978.0}, "other_currency"),
        ({"amount": None}, "no_amount"), ({"amount": 11.7}, "no_amount"),
        ({"amount": 1170.0}, "no_amount"),
        ({"amount": True}, "no_amount"), ({"amount": "11.70"}, "no_amount"),
        ({"amount": "١١٧٠"}, "no_amount"),
        ({"amount": 10**30}, "no_amount"), ({"amount": float("nan")}, "no_amount"),
        ({"eventId": 10051, "transactionId": None}, "no_transaction"),
        ({"eventId": 1006, "currencyCode": "826"}, "other_currency"),
    ],
)  # fmt: skip
def test_a_success_in_doubt_is_unclear(changes, reason):
    result = read(**changes)
    assert (result.state, result.reason, result.money) == ("unclear", reason, "maybe")
    assert result.claims_success == (reason not in ("no_verdict", "other_session"))


@pytest.mark.parametrize("body", [None, {}, [], [APPROVED], "ok", 5, True, json.dumps(APPROVED)])
def test_a_body_that_is_no_session_is_unclear(body):
    result = outcome.from_session(answer(body), EXPECTED)
    assert (result.state, result.money) == ("unclear", "maybe")


@pytest.mark.parametrize(
    ("event_id", "reason", "money"),
    [
        (1000, "cancelled", "none"), (1001, "busy", "none"), (1002, "error", "maybe"),
        (1003, "timed_out", "none"), (1004, "declined", "none"), (1006, "declined", "none"),
        (1007, "declined", "none"), (1008, "not_refundable", "none"),
        (1010, "invalid_card", "none"),
        (1014, "refund_disabled", "none"), (1020, "insufficient_funds", "none"),
        (1054, "declined", "none"), (1057, "insufficient_funds", "none"),
        (1061, "wrong_pin", "none"),
        (1063, "not_permitted", "none"), (1070, "error", "maybe"), (1072, "error", "maybe"),
        (1080, "fiscal", "maybe"), (1083, "fiscal", "none"), (1099, "error", "maybe"),
        (1100, "busy", "none"), (1101, "parent_missing", "none"), (1102, "timed_out", "none"),
        (1110, "error", "maybe"), (1302, "insert_card", "maybe"), (3000, "reader_problem", "none"),
        (3002, "reader_problem", "maybe"), (4000, "network_problem", "maybe"),
        (5004, "capability", "none"), (6000, "refused", "none"), (7003, "offline_limit", "none"),
        (0, "error", "maybe"), (-1, "error", "maybe"), (999999, "error", "maybe"),
    ],
)  # fmt: skip
def test_failures(event_id, reason, money):
    result = failed(eventId=event_id)
    assert (result.state, result.reason, result.money) == ("failed", reason, money)
    assert result.event_id == event_id


def test_a_failure_has_no_references():
    result = failed()
    assert (result.order_code, result.rrn, result.entry_mode, result.transaction_id) == (None,) * 4


@pytest.mark.parametrize(
    ("success", "money"), [(True, "none"), (False, "maybe"), (None, "maybe"), ("true", "maybe")]
)
def test_aborted_is_certain_only_when_the_abort_worked(success, money):
    result = failed(eventId=1016, abortSuccess=success)
    assert (result.state, result.reason, result.money) == ("failed", "aborted", money)


@pytest.mark.parametrize("event_id", sorted(const.EVENTS))
def test_a_failure_with_a_transaction(event_id):
    """Only where a card was declined is there a reason for one."""
    event = const.EVENTS[event_id]
    assert failed(eventId=event_id, transactionId=TRANSACTION, abortSuccess=True).money == (
        event.money if event.reason in const.DECLINES else "maybe"
    )
    assert failed(eventId=event_id, transactionId=const.EMPTY_GUID, abortSuccess=True).money == (
        const.EVENTS[event_id].money
    )


@pytest.mark.parametrize("event_id", [None, "1006x", 1006.0, True, [], {}, MAX_MINOR + 1])
def test_a_failure_without_an_event(event_id):
    result = failed(eventId=event_id)
    assert (result.state, result.reason, result.money) == ("failed", "error", "maybe")


def test_an_event_as_text():
    assert failed(eventId="1006").reason == "declined"


@pytest.mark.parametrize(
    ("reply", "state", "reason"),
    [
        (answer({"detail": "The session is being processed"}, 202), "pending", "processing"),
        (answer(APPROVED, 202), "pending", "processing"),
        (answer(None, 202), "pending", "processing"),
        (answer({"detail": "no"}, 404), "missing", "not_found"),
        (answer(None, 404), "missing", "not_found"),
        (answer(None, 404, problem="not_json"), "missing", "not_json"),
        (answer(APPROVED, 201), "unclear", "unexpected_status"),
        (answer(APPROVED, 500), "unclear", "server_error"),
        (answer(APPROVED, 503), "unclear", "server_error"),
        (answer(None, 429, problem="throttled"), "unclear", "throttled"),
        (answer(None, 401, problem="credentials"), "unclear", "credentials"),
        (answer(None, 403), "unclear", "forbidden"),
        (answer(None, 302), "unclear", "redirected"),
        (answer(None, 418), "unclear", "unexpected_status"),
        (answer(None, 200, problem="lost"), "unclear", "lost"),
        (answer(None, 200, problem="not_json"), "unclear", "not_json"),
        (Reply(sent=False, problem="unreachable"), "unclear", "unreachable"),
        (Reply(sent=True, problem="timeout"), "unclear", "timeout"),
        (Reply(sent=True), "unclear", "lost"),
    ],
)
def test_answers_without_a_verdict(reply, state, reason):
    result = outcome.from_session(reply, EXPECTED)
    assert (result.state, result.reason, result.money) == (state, reason, "maybe")


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from([SESSION, TRANSACTION, 10**400, 1170, "978", "NET_VISA", "\ud800\x00"])
)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = st.sampled_from(sorted({*APPROVED, "detail", "Message", "loc"}))
BODIES = JSON | st.dictionaries(FIELDS, JSON).map(lambda changes: {**APPROVED, **changes})
STATUSES = st.sampled_from([None, 100, 200, 202, 204, 301, 400, 401, 404, 409, 422, 429, 500, 503])


@given(BODIES, STATUSES, st.none() | st.integers(0, 2000))
@settings(max_examples=400, deadline=None)
def test_nothing_raises_and_all_can_be_stored(body, status, event_id):
    reply = Reply(sent=True, status=status, body=body, event_id=event_id)
    result = outcome.from_session(reply, EXPECTED)
    for name in (field.name for field in fields(result)):
        value = getattr(result, name)
        if isinstance(value, str):
            assert len(value) <= 200
            assert "\x00" not in value
            value.encode()
        if isinstance(value, int):
            assert abs(value) <= MAX_MINOR
    assert (result.state == "approved") == (result.money == "moved")
    if result.state == "approved":
        assert body["success"] is True
        assert status == 200
    assert outcome.from_request(reply).state in {
        "accepted", "exists", "refused", "throttled", "unclear",
    }  # fmt: skip
    assert outcome.from_abort(reply) in {
        "accepted", "already", "forbidden", "missing", "throttled", "unclear",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("reply", "state", "reason"),
    [
        (answer(None), "accepted", None),
        (answer({"success": False}), "accepted", None),
        (answer(None, 200, problem="lost"), "accepted", None),
        (answer(None, 202), "accepted", None),
        (answer(None, 409), "exists", None),
        (answer(None, 400, event_id=1201), "exists", None),
        (answer(None, 400, event_id=1202), "exists", None),
        (answer(None, 400, event_id=1212), "exists", None),
        (answer(None, 400, event_id=1200), "refused", "invalid_request"),
        (answer(None, 422), "refused", "invalid_request"),
        (answer(None, 401, problem="credentials"), "refused", "credentials"),
        (answer(None, 403, problem="credentials"), "refused", "credentials"),
        (answer(None, 404, problem="credentials"), "refused", "credentials"),
        (answer(None, 200, problem="credentials"), "unclear", "credentials"),
        (answer(None, 409, problem="credentials"), "exists", None),
        (answer(None, 500, problem="credentials"), "unclear", "server_error"),
        (answer(None, 403), "refused", "forbidden"),
        (answer(None, 404), "refused", "not_found"),
        (answer(None, 404, event_id=1203), "refused", "parent_missing"),
        (answer(None, 404, event_id=1213), "refused", "parent_missing"),
        (answer(None, 412), "refused", "wrong_state"),
        (answer(None, 400, event_id=1204), "refused", "wrong_state"),
        (answer(None, 418), "refused", "refused"),
        (answer(None, 400, event_id=1100), "unclear", "contradiction"),
        (answer(None, 408), "unclear", "timeout"),
        (answer(None, 429, problem="throttled"), "throttled", "throttled"),
        (answer(None, 429, problem="throttled", event_id=1201), "exists", None),
        (answer(None, 429, problem="throttled", event_id=1100), "unclear", "contradiction"),
        (answer(None, 500), "unclear", "server_error"),
        (answer(None, 500, retry_after=3), "unclear", "server_error"),
        (answer(None, 503), "unclear", "server_error"),
        (answer(None, 503, event_id=1400), "throttled", "throttled"),
        (answer(None, 503, retry_after=0), "throttled", "throttled"),
        (answer(None, 503, retry_after=3, event_id=1100), "unclear", "server_error"),
        (answer(None, 200, retry_after=3), "accepted", None),
        (answer(None, 408, retry_after=3), "unclear", "timeout"),
        (answer(None, 307), "unclear", "redirected"),
        (Reply(sent=True, problem="timeout"), "unclear", "timeout"),
        (Reply(sent=True, problem="lost"), "unclear", "lost"),
        (Reply(sent=True, problem="timeout", retry_after=3), "unclear", "timeout"),
        (Reply(sent=False, problem="throttled"), "throttled", "throttled"),
        (Reply(sent=False, problem="no_token", retry_after=3), "throttled", "throttled"),
        (Reply(sent=False, problem="no_token"), "not_sent", "no_token"),
        (Reply(sent=False, problem="unreachable"), "not_sent", "unreachable"),
        (Reply(sent=False, problem="credentials"), "not_sent", "credentials"),
    ],
)
def test_requests(reply, state, reason):
    result = outcome.from_request(reply)
    assert (result.state, result.reason) == (state, reason)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"detail": "Could not validate credentials"}, "Could not validate credentials"),
        ({"Message": "No such terminal"}, "No such terminal"),
        (
            {"detail": [{"loc": ["body", "amount"], "msg": "Input should be an integer",
             "input": "x"},
                        {"loc": [], "msg": "second"}, 5, {"loc": [None]}]},
            "amount: Input should be an integer; second",
        ),
        ({"detail": []}, None), ({"detail": {"a": 1}}, None), ([], None), ("x", None), (None, None),
    ],
)  # fmt: skip
def test_error_texts(body, message):
    assert outcome.from_request(answer(body, 422)).message == message


@pytest.mark.parametrize(
    ("status", "fate"),
    [(200, "accepted"), (204, "accepted"), (202, "accepted"), (409, "already"), (403, "forbidden"),
     (404, "missing"), (400, "unclear"), (401, "unclear"), (429, "throttled"), (500, "unclear"),
     (503, "unclear"), (302, "unclear"), (None, "unclear")],
)  # fmt: skip
def test_aborts(status, fate):
    assert outcome.from_abort(answer(None, status)) == fate


def test_a_busy_viva_did_not_look_at_an_abort():
    assert outcome.from_abort(answer(None, 503, retry_after=1)) == "throttled"
    assert outcome.from_abort(answer(None, 503, event_id=1400)) == "throttled"
    assert outcome.from_abort(Reply(sent=False, problem="throttled")) == "throttled"


@pytest.mark.parametrize("status", [200, 202, 401, 403, 404, 409, 500])
def test_a_refused_token_says_nothing_about_a_session(status):
    """403 is not another register's, 404 not an unknown session, when Viva did not look at it."""
    reply = answer({**APPROVED, "detail": "Could not validate credentials"}, status,
                   problem="credentials")  # fmt: skip
    assert outcome.from_abort(reply) == "unclear"
    result = outcome.from_session(reply, EXPECTED)
    assert (result.state, result.reason) == ("unclear", "credentials")
