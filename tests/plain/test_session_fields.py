import pytest

from viva import const, session_fields

BODY = {
    "bankId": "NET_MASTER", "applicationLabel": "Debit Mastercard", "cardType": "debit",
    "primaryAccountNumberMasked": "511580XXXXXX6241", "panEntryMode": "07",
}  # fmt: skip


def read(**changes):
    return session_fields.read({**BODY, **changes}, "sale")


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"bankId": "NET_VISA"}, "card_brand", "Visa"),
        ({"bankId": "net_bnct"}, "card_brand", "Bancontact"),
        ({"bankId": "NET_IRIS"}, "card_brand", "IRIS"),
        ({"bankId": "NET_OTHER"}, "card_brand", "Debit Mastercard"),
        ({"bankId": None, "applicationLabel": None}, "card_brand", "debit"),
        ({"bankId": None, "applicationLabel": " ", "cardType": None}, "card_brand", None),
        ({"primaryAccountNumberMasked": None}, "card_last4", None),
        ({"primaryAccountNumberMasked": "4147463011110133"}, "card_last4", "0133"),
        ({"panEntryMode": "05"}, "entry_mode", "chip"),
        ({"panEntryMode": "90"}, "entry_mode", "swipe"),
        ({"panEntryMode": "02"}, "entry_mode", "swipe"),
        ({"panEntryMode": "81"}, "entry_mode", "81"),
        ({"panEntryMode": ""}, "entry_mode", None),
        ({"retrievalReferenceNumber": "000123"}, "rrn", "000123"),
        ({"message": "x" * 500}, "message", "x" * 200),
        ({"message": "card 4147463011110133"}, "message", "card ****0133"),
        ({"message": "a\x00b\ud800"}, "message", "ab?"),
        ({"tipAmount": "130"}, "tip_amount", 130),
        ({"tipAmount": True}, "tip_amount", None),
    ],
)
def test_details(changes, field, value):
    assert read(**changes)[field] == value


@pytest.mark.parametrize(
    ("value", "instalments"),
    [(12, 12), ("6", 6), (36, 36), (0, None), (1, None), (37, None), (None, None), (True, None)],
)
def test_instalments(value, instalments):
    assert read(installments=value)["instalments"] == instalments


def test_conversion_and_loyalty_are_kept_as_they_come():
    result = read(
        dccDetails={"currencyCode": 840, "rates": [{"rate": 1.1}, 2], "pan": "4111111111111111"},
        loyaltyInfo={"redeemed": 100, "nothing": None},
    )
    lines = result["further_details"].split("\n")
    assert lines[:3] == [
        "dccDetails.currencyCode: 840", "dccDetails.rates.rate: 1.1", "dccDetails.rates: 2"
    ]  # fmt: skip
    assert lines[-1] == "loyaltyInfo.redeemed: 100"
    assert "4111111111111111" not in result["further_details"]
    assert len(read(dccDetails={"x": "y" * 5000})["further_details"]) == const.DETAIL_CHARACTERS
    for nothing in (None, {}, [], "", 0, {"a": None}):
        assert read(dccDetails=nothing)["further_details"] is None


def test_paid_by_qr_code():
    reference = "E2E" + "0" * 32
    result = read(
        bankId="NET_IRIS", applicationLabel="IRIS", primaryAccountNumberMasked="*" * 16,
        authorizationId="000000", retrievalReferenceNumber=reference, panEntryMode="00",
    )  # fmt: skip
    assert (result["card_brand"], result["card_last4"]) == ("IRIS", None)
    assert (result["rrn"], result["authorization_code"]) == (reference, None)
    assert result["entry_mode"] is None
    assert read(authorizationId="000000")["authorization_code"] == "000000"
