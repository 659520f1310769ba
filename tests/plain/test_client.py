import base64
import json
from dataclasses import replace
from datetime import date

import pytest
from fake_viva import CREDENTIALS, REFUSAL, SALE, SESSION

from viva import const
from viva.account import DEMO, Credentials, Hosts
from viva.client import VivaClient
from viva.reply import Reply

pytestmark = pytest.mark.usefixtures("clean_process")


def test_a_sale_on_the_wire(fake, viva):
    fake.on(const.PATH_SALE, (200, {"X-Viva-CorrelationId": "c-1", "X-Viva-EventId": "1100"}, b""))
    assert viva.start_sale(SALE) == Reply(
        sent=True, status=200, event_id=1100, correlation_id="c-1"
    )
    token, sale = fake.seen
    assert (token.method, token.path) == ("POST", "/connect/token")
    assert token.body == b"grant_type=client_credentials"
    basic = base64.b64encode(b"client-id:client-secret-value").decode()
    assert token.headers["Authorization"] == f"Basic {basic}"
    assert (sale.method, sale.path) == ("POST", "/ecr/v1/transactions:sale")
    assert sale.headers["Authorization"] == "Bearer token-1"
    assert sale.headers["Content-Type"] == "application/json"
    assert json.loads(sale.body) == {
        "sessionId": SESSION, "terminalId": "16002169", "cashRegisterId": "POS 1/é", "amount": 1170,
        "currencyCode": "978", "merchantReference": "ref", "tipAmount": 0, "showReceipt": True,
        "showTransactionResult": True,
    }  # fmt: skip


def test_a_refund_on_the_wire(fake, viva):
    viva.start_refund(
        replace(SALE, customer_trns="hi", show_receipt=False), parent_session_id="parent"
    )
    body = json.loads(fake.seen[-1].body)
    assert fake.seen[-1].path == "/ecr/v1/transactions:refund"
    assert (body["parentSessionId"], body["customerTrns"], body["showReceipt"]) == (
        "parent",
        "hi",
        False,
    )
    assert "tipAmount" not in body


def test_an_unreferenced_refund_on_the_wire(fake, viva):
    viva.start_unreferenced_refund(SALE)
    body = json.loads(fake.seen[-1].body)
    assert fake.seen[-1].path == "/ecr/v1/transactions:unreferenced-refund"
    assert body["amount"] == 1170
    assert not {"parentSessionId", "tipAmount"} & set(body)


def test_a_refund_through_the_account_on_the_wire(fake, viva):
    viva.refund_transaction(
        transaction_id="a/b", amount=500, currency_code="978", merchant_reference=SESSION
    )
    (seen,) = fake.seen
    assert (seen.method, seen.path) == ("DELETE", "/api/transactions/a%2Fb")
    assert seen.query == {
        "amount": ["500"], "currencyCode": ["978"], "merchantTrns": [SESSION],
    }  # fmt: skip
    assert seen.headers["Authorization"].startswith("Basic ")
    with pytest.raises(ValueError, match="not a whole number"):
        viva.refund_transaction(
            transaction_id="a", amount=5.0, currency_code="978", merchant_reference=SESSION
        )


def test_a_refund_through_the_account_is_sent_once(fake, viva):
    fake.on("/api/transactions/a", (401, {}, b""), (500, {}, b""))
    for problem, status in (("credentials", 401), (None, 500)):
        reply = viva.refund_transaction(
            transaction_id="a", amount=5, currency_code="978", merchant_reference=SESSION
        )
        assert (reply.problem, reply.status) == (problem, status)
    assert len(fake.seen) == 2


def test_terminals_without_a_condition_refused(fake, viva):
    fake.on(const.PATH_DEVICES, (422, {}, {"detail": []}), (200, {}, [{"terminalId": "1"}]))
    assert viva.search_devices().body == [{"terminalId": "1"}]
    assert [json.loads(entry.body) for entry in fake.seen[-2:]] == [{}, {"statusId": 1}]


def test_the_other_calls_on_the_wire(fake, viva):
    viva.read_session(SESSION)
    viva.read_session("a/b?c", quick=True)
    viva.abort_session(SESSION, "POS 1/é&x")
    viva.list_sessions(date(2026, 11, 25))
    viva.list_transactions(date(2026, 11, 24))
    viva.search_devices()
    viva.webhook_key()
    wire = [(entry.method, entry.path, entry.query) for entry in fake.seen[1:]]
    assert wire == [
        ("GET", f"/ecr/v1/sessions/{SESSION}", {}),
        ("GET", "/ecr/v1/sessions/a%2Fb%3Fc", {}),
        ("DELETE", f"/ecr/v1/sessions/{SESSION}", {"cashRegisterId": ["POS 1/é&x"]}),
        ("GET", "/ecr/v1/sessions", {"date": ["2026-11-25"]}),
        ("GET", "/api/transactions", {"date": ["2026-11-24"]}),
        ("POST", "/ecr/v1/devices:search", {}),
        ("GET", "/api/messages/config/token", {}),
    ]
    basic = base64.b64encode(b"merchant-id:api-key-value").decode()
    assert fake.seen[-1].headers["Authorization"] == f"Basic {basic}"
    assert json.loads(fake.seen[-2].body) == {}


