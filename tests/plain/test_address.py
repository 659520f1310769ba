import socket

import pytest

from viva import address
from viva.reply import LOST, TIMEOUT, UNREACHABLE, Reply

URL = "https://shop.example.com/pos_viva_wallet/notification/abc"


@pytest.fixture
def dns(monkeypatch):
    """Answer every name with the addresses in the list that this returns."""
    found = ["93.184.216.34"]

    def getaddrinfo(*_args, **_kwargs):
        if not found:
            raise socket.gaierror
        return [(None, None, None, "", (ip, 443)) for ip in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return found


@pytest.mark.parametrize(
    ("url", "verdict"),
    [
        ("http://shop.example.com", address.NOT_HTTPS),
        ("http://localhost:8069", address.NOT_HTTPS),
        ("https://localhost", address.NOT_PUBLIC),
        ("https://odoo", address.NOT_PUBLIC),
        ("https://odoo.local", address.NOT_PUBLIC),
        ("https://192.168.1.7", address.NOT_PUBLIC),
        ("https://127.0.0.1:8443", address.NOT_PUBLIC),
        ("https://[::1]", address.NOT_PUBLIC),
        ("https://93.184.216.34", address.PUBLIC),
        (URL, address.PUBLIC),
    ],
)
def test_judge(dns, url, verdict):
    assert address.judge(url) == verdict


def test_name_that_leads_inside(dns):
    dns[:] = ["93.184.216.34", "10.0.0.4"]
    assert address.judge(URL) == address.PRIVATE_HERE


def test_name_that_nobody_knows(dns):
    dns.clear()
    assert address.judge(URL) == address.NO_SUCH_NAME


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (Reply(True, 200, {"Key": "K"}), address.REACHED),
        (Reply(True, 200, {"Key": "other"}), address.SOMEBODY_ELSE),
        (Reply(True, 200, None, "not_json"), address.SOMEBODY_ELSE),
        (Reply(True, 404, None), address.SOMEBODY_ELSE),
        (Reply(True, 301, None), address.REDIRECTED),
        (Reply(True, 308, None), address.REDIRECTED),
        (Reply(False, problem=UNREACHABLE), address.NOT_REACHED),
        (Reply(True, problem=TIMEOUT), address.NOT_REACHED),
        (Reply(True, problem=LOST), address.NOT_REACHED),
    ],
)
def test_look(monkeypatch, reply, verdict):
    monkeypatch.setattr(address, "read_own_address", lambda url: reply)
    assert address.look(URL, "K") == verdict


def test_senders():
    allowed = address.networks("13.80.70.181, 40.127.253.112/28\n20.54.89.16")
    assert address.is_sender("13.80.70.181", allowed)
    assert address.is_sender("40.127.253.120", allowed)
    assert address.is_sender("::ffff:20.54.89.16", allowed)
    assert not address.is_sender("13.80.70.182", allowed)
    assert not address.is_sender("nonsense", allowed)
    assert not address.is_sender(None, allowed)
    assert address.is_sender("1.2.3.4", address.networks(False))


def test_senders_that_are_none():
    with pytest.raises(ValueError, match=r"viva\.example"):
        address.networks("13.80.70.181, viva.example")
