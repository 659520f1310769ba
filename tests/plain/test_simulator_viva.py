"""The simulated Viva answers as the viva-api reference says: calls, refusals, bodies."""

import http.client

import pytest
import requests

from simulator import ManualClock, Simulator, SimulatorError
from simulator.testing import REGISTER, TERMINAL, Till


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


def detail(response):
    return response.json()["detail"]


# -- token -------------------------------------------------------------------------------------


def test_token_by_basic_credentials(till):
    answer = till.login()
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] == 3600
    assert "urn:viva:payments:ecr:api" in answer["scope"]


def test_token_by_form_credentials(till):
    response = till.call(
        "POST",
        "/connect/token",
        data={
            "grant_type": "client_credentials",
            "client_id": "simulator.apps.vivapayments.com",
            "client_secret": "simulator-client-secret",
        },
    )
    assert response.status_code == 200
    assert response.json()["access_token"]


def test_wrong_client_secret(till):
    response = till.call("POST", "/connect/token", auth=("x", "y"), data={"grant_type": "x"})
    assert response.status_code == 400
    assert response.json() == {"error": "invalid_client"}


def test_missing_token(sim):
    response = requests.post(f"{sim.url}/ecr/v1/devices:search", json={}, timeout=10)
    assert response.status_code == 401
    assert response.json() == {"detail": "Could not validate credentials"}


def test_token_expires(till, sim, clock):
    sim.configure(token_seconds=60)
    assert till.login()["expires_in"] == 60
    clock.advance(59)
    assert till.session("x").status_code == 404
    clock.advance(1)
    assert till.session("x").status_code == 401


def test_tokens_can_be_revoked(till, sim):
    sim.revoke_tokens()
    assert till.session("x").status_code == 401
    till.login()
    assert till.session("x").status_code == 404


# -- devices -----------------------------------------------------------------------------------


def test_devices(till, sim):
    sim.set_terminal("16000002", status_id=7)
    devices = till.call("POST", "/ecr/v1/devices:search", json={}).json()
    assert [d["terminalId"] for d in devices] == ["16000001", "16000002", "16000003"]
    assert set(devices[0]) == {"terminalId", "statusId", "sourceCode", "virtualTerminalId"}
    live = till.call("POST", "/ecr/v1/devices:search", json={"statusId": 1}).json()
    assert [d["terminalId"] for d in live] == ["16000001", "16000003"]


# -- sale --------------------------------------------------------------------------------------


def test_sale_is_accepted_with_an_empty_body(till):
    _session_id, response = till.start()
    assert response.status_code == 200
    assert response.content == b""
    assert response.headers["X-Viva-EventId"] == "1100"
    assert response.headers["X-Viva-CorrelationId"]


@pytest.mark.parametrize(
    "field", ["sessionId", "terminalId", "cashRegisterId", "amount", "currencyCode"]
)
def test_sale_without_a_required_field(till, sim, field):
    _session_id, response = till.start(**{field: None})
    assert response.status_code == 422
    assert response.headers["X-Viva-EventId"] == "1200"
    (error,) = detail(response)
    assert (error["type"], error["loc"]) == ("missing", ["body", field])
    assert {"msg", "input", "url"} <= set(error)
    assert sim.sessions() == []


@pytest.mark.parametrize(
    ("amount", "kind"),
    [
        (12.5, "int_from_float"),
        (510.0, "int_from_float"),
        (True, "int_type"),
        ("1250", "int_type"),
        (0, "greater_than_equal"),
        (-5, "greater_than_equal"),
    ],
)
def test_sale_with_a_wrong_amount(till, amount, kind):
    _session_id, response = till.start(amount=amount)
    assert response.status_code == 422
    assert detail(response)[0]["type"] == kind
    assert detail(response)[0]["loc"] == ["body", "amount"]


def test_sale_with_two_errors_names_both(till):
    _session_id, response = till.start(amount=1.5, terminalId=16000001)
    assert {e["loc"][1] for e in detail(response)} == {"amount", "terminalId"}


@pytest.mark.parametrize(
    ("values", "word"),
    [({"terminalId": "999"}, "999"), ({"currencyCode": "000"}, "000"), ({"sessionId": ""}, "id")],
)
def test_sale_with_an_unusable_value(till, values, word):
    _session_id, response = till.start(**values)
    assert response.status_code == 400
    assert word in detail(response)


