import pytest
from fake_viva import CREDENTIALS

from viva import account
from viva.account import Hosts
from viva.client import VivaClient


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1", "http://127.0.0.1:8070/", "https://127.255.0.9:1", "http://localhost:8070",
     "HTTP://LOCALHOST/x", "http://[::1]:8070", " http://127.0.0.1:1/viva "],
)  # fmt: skip
def test_loopback(url):
    assert account.is_loopback_url(url)
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
    assert not account.is_loopback_url(url)
    with pytest.raises(ValueError, match="this machine"):
        Hosts.simulator(url)


def test_the_real_hosts_are_checked():
    for hosts in (account.DEMO, account.LIVE):
        assert hosts.verify_tls
        for url in (hosts.accounts, hosts.api, hosts.web):
            assert url.startswith("https://")
            assert url.endswith(".vivapayments.com")


def test_credentials_do_not_show_their_secrets():
    assert "value" not in repr(CREDENTIALS)
    assert "value" not in str(VivaClient(CREDENTIALS, account.DEMO).__dict__)
