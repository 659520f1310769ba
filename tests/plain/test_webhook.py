import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viva import const, webhook
from viva.reply import Reply

SESSION = "0b5f6c1e-3a2b-4c5d-8e9f-123456789abc"
PAYMENT = {
    "Url": "https://shop.example/x", "Created": "2026-11-25T10:00:00Z", "EventTypeId": 1796,
    "MessageId": "m-1", "CorrelationId": "c-1", "Delay": None,
    "EventData": {"TransactionId": "t-1", "ParentId": None, "OrderCode": 1234567890123456,
                  "Amount": 42.0, "MerchantTrns": "ref", "TerminalId": 16002169, "Systemic": False},
}  # fmt: skip


def parse(event_type=1796, **data):
    envelope = {**PAYMENT, "EventTypeId": event_type, "EventData": {**PAYMENT["EventData"], **data}}
    return webhook.parse_webhook(json.dumps(envelope).encode())


def test_a_payment():
    assert parse() == webhook.Notification(
        event_type=1796, merchant_reference="ref", transaction_id="t-1"
    )


def test_a_reference_may_be_a_number():
    assert parse(TransactionId=1234567890123456).transaction_id == "1234567890123456"
    assert parse(TransactionId=True).transaction_id is None


def test_a_reversal():
    result = parse(1797, ParentId="t-0", Systemic=True, Amount=-10)
    assert (result.parent_id, result.transaction_id) == ("t-0", "t-1")


@pytest.mark.parametrize("event_type", [1802, 1803, "1802"])
def test_a_session(event_type):
    result = parse(event_type, SessionId=SESSION, MerchantTrns=None)
    assert result.event_type == int(event_type)
    assert (result.session_id, result.merchant_reference) == (SESSION, None)


@pytest.mark.parametrize("event_type", [1799, 0, None, "x", 1796.0, True, [], {}, 10**30])
def test_other_types_are_not_ours(event_type):
    assert parse(event_type) is None


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b"null", b"1796", b"\xff\xfe", b"{", b"[" * 100_000, b"1" * 5000,
     b'{"EventTypeId": 1796}', b'{"EventTypeId": 1796, "EventData": []}', None, "text",
     b" " * const.WEBHOOK_BYTES + json.dumps(PAYMENT).encode()],
)  # fmt: skip
def test_nonsense_is_nothing(body):
    assert webhook.parse_webhook(body) is None


def test_strange_values_are_dropped_or_cut():
    result = parse(
        TransactionId={"a": 1}, MerchantTrns="x" * 9000, SessionId=float("nan"),
        ParentId="a\x00\ud800",
    )  # fmt: skip
    assert result.transaction_id is None
    assert len(result.merchant_reference) == 2048
    assert result.session_id is None
    assert result.parent_id == "a?"


@given(st.binary() | st.text().map(str.encode))
@settings(deadline=None)
def test_bytes_never_raise(body):
    webhook.parse_webhook(body)


FIELDS = st.sampled_from(
    ["SessionId", "TransactionId", "ParentId", "MerchantTrns", "Amount", "TerminalId"]
)
VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers())
)


@given(st.dictionaries(FIELDS, VALUES))
@settings(deadline=None)
def test_values_never_raise(data):
    assert parse(1802, **data).event_type == 1802


@pytest.mark.parametrize(
    ("reply", "key"),
    [
        (Reply(sent=True, status=200, body={"Key": "abc"}), "abc"),
        (Reply(sent=True, status=200, body={"Key": ""}), None),
        (Reply(sent=True, status=200, body=[]), None),
        (Reply(sent=True, status=401, body={"Key": "abc"}), None),
        (Reply(sent=False), None),
    ],
)
def test_key_from_reply(reply, key):
    assert webhook.key_from_reply(reply) == key
