"""The comparison of both ledgers must see whatever breaks the money rule."""

import pytest

from dev.lib.ledgers import compare

CHARGE = {
    "kind": "sale",
    "session_id": "s",
    "merchant_reference": "s",
    "amount": 1234,
    "transaction_id": "t",
    "parent_transaction_id": None,
    "reversed": False,
}
ROW = {
    "id": 1,
    "kind": "sale",
    "parent_id": None,
    "session_id": "s",
    "state": "approved",
    "review_state": None,
    "statement": None,
    "charged_minor": 1234,
    "transaction_id": "t",
    "payment_uuid": "p",
}
PAYMENT = {
    "uuid": "p",
    "minor": 1234,
    "session": "s",
    "transaction_id": "t",
    "state": "paid",
    "is_ours": True,
}
SALE = ([CHARGE], [ROW], [PAYMENT])

PAID_BACK = {
    **CHARGE,
    "kind": "refund",
    "session_id": "r",
    "merchant_reference": "r",
    "transaction_id": "u",
    "parent_transaction_id": "t",
}
REFUND = {
    **ROW,
    "id": 2,
    "kind": "refund",
    "parent_id": 1,
    "session_id": "r",
    "transaction_id": "u",
    "payment_uuid": "q",
}
REFUND_PAYMENT = {
    **PAYMENT,
    "uuid": "q",
    "minor": -1234,
    "session": "r",
    "transaction_id": "u",
}


def test_ledgers_that_agree():
    assert compare([CHARGE], [ROW], [PAYMENT]) == []
    assert compare([], [], []) == []


@pytest.mark.parametrize(
    "charges, rows, payments",
    [
        ([CHARGE], [], []),
        ([CHARGE], [ROW], []),
        ([CHARGE], [ROW], [PAYMENT, {**PAYMENT, "uuid": "q"}]),
        ([CHARGE], [ROW], [{**PAYMENT, "minor": 1233}]),
        ([CHARGE], [ROW], [{**PAYMENT, "transaction_id": None}]),
        ([CHARGE], [{**ROW, "charged_minor": 1233}], [PAYMENT]),
        ([CHARGE], [{**ROW, "transaction_id": "u"}], [PAYMENT]),
        ([CHARGE], [{**ROW, "state": "failed"}], []),
        ([CHARGE], [{**ROW, "state": "unknown"}], []),
        ([CHARGE, {**CHARGE, "session_id": "s2"}], [ROW, {**ROW, "session_id": "s2"}],
         [PAYMENT, {**PAYMENT, "session": "s2"}]),
        ([{**CHARGE, "reversed": True}], [ROW], [PAYMENT]),
        ([], [ROW], [PAYMENT]),
        ([], [{**ROW, "state": "failed"}], [PAYMENT]),
        ([], [], [PAYMENT]),
        ([], [{**ROW, "state": "sent"}], []),
        ([], [{**ROW, "state": "new", "review_state": "open"}], []),
        ([], [{**ROW, "state": "unknown"}], []),
    ],
)  # fmt: skip
def test_every_difference_is_seen(charges, rows, payments):
    assert compare(charges, rows, payments)


@pytest.mark.parametrize("state", ["failed", "unknown", "approved", "reversed"])
def test_what_is_on_review_is_explained(state):
    assert compare([CHARGE], [{**ROW, "state": state, "review_state": "open"}], []) == []


@pytest.mark.parametrize("kind", ["refund", "web_refund"])
def test_refunds_that_agree(kind):
    moves = [CHARGE, {**PAID_BACK, "kind": kind}]
    assert compare(moves, [ROW, REFUND], [PAYMENT, REFUND_PAYMENT]) == []


@pytest.mark.parametrize(
    "moves, rows, payments",
    [
        pytest.param([], [REFUND], [REFUND_PAYMENT], id="booked and not paid back"),
        pytest.param([], [{**REFUND, "state": "failed"}], [REFUND_PAYMENT], id="booked and failed"),
        pytest.param([], [], [REFUND_PAYMENT], id="booked without a request"),
        pytest.param([PAID_BACK], [], [], id="paid back without a request"),
        pytest.param([PAID_BACK], [REFUND], [], id="paid back and not booked"),
        pytest.param([PAID_BACK], [REFUND], [REFUND_PAYMENT, {**REFUND_PAYMENT, "uuid": "v"}],
                     id="booked twice"),
        pytest.param([PAID_BACK], [REFUND], [{**REFUND_PAYMENT, "minor": 1234}],
                     id="booked as a charge"),
        pytest.param([PAID_BACK], [{**REFUND, "kind": "sale"}],
                     [{**REFUND_PAYMENT, "minor": 1234}], id="taken for a charge"),
        pytest.param([PAID_BACK], [{**REFUND, "parent_id": None}], [REFUND_PAYMENT],
                     id="of no sale in Odoo"),
        pytest.param([{**PAID_BACK, "reversed": True}], [REFUND], [REFUND_PAYMENT],
                     id="undone by Viva"),
        pytest.param([PAID_BACK, {**PAID_BACK, "session_id": "r2"}],
                     [REFUND, {**REFUND, "id": 3, "session_id": "r2"}],
                     [REFUND_PAYMENT,
                      {**REFUND_PAYMENT, "uuid": "v", "session": "r2"}],
                     id="paid back twice"),
        pytest.param([], [{**REFUND, "state": "sent"}], [], id="stuck"),
        pytest.param([], [{**REFUND, "state": "unknown"}], [], id="unknown"),
    ],
)  # fmt: skip
def test_every_difference_of_refunds_is_seen(moves, rows, payments):
    charges, sales, paid = SALE
    assert compare([*charges, *moves], [*sales, *rows], [*paid, *payments])


@pytest.mark.parametrize("state", ["failed", "unknown", "approved", "reversed"])
def test_refund_on_review_is_explained(state):
    row = {**REFUND, "state": state, "review_state": "open"}
    assert compare([CHARGE, PAID_BACK], [ROW, row], [PAYMENT]) == []
