import base64
import json
import logging
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import urllib3

from viva import client, const, timing
from viva.client import Credentials, Hosts, Reply, VivaClient

SESSION = "0b5f6c1e-3a2b-4c5d-8e9f-123456789abc"
CREDENTIALS = Credentials("merchant-id", "api-key-value", "client-id", "client-secret-value")
# How long a test waits for something that must come; never waited for in full when all is well.
PATIENCE = 20
DRIP_SECONDS = 0.01
# What a machine that is busy with other things may add.
BUSY_SECONDS = 3
SALE = {
    "session_id": SESSION, "terminal_id": "16002169", "cash_register_id": "POS 1/é", "amount": 1170,
    "currency_code": "978", "merchant_reference": "ref",
}  # fmt: skip
DROP = object()


@dataclass(frozen=True)
class Drip:
    """An answer that goes on, byte by byte, until the client hangs up."""

    start: bytes


DRIPPING_HEADERS = Drip(b"HTTP/1.1 200 OK\r\nX-Padding: ")
DRIPPING_BODY = Drip(b'HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n{"access_token": "')


@dataclass
class Seen:
    method: str
    path: str
    query: dict
    headers: dict
    body: bytes
    port: int


@dataclass
class FakeViva:
    """Answers are data: `(status, headers, body)`, DROP, or a function that gives one of them."""

    url: str = ""
    seen: list = field(default_factory=list)
    plans: dict = field(default_factory=dict)
    tokens: int = 0
    expires_in: object = 3600

    def on(self, path, *answers):
        """Give these answers to the path, one after the other, the last one for ever."""
        self.plans[path] = list(answers)

    def calls(self, path):
        return [entry for entry in self.seen if entry.path == path]

    def answer(self, seen):
        plan = self.plans.get(seen.path)
        if plan is None and seen.path == const.PATH_TOKEN:
            self.tokens += 1
            return 200, {}, {"access_token": f"token-{self.tokens}", "expires_in": self.expires_in}
        if plan is None:
            return 200, {}, {}
        answer = plan.pop(0) if len(plan) > 1 else plan[0]
        return answer(seen) if callable(answer) else answer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_any(self):
        length = int(self.headers.get("Content-Length") or 0)
        parts = urlsplit(self.path)
        seen = Seen(
            self.command, parts.path, parse_qs(parts.query), dict(self.headers),
            self.rfile.read(length), self.client_address[1],
        )  # fmt: skip
        self.server.fake.seen.append(seen)
        answer = self.server.fake.answer(seen)
        if answer is DROP:
            self.close_connection = True
            return
        if isinstance(answer, Drip):
            self.drip(answer)
            return
        status, headers, body = answer
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def drip(self, answer):
        self.close_connection = True
        end = time.monotonic() + PATIENCE
        self.wfile.write(answer.start)
        while time.monotonic() < end:
            time.sleep(DRIP_SECONDS)
            self.wfile.write(b"x")

    do_GET = do_POST = do_DELETE = handle_any

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """Clients of these tests hang up early on purpose."""


