"""Chaos must see what is wrong, draw the same of the same seed, and find the faults of a broken till."""

import shutil

import pytest

from dev.lib.chaos.client import STATIC, find_failure, running_player
from dev.lib.chaos.draw import ACTIONS, TROUBLES, schedules, take, visits
from dev.lib.chaos.kills import all_kills
from dev.lib.chaos.ledgers import compare
from dev.lib.chaos.server_log import find_complaints

CHARGE = {
    "kind": "sale",
    "session_id": "s",
    "amount": 1234,
    "transaction_id": "t",
    "parent_transaction_id": None,
    "reversed": False,
}
ROW = {
    "id": 1,
    "kind": "sale",
    "parent_id": False,
    "session_id": "s",
    "state": "approved",
    "reason": False,
    "review": False,
    "charged_minor": 1234,
    "transaction_id": "t",
    "payment_uuid": "p",
}
PAYMENT = {"uuid": "p", "amount": 12.34, "viva_wallet_session_id": "s", "transaction_id": "t"}
SALE = ([CHARGE], [ROW], [PAYMENT])

PAID_BACK = {
    **CHARGE,
    "kind": "refund",
    "session_id": "r",
    "transaction_id": "u",
    "parent_transaction_id": "t",
}
REFUND = {
    **ROW,
    "id": 2,
    "kind": "refund",
    "parent_id": [1, "sale"],
    "session_id": "r",
    "transaction_id": "u",
    "payment_uuid": "q",
}
REFUND_PAYMENT = {
    "uuid": "q",
    "amount": -12.34,
    "viva_wallet_session_id": "r",
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
        ([CHARGE], [ROW], [{**PAYMENT, "amount": 12.33}]),
        ([CHARGE], [ROW], [{**PAYMENT, "transaction_id": False}]),
        ([CHARGE], [{**ROW, "charged_minor": 1233}], [PAYMENT]),
        ([CHARGE], [{**ROW, "transaction_id": "u"}], [PAYMENT]),
        ([CHARGE], [{**ROW, "state": "failed"}], []),
        ([CHARGE], [{**ROW, "state": "unknown"}], []),
        ([CHARGE, {**CHARGE, "session_id": "s2"}], [ROW, {**ROW, "session_id": "s2"}],
         [PAYMENT, {**PAYMENT, "viva_wallet_session_id": "s2"}]),
        ([{**CHARGE, "reversed": True}], [ROW], [PAYMENT]),
        ([], [ROW], [PAYMENT]),
        ([], [{**ROW, "state": "failed"}], [PAYMENT]),
        ([], [], [PAYMENT]),
        ([], [{**ROW, "state": "sent"}], []),
        ([], [{**ROW, "state": "new", "review": "unknown"}], []),
        ([], [{**ROW, "state": "unknown"}], []),
    ],
)  # fmt: skip
def test_every_difference_is_seen(charges, rows, payments):
    assert compare(charges, rows, payments)


@pytest.mark.parametrize("state", ["failed", "unknown", "approved", "reversed"])
def test_what_is_on_review_is_explained(state):
    assert compare([CHARGE], [{**ROW, "state": state, "review": "no_payment"}], []) == []


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
        pytest.param([PAID_BACK], [REFUND], [{**REFUND_PAYMENT, "amount": 12.34}],
                     id="booked as a charge"),
        pytest.param([PAID_BACK], [{**REFUND, "kind": "sale"}],
                     [{**REFUND_PAYMENT, "amount": 12.34}], id="taken for a charge"),
        pytest.param([PAID_BACK], [{**REFUND, "parent_id": False}], [REFUND_PAYMENT],
                     id="of no sale in Odoo"),
        pytest.param([{**PAID_BACK, "reversed": True}], [REFUND], [REFUND_PAYMENT],
                     id="undone by Viva"),
        pytest.param([PAID_BACK, {**PAID_BACK, "session_id": "r2"}],
                     [REFUND, {**REFUND, "id": 3, "session_id": "r2"}],
                     [REFUND_PAYMENT,
                      {**REFUND_PAYMENT, "uuid": "v", "viva_wallet_session_id": "r2"}],
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
    row = {**REFUND, "state": state, "review": "no_payment"}
    assert compare([CHARGE, PAID_BACK], [ROW, row], [PAYMENT]) == []


def test_kills_are_all_different():
    names = [kill.name for kill in all_kills()]
    assert len(names) == len(set(names))


def test_a_seed_alone_decides():
    for strategy in (schedules, visits):
        drawn = take(strategy, 20, 7)
        assert drawn == take(strategy, 20, 7)
        assert drawn != take(strategy, 20, 8)
        assert len({str(one) for one in drawn}) == 20


def test_everything_is_drawn():
    drawn = take(schedules, 100, 1)
    assert {event["what"] for one in drawn for event in one["events"]} == set(ACTIONS)
    assert {trouble["kind"] for one in drawn for trouble in one["troubles"]} == set(TROUBLES)
    assert {request["fate"] for one in drawn for request in one["requests"]} == {
        "approved", "failed", "unknown",
    }  # fmt: skip


def test_the_till_passes():
    with running_player() as player:
        assert find_failure(player, 300, 1) is None


@pytest.mark.parametrize(
    "right, wrong, fault, most",
    [
        pytest.param(
            "            this._failures++;\n            return;",
            '            if (name === "start") {\n'
            "                this._finish(PHASE.FAILED);\n"
            "            }\n"
            "            this._failures++;\n            return;",
            "finished false, wrongly", 2, id="a lost start counts as failed",
        ),
        pytest.param(
            "if (this._calling && !this._isHanging) {",
            'if (this._calling && this._nextCall() !== "start" && !this._isHanging) {',
            "calls of one flow at a time", 2, id="a second start while one runs",
        ),
    ],
)  # fmt: skip
def test_a_broken_till_is_found_and_its_schedule_shrunk(tmp_path, right, wrong, fault, most):
    for folder in ("src/app", "tests/unit/payment_flow"):
        shutil.copytree(STATIC / folder, tmp_path / folder)
    flow = tmp_path / "src/app/payment_flow.js"
    code = flow.read_text()
    assert code.count(right) == 1
    flow.write_text(code.replace(right, wrong))
    with running_player(tmp_path) as player:
        schedule, faults = find_failure(player, 2000, 1)
    assert fault in faults[0]
    assert len(schedule["events"]) + len(schedule["troubles"]) <= most


def test_complaints_of_the_server(tmp_path):
    log = tmp_path / "odoo.log"
    log.write_text(
        "2026-01-01 10:00:00,000 1 INFO chaos odoo: started\n"
        "2026-01-01 10:00:01,000 1 ERROR chaos odoo.http: Exception during request handling.\n"
        "Traceback (most recent call last):\n"
        "ValueError: wrong\n"
        "2026-01-01 10:00:02,000 1 INFO chaos odoo: could not serialize access\n"
    )
    complaints = find_complaints(log)
    assert [complaint.split("\n")[-1] for complaint in complaints] == [
        "ValueError: wrong",
        "2026-01-01 10:00:02,000 1 INFO chaos odoo: could not serialize access",
    ]
