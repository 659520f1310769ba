"""The control API: a sale by HTTP alone, and what it says to bad input."""

import pytest

from simulator.testing import TERMINAL


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
        ("POST", f"terminals/{TERMINAL}/tap", {"after": 3}, 400, "no option 'after'"),
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
        ("POST", "sessions/x/forget", {}, 404, "There is no"),
        ("POST", "redeliver", {"id": 5}, 400, "no delivery 5"),
        ("POST", "redeliver", {"what": 5}, 400, "unexpected keyword argument 'what'"),
        ("POST", "faults", {"operation": "sale"}, 400, "needs the field 'action'"),
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


def test_another_site_cannot_steer(till):
    response = till.control("POST", "reset", {}, headers={"Origin": "http://evil.example"})
    assert response.status_code == 403
    response = till.control("POST", "reset", {}, headers={"Origin": till.url})
    assert response.status_code == 200
