"""Refunds: what may be paid back, at a terminal and through the account."""

import pytest

from simulator import SimulatorError
from simulator.testing import TERMINAL


def detail(response):
    return response.json()["detail"]


@pytest.fixture
def paid(till, sim):
    session_id = till.sale()
    sim.tap(TERMINAL)
    return session_id


def refund(till, sim, parent, **values):
    session_id, response = till.start("refund", parentSessionId=parent, **values)
    assert response.status_code == 200, response.text
    if till.session(session_id).status_code == 202:
        sim.tap(TERMINAL)
    return till.session(session_id).json()


def test_refund_in_parts_up_to_what_remains(till, sim, paid):
    assert refund(till, sim, paid, amount=500)["success"] is True
    assert refund(till, sim, paid, amount=750)["success"] is True
    body = refund(till, sim, paid, amount=1)
    assert (body["success"], body["eventId"]) == (False, 1009)
    sale, *refunds = sim.ledger()
    assert [(r["kind"], r["amount"]) for r in refunds] == [("refund", 500), ("refund", 750)]
    assert {r["parent_transaction_id"] for r in refunds} == {sale["transaction_id"]}


def test_full_refund_of_the_day_is_a_void(till, sim, paid, clock):
    assert refund(till, sim, paid, amount=1250)["transactionTypeId"] == 7


def test_later_refund_is_a_refund(till, sim, paid, clock):
    clock.advance(86400)
    till.login()
    assert refund(till, sim, paid, amount=1250)["transactionTypeId"] == 4


def test_refund_takes_the_reference_of_the_sale(till, sim, paid):
    body = refund(till, sim, paid, amount=5, merchantReference=None)
    assert body["merchantReference"] == "reference-1"


def test_refund_without_a_parent(till):
    assert detail(till.start("refund")[1])[0]["loc"] == ["body", "parentSessionId"]


def test_refund_of_an_unknown_session(till):
    response = till.start("refund", parentSessionId="unknown")[1]
    assert response.status_code == 404
    assert response.headers["X-Viva-EventId"] == "1203"


def test_refund_of_an_open_session(till):
    response = till.start("refund", parentSessionId=till.sale())[1]
    assert response.status_code == 409
    assert response.headers["X-Viva-EventId"] == "1204"


def test_refund_of_a_declined_sale(till, sim):
    session_id = till.sale()
    sim.decline(TERMINAL)
    assert refund(till, sim, session_id, amount=1)["eventId"] == 1012


def test_two_refunds_at_once_cannot_exceed_the_sale(till, sim, paid):
    first, _response = till.start("refund", parentSessionId=paid)
    second, _response = till.start("refund", parentSessionId=paid, terminalId="16000002")
    sim.tap(TERMINAL)
    sim.tap("16000002")
    assert till.session(first).json()["success"] is True
    assert till.session(second).json()["eventId"] == 1009


def test_refunds_can_be_disabled(till, sim, paid):
    sim.configure(refunds=False)
    assert refund(till, sim, paid, amount=1)["eventId"] == 1014


def test_refund_without_a_card(till, sim, paid):
    sim.configure(refund_needs_card=False)
    session_id, _response = till.start("refund", parentSessionId=paid)
    assert till.session(session_id).json()["success"] is True


def test_part_before_clearing(till, sim, paid, clock):
    sim.configure(part_refunds_before_clearing=False)
    assert refund(till, sim, paid, amount=500)["eventId"] == 1008
    path = f"/api/transactions/{sim.ledger()[0]['transaction_id']}"
    answer = till.web("DELETE", path, params={"amount": "500"}).json()
    assert (answer["Success"], answer["ErrorCode"]) == (False, 2055)
    clock.advance(86400)
    till.login()
    assert refund(till, sim, paid, amount=500)["success"] is True


def test_whole_before_clearing(till, sim, paid):
    sim.configure(part_refunds_before_clearing=False)
    assert refund(till, sim, paid)["success"] is True


def test_one_refund_for_a_sale(till, sim, paid):
    sim.configure(several_part_refunds=False)
    assert refund(till, sim, paid, amount=500)["success"] is True
    assert refund(till, sim, paid, amount=500)["eventId"] == 1008


def test_refund_at_another_terminal(till, sim, paid):
    sim.configure(refund_other_terminals=False)
    assert refund(till, sim, paid, terminalId="16000002")["eventId"] == 1101
    assert refund(till, sim, paid)["success"] is True


def test_terminal_without_refunds(till, sim, paid):
    sim.set_terminal(TERMINAL, can_refund=False)
    assert refund(till, sim, paid)["eventId"] == 5004


def test_late_approval_of_a_refund_is_limited(till, sim, paid):
    late, _response = till.start("refund", parentSessionId=paid)
    sim.decline(TERMINAL, approve_after=10)
    refund(till, sim, paid, amount=1000)
    with pytest.raises(SimulatorError, match="Not enough remains"):
        sim.approve_late(late)


def test_refund_in_vivas_pages(till, sim, paid):
    sim.refund(paid, 500)
    assert [entry["kind"] for entry in sim.ledger()] == ["sale", "web_refund"]
    with pytest.raises(SimulatorError, match="exceeds"):
        sim.refund(paid, 1000)
    assert till.control("POST", f"sessions/{paid}/refund").status_code == 200
    assert sim.ledger()[-1]["amount"] == 750


def test_unreferenced_refund(till, sim):
    session_id, _response = till.start("unreferenced-refund", amount=700)
    sim.tap(TERMINAL)
    assert till.session(session_id).json()["success"] is True
    assert sim.ledger()[0]["kind"] == "unreferenced_refund"
    sim.configure(unreferenced_refunds=False)
    session_id, _response = till.start("unreferenced-refund", amount=700)
    assert till.session(session_id).json()["eventId"] == 1014


def test_web_refund(till, sim, paid):
    path = f"/api/transactions/{sim.ledger()[0]['transaction_id']}"
    part = till.web("DELETE", path, params={"amount": "250"}).json()
    assert (part["Success"], part["StatusId"], part["Amount"]) == (True, "F", 2.5)
    too_much = till.web("DELETE", path, params={"amount": "1250"})
    assert too_much.status_code == 200
    assert (too_much.json()["Success"], too_much.json()["StatusId"]) == (False, "E")
    assert till.web("DELETE", path).json()["Amount"] == 10
    assert [entry["kind"] for entry in sim.ledger()] == ["sale", "web_refund", "web_refund"]
    assert sim.ledger()[1]["transaction_id"] == part["TransactionId"]


@pytest.mark.parametrize(("keeps", "reference"), [(True, "mine"), (False, "reference-1")])
def test_reference_of_a_web_refund(till, sim, paid, keeps, reference):
    sim.configure(web_refund_reference=keeps)
    path = f"/api/transactions/{sim.ledger()[0]['transaction_id']}"
    till.web("DELETE", path, params={"amount": "250", "merchantTrns": "mine"})
    listed = till.web("GET", "/api/transactions").json()["Transactions"][-1]
    assert (listed["Amount"], listed["MerchantTrns"]) == (-2.5, reference)
    assert listed["ParentId"] == sim.ledger()[0]["transaction_id"]


def test_web_refund_refused(till, sim, paid):
    path = f"/api/transactions/{sim.ledger()[0]['transaction_id']}"
    assert till.web("DELETE", path, params={"amount": "2.5"}).status_code == 400
    assert till.web("DELETE", "/api/transactions/unknown").status_code == 404
    sim.configure(web_refunds=False)
    assert till.web("DELETE", path).status_code == 403
    assert len(sim.ledger()) == 1