def test_sale_that_is_no_json(till):
    response = till.call("POST", "/ecr/v1/transactions:sale", data="{")
    assert response.status_code == 422
    assert detail(response)[0]["type"] == "json_invalid"


def test_refused_sale_does_not_use_up_its_session_id(till):
    session_id, _response = till.start(amount=1.5)
    assert till.start(sessionId=session_id)[1].status_code == 200


def test_duplicate_session_id(till, sim):
    session_id = till.sale()
    _session_id, response = till.start(sessionId=session_id, terminalId="16000002")
    assert response.status_code == 409
    assert response.headers["X-Viva-EventId"] == "1201"
    assert isinstance(detail(response), str)
    sim.tap(TERMINAL)
    assert till.start(sessionId=session_id)[1].status_code == 409
    assert len(sim.ledger()) == 1


def test_currency_code_may_be_a_number(till, sim):
    till.sale(currencyCode=36)
    assert sim.sessions()[0]["currency_code"] == "036"


def test_currencies_can_be_limited(till, sim):
    sim.configure(currencies=["978"])
    assert till.start(currencyCode="840")[1].status_code == 400
    assert till.start()[1].status_code == 200


# -- session -----------------------------------------------------------------------------------


def test_open_session(till):
    response = till.session(till.sale())
    assert response.status_code == 202
    assert response.json() == {"detail": "The session is being processed"}


def test_unknown_session(till):
    response = till.session("unknown")
    assert response.status_code == 404
    assert response.headers["X-Viva-EventId"] == "1205"


def test_approved_session(till, sim):
    session_id = till.sale(customerTrns="for you", showReceipt=False)
    sim.tap(TERMINAL, card="mastercard_debit", tip=100)
    response = till.session(session_id)
    assert response.status_code == 200
    body = response.json()
    expected = {
        "sessionId": session_id,
        "terminalId": TERMINAL,
        "tid": TERMINAL,
        "cashRegisterId": REGISTER,
        "amount": 1350,
        "tipAmount": 100,
        "currencyCode": "978",
        "merchantReference": "reference-1",
        "customerTrns": "for you",
        "success": True,
        "eventId": 0,
        "message": "Transaction successful",
        "transactionTypeId": 5,
        "applicationLabel": "Debit Mastercard",
        "bankId": "NET_MASTER",
        "primaryAccountNumberMasked": "511580XXXXXX6241",
        "aid": "A0000000041010",
        "panEntryMode": "07",
        "verificationMethod": "CONTACTLESS - NO CVM",
        "abortOperation": False,
        "abortAckTime": None,
        "abortSuccess": False,
        "showReceipt": False,
        "showTransactionResult": True,
    }
    assert {name: body[name] for name in expected} == expected
    assert len(body["orderCode"]) == 16
    assert len(body["shortOrderCode"]) == 10
    assert len(body["authorizationId"]) == 6
    assert isinstance(body["retrievalReferenceNumber"], int)
    assert body["transactionId"] == sim.ledger()[0]["transaction_id"]
    for name in ("loyaltyInfo", "dccDetails", "fiscalisationDetails", "isvDetails", "cardType"):
        assert name in body


def test_declined_session(till, sim):
    session_id = till.sale()
    sim.decline(TERMINAL)
    body = till.session(session_id).json()
    assert (body["success"], body["eventId"]) == (False, 1006)
    assert body["message"] == "Transaction declined by server"
    assert body["transactionId"] is None
    assert body["orderCode"] == "0"
    assert body["referenceNumber"] == 0
    assert sim.ledger() == []


def test_tip_in_the_request_is_charged_on_top(till, sim):
    session_id = till.sale(tipAmount=50)
    sim.tap(TERMINAL)
    body = till.session(session_id).json()
    assert (body["amount"], body["tipAmount"]) == (1300, 50)


def test_sessions_of_a_day(till, sim, clock):
    first = till.sale()
    sim.tap(TERMINAL)
    clock.advance(86400)
    till.login()
    second = till.sale()
    sim.cancel(TERMINAL)
    till.sale()
    today = till.call("GET", "/ecr/v1/sessions").json()
    assert [body["sessionId"] for body in today] == [second]
    yesterday = till.call("GET", "/ecr/v1/sessions?date=2030-03-17").json()
    assert [body["sessionId"] for body in yesterday] == [first]
    assert till.call("GET", "/ecr/v1/sessions?date=soon").status_code == 422


# -- abort -------------------------------------------------------------------------------------


