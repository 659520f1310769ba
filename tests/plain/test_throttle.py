"""Viva is left alone for as long as it asks for."""

import pytest

from simulator import ManualClock, Simulator
from simulator.testing import TERMINAL
from viva import client as viva_client
from viva import throttle as viva_throttle
from viva import timing
from viva.client import THROTTLED, Credentials, Hosts, VivaClient
from viva.throttle import Throttle

SESSION = "0b5f6c1e-3a2b-4c5d-8e9f-123456789abc"


class FakeClock:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    fake = FakeClock()
    monkeypatch.setattr(viva_throttle, "_throttle", Throttle(fake))
    return fake


@pytest.fixture
def sim():
    with Simulator(clock=ManualClock()) as simulator:
        yield simulator
    viva_client.close_connections()
    viva_client.forget_tokens()


@pytest.fixture
def viva(sim):
    settings = sim.state()["settings"]
    names = ("merchant_id", "api_key", "client_id", "client_secret")
    return VivaClient(Credentials(*(settings[name] for name in names)), Hosts.simulator(sim.url))


def sell(viva):
    return viva.start_sale(
        session_id=SESSION, terminal_id=TERMINAL, cash_register_id="1", amount=100,
        currency_code="978", merchant_reference="r",
    )  # fmt: skip


def test_questions_are_held_back_until_the_time_is_over(sim, viva, clock):
    sell(viva)
    refusal = {"operation": "session", "action": "answer", "status": 429}
    sim.add_faults({**refusal, "headers": {"Retry-After": "7"}})
    assert viva.read_session(SESSION).problem == THROTTLED
    held = viva.read_session(SESSION)
    assert (held.sent, held.problem, held.retry_after) == (False, THROTTLED, 7)
    clock.now += 6.9
    assert not viva.read_session(SESSION).sent
    assert len(sim.requests("session")) == 1
    clock.now += 0.2
    assert viva.read_session(SESSION).status == 202


def test_requests_and_aborts_are_not_held_back(sim, viva, clock):
    sim.add_faults({"operation": "session", "action": "answer", "status": 429})
    viva.read_session(SESSION)
    assert not viva.read_session(SESSION).sent
    assert sell(viva).status == 200
    assert viva.abort_session(SESSION, "1").status == 200


def test_another_merchant_is_not_held_back(sim, viva, clock):
    sim.add_faults({"operation": "session", "action": "answer", "status": 429})
    viva.read_session(SESSION)
    other = VivaClient(Credentials("", "", "other", "secret"), Hosts.simulator(sim.url))
    assert other.read_session(SESSION).problem != THROTTLED


def test_how_long():
    clock = FakeClock()
    throttle = Throttle(clock)
    throttle.hold("m", None)
    assert throttle.seconds_left("m") == timing.LIMIT_PAUSE_FIRST
    throttle.hold("m", 3600)
    assert throttle.seconds_left("m") == timing.LIMIT_PAUSE_MOST
    throttle.hold("m", 1)
    assert throttle.seconds_left("m") == timing.LIMIT_PAUSE_MOST
    clock.now += timing.LIMIT_PAUSE_MOST
    assert throttle.seconds_left("m") == 0


def test_simulator_refuses_what_is_too_much(sim, viva, clock):
    sim.configure(calls_per_second=3, retry_after=0.5)
    assert sell(viva).status == 200  # after a token: two calls
    assert viva.read_session(SESSION).status == 202
    refused = viva.read_session(SESSION)
    assert (refused.status, refused.retry_after) == (429, 0.5)
    sim.clock.advance(1)
    clock.now += 1
    assert viva.read_session(SESSION).status == 202
