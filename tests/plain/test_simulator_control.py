"""Control API, page and life of the simulator."""

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests

from simulator import Clock, ManualClock, Simulator, SimulatorError, currencies
from simulator.testing import TERMINAL, Till

ROOT = Path(__file__).parents[2]


@pytest.fixture
def clock():
    return ManualClock()


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


def test_health(till):
    response = till.control("GET", "health")
    assert (response.status_code, response.json()) == (200, {"ok": True})


def test_a_sale_by_http_alone(till):
    session_id = till.sale()
    answer = till.control("POST", f"terminals/{TERMINAL}/insert", {"card": "maestro"})
    assert answer.json()["state"] == "card_read"
    answer = till.control("POST", f"terminals/{TERMINAL}/approve", {"tip": 250})
    assert answer.json()["charged"] == 1500
    (entry,) = till.control("GET", "ledger").json()["ledger"]
    assert set(entry) == {
        "id",
        "kind",
        "session_id",
        "transaction_id",
        "terminal_id",
        "amount",
        "tip_amount",
        "currency_code",
        "merchant_reference",
        "parent_transaction_id",
        "reversed",
        "time",
    }
    assert (entry["session_id"], entry["amount"], entry["tip_amount"]) == (session_id, 1500, 250)
    (session,) = till.control("GET", "sessions").json()["sessions"]
    assert (session["state"], session["success"], session["card"]) == ("done", True, "Maestro")
    state = till.control("GET", "state").json()
    assert (state["sessions"], state["ledger"], len(state["terminals"])) == (1, 1, 3)


@pytest.mark.parametrize("action", ["tap", "insert", "decline", "cancel", "ignore"])
def test_nothing_to_act_on(till, action):
    response = till.control("POST", f"terminals/{TERMINAL}/{action}", {})
    assert response.status_code == 400
    assert "Start one at the till first" in response.json()["error"]


@pytest.mark.parametrize(
    ("method", "path", "values", "status", "words"),
    [
        ("POST", "settings", {"colour": 1}, 400, "no setting 'colour'"),
        ("POST", "settings", {"session_seconds": "60"}, 400, "'session_seconds' must be"),
        ("POST", "settings", {"session_seconds": True}, 400, "'session_seconds' must be"),
        ("POST", "settings", {"events": [1, 2]}, 400, "'events' must be"),
        ("POST", "settings", {"webhook_url": "odoo"}, 400, "'webhook_urls' must be"),
        ("POST", "settings", {"webhook_copies": -1}, 400, "'webhook_copies' must be"),
        ("POST", "settings", {"webhook_order": "any"}, 400, "'webhook_order' must be"),
        ("POST", "settings", [], 400, "must be a JSON object"),
        ("POST", "terminals", {}, 400, "terminal_id"),
        ("POST", "terminals", {"terminal_id": TERMINAL}, 400, "already"),
        ("POST", "terminals", {"terminal_id": "1", "colour": 2}, 400, "no option 'colour'"),
        ("POST", "terminals/999/tap", {}, 404, "no terminal '999'"),
        ("POST", f"terminals/{TERMINAL}/eat", {}, 400, "does not know 'eat'"),
        ("POST", f"terminals/{TERMINAL}/tap", {"tip": 1.5}, 400, "'tip' must be"),
        ("POST", f"terminals/{TERMINAL}/tap", {"card": "gold"}, 400, "'card' must be one of"),
        ("POST", f"terminals/{TERMINAL}/tap", {"after": 3}, 400, "the autopilot has"),
        ("POST", f"terminals/{TERMINAL}/insert", {"pin": 1}, 400, "no option 'pin'"),
        ("POST", f"terminals/{TERMINAL}/settings", {"asleep": 1}, 400, "'asleep' must be"),
        (
            "POST",
            f"terminals/{TERMINAL}/settings",
            {"autopilot": {"outcome": "dance"}},
            400,
            "'outcome' must be",
        ),
        ("POST", "sessions/x/reverse", {}, 404, "no session 'x'"),
        ("POST", "sessions/x/forget", {}, 400, "approve_late"),
        ("POST", "redeliver", {"id": 5}, 400, "no delivery 5"),
        ("POST", "redeliver", {"what": 5}, 400, "redeliver takes only"),
        ("POST", "faults", {"operation": "sale"}, 400, "needs the field 'action'"),
        ("GET", "events?terminal=999", None, 404, "no terminal '999'"),
        ("GET", "events?after=x", None, 400, "'after' must be a number"),
        ("GET", "reset", None, 405, "Use POST"),
        ("GET", "nothing", None, 404, "There is no"),
    ],
)
def test_bad_input_gets_a_sentence(till, method, path, values, status, words):
    response = till.control(method, path, values)
    assert response.status_code == status
    assert words in response.json()["error"]


def test_body_that_is_no_json(till):
    response = till.call("POST", "/_simulator/settings", data="{")
    assert response.status_code == 400
    assert response.json() == {"error": "The body is not JSON."}


def test_wrong_setting_changes_nothing(sim):
    with pytest.raises(SimulatorError):
        sim.configure(session_seconds=5, colour=1)
    assert sim.state()["settings"]["session_seconds"] == 60


