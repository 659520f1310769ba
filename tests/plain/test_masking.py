import json
import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viva import masking

CARD = "4147463011110133"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {JWT}",
        f"token {JWT} refused",
        "header Basic c2VjcmV0LXZhbHVlOnNlY3JldC12YWx1ZQ==",
        "POST https://x.example/a?token=secret-value&b=1",
        "client_secret=secret-value&grant_type=client_credentials",
        '{"access_token": "secret-value", "expires_in": 3600}',
        "{'apiKey': 'secret-value'}",
        '{"Key":"secret-value"}',
        "https://user:secret-value@host.example/",
    ],
)
def test_secrets_in_text(text):
    masked = masking.mask_text(text)
    assert "secret-value" not in masked
    assert "c2VjcmV0" not in masked
    assert "eyJ" not in masked
    assert masking.MASK in masked


@pytest.mark.parametrize(
    "text",
    [CARD, "4147 4630 1111 0133", "4147-4630-1111-0133", "414746XXXXXX0133", "414746******0133",
     "4147 46** **** 0133", '{"cardNumber": "4147463011110133"}'],
)  # fmt: skip
def test_card_numbers_in_text_keep_four_digits(text):
    masked = masking.mask_text(f"paid with {text}, thanks")
    assert "****0133" in masked
    assert "4147" not in masked


@pytest.mark.parametrize(
    "text",
    [
        "session 0b5f6c1e-1111-4222-8333-123456789012 approved",
        "order 4147463011110132 is no card",
        "HTTP 200 in 512 ms (event 1100)",
        "amount 51000, terminal 16002169",
    ],
)
def test_ordinary_text_is_left_alone(text):
    assert masking.mask_text(text) == text


def test_data_is_masked_deeply_and_copied():
    value = {
        "primaryAccountNumberMasked": "511580XXXXXX6241",
        "CardNumber": CARD,
        "cardExpirationDate": "2030-01-31T00:00:00",
        "Email": "a.person@example.gr",
        "FullName": "A Person",
        "phone": "+30 210 0000000",
        "nested": [{"api_key": "secret-value", "note": f"Bearer {JWT}"}],
        "orderCode": CARD,
        "orderNumber": int(CARD),
        "amount": 51000,
        "success": True,
        "none": None,
        "nan": float("nan"),
        "text": "half \ud800 and nul \x00",
    }
    copy = masking.mask(value)
    assert copy == {
        "primaryAccountNumberMasked": "****6241",
        "CardNumber": "****0133",
        "cardExpirationDate": "***",
        "Email": "***",
        "FullName": "***",
        "phone": "***",
        "nested": [{"api_key": "***", "note": "Bearer ***"}],
        "orderCode": CARD,
        "orderNumber": "****0133",
        "amount": 51000,
        "success": True,
        "none": None,
        "nan": "nan",
        "text": "half ? and nul ",
    }
    assert value["nested"][0]["api_key"] == "secret-value"


@pytest.mark.parametrize(
    ("number", "digits"),
    [("511580XXXXXX6241", "6241"), ("6241", "6241"), ("511580******", None), ("", None),
     (None, None), (5115806241, None), (["6241"], None), ("XXXX١٢٣٤", None)],
)  # fmt: skip
def test_last_four(number, digits):
    assert masking.last_four(number) == digits


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
)


@given(JSON)
@settings(deadline=None)
def test_masked_data_can_always_be_stored(value):
    stored = json.dumps(masking.mask(value), allow_nan=False, ensure_ascii=False)
    assert "\\u0000" not in stored
    stored.encode()


def test_depth_is_limited():
    value = []
    for _level in range(100_000):
        value = [value]
    json.dumps(masking.mask(value))


def test_hostile_text_is_masked_in_no_time():
    for piece in ("4" * 19 + " ", "a@", "1234 XXXX", '"key": "\\', "eyJ.", "Basic ", "key="):
        masking.mask_text(piece * 10_000)


@pytest.fixture
def logger(caplog):
    caplog.set_level(logging.DEBUG)
    return masking.get_logger("viva.test_masking")


def test_logger_masks_text_and_arguments(logger, caplog):
    logger.info("token=secret-value %s %d %.1f", {"apiKey": "secret-value"}, int(CARD), 1.5)
    logger.info("%(secret)s %(n)d", {"secret": "secret-value", "n": 3})
    logger.info("nothing at all, 100%")
    assert "secret-value" not in caplog.text
    assert CARD not in caplog.text
    assert [record.getMessage() for record in caplog.records] == [
        "token=*** {'apiKey': '***'} ****0133 1.5",
        "*** 3",
        "nothing at all, 100%",
    ]


def test_logger_is_masked_once():
    first = masking.get_logger("viva.test_masking_once")
    assert masking.get_logger("viva.test_masking_once") is first
    assert len(first.filters) == 1