@pytest.fixture
def fake():
    server = Server(("127.0.0.1", 0), Handler)
    server.fake = FakeViva(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.fake
    server.shutdown()
    server.server_close()
    thread.join(PATIENCE)


@pytest.fixture
def viva(fake):
    return VivaClient(CREDENTIALS, Hosts.simulator(fake.url))


@pytest.fixture(autouse=True)
def _clean():
    client.forget_tokens()
    yield
    client.forget_tokens()
    client.close_connections()


@pytest.fixture
def clock(monkeypatch):
    """A clock that only moves by hand."""

    class Clock:
        now = 1000.0

    monkeypatch.setattr(client, "_monotonic", lambda: Clock.now)
    return Clock


@pytest.fixture
def closed_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


# --- What is sent ---


def test_a_sale_on_the_wire(fake, viva):
    fake.on(const.PATH_SALE, (200, {"X-Viva-CorrelationId": "c-1", "X-Viva-EventId": "1100"}, b""))
    assert viva.start_sale(**SALE) == Reply(
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
    viva.start_refund(**SALE, parent_session_id="parent", customer_trns="hi", show_receipt=False)
    body = json.loads(fake.seen[-1].body)
    assert fake.seen[-1].path == "/ecr/v1/transactions:refund"
    assert (body["parentSessionId"], body["customerTrns"], body["showReceipt"]) == (
        "parent",
        "hi",
        False,
    )
    assert "tipAmount" not in body


def test_an_unreferenced_refund_on_the_wire(fake, viva):
    viva.start_unreferenced_refund(**SALE)
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


def test_the_other_calls_on_the_wire(fake, viva):
    viva.read_session(SESSION)
    viva.read_session("a/b?c", quick=True)
    viva.abort_session(SESSION, "POS 1/é&x")
    viva.list_sessions(date(2026, 11, 25))
    viva.list_sessions("2026-11-24")
    viva.search_devices()
    viva.webhook_key()
    wire = [(entry.method, entry.path, entry.query) for entry in fake.seen[1:]]
    assert wire == [
        ("GET", f"/ecr/v1/sessions/{SESSION}", {}),
        ("GET", "/ecr/v1/sessions/a%2Fb%3Fc", {}),
        ("DELETE", f"/ecr/v1/sessions/{SESSION}", {"cashRegisterId": ["POS 1/é&x"]}),
        ("GET", "/ecr/v1/sessions", {"date": ["2026-11-25"]}),
        ("GET", "/ecr/v1/sessions", {"date": ["2026-11-24"]}),
        ("POST", "/ecr/v1/devices:search", {}),
        ("GET", "/api/messages/config/token", {}),
    ]
    basic = base64.b64encode(b"merchant-id:api-key-value").decode()
    assert fake.seen[-1].headers["Authorization"] == f"Basic {basic}"
    assert json.loads(fake.seen[-2].body) == {}


@pytest.mark.parametrize("amount", [11.7, "1170", True, None])
def test_amounts_that_are_no_integers_are_a_mistake_of_the_caller(fake, viva, amount):
    with pytest.raises(ValueError, match="minor units"):
        viva.start_sale(**{**SALE, "amount": amount})
    assert not fake.seen


# --- Addresses ---


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1", "http://127.0.0.1:8070/", "https://127.255.0.9:1", "http://localhost:8070",
     "HTTP://LOCALHOST/x", "http://[::1]:8070", " http://127.0.0.1:1/viva "],
)  # fmt: skip
def test_loopback(url):
    assert client.is_loopback_url(url)
    hosts = Hosts.simulator(url)
    assert hosts.verify_tls is False
    assert hosts.api == hosts.accounts == hosts.web == url.strip().rstrip("/")


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1@evil.example", "http://127.0.0.1:80@evil.example/",
     "http://evil.example#@127.0.0.1",
     "http://evil.example\\@127.0.0.1", "http://127.0.0.1\\.evil.example",
     "http://127.0.0.1.evil.example",
     "http://localhost.evil.example", "http://evil.example/127.0.0.1", "http://[::1].evil.example",
     "http://evil.example[::1]", "http://[::1]evil.example", "http://[::ffff:10.0.0.1]",
     "http://127.1",
     "http://127.0.0.256", "http://127.0.0.1.", "http://0.0.0.0", "http://10.0.0.1",
     "http://2130706433",
     "http://[::]", "ftp://127.0.0.1", "//127.0.0.1", "127.0.0.1", "http://", "http:///127.0.0.1",
     "http://127.0.0.1%2eevil.example", "http://127.0.0.1\n.evil.example",
     "http://127.0.0.1 evil.example",
     "http://127.0.0.1?x", "http://127.0.0.1:99999x", "http://١٢٧.0.0.1", "http://127。0。0。1",
     "http://localtest.me", "", None, 5, b"http://127.0.0.1"],
)  # fmt: skip
def test_not_loopback(url):
    assert not client.is_loopback_url(url)
    with pytest.raises(ValueError, match="this machine"):
        Hosts.simulator(url)


def test_the_real_hosts_are_checked():
    for hosts in (client.DEMO, client.LIVE):
        assert hosts.verify_tls
        for url in (hosts.accounts, hosts.api, hosts.web):
            assert url.startswith("https://")
            assert url.endswith(".vivapayments.com")


def test_credentials_do_not_show_their_secrets():
    assert "value" not in repr(CREDENTIALS)
    assert "value" not in str(VivaClient(CREDENTIALS, client.DEMO).__dict__)


# --- Tokens ---


def test_a_token_serves_until_it_is_renewed_early(fake, viva, clock):
    for _call in range(3):
        viva.read_session(SESSION)
    assert fake.tokens == 1
    clock.now += 3600 - timing.TOKEN_RENEW_EARLY_SECONDS - 1
    viva.read_session(SESSION)
    assert fake.tokens == 1
    clock.now += 2
    viva.read_session(SESSION)
    assert fake.tokens == 2
    assert fake.seen[-1].headers["Authorization"] == "Bearer token-2"