def test_abort_is_accepted_then_carried_out(till, clock, sim):
    session_id = till.sale()
    response = till.abort(session_id)
    assert (response.status_code, response.content) == (200, b"")
    assert till.session(session_id).status_code == 202
    clock.advance(0.3)
    body = till.session(session_id).json()
    assert (body["success"], body["eventId"]) == (False, 1016)
    assert body["abortOperation"] is True
    assert body["abortSuccess"] is True
    assert body["abortAckTime"]
    assert sim.ledger() == []


def test_abort_comes_too_late_once_the_card_is_read(till, clock, sim):
    session_id = till.sale()
    sim.insert(TERMINAL)
    assert till.abort(session_id).status_code == 200
    clock.advance(1)
    assert till.session(session_id).status_code == 202
    sim.tap(TERMINAL)
    body = till.session(session_id).json()
    assert (body["success"], body["abortOperation"], body["abortSuccess"]) == (True, True, False)
    assert body["panEntryMode"] == "05"
    assert len(sim.ledger()) == 1


def test_tap_wins_over_an_abort_that_is_not_carried_out_yet(till, clock, sim):
    session_id = till.sale()
    till.abort(session_id)
    sim.tap(TERMINAL)
    clock.advance(1)
    assert till.session(session_id).json()["success"] is True


def test_abort_by_another_register(till, clock):
    session_id = till.sale()
    response = till.abort(session_id, "another")
    assert response.status_code == 403
    assert response.headers["X-Viva-EventId"] == "1206"
    clock.advance(1)
    assert till.session(session_id).status_code == 202


def test_abort_without_a_register(till):
    response = till.call("DELETE", f"/ecr/v1/sessions/{till.sale()}")
    assert response.status_code == 422
    assert detail(response)[0]["loc"] == ["query", "cashRegisterId"]


def test_abort_of_an_unknown_session(till):
    assert till.abort("unknown").status_code == 404


def test_second_abort(till):
    session_id = till.sale()
    till.abort(session_id)
    response = till.abort(session_id)
    assert response.status_code == 409
    assert response.headers["X-Viva-EventId"] == "1208"


def test_abort_of_a_finished_session(till, sim):
    session_id = till.sale()
    sim.tap(TERMINAL)
    assert till.abort(session_id).status_code == 409
    assert till.session(session_id).json()["success"] is True


# -- refunds -----------------------------------------------------------------------------------


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


def test_preauth_is_not_enabled(till):
    assert till.session(till.sale(preauth=True)).json()["eventId"] == 5002


# -- web API -----------------------------------------------------------------------------------


def test_webhook_key_needs_merchant_and_key(till, sim):
    assert till.web("GET", "/api/messages/config/token").json()["Key"]
    wrong = till.call("GET", "/api/messages/config/token", auth=("a", "b"))
    assert wrong.status_code == 401


def test_transaction_list(till, sim, paid, clock):
    refund(till, sim, paid, amount=250)
    sale, given_back = till.web("GET", "/api/transactions").json()["Transactions"]
    assert (sale["Amount"], sale["StatusId"], sale["MerchantTrns"]) == (12.5, "R", "reference-1")
    assert (given_back["Amount"], given_back["StatusId"]) == (-2.5, "F")
    assert given_back["ParentId"] == sale["TransactionId"]
    one = till.web("GET", f"/api/transactions/{sale['TransactionId']}").json()
    assert one["Transactions"] == [sale]
    by_order = till.web("GET", f"/api/transactions?orderCode={sale['OrderCode']}").json()
    assert by_order["Transactions"] == [sale]
    clock.advance(86400)
    assert till.web("GET", "/api/transactions").json()["Transactions"] == []
    day = till.web("GET", "/api/transactions?date=2030-03-17").json()
    assert len(day["Transactions"]) == 2


def test_unknown_transaction(till):
    response = till.web("GET", "/api/transactions/unknown")
    assert response.status_code == 404
    assert response.json()["Success"] is False


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


def test_unknown_call(till):
    response = till.call("POST", "/ecr/v1/transactions:rebate", json={})
    assert response.status_code == 404
    assert response.json() == {"detail": "Not Found"}


def test_connection_is_kept_alive(sim):
    connection = http.client.HTTPConnection("127.0.0.1", sim.port, timeout=10)
    connection.connect()
    socket = connection.sock
    for _ in range(3):
        connection.request("GET", "/ecr/v1/sessions/x")
        assert connection.getresponse().read()
        assert connection.sock is socket
    connection.close()
