"""The log of calls to Viva."""

from simulator.testing import TERMINAL


def test_request_log(till, sim):
    session_id = till.sale()
    till.session(session_id)
    till.control("GET", "health")
    till.control("GET", "screens")
    till.call("GET", "/")
    log = till.control("GET", "requests").json()
    assert log["counts"] == {"token": 1, "sale": 1, "session": 1}
    entry = log["requests"][-1]
    assert (entry["operation"], entry["method"], entry["status"]) == ("session", "GET", 202)
    assert (entry["session_id"], entry["terminal_id"]) == (session_id, TERMINAL)
    assert entry["path"] == f"/ecr/v1/sessions/{session_id}"
    only = till.control("GET", f"requests?operation=sale&session_id={session_id}").json()
    assert [entry["operation"] for entry in only["requests"]] == ["sale"]
