import os
import shutil
import ssl
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from unittest.mock import patch

import pytest
import requests
import urllib3
from fake_viva import (
    BUSY_SECONDS,
    CREDENTIALS,
    DRIPPING_BODY,
    DRIPPING_HEADERS,
    PATIENCE,
    SALE,
    SESSION,
    FakeViva,
    Handler,
    Server,
    in_threads,
    serving,
)

from viva import connections, const, timing
from viva.account import Hosts
from viva.client import VivaClient
from viva.reply import Reply

pytestmark = pytest.mark.usefixtures("clean_process")


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
    with serving(server, FakeViva()):
        yield f"https://127.0.0.1:{server.server_port}"


@pytest.mark.filterwarnings("error::urllib3.exceptions.InsecureRequestWarning")
def test_certificates_are_checked_except_for_the_simulator(tls_url):
    real = Hosts(tls_url, tls_url, tls_url)
    assert VivaClient(CREDENTIALS, real).webhook_key() == Reply(sent=False, problem="unreachable")
    assert VivaClient(CREDENTIALS, Hosts.simulator(tls_url)).webhook_key().status == 200


def test_connecting_has_a_shorter_limit(viva, monkeypatch):
    limits = []

    def send(_adapter, _request, _stream, timeout, *_args):
        limits.append(timeout)
        raise requests.ConnectTimeout

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    assert viva.webhook_key() == Reply(sent=False, problem="unreachable")
    assert limits == [(timing.CONNECT_SECONDS, timing.WEBHOOK_KEY_SECONDS)]


@pytest.mark.parametrize("token", [None, DRIPPING_HEADERS, DRIPPING_BODY])
@pytest.mark.parametrize("answer", [None, DRIPPING_HEADERS, DRIPPING_BODY])
def test_no_request_is_slower_than_the_slowest(fake, viva, hurry, token, answer):
    if token:
        fake.on(const.PATH_TOKEN, token)
    if answer:
        fake.on(const.PATH_SALE, answer)
    begun = time.monotonic()
    reply = viva.start_sale(SALE)
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


def test_a_connection_that_comes_too_late_is_not_used(fake, viva, clock, monkeypatch):
    """Many addresses to try, a slow name server: no part of that has the limit of the whole."""
    viva.read_session(SESSION)
    connections.close_connections()
    connect = urllib3.util.connection.create_connection

    def slow(*args, **kwargs):
        clock.now += timing.CONNECT_SECONDS + 0.1
        return connect(*args, **kwargs)

    monkeypatch.setattr(urllib3.util.connection, "create_connection", slow)
    assert viva.start_sale(SALE) == Reply(sent=False, problem="unreachable")
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
    assert viva.start_sale(SALE).status == 307
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


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_worker_starts_afresh(fake):
    script = f"""
import os, sys
from viva import connections, tokens
from viva.account import Credentials, Hosts
from viva.client import VivaClient
viva = VivaClient(Credentials("m", "k", "c", "s"), Hosts.simulator({fake.url!r}))
viva.read_session("a")
connections._sessions_lock.acquire()
tokens._tokens._lock.acquire()
child = os.fork()
if child == 0:
    os._exit(0 if viva.read_session("b").status == 200 else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    root = Path(connections.__file__).parents[1]
    subprocess.run([sys.executable, "-c", script], cwd=root, check=True, timeout=PATIENCE)
    assert [entry.path for entry in fake.seen].count(const.PATH_TOKEN) == 2
    assert len({entry.port for entry in fake.seen}) == 2
