import base64
import logging
import socket
import threading
from datetime import date
from unittest.mock import patch

import pytest
import requests
from fake_viva import CREDENTIALS, DROP, PATIENCE, SALE, SESSION

from viva import const, timing, tokens
from viva.account import Credentials, Hosts
from viva.client import VivaClient
from viva.reply import Reply

pytestmark = pytest.mark.usefixtures("clean_process")


def test_credentials_in_any_alphabet(fake):
    credentials = Credentials("Ω", "κλειδί", "πελάτης", "μυστικό \ud800")
    viva = VivaClient(credentials, Hosts.simulator(fake.url))
    assert viva.read_session(SESSION).status == 200
    assert viva.webhook_key().status == 200


def test_a_refused_connection_is_not_sent(fake, closed_port):
    hosts = Hosts.simulator(fake.url)
    hosts = Hosts(hosts.accounts, f"http://127.0.0.1:{closed_port}", hosts.web, verify_tls=False)
    viva = VivaClient(CREDENTIALS, hosts)
    assert viva.start_sale(SALE) == Reply(sent=False, problem="unreachable")
    dead = VivaClient(CREDENTIALS, Hosts.simulator(f"http://127.0.0.1:{closed_port}"))
    assert dead.start_sale(SALE) == Reply(sent=False, problem="unreachable")
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


def test_a_lost_reply_may_have_been_handled_and_is_not_repeated(fake, viva):
    fake.on(const.PATH_SALE, DROP)
    assert viva.start_sale(SALE) == Reply(sent=True, problem="lost")
    assert len(fake.calls(const.PATH_SALE)) == 1


def test_not_even_a_question_is_repeated_behind_our_back(fake, viva):
    fake.on(f"{const.PATH_SESSIONS}/{SESSION}", DROP)
    assert viva.read_session(SESSION) == Reply(sent=True, problem="lost")
    assert len(fake.seen) == 2


def test_a_kept_connection_that_dies_is_no_proof_either_way(fake, viva):
    viva.read_session(SESSION)
    fake.on(const.PATH_SALE, DROP)
    assert viva.start_sale(SALE) == Reply(sent=True, problem="lost")
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
    assert viva.start_sale(SALE) == Reply(sent=True, problem="timeout")
    release.set()


def test_half_an_answer_is_lost_with_its_status(fake, viva):
    fake.on(const.PATH_SALE, (200, {"Content-Length": "999", "Connection": "close"}, b'{"a": 1'))
    reply = viva.start_sale(SALE)
    assert (reply.sent, reply.status, reply.body) == (True, 200, None)
    # urllib3 before 2 does not compare what came with the length announced.
    assert reply.problem in ("lost", "not_json")


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
    assert viva.list_sessions(date(2026, 11, 25)).body == sessions


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
    reply = viva.start_sale(SALE)
    assert (reply.status, reply.problem, reply.retry_after) == (429, "throttled", seconds)
    assert len(fake.calls(const.PATH_SALE)) == 1


@pytest.mark.parametrize(
    ("value", "event_id"), [("1201", 1201), ("x", None), ("-1", None), ("9" * 40, None), ("", None)]
)
def test_event_headers(fake, viva, value, event_id):
    fake.on(const.PATH_SALE, (409, {"X-Viva-EventId": value}, b""))
    assert viva.start_sale(SALE).event_id == event_id


def test_no_secret_is_ever_logged(fake, caplog, closed_port):
    caplog.set_level(logging.DEBUG)
    viva = VivaClient(CREDENTIALS, Hosts.simulator(fake.url))
    card = {"CardNumber": "4147463011110133", "Email": "a@b.gr"}
    fake.on(const.PATH_SALE, (401, {}, {"detail": "Bearer token-1"}), (500, {}, card), DROP)
    viva.start_sale(SALE)
    viva.start_sale(SALE)
    viva.webhook_key()
    fake.on(const.PATH_TOKEN, (400, {}, {"error": "invalid_client client-secret-value"}))
    tokens.forget_tokens()
    viva.read_session(SESSION)
    tokens.forget_tokens()
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
