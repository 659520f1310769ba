"""The referee of dev/chaos must see what is wrong, and its schedules must come from the seed alone."""

import dataclasses

import pytest

from dev.lib.chaos.browser import generate_visit
from dev.lib.chaos.kills import kill_schedules
from dev.lib.chaos.referee import compare
from dev.lib.chaos.refund import Refund, Reversal
from dev.lib.chaos.schedule import REFUNDS_AT, Event, session_ids
from dev.lib.chaos.seeds import generate
from dev.lib.chaos.server_log import find_complaints
from dev.lib.chaos.shrink import shrink
from dev.lib.chaos.till import Sale

OF_THE_PLAYER = ("state_honestly", "state_wrongly", "redeliver_webhooks")

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
        pytest.param([{**PAID_BACK, "amount": 1235}], [{**REFUND, "charged_minor": 1235}],
                     [{**REFUND_PAYMENT, "amount": -12.35}], id="more than was paid"),
        pytest.param([], [{**REFUND, "state": "sent"}], [], id="stuck"),
        pytest.param([], [{**REFUND, "state": "unknown"}], [], id="unknown"),
    ],
)  # fmt: skip
def test_every_difference_of_refunds_is_seen(moves, rows, payments):
    charges, sales, paid = SALE
    assert compare([*charges, *moves], [*sales, *rows], [*paid, *payments])


def test_more_paid_back_than_paid_is_no_matter_of_review():
    moves = [CHARGE, {**PAID_BACK, "amount": 2000}]
    rows = [ROW, {**REFUND, "review": "amount_differs"}]
    [fault] = compare(moves, rows, [PAYMENT, REFUND_PAYMENT])
    assert "2000" in fault


@pytest.mark.parametrize("state", ["failed", "unknown", "approved", "reversed"])
def test_refund_on_review_is_explained(state):
    row = {**REFUND, "state": state, "review": "no_payment"}
    assert compare([CHARGE, PAID_BACK], [ROW, row], [PAYMENT]) == []


def test_paid_back_as_a_whole_and_booked_nowhere():
    assert compare([CHARGE, PAID_BACK], [ROW, REFUND], []) == []
    part = {**PAID_BACK, "amount": 1000}
    assert compare([CHARGE, part], [ROW, {**REFUND, "charged_minor": 1000}], [])


def test_viva_undoes_what_was_paid_back():
    undone, payments = {**CHARGE, "reversed": True}, [PAYMENT, REFUND_PAYMENT]
    assert compare([undone, PAID_BACK], [ROW, REFUND], payments) == []
    part = {**REFUND, "charged_minor": 1000}
    payments[1] = {**REFUND_PAYMENT, "amount": -10}
    assert compare([undone, {**PAID_BACK, "amount": 1000}], [ROW, part], payments)


def test_a_seed_alone_decides():
    assert all(generate(seed) == generate(seed) for seed in range(20))
    assert generate_visit(7) == generate_visit(7)
    assert len({str(generate(seed).events) for seed in range(200)}) == 200
    assert session_ids(generate(7), "one") != session_ids(generate(7), "other")


def test_schedules_are_about_what_they_have():
    for seed in range(200):
        schedule = generate(seed)
        for event in schedule.events:
            assert event.sale < len(schedule.amounts)
            assert event.refund is None or event.refund < len(schedule.refunds)
            ids = session_ids(schedule, "run")[schedule.number_of(event)]
            assert event.attempt < len(ids)
        assert sorted(schedule.events, key=lambda event: event.at) == list(schedule.events)


def test_a_third_of_the_schedules_pays_back():
    schedules = [generate(seed) for seed in range(300)]
    refunds = [schedule for schedule in schedules if schedule.refunds]
    assert 75 < len(refunds) < 125
    plans = [plan for schedule in refunds for plan in schedule.refunds]
    assert {plan.way for plan in plans} == {False, "terminal", "account"}
    assert {plan.parent for plan in plans} == {"sale", "refund", "unknown"}
    assert {plan.is_reversal for plan in plans} == {False, True}
    assert any(
        plan.amount > schedule.amounts[0] for schedule in refunds for plan in schedule.refunds
    )


def test_both_tills_pay_back_at_about_the_same_moment():
    for schedule in filter(lambda found: found.refunds, map(generate, range(100))):
        starts = [next(event.at for event in schedule.events
                       if (event.refund, event.what) == (till, "start")) for till in (0, 1)]  # fmt: skip
        assert max(starts) - min(starts) <= 1
        assert min(starts) >= REFUNDS_AT


def test_acts_of_tills_exist():
    for schedule in map(generate, range(300)):
        for event in schedule.events:
            if event.who == "till" and event.what not in OF_THE_PLAYER:
                plan = None if event.refund is None else schedule.refunds[event.refund]
                kind = Sale if plan is None else Reversal if plan.is_reversal else Refund
                assert callable(getattr(kind, event.what))


def test_what_is_paid_back_is_never_more_than_asked_for():
    for schedule in filter(lambda found: found.refunds, map(generate, range(200))):
        plays = [event.options.get("autopilot") or {} for event in schedule.events]
        assert not any({"tip", "amount", "reverse_after"} & play.keys() for play in plays)


def test_schedules_in_which_workers_die():
    names = [schedule.name for schedule in kill_schedules()]
    assert len(names) == len(set(names))
    for schedule in kill_schedules():
        assert sum(event.what == "die" for event in schedule.events) == 1


def test_events_tell_what_they_are_about():
    assert "(refund 1 request 2)" in str(Event(8, "till", "abort", {}, refund=1, attempt=2))
    assert "(sale 0)" in str(Event(0, "till", "abort", {}))


def test_events_can_be_left_out():
    schedule = next(filter(lambda found: found.refunds, map(generate, range(100))))
    assert schedule.keep([0, 2]) == dataclasses.replace(
        schedule, events=(schedule.events[0], schedule.events[2])
    )


def test_the_smallest_failing_schedule_is_found():
    played = []

    def fails(kept):
        played.append(kept)
        return {3, 17} <= set(kept)

    assert shrink(20, fails) == [3, 17]
    assert len(played) < 60


def test_complaints_of_the_server(tmp_path):
    log = tmp_path / "odoo.log"
    log.write_text(
        "2026-01-01 10:00:00,000 1 INFO chaos odoo: started\n"
        "2026-01-01 10:00:01,000 1 ERROR chaos odoo.http: Exception during request handling.\n"
        "Traceback (most recent call last):\n"
        "ValueError: wrong\n"
        "2026-01-01 10:00:02,000 1 INFO chaos odoo: could not serialize access\n"
        "2026-01-01 10:01:00,000 1 ERROR chaos odoo.sql_db: bad query: b'SELECT'\n"
        "ERROR: server closed the connection unexpectedly\n"
        "2026-01-01 10:01:01,000 1 ERROR chaos odoo.http: something else\n"
    )
    minute = 1767261600 + 60
    complaints = find_complaints(log, [(minute - 1, minute)])
    assert [complaint.split("\n")[-1] for complaint in complaints] == [
        "ValueError: wrong",
        "2026-01-01 10:00:02,000 1 INFO chaos odoo: could not serialize access",
        "2026-01-01 10:01:01,000 1 ERROR chaos odoo.http: something else",
    ]
