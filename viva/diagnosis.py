"""Find out what is wrong with credentials, an environment or a terminal: questions to Viva that
move no money, and what their answers mean."""

from dataclasses import dataclass

from . import credential_cleanup
from .client import VivaClient
from .reply import CREDENTIALS, UNREACHABLE

# --- Verdicts on a pair of credentials ---

ACCEPTED = "accepted"
MISSING = "missing"
# Viva refuses them here and accepts them in the other environment (demo instead of live ...).
OTHER_ENVIRONMENT = "other_environment"
# The two values of the pair stand in each other's place.
SWAPPED = "swapped"
# This pair stands where the other pair belongs.
OTHER_PAIR = "other_pair"
REFUSED = "refused"
UNREACHABLE_HOST = "unreachable"
SILENT = "silent"

# --- Verdicts on a terminal ---

FOUND = "found"
NO_TERMINALS = "no_terminals"
# The credentials are good for something else than card terminals (viva-api 1.3).
NOT_FOR_TERMINALS = "not_for_terminals"

# What devices:search calls statusId (viva-api 2.2). Nothing says whether a device is switched on.
STATUSES = frozenset(range(8))
MAX_TERMINALS = 1000
MAX_TEXT = 64


@dataclass(frozen=True)
class Device:
    """One terminal of an account.

    :param terminal_id: what payments are asked for with
    :param status: 0-7, see viva-api 2.2; None when Viva did not say or said something new
    """

    terminal_id: str
    status: int | None = None


@dataclass(frozen=True)
class Devices:
    """The terminals of an account, or why there is no list.

    :param verdict: :data:`FOUND`, :data:`NO_TERMINALS`, :data:`NOT_FOR_TERMINALS`,
        :data:`REFUSED`, :data:`UNREACHABLE_HOST` or :data:`SILENT`
    :param devices: tuple of :class:`Device`
    """

    verdict: str
    devices: tuple = ()


def terminal_pair(credentials, hosts, other_hosts=None):
    """Judge Client ID and Client secret.

    :param viva.account.Credentials credentials: all four; only this pair is sent
    :param viva.account.Hosts hosts: the environment chosen
    :param viva.account.Hosts other_hosts: the other one, asked only when this one refuses; None: do
        not ask
    :return: one of the verdicts above
    :rtype: str
    """
    if not credentials.client_id or not credentials.client_secret:
        return MISSING
    verdict = _verdict(VivaClient(credentials, hosts).authenticate())
    if verdict != REFUSED:
        return verdict
    if _is_swapped(
        credentials.client_id, credentials.client_secret, credential_cleanup.is_client_id
    ):
        return SWAPPED
    if credential_cleanup.is_merchant_id(credentials.client_id):
        return OTHER_PAIR
    if other_hosts and not VivaClient(credentials, other_hosts).authenticate().problem:
        return OTHER_ENVIRONMENT
    return REFUSED


def merchant_pair(credentials, hosts, other_hosts=None):
    """Judge Merchant ID and API Key.

    :param viva.account.Credentials credentials: all four; only this pair is sent
    :param viva.account.Hosts hosts: the environment chosen
    :param viva.account.Hosts other_hosts: see :func:`terminal_pair`
    :return: one of the verdicts above
    :rtype: str
    """
    if not credentials.merchant_id or not credentials.api_key:
        return MISSING
    verdict = _verdict(VivaClient(credentials, hosts).webhook_key())
    if verdict != REFUSED:
        return verdict
    if _is_swapped(credentials.merchant_id, credentials.api_key, credential_cleanup.is_merchant_id):
        return SWAPPED
    if credential_cleanup.is_client_id(credentials.merchant_id) or credential_cleanup.is_client_id(
        credentials.api_key
    ):
        return OTHER_PAIR
    if other_hosts and _verdict(VivaClient(credentials, other_hosts).webhook_key()) == ACCEPTED:
        return OTHER_ENVIRONMENT
    return REFUSED


def devices(credentials, hosts):
    """List the terminals of an account (viva-api 2.2).

    :param viva.account.Credentials credentials: of which Client ID and Client secret are sent
    :param viva.account.Hosts hosts: the environment chosen
    :rtype: Devices
    """
    reply = VivaClient(credentials, hosts).search_devices()
    if (reply.problem == CREDENTIALS and reply.sent) or reply.status == 403:
        return Devices(NOT_FOR_TERMINALS)
    verdict = _verdict(reply)
    if verdict != ACCEPTED:
        return Devices(verdict)
    if not isinstance(reply.body, list):
        return Devices(SILENT)
    found = tuple(filter(None, map(_device, reply.body[:MAX_TERMINALS])))
    return Devices(FOUND if found else NO_TERMINALS, found)


def _device(entry):
    if not isinstance(entry, dict):
        return None
    terminal_id = entry.get("terminalId")
    if type(terminal_id) is int:
        terminal_id = str(terminal_id)
    if not isinstance(terminal_id, str) or not terminal_id.strip():
        return None
    status = entry.get("statusId")
    known = type(status) is int and status in STATUSES
    return Device(credential_cleanup.clean(terminal_id)[:MAX_TEXT], status if known else None)


def _is_swapped(first, second, is_first):
    return is_first(second) and not is_first(first)


def _verdict(reply):
    if reply.problem == CREDENTIALS:
        return REFUSED
    if reply.problem == UNREACHABLE:
        return UNREACHABLE_HOST
    return ACCEPTED if reply.status == 200 and not reply.problem else SILENT