def test_a_token_of_a_short_life_is_used_for_half_of_it(fake, viva, clock):
    fake.expires_in = 4
    viva.read_session(SESSION)
    clock.now += 1.9
    viva.read_session(SESSION)
    assert fake.tokens == 1
    clock.now += 0.2
    viva.read_session(SESSION)
    assert fake.tokens == 2


@pytest.mark.parametrize("life", [None, "3600", -1, 0, float("nan"), True, [], 10**12])
def test_a_token_without_a_sensible_life_gets_a_cautious_one(fake, viva, clock, life):
    fake.expires_in = life
    viva.read_session(SESSION)
    clock.now += timing.TOKEN_DEFAULT_LIFE_SECONDS - timing.TOKEN_RENEW_EARLY_SECONDS + 1
    viva.read_session(SESSION)
    assert fake.tokens == 2


def test_tokens_belong_to_their_credentials(fake, viva):
    viva.read_session(SESSION)
    other = Credentials("merchant-id", "api-key-value", "client-id", "another-secret")
    VivaClient(other, Hosts.simulator(fake.url)).read_session(SESSION)
    VivaClient(CREDENTIALS, Hosts.simulator(fake.url)).read_session(SESSION)
    assert fake.tokens == 2


def test_a_401_renews_the_token_once_and_repeats_with_the_same_session(fake, viva):
    fake.on(
        const.PATH_SALE, (401, {}, {"detail": "Could not validate credentials"}), (200, {}, b"")
    )
    assert viva.start_sale(**SALE).status == 200
    first, second = fake.calls(const.PATH_SALE)
    assert first.body == second.body
    assert [first.headers["Authorization"], second.headers["Authorization"]] == [
        "Bearer token-1", "Bearer token-2",
    ]  # fmt: skip


REFUSAL = "Could not validate credentials"


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
        (const.PATH_SALE, lambda: viva.start_sale(**SALE), (200, {}, b"")),
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
    assert viva.start_sale(**SALE).problem is None
    assert len(fake.calls(const.PATH_SALE)) == 1


@pytest.mark.parametrize(("status", "sent"), [(401, False), (403, False), (200, True), (500, True)])
def test_a_token_refused_without_a_new_one_says_what_may_have_been_handled(
    fake, viva, status, sent
):
    fake.on(const.PATH_TOKEN, (200, {}, {"access_token": "old"}), (503, {}, b""))
    fake.on(const.PATH_SALE, (status, {}, {"detail": REFUSAL}))
    reply = viva.start_sale(**SALE)
    assert (reply.sent, reply.problem) == (sent, "credentials" if sent else "no_token")
    assert len(fake.calls(const.PATH_SALE)) == 1


def test_an_api_key_refused_in_words(fake, viva):
    fake.on(const.PATH_WEBHOOK_KEY, (403, {}, {"detail": REFUSAL}))
    assert viva.webhook_key().problem == "credentials"


def test_a_second_401_is_told(fake, viva):
    fake.on(const.PATH_SALE, (401, {}, {"detail": "no"}))
    reply = viva.start_sale(**SALE)
    assert (reply.sent, reply.status, reply.problem) == (True, 401, "credentials")
    assert len(fake.calls(const.PATH_SALE)) == 2
    assert fake.tokens == 2


def test_a_401_without_a_new_token_is_not_repeated(fake, viva):
    fake.on(
        const.PATH_TOKEN, (200, {}, {"access_token": "old"}), (400, {}, {"error": "invalid_client"})
    )
    fake.on(const.PATH_SALE, (401, {}, {}))
    assert viva.start_sale(**SALE) == Reply(sent=False, problem="credentials")
    assert len(fake.calls(const.PATH_SALE)) == 1


@pytest.mark.parametrize("status", [400, 401])
def test_refused_credentials_are_not_hammered(fake, viva, clock, status):
    fake.on(const.PATH_TOKEN, (status, {}, {"error": "invalid_client"}))
    for _call in range(3):
        reply = viva.start_sale(**SALE)
        assert (reply.sent, reply.problem) == (False, "credentials")
    assert len(fake.seen) == 1
    clock.now += timing.TOKEN_RETRY_SECONDS + 1
    del fake.plans[const.PATH_TOKEN]
    assert viva.start_sale(**SALE).status == 200


