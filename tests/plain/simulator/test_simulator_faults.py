"""Faults as data: what each rule does to a call, and to the money."""

import threading

import pytest
import requests

from simulator import Simulator, SimulatorError
from simulator.testing import TERMINAL, Till


def in_background(call):
    """Run a call in a thread; return (thread, list that gets its result or error)."""
    results = []

    def run():
        try:
            results.append(call())
        except requests.RequestException as error:
            results.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, results


def test_drop_before_does_nothing(till, sim):
    sim.add_faults({"operation": "sale", "action": "drop_before"})
    with pytest.raises(requests.ConnectionError):
        till.start()
    assert sim.sessions() == []
    assert till.start()[1].status_code == 200


def test_drop_after_has_done_it(till, sim):
    sim.add_faults({"operation": "sale", "action": "drop_after"})
    with pytest.raises(requests.ConnectionError):
        till.start(sessionId="lost")
    assert till.session("lost").status_code == 202
    sim.tap(TERMINAL)
    assert len(sim.ledger()) == 1


def test_delay_before(till, sim, clock):
    sim.add_faults({"operation": "sale", "action": "delay", "seconds": 20})
    thread, results = in_background(till.start)
    assert clock.await_waiters()
    assert sim.sessions() == []
    clock.advance(20)
    thread.join(10)
    assert results[0][1].status_code == 200
    assert len(sim.sessions()) == 1


def test_delay_after(till, sim, clock):
    sim.add_faults({"operation": "sale", "action": "delay", "seconds": 20, "when": "after"})
    thread, results = in_background(till.start)
    assert clock.await_waiters()
    assert len(sim.sessions()) == 1
    assert results == []
    clock.advance(20)
    thread.join(10)
    assert results[0][1].status_code == 200


@pytest.mark.parametrize("handled", [False, True])
def test_hang_then_close(till, sim, clock, handled):
    sim.add_faults({"operation": "sale", "action": "hang", "seconds": 40, "handled": handled})
    thread, results = in_background(till.start)
    assert clock.await_waiters()
    clock.advance(40)
    thread.join(10)
    assert isinstance(results[0], requests.ConnectionError)
    assert len(sim.sessions()) == int(handled)


@pytest.mark.parametrize("handled", [False, True])
def test_other_answer(till, sim, handled):
    sim.add_faults(
        {
            "operation": "sale",
            "action": "answer",
            "status": 503,
            "body": {"detail": "busy"},
            "headers": {"X-Viva-EventId": 1400},
            "handled": handled,
        }
    )
    _session_id, response = till.start()
    assert response.status_code == 503
    assert response.json() == {"detail": "busy"}
    assert response.headers["X-Viva-EventId"] == "1400"
    assert len(sim.sessions()) == int(handled)


@pytest.mark.parametrize(
    ("body", "text"), [("<h1>502</h1>", "<h1>502</h1>"), ([], "[]"), (False, "false")]
)
def test_answer_of_any_body(till, sim, body, text):
    session_id = till.sale()
    sim.add_faults({"operation": "session", "action": "answer", "status": 200, "body": body})
    assert till.session(session_id).text == text


def test_skip_and_times(till, sim):
    sim.add_faults(
        {"operation": "session", "action": "answer", "status": 500, "skip": 1, "times": 2}
    )
    session_id = till.sale()
    assert [till.session(session_id).status_code for _ in range(4)] == [202, 500, 500, 202]
    (rule,) = sim.faults()
    assert (rule["seen"], rule["hits"]) == (4, 2)


def test_for_ever_until_cleared(till, sim):
    sim.add_faults({"operation": "any", "action": "answer", "status": 500, "times": None})
    assert till.start()[1].status_code == 500
    assert till.session("x").status_code == 500
    assert till.web("GET", "/api/messages/config/token").status_code == 500
    sim.clear_faults()
    assert till.start()[1].status_code == 200


def test_only_one_terminal(till, sim):
    sim.add_faults(
        {
            "operation": "any",
            "action": "answer",
            "status": 500,
            "terminal_id": "16000002",
            "times": None,
        }
    )
    first, response = till.start()
    assert response.status_code == 200
    assert till.start(terminalId="16000002")[1].status_code == 500
    assert till.session(first).status_code == 202


def test_only_one_session(till, sim):
    first, second = till.sale(), till.sale(terminalId="16000002")
    sim.add_faults({"operation": "session", "action": "answer", "status": 404, "session_id": first})
    assert till.session(second).status_code == 202
    assert till.session(first).status_code == 404
    assert till.session(first).status_code == 202


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("token", lambda till: till.call("POST", "/connect/token")),
        ("devices", lambda till: till.call("POST", "/ecr/v1/devices:search", json={})),
        ("sale", lambda till: till.start()[1]),
        ("refund", lambda till: till.start("refund")[1]),
        ("refund", lambda till: till.start("unreferenced-refund")[1]),
        ("session", lambda till: till.session("x")),
        ("sessions", lambda till: till.call("GET", "/ecr/v1/sessions")),
        ("abort", lambda till: till.abort("x")),
        ("webhook_key", lambda till: till.web("GET", "/api/messages/config/token")),
        ("transaction", lambda till: till.web("GET", "/api/transactions/x")),
        ("transaction", lambda till: till.web("GET", "/api/transactions")),
        ("web_refund", lambda till: till.web("DELETE", "/api/transactions/x")),
    ],
)
def test_every_operation_can_fail(till, sim, operation, call):
    sim.add_faults({"operation": operation, "action": "answer", "status": 418})
    assert call(till).status_code == 418
    assert sim.requests()[-1]["operation"] == operation
    assert sim.requests()[-1]["fault"] == "answer"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"action": "drop_before"}, "needs the field 'operation'"),
        ({"operation": "sale", "action": "explode"}, "'action' must be one of"),
        ({"operation": "sale", "action": "delay", "seconds": "5"}, "'seconds' must be"),
        ({"operation": "sale", "action": "delay", "sekonds": 5}, "no field 'sekonds'"),
        ({"operation": "sale", "action": "delay", "times": 1.5}, "'times' must be"),
        ("sale", "is an object"),
    ],
)
def test_wrong_rules_are_explained_and_add_nothing(sim, rule, words):
    with pytest.raises(SimulatorError, match=words):
        sim.add_faults({"operation": "sale", "action": "drop_before"}, rule)
    assert sim.faults() == []


def test_stopping_ends_a_hanging_call(clock):
    sim = Simulator(clock=clock).start()
    till = Till(sim.url)
    sim.add_faults({"operation": "token", "action": "hang", "seconds": 10_000})
    thread, results = in_background(till.login)
    assert clock.await_waiters()
    sim.stop()
    thread.join(10)
    till.close()
    assert isinstance(results[0], requests.ConnectionError)
