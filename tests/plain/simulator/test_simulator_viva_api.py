"""The simulated Viva answers as the viva-api reference says: calls, refusals, bodies."""

import pytest

from simulator.testing import REGISTER, TERMINAL

LAG = 600


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


def detail(response):
    return response.json()["detail"]


def test_devices(till, sim):
    sim.set_terminal("16000002", status_id=7)
    devices = till.call("POST", "/ecr/v1/devices:search", json={}).json()
    assert [d["terminalId"] for d in devices] == ["16000001", "16000002", "16000003"]
    assert set(devices[0]) == {"terminalId", "statusId", "sourceCode", "virtualTerminalId"}
    live = till.call("POST", "/ecr/v1/devices:search", json={"statusId": 1}).json()
    assert [d["terminalId"] for d in live] == ["16000001", "16000003"]


def test_sale_is_accepted_with_an_empty_body(till):
    _session_id, response = till.start()
    assert response.status_code == 200
    assert response.content == b""
    assert response.headers["X-Viva-EventId"] == "1100"
    assert response.headers["X-Viva-CorrelationId"]


@pytest.mark.parametrize(
    ("values", "word"),
    [({"terminalId": "999"}, "999"), ({"currencyCode": "000"}, "000"), ({"sessionId": ""}, "id")],
)
def test_sale_with_an_unusable_value(till, values, word):
    _session_id, response = till.start(**values)
    assert response.status_code == 400
    assert word in detail(response)


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
    till.sale(currencyCode=8)
    assert sim.sessions()[0]["currency_code"] == "008"


def test_currencies_can_be_limited(till, sim):
    sim.configure(currencies=["978"])
    assert till.start(currencyCode="840")[1].status_code == 400
    assert till.start()[1].status_code == 200


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


def test_preauth_is_not_enabled(till):
    assert till.session(till.sale(preauth=True)).json()["eventId"] == 5002


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


def test_unknown_call(till):
    response = till.call("POST", "/ecr/v1/transactions:rebate", json={})
    assert response.status_code == 404
    assert response.json() == {"detail": "Not Found"}