@pytest.mark.parametrize(
    "answer",
    [(500, {}, b"<html>"), (502, {}, {}), (200, {}, b"<html>"), (200, {}, []), (200, {}, {}),
     (200, {}, {"access_token": None}), (200, {}, {"access_token": "a\r\nX-Evil: 1"}),
     (400, {}, b""),
     (200, {}, {"access_token": "é"}), (200, {}, {"access_token": ""}),
     (302, {"Location": "/x"}, b""), DROP],
)  # fmt: skip
def test_no_token_means_not_sent(fake, viva, answer):
    fake.on(const.PATH_TOKEN, answer)
    assert viva.start_sale(**SALE) == Reply(sent=False, problem="no_token")
    assert not fake.calls(const.PATH_SALE)


def test_a_failing_renewal_leaves_the_old_token_in_use_and_is_not_hammered(fake, viva, clock):
    viva.read_session(SESSION)
    clock.now += 3600 - timing.TOKEN_RENEW_EARLY_SECONDS + 1
    fake.on(const.PATH_TOKEN, (503, {}, b""))
    for _call in range(3):
        assert viva.read_session(SESSION).status == 200
    assert len(fake.calls(const.PATH_TOKEN)) == 2
    assert fake.seen[-1].headers["Authorization"] == "Bearer token-1"
    clock.now += timing.TOKEN_RENEW_EARLY_SECONDS
    assert viva.read_session(SESSION).sent is False


