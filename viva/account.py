"""An account at Viva: its credentials, and the hosts at which it is."""

import ipaddress
import re
from dataclasses import dataclass, field

from . import const

# The whole URL, so that no two parsers can disagree about where its host ends.
_LOOPBACK_URL = re.compile(
    r"https?://(?:localhost|\[::1\]|(?P<ip>127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}))"
    r"(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Credentials:
    """The four values of a merchant, from Settings > API Access in Viva's web app (viva-api 11).

    :param merchant_id: with the API key: Basic auth for the web host
    :param api_key: secret
    :param client_id: of the *POS APIs credentials*: OAuth for the ECR API
    :param client_secret: secret, shown once by Viva
    """

    merchant_id: str
    api_key: str = field(repr=False)
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class Hosts:
    """Where Viva is: base URLs without a slash at the end (viva-api 1.1).

    :param accounts: identity server (tokens)
    :param api: ECR API
    :param web: Basic-auth API (webhook key, transactions of the account)
    :param verify_tls: check certificates; False only for a simulator on this machine
    """

    accounts: str
    api: str
    web: str
    verify_tls: bool = True

    @classmethod
    def simulator(cls, url):
        """Return hosts that are all one simulator on this machine.

        :param str url: http or https URL of a loopback address, with or without a path
        :rtype: Hosts
        :raises ValueError: when the address is not a loopback one
        """
        if not is_loopback_url(url):
            message = (
                "The simulator must run on this machine. "
                "Give an address such as http://127.0.0.1:8070."
            )
            raise ValueError(message)
        base = url.strip().rstrip("/")
        return cls(base, base, base, verify_tls=False)


DEMO = Hosts(const.DEMO_ACCOUNTS, const.DEMO_API, const.DEMO_WEB)
LIVE = Hosts(const.LIVE_ACCOUNTS, const.LIVE_API, const.LIVE_WEB)


def is_loopback_url(url):
    """Tell whether a URL surely leads to this machine: http(s) to 127.0.0.0/8, ::1 or localhost.

    Other names are refused even if they resolve to a loopback address today, as are user names in
    the URL (which make ``http://127.0.0.1@evil.example`` look harmless), backslashes, queries and
    fragments.

    :param url: anything
    :rtype: bool
    """
    match = _LOOPBACK_URL.fullmatch(url.strip()) if isinstance(url, str) else None
    if not match:
        return False
    try:
        return match["ip"] is None or ipaddress.ip_address(match["ip"]).is_loopback
    except ValueError:
        return False
