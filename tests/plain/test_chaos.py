"""The referee of dev/chaos must see what is wrong, and its schedules must come from the seed alone."""

import dataclasses

import pytest

from dev.lib.chaos.browser import generate_visit
from dev.lib.chaos.referee import compare
from dev.lib.chaos.schedule import generate, session_ids
from dev.lib.chaos.server_log import find_complaints
from dev.lib.chaos.shrink import shrink

CHARGE = {"session_id": "s", "amount": 1234, "transaction_id": "t", "reversed": False}
ROW = {
    "session_id": "s",
    "state": "approved",
    "reason": False,
    "review": False,
    "charged_minor": 1234,
    "transaction_id": "t",
    "payment_uuid": "p",
}
PAYMENT = {"uuid": "p", "amount": 12.34, "viva_wallet_session_id": "s", "transaction_id": "t"}


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


def test_a_seed_alone_decides():
    assert generate(7) == generate(7)
    assert generate_visit(7) == generate_visit(7)
    assert len({str(generate(seed).events) for seed in range(200)}) == 200
    assert session_ids(generate(7), "one") != session_ids(generate(7), "other")


def test_schedules_are_about_what_they_have():
    for seed in range(200):
        schedule = generate(seed)
        for event in schedule.events:
            assert event.sale < len(schedule.amounts)
            assert event.attempt < len(session_ids(schedule, "run")[0])
        assert sorted(schedule.events, key=lambda event: event.at) == list(schedule.events)


def test_events_can_be_left_out():
    schedule = generate(7)
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