def in_threads(count, call):
    """Run the call in that many threads at the same moment; return the results."""
    barrier, results = threading.Barrier(count), []

    def run():
        barrier.wait(PATIENCE)
        results.append(call())

    threads = [threading.Thread(target=run) for _number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return results


def token_that_waits_for_a_second_one(fake, answer):
    """Hold back the token until somebody asks for another one, or half a second without that."""
    asked = threading.Semaphore(0)

    def token(_seen):
        asked.release()
        if len(fake.calls(const.PATH_TOKEN)) == 1:
            asked.acquire(timeout=PATIENCE)
            asked.acquire(timeout=0.5)
        return answer

    fake.on(const.PATH_TOKEN, token)


def test_twenty_threads_fetch_one_token(fake, viva):
    token_that_waits_for_a_second_one(fake, (200, {}, {"access_token": "t", "expires_in": 3600}))
    replies = in_threads(20, lambda: viva.read_session(SESSION))
    assert [reply.status for reply in replies] == [200] * 20
    assert len(fake.calls(const.PATH_TOKEN)) == 1


def test_twenty_threads_share_one_failure(fake, viva):
    token_that_waits_for_a_second_one(fake, (503, {}, b""))
    replies = in_threads(20, lambda: viva.read_session(SESSION))
    assert replies == [Reply(sent=False, problem="no_token")] * 20
    assert len(fake.calls(const.PATH_TOKEN)) == 1


def test_others_use_the_old_token_while_one_renews(fake, viva, clock):
    viva.read_session(SESSION)
    clock.now += 3600 - timing.TOKEN_RENEW_EARLY_SECONDS + 1
    renewing, release = threading.Event(), threading.Event()

    def token(_seen):
        renewing.set()
        release.wait(PATIENCE)
        return 200, {}, {"access_token": "new", "expires_in": 3600}

    fake.on(const.PATH_TOKEN, token)
    thread = threading.Thread(target=viva.read_session, args=[SESSION])
    thread.start()
    assert renewing.wait(PATIENCE)
    other = threading.Thread(target=viva.read_session, args=[SESSION])
    other.start()
    other.join(PATIENCE / 4)
    assert not other.is_alive(), "waited for the renewal with a good token at hand"
    assert fake.seen[-1].headers["Authorization"] == "Bearer token-1"
    release.set()
    thread.join(PATIENCE)
    assert fake.seen[-1].headers["Authorization"] == "Bearer new"


def test_a_waiter_gives_up_in_time(fake, viva, monkeypatch):
    monkeypatch.setattr(timing, "QUICK_SECONDS", 0.2)
    fetching, release = threading.Event(), threading.Event()

    def token(_seen):
        fetching.set()
        release.wait(PATIENCE)
        return 200, {}, {"access_token": "t"}

    fake.on(const.PATH_TOKEN, token)
    thread = threading.Thread(target=viva.read_session, args=[SESSION])
    thread.start()
    assert fetching.wait(PATIENCE)
    assert viva.read_session(SESSION, quick=True) == Reply(sent=False, problem="no_token")
    release.set()
    thread.join(PATIENCE)


@pytest.mark.parametrize("missing", ["client_id", "client_secret"])
def test_missing_credentials_are_refused_here(fake, missing):
    credentials = Credentials(**{**CREDENTIALS.__dict__, missing: ""})
    viva = VivaClient(credentials, Hosts.simulator(fake.url))
    assert viva.start_sale(**SALE) == Reply(sent=False, problem="credentials")
    assert not fake.seen


def test_webhook_key_credentials(fake, viva):
    fake.on(const.PATH_WEBHOOK_KEY, (401, {}, b""))
    assert viva.webhook_key().problem == "credentials"
    no_key = Credentials("merchant-id", "", "client-id", "client-secret-value")
    assert VivaClient(no_key, Hosts.simulator(fake.url)).webhook_key().sent is False
    assert len(fake.seen) == 1


def test_credentials_in_any_alphabet(fake):
    credentials = Credentials("Ω", "κλειδί", "πελάτης", "μυστικό \ud800")
    viva = VivaClient(credentials, Hosts.simulator(fake.url))
    assert viva.read_session(SESSION).status == 200
    assert viva.webhook_key().status == 200


# --- What the network does ---


def test_a_refused_connection_is_not_sent(fake, closed_port):
    hosts = Hosts.simulator(fake.url)
    hosts = Hosts(hosts.accounts, f"http://127.0.0.1:{closed_port}", hosts.web, verify_tls=False)
    viva = VivaClient(CREDENTIALS, hosts)
    assert viva.start_sale(**SALE) == Reply(sent=False, problem="unreachable")
    dead = VivaClient(CREDENTIALS, Hosts.simulator(f"http://127.0.0.1:{closed_port}"))
    assert dead.start_sale(**SALE) == Reply(sent=False, problem="unreachable")
    assert dead.webhook_key() == Reply(sent=False, problem="unreachable")


def test_an_unknown_host_is_not_sent(viva, monkeypatch):
    def fail(*_args, **_kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    hosts = Hosts("http://no.invalid", "http://no.invalid", "http://no.invalid")
    assert VivaClient(CREDENTIALS, hosts).webhook_key() == Reply(sent=False, problem="unreachable")


def test_no_tls_on_the_other_side_is_not_sent(fake):
    hosts = Hosts.simulator(fake.url.replace("http:", "https:"))
    assert VivaClient(CREDENTIALS, hosts).webhook_key() == Reply(sent=False, problem="unreachable")


@pytest.fixture
def tls_url(tmp_path):
    if not shutil.which("openssl"):
        pytest.skip("openssl makes the certificate of this test")
    certificate = tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=x",
         "-keyout", certificate, "-out", tmp_path / "public.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "public.pem", certificate)
    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.fake = FakeViva()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(PATIENCE)


@pytest.mark.filterwarnings("error::urllib3.exceptions.InsecureRequestWarning")
def test_certificates_are_checked_except_for_the_simulator(tls_url):
    real = Hosts(tls_url, tls_url, tls_url)
    assert VivaClient(CREDENTIALS, real).webhook_key() == Reply(sent=False, problem="unreachable")
    assert VivaClient(CREDENTIALS, Hosts.simulator(tls_url)).webhook_key().status == 200


def test_a_lost_reply_may_have_been_handled_and_is_not_repeated(fake, viva):
    fake.on(const.PATH_SALE, DROP)
    assert viva.start_sale(**SALE) == Reply(sent=True, problem="lost")
    assert len(fake.calls(const.PATH_SALE)) == 1


def test_not_even_a_question_is_repeated_behind_our_back(fake, viva):
    fake.on(f"{const.PATH_SESSIONS}/{SESSION}", DROP)
    assert viva.read_session(SESSION) == Reply(sent=True, problem="lost")
    assert len(fake.seen) == 2


def test_a_kept_connection_that_dies_is_no_proof_either_way(fake, viva):
    viva.read_session(SESSION)
    fake.on(const.PATH_SALE, DROP)
    assert viva.start_sale(**SALE) == Reply(sent=True, problem="lost")
    assert len({entry.port for entry in fake.seen}) == 1
    assert len(fake.calls(const.PATH_SALE)) == 1


def test_a_hanging_answer_times_out(fake, viva, monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(timing, "REQUEST_SECONDS", 0.2)

    def hang(_seen):
        release.wait(PATIENCE)
        return DROP

    viva.read_session(SESSION)
    fake.on(const.PATH_SALE, hang)
    assert viva.start_sale(**SALE) == Reply(sent=True, problem="timeout")
    release.set()


def test_connecting_has_a_shorter_limit(viva, monkeypatch):
    limits = []

    def send(_adapter, _request, _stream, timeout, *_args):
        limits.append(timeout)
        raise requests.ConnectTimeout

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    assert viva.webhook_key() == Reply(sent=False, problem="unreachable")
    assert limits == [(timing.CONNECT_SECONDS, timing.WEBHOOK_KEY_SECONDS)]


def test_half_an_answer_is_lost_with_its_status(fake, viva):
    fake.on(const.PATH_SALE, (200, {"Content-Length": "999", "Connection": "close"}, b'{"a": 1'))
    reply = viva.start_sale(**SALE)
    assert (reply.sent, reply.status, reply.body) == (True, 200, None)
    # urllib3 before 2 does not compare what came with the length announced.
    assert reply.problem in ("lost", "not_json")


# --- How long a call can take ---


@pytest.fixture
def hurry():
    """Everything is twenty times as fast."""
    timing.scale(1 / 20)
    yield
    timing.scale(1)


@pytest.mark.parametrize("token", [None, DRIPPING_HEADERS, DRIPPING_BODY])
@pytest.mark.parametrize("answer", [None, DRIPPING_HEADERS, DRIPPING_BODY])
def test_no_request_is_slower_than_the_slowest(fake, viva, hurry, token, answer):
    if token:
        fake.on(const.PATH_TOKEN, token)
    if answer:
        fake.on(const.PATH_SALE, answer)
    begun = time.monotonic()
    reply = viva.start_sale(**SALE)
    assert time.monotonic() - begun < timing.SLOWEST_REQUEST + BUSY_SECONDS
    assert reply.sent == (not token)
    assert reply.problem == ("timeout" if token or answer else None)
    assert len(fake.calls(const.PATH_SALE)) == (0 if token else 1)


def test_every_call_ends(fake, viva, hurry):
    for answer in (DRIPPING_HEADERS, DRIPPING_BODY):
        for path, call, limit in (
            (f"{const.PATH_SESSIONS}/{SESSION}",
             lambda: viva.read_session(SESSION, quick=True), timing.QUICK_SECONDS),
            (f"{const.PATH_SESSIONS}/{SESSION}",
             lambda: viva.abort_session(SESSION, "1"), timing.ABORT_SECONDS),
            (const.PATH_WEBHOOK_KEY, viva.webhook_key, timing.WEBHOOK_KEY_SECONDS),
        ):  # fmt: skip
            fake.on(path, answer)
            begun = time.monotonic()
            reply = call()
            assert (reply.sent, reply.body, reply.problem) == (True, None, "timeout")
            assert time.monotonic() - begun < timing.CONNECT_SECONDS + limit + BUSY_SECONDS


def test_a_token_that_comes_too_late_is_not_used(fake, viva, clock):
    viva.read_session(SESSION)
    usable_until = clock.now + 3600 - timing.TOKEN_UNUSABLE_SECONDS

    def slow(_seen):
        # The old one would still do, if it were not too late.
        clock.now += timing.REQUEST_STARTS_WITHIN + 0.1
        return 200, {}, {"access_token": "new"}

    clock.now = usable_until - timing.REQUEST_STARTS_WITHIN - 1
    fake.on(const.PATH_TOKEN, slow)
    assert viva.start_sale(**SALE) == Reply(sent=False, problem="no_token")
    assert not fake.calls(const.PATH_SALE)


@pytest.mark.parametrize(("seconds", "calls"), [(11.0, 2), (13.0, 1)])
def test_a_refusal_that_comes_late_is_not_repeated(fake, viva, clock, seconds, calls):
    def slow(_seen):
        clock.now += seconds
        return 401, {}, {}

    fake.on(const.PATH_SALE, slow, (200, {}, b""))
    reply = viva.start_sale(**SALE)
    assert len(fake.calls(const.PATH_SALE)) == calls
    assert reply == (
        Reply(sent=True, status=200) if calls == 2 else Reply(sent=False, problem="no_token")
    )


def test_the_wait_for_another_thread_counts(fake, viva, hurry):
    """Whoever waited for a fetch that failed has no more time than is left for an own one."""
    fetching, release = threading.Event(), threading.Event()

    def token(_seen):
        fetching.set()
        release.wait(PATIENCE)
        return DROP

    fake.on(const.PATH_TOKEN, token)
    thread = threading.Thread(target=viva.start_sale, kwargs=SALE)
    thread.start()
    assert fetching.wait(PATIENCE)
    begun = time.monotonic()
    reply = viva.start_sale(**SALE)
    assert time.monotonic() - begun < timing.REQUEST_STARTS_WITHIN + BUSY_SECONDS
    assert not reply.sent
    assert not fake.calls(const.PATH_SALE)
    release.set()
    thread.join(PATIENCE)


def test_a_connection_that_comes_too_late_is_not_used(fake, viva, clock, monkeypatch):
    """Many addresses to try, a slow name server: no part of that has the limit of the whole."""
    viva.read_session(SESSION)
    client.close_connections()
    connect = urllib3.util.connection.create_connection

    def slow(*args, **kwargs):
        clock.now += timing.CONNECT_SECONDS + 0.1
        return connect(*args, **kwargs)

    monkeypatch.setattr(urllib3.util.connection, "create_connection", slow)
    assert viva.start_sale(**SALE) == Reply(sent=False, problem="unreachable")
    assert not fake.calls(const.PATH_SALE)


def test_connections_are_reused(fake, viva):
    for _call in range(5):
        viva.read_session(SESSION)
    VivaClient(CREDENTIALS, Hosts.simulator(fake.url)).webhook_key()
    assert len(fake.seen) == 7
    assert len({entry.port for entry in fake.seen}) == 1


def test_a_hundred_threads_at_once(fake, viva):
    assert Counter(r.status for r in in_threads(100, viva.search_devices)) == {200: 100}
    assert fake.tokens == 1


def test_redirects_are_not_followed(fake, viva):
    target = f"{fake.url}/elsewhere"
    fake.on(const.PATH_SALE, (307, {"Location": target}, b"x" * 100))
    fake.on(const.PATH_DEVICES, (302, {"Location": "http://[bad"}, b""))
    assert viva.start_sale(**SALE).status == 307
    assert viva.search_devices().status == 302
    assert not fake.calls("/elsewhere")


def test_cookies_are_not_kept(fake, viva):
    fake.on(const.PATH_DEVICES, (200, {"Set-Cookie": "shop=one; Path=/"}, []))
    viva.search_devices()
    viva.search_devices()
    assert "Cookie" not in fake.seen[-1].headers


def test_proxies_and_netrc_of_the_machine_do_not_touch_the_simulator(
    fake, viva, monkeypatch, tmp_path, closed_port
):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password wrong\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port}")
    assert viva.read_session(SESSION).status == 200
    assert fake.seen[-1].headers["Authorization"] == "Bearer token-1"


def test_netrc_does_not_replace_the_token_of_the_real_hosts(fake, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password wrong\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    VivaClient(CREDENTIALS, Hosts(fake.url, fake.url, fake.url)).read_session(SESSION)
    assert fake.seen[-1].headers["Authorization"] == "Bearer token-1"


def test_an_unreachable_proxy_is_not_sent(fake, monkeypatch, closed_port):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port}")
    hosts = Hosts(fake.url, fake.url, fake.url)
    assert VivaClient(CREDENTIALS, hosts).webhook_key() == Reply(sent=False, problem="unreachable")


# --- What the answer contains ---


@pytest.mark.parametrize(
    ("content", "body", "problem"),
    [
        (b"", None, None),
        (b" \n", None, None),
        (b"null", None, None),
        (b'{"a": 1}', {"a": 1}, None),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}, None),
        (b'{"a": NaN, "b": -Infinity}', {"a": None, "b": None}, None),
        (b"<html>busy</html>", None, "not_json"),
        (b'{"a": ', None, "not_json"),
        (b"\xff\xfe\xfa", None, "not_json"),
        (b"[" * 100_000, None, "not_json"),
        (b"1" * 10_000, None, "not_json"),
        (b'"' + b"x" * const.REPLY_BYTES + b'"', None, "too_large"),
    ],
    ids=str,
)
@pytest.mark.parametrize("status", [200, 404, 500])
def test_bodies(fake, viva, content, body, problem, status):
    fake.on(const.PATH_DEVICES, (status, {}, content))
    reply = viva.search_devices()
    assert (reply.sent, reply.status) == (True, status)
    assert (reply.body, reply.problem) == (body, problem)
    assert viva.read_session(SESSION).status == 200


