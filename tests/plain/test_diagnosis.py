"""What is wrong with credentials, an environment or a terminal, by what Viva answers."""

from dataclasses import replace

import pytest
from fake_viva import CREDENTIALS, FakeViva, Handler, Server, serving

from viva import const
from viva.account import Hosts
from viva.credential_cleanup import CLIENT_ID_END
from viva.diagnosis import Device, Devices, devices, merchant_pair, terminal_pair

CLIENT_ID = "abc" + CLIENT_ID_END
MERCHANT_ID = "0b5f6c1e-3a2b-4c5d-8e9f-123456789abc"
REFUSED_CLIENT = (400, {}, {"error": "invalid_client"})
REFUSED_KEY = (401, {}, b"")


@pytest.fixture
def hosts(fake):
    return Hosts.simulator(fake.url)


@pytest.fixture
def other(fake):
    """Another environment."""
    server = Server(("127.0.0.1", 0), Handler)
    with serving(server, FakeViva(f"http://127.0.0.1:{server.server_port}")) as other:
        yield other


@pytest.mark.parametrize(
    ("judge", "names"),
    [(terminal_pair, ("client_id", "client_secret")), (merchant_pair, ("merchant_id", "api_key"))],
)
def test_accepted_or_missing(fake, hosts, judge, names):
    assert judge(CREDENTIALS, hosts) == "accepted"
    asked = len(fake.seen)
    for name in names:
        assert judge(replace(CREDENTIALS, **{name: ""}), hosts) == "missing"
    assert len(fake.seen) == asked


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({"client_id": "secret", "client_secret": CLIENT_ID}, "swapped"),
        ({"client_id": MERCHANT_ID}, "other_pair"),
        ({"client_id": CLIENT_ID}, "refused"),
    ],
)
def test_why_a_client_is_refused(fake, hosts, values, verdict):
    fake.on(const.PATH_TOKEN, REFUSED_CLIENT)
    assert terminal_pair(replace(CREDENTIALS, **values), hosts) == verdict


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({"merchant_id": "key", "api_key": MERCHANT_ID}, "swapped"),
        ({"merchant_id": CLIENT_ID}, "other_pair"),
        ({"api_key": CLIENT_ID}, "other_pair"),
        ({"merchant_id": MERCHANT_ID}, "refused"),
    ],
)
def test_why_a_key_is_refused(fake, hosts, values, verdict):
    fake.on(const.PATH_WEBHOOK_KEY, REFUSED_KEY)
    assert merchant_pair(replace(CREDENTIALS, **values), hosts) == verdict


def test_the_other_environment(fake, hosts, other):
    fake.on(const.PATH_TOKEN, REFUSED_CLIENT)
    fake.on(const.PATH_WEBHOOK_KEY, REFUSED_KEY)
    other_hosts = Hosts.simulator(other.url)
    assert terminal_pair(CREDENTIALS, hosts, other_hosts) == "other_environment"
    assert merchant_pair(CREDENTIALS, hosts, other_hosts) == "other_environment"
    other.on(const.PATH_TOKEN, REFUSED_CLIENT)
    other.on(const.PATH_WEBHOOK_KEY, REFUSED_KEY)
    assert terminal_pair(CREDENTIALS, hosts, other_hosts) == "refused"
    assert merchant_pair(CREDENTIALS, hosts, other_hosts) == "refused"


@pytest.mark.usefixtures("clean_process")
def test_nobody_there(closed_port):
    hosts = Hosts.simulator(f"http://127.0.0.1:{closed_port}")
    assert terminal_pair(CREDENTIALS, hosts) == "unreachable"
    assert merchant_pair(CREDENTIALS, hosts) == "unreachable"
    assert devices(CREDENTIALS, hosts) == Devices("unreachable")


def test_viva_does_not_say(fake, hosts):
    fake.on(const.PATH_TOKEN, (503, {}, b""))
    fake.on(const.PATH_WEBHOOK_KEY, (200, {}, b"<html>"))
    assert terminal_pair(CREDENTIALS, hosts) == "silent"
    assert merchant_pair(CREDENTIALS, hosts) == "silent"


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ((200, {}, []), Devices("no_terminals")),
        ((200, {}, {}), Devices("silent")),
        ((500, {}, b""), Devices("silent")),
        ((403, {}, b""), Devices("not_for_terminals")),
        ((401, {}, b""), Devices("not_for_terminals")),
        (
            (200, {}, [
                {"terminalId": 16000001, "statusId": 1}, {"terminalId": " 16000002 "},
                {"terminalId": "16000003", "statusId": 99}, {"terminalId": ""}, {}, "x", None,
            ]),
            Devices("found", (Device("16000001", 1), Device("16000002"), Device("16000003"))),
        ),
    ],
)  # fmt: skip
def test_terminals_of_an_account(fake, hosts, answer, found):
    fake.on(const.PATH_DEVICES, answer)
    assert devices(CREDENTIALS, hosts) == found


def test_terminals_of_an_account_whose_client_is_refused(fake, hosts):
    fake.on(const.PATH_TOKEN, REFUSED_CLIENT)
    assert devices(CREDENTIALS, hosts) == Devices("refused")
