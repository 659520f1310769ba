"""What a terminal shows."""

import pytest

from simulator.testing import TERMINAL


def test_added_terminal_can_sell(till, sim):
    sim.add_terminal("ABC-1", name="Bar")
    till.sale(terminalId="ABC-1")
    sim.tap("ABC-1")
    assert sim.ledger()[0]["terminal_id"] == "ABC-1"


def screen(sim, terminal_id=TERMINAL):
    return next(t for t in sim.screens()["terminals"] if t["terminal_id"] == terminal_id)


def test_screens(till, sim, clock):
    assert screen(sim)["screen"] == "idle"
    till.sale(amount=1234, currencyCode="414")
    shown = screen(sim)
    assert shown["screen"] == "present"
    assert (shown["session"]["currency"], shown["session"]["exponent"]) == ("KWD", 3)
    clock.advance(10)
    assert screen(sim)["session"]["left"] == 50
    sim.insert(TERMINAL)
    assert screen(sim)["screen"] == "processing"
    sim.tap(TERMINAL)
    assert screen(sim)["screen"] == "approved"
    clock.advance(5)
    assert screen(sim)["screen"] == "idle"
    assert screen(sim)["last"]["outcome"] == "approved"


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (lambda sim, till, clock, sid: sim.decline(TERMINAL), "declined"),
        (lambda sim, till, clock, sid: sim.cancel(TERMINAL), "cancelled"),
        (lambda sim, till, clock, sid: clock.advance(60), "timed_out"),
        (lambda sim, till, clock, sid: (till.abort(sid), clock.advance(1)), "aborted"),
        (lambda sim, till, clock, sid: till.sale(), "present"),
    ],
)
def test_result_screens(till, sim, clock, act, expected):
    act(sim, till, clock, till.sale())
    assert screen(sim)["screen"] == expected


def test_sleeping_screen(till, sim):
    sim.set_terminal(TERMINAL, asleep=True)
    till.sale()
    assert (screen(sim)["screen"], screen(sim)["queued"]) == ("asleep", 1)


def test_the_version_changes_with_what_is_shown(till, sim):
    version = sim.screens()["version"]
    assert till.control("GET", "screens").json()["version"] == version
    till.sale()
    assert sim.screens()["version"] > version