def test_a_day_may_be_large(fake, viva):
    sessions = [{"sessionId": SESSION, "message": "x" * 100}] * 10_000
    fake.on(const.PATH_SESSIONS, (200, {}, sessions))
    assert viva.list_sessions("2026-11-25").body == sessions


def test_a_broken_encoding_is_lost(fake, viva):
    fake.on(const.PATH_DEVICES, (200, {"Content-Encoding": "gzip"}, b"not gzip"))
    reply = viva.search_devices()
    assert (reply.status, reply.body, reply.problem) == (200, None, "lost")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), ("1.5", 1.5), ("-3", None), ("999999", 3600.0), ("soon", None),
     ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0), ("Fri, 01 Jan 2100 00:00:00 GMT", 3600.0),
     ("Wed, 99 Foo", None), ("nan", None), ("1e5", None)],
)  # fmt: skip
def test_throttled(fake, viva, value, seconds):
    fake.on(const.PATH_SALE, (429, {"Retry-After": value}, {"detail": "slow down"}))
    reply = viva.start_sale(**SALE)
    assert (reply.status, reply.problem, reply.retry_after) == (429, "throttled", seconds)
    assert len(fake.calls(const.PATH_SALE)) == 1


@pytest.mark.parametrize(
    ("value", "event_id"), [("1201", 1201), ("x", None), ("-1", None), ("9" * 40, None), ("", None)]
)
def test_event_headers(fake, viva, value, event_id):
    fake.on(const.PATH_SALE, (409, {"X-Viva-EventId": value}, b""))
    assert viva.start_sale(**SALE).event_id == event_id


