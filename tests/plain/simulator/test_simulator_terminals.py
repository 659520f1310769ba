"""What a terminal shows."""

import threading

import pytest

from simulator.testing import TERMINAL, Till


def test_added_terminal_can_sell(till, sim):
    sim.add_terminal("ABC-1", name="Bar")
    till.sale(terminalId="ABC-1")
    sim.tap("ABC-1")
    assert sim.ledger()[0]["terminal_id"] == "ABC-1"


def screen(sim, terminal_id=TERMINAL):
    return sim.screens(terminal_id)["terminals"][0]


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


def test_events_wait_for_news_of_their_terminal(till, sim):
    version = till.control("GET", f"events?terminal={TERMINAL}").json()["version"]
    query = f"events?terminal={TERMINAL}&after={version}&timeout"
    assert till.control("GET", f"{query}=0").json()["version"] == version
    answers = []
    other = Till(sim.url)
    thread = threading.Thread(
        target=lambda: answers.append(other.control("GET", f"{query}=20").json())
    )
    thread.start()
    till.sale(terminalId="16000002")
    till.sale()
    thread.join(10)
    other.close()
    assert answers[0]["terminals"][0]["screen"] == "present"
    assert answers[0]["version"] > version
