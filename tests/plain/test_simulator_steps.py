"""What a simulation in one thread needs of the simulated Viva: no sockets, no threads, lists that lag."""

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from simulator import ManualClock, Simulator, SimulatorError
from simulator.testing import TERMINAL, Till

LAG = 600
DAY = 86_400


@pytest.fixture
def clock():
    return ManualClock(1_900_000_000.0 - 1_900_000_000.0 % DAY + DAY / 2)


@pytest.fixture
def sim(clock):
    with Simulator(clock=clock) as simulator:
        yield simulator


@pytest.fixture
def till(sim):
    till = Till(sim.url)
    till.login()
    yield till
    till.close()


def listed_sessions(till):
    return [body["sessionId"] for body in till.call("GET", "/ecr/v1/sessions").json()]


def listed_transactions(till):
    return till.web("GET", "/api/transactions").json()["Transactions"]


def test_lists_show_nothing_younger_than_their_lag(till, sim, clock):
    sim.configure(list_lag=LAG)
    session_id = till.sale()
    sim.tap(TERMINAL)
    clock.advance(LAG - 1)
    assert (listed_sessions(till), listed_transactions(till)) == ([], [])
    clock.advance(1)
    assert listed_sessions(till) == [session_id]
    assert len(listed_transactions(till)) == 1


def test_what_is_asked_for_by_name_does_not_lag(till, sim):
    sim.configure(list_lag=LAG)
    session_id = till.sale()
    sim.tap(TERMINAL)
    transaction_id = sim.ledger()[0]["transaction_id"]
    assert till.session(session_id).json()["success"] is True
    assert till.web("GET", f"/api/transactions/{transaction_id}").status_code == 200


def test_a_lag_is_no_negative_number(sim):
    with pytest.raises(SimulatorError, match="list_lag"):
        sim.configure(list_lag=-1)


def test_a_web_refund_can_be_undone(till, sim):
    till.sale()
    sim.tap(TERMINAL)
    sale = sim.ledger()[0]["transaction_id"]
    till.web("DELETE", f"/api/transactions/{sale}", params={"amount": 1250})
    refund = sim.ledger()[1]["transaction_id"]
    sim.undo(refund)
    assert [move["reversed"] for move in sim.ledger()] == [False, True]
    # The money is back with the shop, so it can be paid back once more.
    again = till.web("DELETE", f"/api/transactions/{sale}", params={"amount": 1250})
    assert again.json()["Success"] is True


@pytest.mark.parametrize("times", [0, 1])
def test_only_what_stands_can_be_undone(till, sim, times):
    till.sale()
    sim.tap(TERMINAL)
    transaction_id = sim.ledger()[0]["transaction_id"] if times else "none"
    if times:
        sim.undo(transaction_id)
    with pytest.raises(SimulatorError, match="undone"):
        sim.undo(transaction_id)


def test_a_request_is_answered_without_a_server():
    simulator = Simulator(clock=ManualClock())
    environ = EnvironBuilder(path="/ecr/v1/sessions/unknown").get_environ()
    assert simulator.handle(Request(environ)).status_code == 401


@pytest.mark.parametrize(("copies", "times"), [(0, 0), (1, 1), (2, 2)])
def test_notifications_are_handed_over_in_place_of_being_sent(clock, copies, times):
    told = []
    handed_over = {"on_webhook": lambda *told_of: told.append(told_of), "webhook_copies": copies}
    with Simulator(clock=clock, webhook_url="http://127.0.0.1:9/", **handed_over) as simulator:
        till = Till(simulator.url)
        till.login()
        till.sale()
        simulator.tap(TERMINAL)
        till.close()
        assert simulator.deliveries() == []
    types = [message["EventTypeId"] for _terminal, message in told]
    assert sorted(types) == sorted([1796, 1802] * times)
    assert {terminal for terminal, _message in told} <= {TERMINAL}


def test_the_clock_says_when_something_is_due():
    clock = ManualClock(1000.0)
    assert clock.next_due() is None
    first = clock.call_later(5, lambda: None)
    clock.call_later(9, lambda: None)
    assert clock.next_due() == 1005
    first.cancel()
    assert clock.next_due() == 1009
    clock.advance(9)
    assert clock.next_due() is None