# --- Logs ---


def test_no_secret_is_ever_logged(fake, caplog, closed_port):
    caplog.set_level(logging.DEBUG)
    viva = VivaClient(CREDENTIALS, Hosts.simulator(fake.url))
    card = {"CardNumber": "4147463011110133", "Email": "a@b.gr"}
    fake.on(const.PATH_SALE, (401, {}, {"detail": "Bearer token-1"}), (500, {}, card), DROP)
    viva.start_sale(**SALE)
    viva.start_sale(**SALE)
    viva.webhook_key()
    fake.on(const.PATH_TOKEN, (400, {}, {"error": "invalid_client client-secret-value"}))
    client.forget_tokens()
    viva.read_session(SESSION)
    client.forget_tokens()
    VivaClient(CREDENTIALS, Hosts.simulator(f"http://127.0.0.1:{closed_port}")).webhook_key()
    text = caplog.text + repr([record.__dict__ for record in caplog.records])
    assert "transactions:sale" in text
    assert "no answer" in text
    basics = (b"client-id:client-secret-value", b"merchant-id:api-key-value")
    for secret in (
        "client-secret-value", "api-key-value", "token-1", "token-2", "4147463011110133", "a@b.gr",
        *(base64.b64encode(basic).decode() for basic in basics),
    ):  # fmt: skip
        assert secret not in text


