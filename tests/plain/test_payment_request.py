from dataclasses import replace

import pytest
from fake_viva import SALE

from viva.payment_request import checked_minor


@pytest.mark.parametrize("amount", [11.7, "1170", True, None])
def test_amounts_that_are_no_integers_are_a_mistake_of_the_caller(fake, viva, amount):
    with pytest.raises(ValueError, match="minor units"):
        viva.start_sale(replace(SALE, amount=amount))
    with pytest.raises(ValueError, match="minor units"):
        viva.start_sale(SALE, tip_amount=amount)
    assert not fake.seen


def test_an_amount_that_may_be_sent():
    assert checked_minor(1170) == 1170


def test_the_fields_that_all_requests_have():
    assert replace(SALE, customer_trns="Order 1", show_receipt=False).body() == {
        "sessionId": SALE.session_id, "terminalId": "16002169", "cashRegisterId": "POS 1/é",
        "amount": 1170, "currencyCode": "978", "merchantReference": "ref", "showReceipt": False,
        "showTransactionResult": True, "customerTrns": "Order 1",
    }  # fmt: skip
    assert "customerTrns" not in SALE.body()
