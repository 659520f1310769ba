"""What is drawn is the same for the same seed, and the faults of a broken till are found."""

import shutil

import pytest

from dev.lib.chaos.client import STATIC, first_failure, running_player
from dev.lib.chaos.draw import ACTIONS, TROUBLES, schedules, take, visits
from dev.lib.chaos.kills import all_kills
from dev.lib.odoo_log import find_complaints


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
        assert first_failure(player, 300, 1) is None


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
        schedule, faults = first_failure(player, 2000, 1)
    assert fault in faults[0]
    assert len(schedule["events"]) + len(schedule["troubles"]) <= most


def test_complaints_of_the_server():
    complaints = find_complaints(
        "2026-01-01 10:00:00,000 1 INFO chaos odoo: started\n"
        "2026-01-01 10:00:01,000 1 ERROR chaos odoo.http: Exception during request handling.\n"
        "Traceback (most recent call last):\n"
        "ValueError: wrong\n"
        "2026-01-01 10:00:02,000 1 INFO chaos odoo: could not serialize access\n"
    )
    assert [complaint.split("\n")[-1] for complaint in complaints] == [
        "ValueError: wrong",
        "2026-01-01 10:00:02,000 1 INFO chaos odoo: could not serialize access",
    ]