def test_another_site_cannot_steer(till):
    response = till.control("POST", "reset", {}, headers={"Origin": "http://evil.example"})
    assert response.status_code == 403
    response = till.control("POST", "reset", {}, headers={"Origin": till.url})
    assert response.status_code == 200


def test_merchant_can_be_changed(till, sim):
    sim.configure(client_secret="other")
    assert till.call(
        "POST",
        "/connect/token",
        data={"grant_type": "client_credentials"},
        auth=("simulator.apps.vivapayments.com", "other"),
    ).ok


def test_request_log(till, sim):
    session_id = till.sale()
    till.session(session_id)
    till.control("GET", "health")
    till.control("GET", "events?timeout=0")
    till.call("GET", "/")
    log = till.control("GET", "requests").json()
    assert log["counts"] == {"token": 1, "sale": 1, "session": 1}
    entry = log["requests"][-1]
    assert (entry["operation"], entry["method"], entry["status"]) == ("session", "GET", 202)
    assert (entry["session_id"], entry["terminal_id"]) == (session_id, TERMINAL)
    assert entry["path"] == f"/ecr/v1/sessions/{session_id}"
    only = till.control("GET", f"requests?operation=sale&session_id={session_id}").json()
    assert [entry["operation"] for entry in only["requests"]] == ["sale"]


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


def test_added_terminal_can_sell(till, sim):
    sim.add_terminal("ABC-1", name="Bar")
    till.sale(terminalId="ABC-1")
    sim.tap("ABC-1")
    assert sim.ledger()[0]["terminal_id"] == "ABC-1"


# -- what the page sees --------------------------------------------------------------------------


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


def test_page_needs_nothing_from_elsewhere(till):
    seen = set()
    for path in ("/", f"/terminal/{TERMINAL}"):
        response = till.call("GET", path)
        assert response.headers["Content-Type"].startswith("text/html")
        seen.update(re.findall(r'(?:src|href)="(/page/[^"]+)"', response.text))
    assert {"/page/style.css", "/page/list.js", "/page/terminal.js"} <= seen
    for path in seen | {"/page/link.js", "/page/format.js"}:
        response = till.call("GET", path)
        assert response.status_code == 200
        text = response.text.replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|@import|url\(", text)


def test_page_serves_no_other_files(till):
    for path in ("/page/../app.py", "/page/%2e%2e/app.py", "/page//etc/passwd"):
        assert till.call("GET", path).status_code == 404


# -- running -----------------------------------------------------------------------------------


def test_several_at_once():
    with Simulator() as one, Simulator() as other:
        assert one.url != other.url
        till = Till(one.url)
        till.login()
        till.sale()
        till.close()
        assert (len(one.sessions()), len(other.sessions())) == (1, 0)


def test_stop_closes_port_and_connections():
    sim = Simulator().start()
    till = Till(sim.url)
    till.login()
    sim.stop()
    with pytest.raises(requests.ConnectionError):
        till.login()
    till.close()


def run_command(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "simulator", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_command_line_starts_and_stops():
    process = run_command("--port", "0", "--webhook-url", "http://127.0.0.1:1/hook")
    try:
        url = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())[0]
        settings = requests.get(f"{url}/_simulator/state", timeout=10).json()["settings"]
        assert settings["webhook_urls"] == ["http://127.0.0.1:1/hook"]
        os.kill(process.pid, signal.SIGTERM)
        _out, errors = process.communicate(timeout=10)
        assert (process.returncode, errors) == (0, "")
    finally:
        process.kill()


def test_command_line_warns_outside_loopback():
    process = run_command("--port", "0", "--host", "0.0.0.0")
    try:
        assert "http://" in process.stdout.readline()
        os.kill(process.pid, signal.SIGINT)
        _out, errors = process.communicate(timeout=10)
        assert len(errors.splitlines()) == 1
        assert "can be reached from other machines" in errors
    finally:
        process.kill()


def test_command_line_says_when_the_port_is_taken(sim):
    process = run_command("--port", str(sim.port))
    _out, errors = process.communicate(timeout=10)
    assert process.returncode == 1
    assert "choose another with --port" in errors


# -- clock and currencies --------------------------------------------------------------------------


def test_real_clock_runs_what_is_due_in_order():
    clock = Clock()
    done = threading.Event()
    order = []
    clock.call_later(0.05, lambda: (order.append("late"), done.set()))
    clock.call_later(0, lambda: order.append("soon"))
    clock.call_later(0.02, lambda: order.append("cancelled")).cancel()
    assert done.wait(10)
    assert order == ["soon", "late"]
    clock.stop()


@pytest.mark.parametrize(
    ("code", "letters", "exponent"),
    [("978", "EUR", 2), ("392", "JPY", 0), ("414", "KWD", 3), ("008", "ALL", 2), ("000", "000", 2)],
)
def test_currencies(code, letters, exponent):
    assert (currencies.alpha(code), currencies.exponent(code)) == (letters, exponent)


@pytest.mark.parametrize("minor", [1, 10, 29, 58, 115, 229, 999999999])
def test_major_units_are_exact(minor):
    assert round(currencies.to_major(minor, "978") * 100) == minor
    assert repr(currencies.to_major(229, "978")) == "2.29"
