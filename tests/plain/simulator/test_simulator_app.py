"""The simulator as one object: reset, several at once, the files of the page."""

import re

from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from simulator import ManualClock, Simulator
from simulator.testing import TERMINAL, Till


def test_reset(till, sim, clock):
    sim.set_terminal(TERMINAL, asleep=True, autopilot={"outcome": "approve", "after": 5})
    sim.configure(session_seconds=10)
    sim.add_terminal("16000009")
    sim.add_faults({"operation": "any", "action": "drop_before", "skip": 100})
    session_id = till.sale()
    till.control("POST", "reset")
    clock.advance(100)
    state = sim.state()
    assert state["settings"]["session_seconds"] == 60
    assert [t["terminal_id"] for t in state["terminals"]] == ["16000001", "16000002", "16000003"]
    assert state["terminals"][0]["asleep"] is False
    assert (sim.ledger(), sim.sessions(), sim.requests(), sim.faults()) == ([], [], [], [])
    assert till.session(session_id).status_code == 401
    till.login()
    assert till.session(session_id).status_code == 404


def test_reset_returns_to_the_settings_of_the_start(clock):
    with Simulator(clock=clock, session_seconds=7) as sim:
        sim.configure(session_seconds=8)
        sim.reset()
        assert sim.state()["settings"]["session_seconds"] == 7


def test_what_was_scheduled_before_a_reset_does_not_happen(till, sim, clock, caplog):
    sim.set_terminal("16000002", wakes_late=5)
    till.sale(terminalId="16000002")
    till.sale()
    sim.tap(TERMINAL, reverse_after=5)
    sim.reset()
    clock.advance(10)
    assert sim.ledger() == []
    assert caplog.records == []


def test_page_needs_nothing_from_elsewhere(till):
    seen = set()
    for path in ("/", f"/terminal/{TERMINAL}"):
        response = till.call("GET", path)
        assert response.headers["Content-Type"].startswith("text/html")
        seen.update(re.findall(r'(?:src|href)="(/page/[^"]+)"', response.text))
    assert {"/page/style.css", "/page/terminal.js"} <= seen
    for path in seen:
        response = till.call("GET", path)
        assert response.status_code == 200
        text = response.text.replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|@import|url\(", text)


def test_page_serves_no_other_files(till):
    for path in ("/page/../app.py", "/page/%2e%2e/app.py", "/page//etc/passwd"):
        assert till.call("GET", path).status_code == 404


def test_several_at_once():
    with Simulator() as one, Simulator() as other:
        assert one.url != other.url
        till = Till(one.url)
        till.login()
        till.sale()
        till.close()
        assert (len(one.sessions()), len(other.sessions())) == (1, 0)


def test_a_request_is_answered_without_a_server():
    simulator = Simulator(clock=ManualClock())
    environ = EnvironBuilder(path="/ecr/v1/sessions/unknown").get_environ()
    assert simulator.handle(Request(environ)).status_code == 401
