"""Judge whether Viva could reach an address of ours, and what answers there."""

import ipaddress
import socket
from urllib.parse import urlsplit

from .client import read_own_address
from .reply import LOST, TIMEOUT, UNREACHABLE

# --- Verdicts on an address ---

NOT_HTTPS = "not_https"
# A name or number that only this machine or network knows.
NOT_PUBLIC = "not_public"
NO_SUCH_NAME = "no_such_name"
# The name leads to a private address when asked from here: a reverse proxy in the same network,
# perhaps. Viva may see another one.
PRIVATE_HERE = "private_here"
PUBLIC = "public"

# --- Verdicts on what answers ---

REACHED = "reached"
REDIRECTED = "redirected"
# Something else than this database answers.
SOMEBODY_ELSE = "somebody_else"
# Not from here; many networks do not let a server reach itself by its public name.
NOT_REACHED = "not_reached"

_LOCAL_ENDINGS = (".localhost", ".local", ".lan", ".internal", ".intranet", ".home", ".test")


def judge(url):
    """Tell whether an address can be one that Viva reaches (viva-api 7.2): public and https.

    :param str url: full address
    :return: one of the verdicts on an address
    :rtype: str
    """
    parts = urlsplit(url)
    if parts.scheme != "https":
        return NOT_HTTPS
    host = (parts.hostname or "").rstrip(".").lower()
    number = _number(host)
    if number:
        return PUBLIC if number.is_global else NOT_PUBLIC
    if "." not in host or host.endswith(_LOCAL_ENDINGS):
        return NOT_PUBLIC
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        return NO_SUCH_NAME
    return PUBLIC if all(ipaddress.ip_address(ip).is_global for ip in found) else PRIVATE_HERE


def look(url, key):
    """Fetch an address that was judged :data:`PUBLIC` as Viva does when it verifies it.

    :param str url: full address of ours
    :param str key: what must come back
    :return: one of the verdicts on what answers
    :rtype: str
    """
    reply = read_own_address(url)
    if reply.problem in (UNREACHABLE, TIMEOUT, LOST):
        return NOT_REACHED
    if 300 <= (reply.status or 0) < 400:
        return REDIRECTED
    is_ours = isinstance(reply.body, dict) and reply.body.get("Key") == key
    return REACHED if reply.status == 200 and is_ours else SOMEBODY_ELSE


def networks(text):
    """Return the networks that a text names, such as ``13.80.70.181, 40.127.253.112/28``.

    :param str text: addresses and networks, separated by commas, blanks or line breaks
    :rtype: list
    :raises ValueError: naming what is neither
    """
    return [
        ipaddress.ip_network(entry, strict=False)
        for entry in (text or "").replace(",", " ").split()
    ]


def is_sender(address, allowed):
    """Tell whether a notification may come from an address.

    :param str address: of the sender, IPv4 ones also as ``::ffff:13.80.70.181``
    :param list allowed: of :func:`networks`; empty: anybody
    :rtype: bool
    """
    if not allowed:
        return True
    number = _number(address or "")
    number = getattr(number, "ipv4_mapped", None) or number
    return number is not None and any(number in network for network in allowed)


def _number(host):
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