def test_a_401_renews_the_token_once_and_repeats_with_the_same_session(fake, viva):
    fake.on(
        const.PATH_SALE, (401, {}, {"detail": "Could not validate credentials"}), (200, {}, b"")
    )
    assert viva.start_sale(SALE).status == 200
    first, second = fake.calls(const.PATH_SALE)
    assert first.body == second.body
    assert [first.headers["Authorization"], second.headers["Authorization"]] == [
        "Bearer token-1", "Bearer token-2",
    ]  # fmt: skip


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 422, 500])
@pytest.mark.parametrize(
    "detail",
    [
        REFUSAL, f"Error: {REFUSAL.upper()}.", [REFUSAL], {"msg": REFUSAL, "input": None}, [{"loc": ["header"], "msg": REFUSAL}],
        ["x", None, {"msg": 5}, {"type": "value_error", "msg": REFUSAL}],
    ],
)  # fmt: skip
def test_a_token_refused_in_words_is_renewed_once_whatever_the_status(fake, viva, status, detail):
    refusal = (status, {}, {"detail": detail})
    for path, call, answer in (
        (const.PATH_SALE, lambda: viva.start_sale(SALE), (200, {}, b"")),
        (f"{const.PATH_SESSIONS}/{SESSION}", lambda: viva.read_session(SESSION), (202, {}, {})),
        (f"{const.PATH_SESSIONS}/{SESSION}", lambda: viva.abort_session(SESSION, "1"),
         (200, {}, b"")),
    ):  # fmt: skip
        renewed = fake.tokens
        fake.on(path, refusal, answer)
        reply = call()
        assert (reply.status, reply.problem) == (answer[0], None)
        fake.on(path, refusal)
        reply = call()
        assert (reply.sent, reply.status, reply.problem) == (True, status, "credentials")
        assert fake.tokens == renewed + 2 + (renewed == 0)


@pytest.mark.parametrize(
    "body",
    [{"detail": "Forbidden"}, {"message": REFUSAL}, [REFUSAL], {"detail": {"a": [REFUSAL]}},
     {"detail": None}, {"detail": 5}, {"detail": [5, None, []]}, "x", None],
)  # fmt: skip
def test_other_refusals_do_not_renew_the_token(fake, viva, body):
    fake.on(const.PATH_SALE, (403, {}, body))
    assert viva.start_sale(SALE).problem is None
    assert len(fake.calls(const.PATH_SALE)) == 1


@pytest.mark.parametrize(("status", "sent"), [(401, False), (403, False), (200, True), (500, True)])
def test_a_token_refused_without_a_new_one_says_what_may_have_been_handled(
    fake, viva, status, sent
):
    fake.on(const.PATH_TOKEN, (200, {}, {"access_token": "old"}), (503, {}, b""))
    fake.on(const.PATH_SALE, (status, {}, {"detail": REFUSAL}))
    reply = viva.start_sale(SALE)
    assert (reply.sent, reply.problem) == (sent, "credentials" if sent else "no_token")
    assert len(fake.calls(const.PATH_SALE)) == 1


def test_an_api_key_refused_in_words(fake, viva):
    fake.on(const.PATH_WEBHOOK_KEY, (403, {}, {"detail": REFUSAL}))
    assert viva.webhook_key().problem == "credentials"


def test_a_second_401_is_told(fake, viva):
    fake.on(const.PATH_SALE, (401, {}, {"detail": "no"}))
    reply = viva.start_sale(SALE)
    assert (reply.sent, reply.status, reply.problem) == (True, 401, "credentials")
    assert len(fake.calls(const.PATH_SALE)) == 2
    assert fake.tokens == 2


def test_a_401_without_a_new_token_is_not_repeated(fake, viva):
    fake.on(
        const.PATH_TOKEN, (200, {}, {"access_token": "old"}), (400, {}, {"error": "invalid_client"})
    )
    fake.on(const.PATH_SALE, (401, {}, {}))
    assert viva.start_sale(SALE) == Reply(sent=False, problem="credentials")
    assert len(fake.calls(const.PATH_SALE)) == 1


def test_webhook_key_credentials(fake, viva):
    fake.on(const.PATH_WEBHOOK_KEY, (401, {}, b""))
    assert viva.webhook_key().problem == "credentials"
    no_key = Credentials("merchant-id", "", "client-id", "client-secret-value")
    assert VivaClient(no_key, Hosts.simulator(fake.url)).webhook_key().sent is False
    assert len(fake.seen) == 1


@pytest.mark.parametrize(("seconds", "calls"), [(11.0, 2), (13.0, 1)])
def test_a_refusal_that_comes_late_is_not_repeated(fake, viva, clock, seconds, calls):
    def slow(_seen):
        clock.now += seconds
        return 401, {}, {}

    fake.on(const.PATH_SALE, slow, (200, {}, b""))
    reply = viva.start_sale(SALE)
    assert len(fake.calls(const.PATH_SALE)) == calls
    assert reply == (
        Reply(sent=True, status=200) if calls == 2 else Reply(sent=False, problem="no_token")
    )


def test_what_tells_accounts_apart(fake, viva):
    same = VivaClient(CREDENTIALS, Hosts.simulator(fake.url))
    assert viva.identity == same.identity
    assert len({viva.identity, same.identity}) == 1
    assert viva.identity != VivaClient(CREDENTIALS, DEMO).identity
    other = replace(CREDENTIALS, client_id="another")
    assert viva.identity != VivaClient(other, Hosts.simulator(fake.url)).identity


def test_a_wrong_key_at_the_simulator(simulator, simulator_client):
    simulator.configure(api_key="other")
    reply = simulator_client.read_transaction(SESSION)
    assert (reply.sent, reply.problem) == (True, "credentials")