def test_a_reply_does_not_show_its_body():
    assert "4147463011110133" not in repr(Reply(sent=True, body={"CardNumber": "4147463011110133"}))


# --- Where it runs ---


def test_it_works_where_odoo_patches_requests(viva):
    """Odoo's test runner wraps `Session.send` and compares `timeout` with a number."""
    send, timeouts = requests.Session.send, []

    def wrapped(session, request, **kwargs):
        assert kwargs["timeout"] > 1
        timeouts.append(kwargs["timeout"])
        return send(session, request, **kwargs)

    with patch.object(requests.Session, "send", wrapped):
        assert viva.read_session(SESSION).status == 200
    assert timeouts == pytest.approx([timing.TOKEN_SECONDS, timing.SESSION_SECONDS], abs=0.1)


def test_a_patched_send_may_answer_or_fail(viva):
    def canned(_session, request, **_kwargs):
        response = requests.Response()
        response.status_code = 200
        response._content = b'{"access_token": "t"}'
        response.request = request
        return response

    with patch.object(requests.Session, "send", canned):
        assert viva.read_session(SESSION).body == {"access_token": "t"}
    with patch.object(requests.Session, "send", side_effect=requests.ConnectionError("verboten")):
        assert viva.read_session(SESSION) == Reply(sent=True, problem="lost")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_worker_starts_afresh(fake):
    script = f"""
import os, sys
from viva import client
hosts = client.Hosts.simulator({fake.url!r})
viva = client.VivaClient(client.Credentials("m", "k", "c", "s"), hosts)
viva.read_session("a")
client._sessions_lock.acquire()
client._tokens._lock.acquire()
child = os.fork()
if child == 0:
    os._exit(0 if viva.read_session("b").status == 200 else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    root = Path(client.__file__).parents[1]
    subprocess.run([sys.executable, "-c", script], cwd=root, check=True, timeout=PATIENCE)
    assert [entry.path for entry in fake.seen].count(const.PATH_TOKEN) == 2
    assert len({entry.port for entry in fake.seen}) == 2
