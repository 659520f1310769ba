"""Speak HTTP with Viva and say honestly what came back.

Nothing that Viva or the network does raises an exception here: every call returns a :class:`Reply`.
A request that starts a payment is sent once; only a refusal of its token, which means that Viva did
not handle it, lets it go out again with a fresh one and the same session id.

What lives in the process (access tokens, open connections) may be lost at any time without harm.
"""

import hashlib
import io
import ipaddress
import json
import logging
import os
import re
import ssl
import threading
import time
import warnings
from dataclasses import dataclass, field
from datetime import UTC, datetime
from datetime import date as date_type
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import quote

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    InsecureRequestWarning,
    NewConnectionError,
)

from . import const, timing
from .masking import get_logger, mask_text

_logger = get_logger(__name__)

# --- Problems of a reply ---

# Nothing reached Viva: connection refused, no such host, TLS failure, no connection in time.
UNREACHABLE = "unreachable"
# No answer within the time limit; Viva may have handled the request.
TIMEOUT = "timeout"
# The connection broke before the whole answer was here; Viva may have handled the request.
LOST = "lost"
# Client id and secret, or merchant id and API key, are missing or refused.
CREDENTIALS = "credentials"
# No access token for another reason than refused credentials; nothing was sent.
NO_TOKEN = "no_token"
# HTTP 429.
THROTTLED = "throttled"
# There is a body and it is not JSON (a gateway's HTML page, for instance).
NOT_JSON = "not_json"
# The body was larger than any honest answer.
TOO_LARGE = "too_large"

PROBLEMS = frozenset(
    {UNREACHABLE, TIMEOUT, LOST, CREDENTIALS, NO_TOKEN, THROTTLED, NOT_JSON, TOO_LARGE}
)

# All that requests, urllib3 and http.client raise for what happens on the network.
_NETWORK_ERRORS = (requests.RequestException, HTTPError, HTTPException, OSError, ValueError)

# Reading in small pieces lets a time limit hold against a server that drips.
_PIECE_BYTES = 4096
# What OpenSSL calls the failures that end a handshake; any other TLS error may come after the
# request was sent.
_HANDSHAKE_FAILURES = re.compile(
    r"CERTIFICATE|HANDSHAKE|WRONG_VERSION|UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|UNKNOWN_CA"
    r"|UNRECOGNIZED_NAME|NO_SHARED_CIPHER|HTTP_REQUEST|UNKNOWN_PROTOCOL"
)
# The whole URL, so that no two parsers can disagree about where its host ends.
_LOOPBACK_URL = re.compile(
    r"https?://(?:localhost|\[::1\]|(?P<ip>127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}))"
    r"(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]*)?",
    re.IGNORECASE,
)
_PRINTABLE = re.compile(r"[\x21-\x7e]+")
_EVENT_ID = re.compile(r"[0-9]{1,9}")


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


@dataclass(frozen=True)
class Reply:
    """What came back, typed.

    :param sent: False when surely nothing reached Viva (no token, connection refused, unknown host,
        TLS failure, no connection in time); True when it did or may have
    :param status: HTTP status, None when there was no answer
    :param body: parsed JSON; None when empty or not JSON (NaN and infinities inside become None)
    :param problem: None or one of :data:`PROBLEMS`
    :param event_id: header ``X-Viva-EventId``: what the *call* did, another numbering than a
        session's event id
    :param correlation_id: header ``X-Viva-CorrelationId``, which Viva's support asks for
    :param retry_after: seconds that Viva asks to wait, at most an hour
    """

    sent: bool
    status: int | None = None
    body: object | None = field(default=None, repr=False)
    problem: str | None = None
    event_id: int | None = None
    correlation_id: str | None = None
    retry_after: float | None = None

    @property
    def is_throttled(self):
        """Whether Viva refused the call, or the token for it, because there are too many.

        It says that with 429, and with 503 where it also says when to come back, or that it is
        busy (viva-api 1.5).
        """
        is_busy = self.retry_after is not None or self.event_id == const.HEADER_BUSY
        if self.status is None:
            return not self.sent and (self.problem == THROTTLED or is_busy)
        return self.status == 429 or (self.status == 503 and is_busy)


class VivaClient:
    """Viva's Cloud Terminal API for one merchant. Cheap to create, safe to share between threads.

    :param Credentials credentials: of the merchant
    :param Hosts hosts: :data:`DEMO`, :data:`LIVE` or ``Hosts.simulator(url)``
    """

    def __init__(self, credentials, hosts):
        self._credentials = credentials
        self._hosts = hosts

    def start_sale(
        self,
        *,
        session_id,
        terminal_id,
        cash_register_id,
        amount,
        currency_code,
        merchant_reference,
        customer_trns="",
        show_receipt=True,
        show_transaction_result=True,
        tip_amount=0,
    ):
        """Ask a terminal for a payment; :func:`viva.outcome.from_request` reads the answer.

        Fields: viva-api 2.3. Sent once, and once more only when
        its token is refused.

        :param str session_id: new UUIDv4 of ours, the key against doubles
        :param str terminal_id: the terminal's TID
        :param str cash_register_id: of ours; an abort must repeat it exactly
        :param int amount: minor units, more than 0
        :param str currency_code: ISO 4217 numeric, such as ``"978"``
        :param str merchant_reference: comes back as ``MerchantTrns`` in webhooks
        :param str customer_trns: text for the customer
        :param bool show_receipt: the terminal shows or prints a receipt
        :param bool show_transaction_result: the terminal shows the result
        :param int tip_amount: minor units
        :rtype: Reply
        :raises ValueError: when an amount is not an int (a mistake of the caller)
        """
        body = _transaction(
            session_id, terminal_id, cash_register_id, amount, currency_code, merchant_reference,
            customer_trns, show_receipt, show_transaction_result,
        )  # fmt: skip
        body["tipAmount"] = _whole(tip_amount)
        return self._ecr("POST", const.PATH_SALE, timing.REQUEST_SECONDS, json=body)

    def start_refund(
        self,
        *,
        session_id,
        parent_session_id,
        terminal_id,
        cash_register_id,
        amount,
        currency_code,
        merchant_reference,
        customer_trns="",
        show_receipt=True,
        show_transaction_result=True,
    ):
        """Ask a terminal to refund a sale; :func:`viva.outcome.from_request` reads the answer.

        Fields: viva-api 2.4. Sent once, and once more only when
        its token is refused.

        :param str session_id: new UUIDv4 of ours, for the refund
        :param str parent_session_id: session id of the *sale* (not its transaction id)
        :param int amount: minor units to give back, more than 0
        :return: as :meth:`start_sale`, whose other parameters these are
        :rtype: Reply
        :raises ValueError: when the amount is not an int (a mistake of the caller)
        """
        body = _transaction(
            session_id, terminal_id, cash_register_id, amount, currency_code, merchant_reference,
            customer_trns, show_receipt, show_transaction_result,
        )  # fmt: skip
        body["parentSessionId"] = parent_session_id
        return self._ecr("POST", const.PATH_REFUND, timing.REQUEST_SECONDS, json=body)

    def start_unreferenced_refund(
        self,
        *,
        session_id,
        terminal_id,
        cash_register_id,
        amount,
        currency_code,
        merchant_reference,
        customer_trns="",
        show_receipt=True,
        show_transaction_result=True,
    ):
        """Ask a terminal to pay money to whatever card is presented, without naming a sale.

        :func:`viva.outcome.from_request` reads the answer. Off at Viva until its support enables
        it (viva-api 5.1). Sent once, and once more only when
        its token is refused.

        :param int amount: minor units to pay out, more than 0
        :return: as :meth:`start_sale`, whose other parameters these are
        :rtype: Reply
        :raises ValueError: when the amount is not an int (a mistake of the caller)
        """
        body = _transaction(
            session_id, terminal_id, cash_register_id, amount, currency_code, merchant_reference,
            customer_trns, show_receipt, show_transaction_result,
        )  # fmt: skip
        return self._ecr("POST", const.PATH_UNREFERENCED_REFUND, timing.REQUEST_SECONDS, json=body)

    def refund_transaction(
        self, *, transaction_id, amount, currency_code, merchant_reference, customer_trns=""
    ):
        """Give money back through the account, without a terminal and without the card.

        :func:`viva.outcome_web.from_refund` reads the answer. There is no key against doubles
        (viva-api 5.1): this is sent once, and after a lost answer Viva's transactions must be read
        before anything is repeated.

        :param str transaction_id: of the sale
        :param int amount: minor units, more than 0
        :param str currency_code: ISO 4217 numeric
        :param str merchant_reference: by which the refund is found again
        :param str customer_trns: text for the customer
        :rtype: Reply
        :raises ValueError: when the amount is not an int (a mistake of the caller)
        """
        params = {
            "amount": _whole(amount),
            "currencyCode": currency_code,
            "merchantTrns": merchant_reference,
        }
        if customer_trns:
            params["customerTrns"] = customer_trns
        path = _transaction_path(transaction_id)
        return self._web("DELETE", path, timing.REQUEST_SECONDS, params=params)

    def read_session(self, session_id, *, quick=False):
        """Ask how a session stands; :func:`viva.outcome.from_session` reads the answer.

        :param str session_id: of ours
        :param bool quick: give up after 3 s instead of 10 s, for a caller who will ask again
        :rtype: Reply
        """
        limit = timing.QUICK_SECONDS if quick else timing.SESSION_SECONDS
        return self._ecr("GET", _session_path(session_id), limit)

    def abort_session(self, session_id, cash_register_id):
        """Ask the terminal to stop; :func:`viva.outcome.from_abort` reads the answer.

        :param str session_id: of ours
        :param str cash_register_id: exactly that of the request, else 403 (viva-api 2.5)
        :rtype: Reply
        """
        params = {"cashRegisterId": cash_register_id}
        return self._ecr("DELETE", _session_path(session_id), timing.ABORT_SECONDS, params=params)

    def list_sessions(self, date):
        """List all sessions of a UTC day.

        The body is a list of sessions; one client also saw a single object (viva-api 2.1).

        :param date: ``datetime.date`` or ``"YYYY-MM-DD"``, in UTC
        :rtype: Reply
        """
        return self._ecr(
            "GET",
            const.PATH_SESSIONS,
            timing.LIST_SECONDS,
            params={"date": _day(date)},
            max_bytes=const.LIST_BYTES,
        )

    def search_devices(self):
        """List the merchant's terminals.

        The body is a list of ``{terminalId, statusId, ...}``; it says nothing about whether a
        terminal is switched on (viva-api 2.2).

        :rtype: Reply
        """
        return self._ecr("POST", const.PATH_DEVICES, timing.DEVICES_SECONDS, json={})

    def authenticate(self):
        """Have Viva judge Client ID and Client secret now, whatever token is still good.

        :return: no problem when Viva gave a token; the token itself is not in it
        :rtype: Reply
        """
        if not self._credentials.client_id or not self._credentials.client_secret:
            return Reply(sent=False, problem=CREDENTIALS)
        reply = _request_token(self._hosts, self._credentials, timing.TOKEN_SECONDS)
        if _token_of(reply):
            return Reply(sent=True, status=reply.status, correlation_id=reply.correlation_id)
        return _token_failure(reply)

    def webhook_key(self):
        """Fetch the key that proves a webhook URL to be ours.

        :func:`viva.webhook.key_from_reply` reads the answer.

        :rtype: Reply
        """
        return self._web("GET", const.PATH_WEBHOOK_KEY, timing.WEBHOOK_KEY_SECONDS)

    def read_transaction(self, transaction_id):
        """Read Viva's record of a charge; :func:`viva.transaction.from_reply` reads the answer.

        :param str transaction_id: of Viva
        :rtype: Reply
        """
        return self._web("GET", _transaction_path(transaction_id), timing.SESSION_SECONDS)

    def list_transactions(self, date):
        """List the transactions of a day, also those of a web shop (viva-api 8.1).

        :param date: ``datetime.date`` or ``"YYYY-MM-DD"``; Viva does not say in which time zone
        :rtype: Reply
        """
        return self._web(
            "GET",
            const.PATH_TRANSACTIONS,
            timing.LIST_SECONDS,
            params={"date": _day(date)},
            max_bytes=const.LIST_BYTES,
        )

    @property
    def identity(self):
        """What tells one merchant account from another: hosts and credentials, for comparison."""
        return self._hosts, self._credentials

    def _web(self, method, path, limit, **kwargs):
        """Call the web API with merchant id and API key."""
        user, password = self._credentials.merchant_id, self._credentials.api_key
        if not user or not password:
            return Reply(sent=False, problem=CREDENTIALS)
        url = self._hosts.web + path
        reply = _call(self._hosts, method, url, limit, auth=_basic(user, password), **kwargs)
        return _refused(reply) if _are_credentials_refused(reply) else reply

    def _ecr(self, method, path, limit, **kwargs):
        """Call the ECR API with an access token; when it is refused, once more with a fresh one."""
        # Later than that nothing is begun, however late the token is: whoever asked may rely on it
        # that the call is not on its way any more.
        begin_by = _monotonic() + min(limit, timing.REQUEST_STARTS_WITHIN)
        token, failure = self._token(begin_by)
        if failure:
            return failure
        first = self._ecr_once(method, path, limit, token, kwargs)
        if not _are_credentials_refused(first):
            return first
        token, failure = self._token(begin_by, refused=token)
        second = failure or self._ecr_once(method, path, limit, token, kwargs)
        if second.sent:
            return _refused(second) if _are_credentials_refused(second) else second
        # With another status the first one may have been handled, whatever the words say.
        return second if first.status in (401, 403) else _refused(first)

    def _ecr_once(self, method, path, limit, token, kwargs):
        auth = _BearerAuth(token)
        return _call(self._hosts, method, self._hosts.api + path, limit, auth=auth, **kwargs)

    def _token(self, begin_by, refused=None):
        """Return what `_Tokens.get` does, and no token when it has come too late to be used."""
        if not self._credentials.client_id or not self._credentials.client_secret:
            return None, Reply(sent=False, problem=CREDENTIALS)
        token, failure = _tokens.get(self._hosts, self._credentials, begin_by, refused)
        if token and _monotonic() > begin_by:
            return None, Reply(sent=False, problem=NO_TOKEN)
        return token, failure


def read_own_address(url):
    """Fetch an address of ours the way that Viva does: certificate checked, no redirect followed.

    :param str url: public and https, see :func:`viva.address.judge`
    :rtype: Reply
    """
    return _call(LIVE, "GET", url, timing.OWN_ADDRESS_SECONDS)


def forget_tokens():
    """Forget all access tokens of this process."""
    _tokens.forget()


def close_connections():
    """Close all idle connections of this process; the next call opens new ones."""
    with _sessions_lock:
        sessions = list(_sessions.values())
        _sessions.clear()
    for session in sessions:
        session.close()


# --- Requests ---


def _transaction(
    session_id, terminal_id, cash_register_id, amount, currency_code, merchant_reference,
    customer_trns, show_receipt, show_transaction_result,
):  # fmt: skip
    body = {
        "sessionId": session_id,
        "terminalId": terminal_id,
        "cashRegisterId": cash_register_id,
        "amount": _whole(amount),
        "currencyCode": currency_code,
        "merchantReference": merchant_reference,
        "showReceipt": show_receipt,
        "showTransactionResult": show_transaction_result,
    }
    if customer_trns:
        body["customerTrns"] = customer_trns
    return body


def _whole(amount):
    if type(amount) is not int:
        raise ValueError(
            f"{amount!r} is not a whole number of minor units. Convert it with viva.money.to_minor."
        )
    return amount


def _session_path(session_id):
    return f"{const.PATH_SESSIONS}/{quote(session_id, safe='')}"


def _transaction_path(transaction_id):
    return f"{const.PATH_TRANSACTIONS}/{quote(transaction_id, safe='')}"


def _day(date):
    return date.strftime("%Y-%m-%d") if isinstance(date, date_type) else date


class _BearerAuth(AuthBase):
    """Passed as `auth` so that a .netrc file on the server cannot replace the header."""

    def __init__(self, token):
        self._token = token

    def __call__(self, request):
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _basic(user, password):
    # requests encodes text as Latin-1 and fails on anything else a person may paste.
    return HTTPBasicAuth(user.encode("utf-8", "replace"), password.encode("utf-8", "replace"))


def _are_credentials_refused(reply):
    """Tell whether the token, or the API key, was refused: 401, or any status with Viva's words.

    Frameworks of this kind also use 403, and Odoo's own module goes by the words whatever the
    status is (viva-api 1.4).
    """
    return reply.status == 401 or (
        isinstance(reply.body, dict) and any(map(_has_refusal, _texts(reply.body.get("detail"))))
    )


def _has_refusal(text):
    return const.CREDENTIALS_REFUSED in text.lower()


def _texts(detail):
    """Return the texts of an error's `detail`, which is a string or a list of complaints."""
    found = []
    for entry in detail if isinstance(detail, list) else [detail]:
        values = entry.values() if isinstance(entry, dict) else [entry]
        found += [value for value in values if isinstance(value, str)]
    return found


def _refused(reply):
    return Reply(
        sent=reply.sent,
        status=reply.status,
        body=reply.body,
        problem=CREDENTIALS,
        event_id=reply.event_id,
        correlation_id=reply.correlation_id,
    )


# --- Transport ---


class _Session(requests.Session):
    """A session that follows no redirect, not even to look where it leads, and keeps no cookies.

    Cookies would travel between merchants and databases, which share the session.
    """

    def __init__(self, hosts):
        super().__init__()
        adapter = _Adapter(pool_connections=8, pool_maxsize=const.POOL_CONNECTIONS, max_retries=0)
        self.mount("https://", adapter)
        self.mount("http://", adapter)
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.headers["User-Agent"] = "pos_viva_wallet"
        self.headers["Accept"] = "application/json"
        # A company's proxy and certificates (environment variables) serve for Viva, never for this
        # machine.
        self.trust_env = hosts.verify_tls

    def get_redirect_target(self, resp):
        """Override of requests: there is none."""


class _Limits(threading.local):
    """Moments that hold for the call that the thread is making.

    A time limit of the libraries is for each wait alone: against a server that drips, or with
    several addresses to try, it ends nothing.
    """

    connected_by = float("inf")
    complete_by = float("inf")


_limits = _Limits()


class _Input(io.RawIOBase):
    """What comes from a socket, until the moment at which the answer must be complete."""

    def __init__(self, sock, raw):
        super().__init__()
        self._sock = sock
        self._raw = raw

    def readable(self):
        """Override of io."""
        return True

    def readinto(self, buffer):
        """Override of io."""
        left = _limits.complete_by - _monotonic()
        if left <= 0:
            raise TimeoutError("The answer is not complete in time")
        limit = self._sock.gettimeout()
        self._sock.settimeout(left if limit is None else min(left, limit))
        try:
            return self._raw.readinto(buffer)
        finally:
            self._sock.settimeout(limit)

    def close(self):
        """Override of io."""
        self._raw.close()
        return super().close()


class _Response(HTTPResponse):
    """Override of http.client: headers and body keep the limit of the call."""

    def __init__(self, sock, *args, **kwargs):
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Input(sock, self.fp.detach()))


class _Punctual:
    """A connection that is not used when it comes too late."""

    response_class = _Response

    def connect(self):
        """Override of urllib3."""
        connected = super().connect()
        if _monotonic() > _limits.connected_by:
            self.close()
            raise ConnectTimeoutError(self, "Connected too late")
        return connected


class _HTTPConnection(_Punctual, HTTPConnectionPool.ConnectionCls):
    pass


class _HTTPSConnection(_Punctual, HTTPSConnectionPool.ConnectionCls):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


_POOLS = {"http": _HTTPPool, "https": _HTTPSPool}


class _Adapter(HTTPAdapter):
    """Give the connection its own, shorter limit; callers pass one number of seconds."""

    def init_poolmanager(self, *args, **kwargs):
        """Override of requests."""
        made = super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS
        return made

    def proxy_manager_for(self, proxy, **kwargs):
        """Override of requests."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = _POOLS
        return manager

    def send(self, request, stream=False, timeout=None, verify=True, cert=None, proxies=None):
        """Override of requests."""
        if isinstance(timeout, (int, float)):
            timeout = (min(timeout, timing.CONNECT_SECONDS), timeout)
        return super().send(request, stream, timeout, verify, cert, proxies)


_sessions = {}
_sessions_lock = threading.Lock()


def _session(hosts):
    with _sessions_lock:
        if hosts not in _sessions:
            _sessions[hosts] = _Session(hosts)
            if not hosts.verify_tls:
                _accept_own_certificate()
        return _sessions[hosts]


def _accept_own_certificate():
    warnings.filterwarnings(
        "ignore",
        message=r"Unverified HTTPS request is being made to host '(127\.|localhost'|\[?::1)",
        category=InsecureRequestWarning,
    )


def _call(hosts, method, url, limit, *, complete_by=None, max_bytes=const.REPLY_BYTES, **kwargs):
    """Send one request, once, and return the reply.

    :param float limit: seconds until the answer must be complete, besides those for connecting
    :param float complete_by: moment by which all must be over, connecting included
    """
    started = _monotonic()
    connecting = min(limit, timing.CONNECT_SECONDS)
    _limits.connected_by = started + connecting
    _limits.complete_by = started + connecting + limit if complete_by is None else complete_by
    try:
        response = _session(hosts).request(
            method,
            url,
            timeout=limit,
            verify=hosts.verify_tls,
            allow_redirects=False,
            stream=True,
            **kwargs,
        )
    except _NETWORK_ERRORS as error:
        reply = _reply_to_error(error)
        _logger.warning(
            "%s %s: no answer (%s, %s): %s",
            method, url, reply.problem, type(error).__name__, error,
        )  # fmt: skip
        return reply
    reply = _reply(response, max_bytes)
    # Tills ask about open sessions every second or so.
    _logger.log(
        logging.DEBUG if method == "GET" else logging.INFO,
        "%s %s: HTTP %s in %d ms (problem %s, event %s, correlation %s)",
        method, url, reply.status, (_monotonic() - started) * 1000,
        reply.problem, reply.event_id, reply.correlation_id,
    )  # fmt: skip
    return reply


def _reply(response, max_bytes):
    with response:
        content, problem = _content(response, max_bytes)
    body = None
    if content and not problem:
        body, problem = _parse(content)
    status = response.status_code
    if status == 429:
        problem = THROTTLED
    headers = response.headers
    event_id = headers.get(const.HEADER_EVENT, "").strip()
    return Reply(
        sent=True,
        status=status,
        body=body,
        problem=problem,
        event_id=int(event_id) if _EVENT_ID.fullmatch(event_id) else None,
        correlation_id=mask_text(headers.get(const.HEADER_CORRELATION, ""))[:64] or None,
        retry_after=_retry_after(headers.get("Retry-After")),
    )


def _content(response, max_bytes):
    """Read the body within limits; return it and a problem or None."""
    if response.raw is None:
        return response.content, None
    pieces, size = [], 0
    try:
        for piece in response.iter_content(_PIECE_BYTES):
            size += len(piece)
            if size > max_bytes:
                return None, TOO_LARGE
            if _monotonic() > _limits.complete_by:
                return None, TIMEOUT
            pieces.append(piece)
    except _NETWORK_ERRORS:
        return None, TIMEOUT if _monotonic() >= _limits.complete_by else LOST
    return b"".join(pieces), None


def _parse(content):
    if not content.strip():
        return None, None
    try:
        return json.loads(content, parse_constant=lambda _name: None), None
    except (ValueError, RecursionError):
        return None, NOT_JSON


def _retry_after(value):
    if not value:
        return None
    value = value.strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value):
        seconds = float(value)
    else:
        try:
            moment = parsedate_to_datetime(value)
        except (ValueError, TypeError, OverflowError):
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), timing.RETRY_AFTER_MAX_SECONDS)


def _reply_to_error(error):
    if _never_sent(error):
        return Reply(sent=False, problem=UNREACHABLE)
    if isinstance(error, requests.Timeout):
        return Reply(sent=True, problem=TIMEOUT)
    return Reply(sent=True, problem=LOST)


def _never_sent(error):
    """Tell whether the error proves that no part of the request went out. In doubt: no.

    A connection that was kept open and is dead breaks with the same error as one that breaks after
    Viva took the request, so only failures to connect count, and handshakes that failed.
    """
    if isinstance(
        error,
        (
            requests.ConnectTimeout,
            requests.exceptions.InvalidURL,
            requests.exceptions.InvalidSchema,
            requests.exceptions.MissingSchema,
            requests.exceptions.InvalidHeader,
        ),
    ):
        return True
    return any(map(_is_connect_failure, _causes(error)))


def _is_connect_failure(error):
    if isinstance(error, (NewConnectionError, ConnectTimeoutError, ssl.SSLCertVerificationError)):
        return True
    if isinstance(error, ssl.SSLError):
        return bool(_HANDSHAKE_FAILURES.search(error.reason or ""))
    # http.client's refusal of a proxy to open a tunnel: the request itself comes after that.
    return isinstance(error, OSError) and "Tunnel connection failed" in str(error)


def _causes(error):
    """Yield the errors wrapped in one of requests: in its arguments, as `reason`, or as cause."""
    todo, seen = [error], set()
    while todo:
        current = todo.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        nested = (*current.args, getattr(current, "reason", None), current.__cause__)
        todo += [entry for entry in nested if isinstance(entry, BaseException)]


# --- Access tokens ---

_monotonic = time.monotonic


class _TokenEntry:
    """The token of one credential, and who may fetch the next one."""

    def __init__(self):
        self.lock = threading.Lock()
        self.token = None
        self.renew_at = 0.0
        self.unusable_at = 0.0
        self.failure = None
        self.retry_at = 0.0
        self.attempts = 0

    def usable(self):
        return self.token if self.token and _monotonic() < self.unusable_at else None

    def fresh(self):
        return self.token if self.token and _monotonic() < self.renew_at else None

    def keep(self, token, life):
        now = _monotonic()
        self.token = token
        self.renew_at = now + max(life - timing.TOKEN_RENEW_EARLY_SECONDS, life / 2)
        self.unusable_at = now + max(life - timing.TOKEN_UNUSABLE_SECONDS, life / 2)
        self.failure = None
        self.retry_at = 0.0

    def fail(self, failure):
        self.failure = failure
        if failure.problem == CREDENTIALS:
            self.token = None
        if failure.problem == CREDENTIALS or self.usable():
            self.retry_at = _monotonic() + timing.TOKEN_RETRY_SECONDS


class _Tokens:
    """Access tokens of this process: one thread fetches, the others wait or use the one that is
    still good."""

    def __init__(self):
        self._entries = {}
        self._lock = threading.Lock()

    def forget(self):
        with self._lock:
            self._entries.clear()

    def get(self, hosts, credentials, have_by, refused=None):
        """Return ``(token, None)`` or ``(None, Reply)`` with the reason why there is none.

        :param float have_by: moment until which it may be fetched, or waited for while another
            thread fetches
        :param refused: the token that Viva just answered with 401
        """
        entry = self._entry(hosts, credentials)
        if refused and entry.token == refused:
            entry.renew_at = entry.unusable_at = 0.0
        token = entry.fresh()
        if token:
            return token, None
        attempts = entry.attempts
        usable = entry.usable()
        seconds = max(have_by - _monotonic(), 0)
        if not entry.lock.acquire(timeout=0 if usable else seconds):
            return _token_or_failure(usable, Reply(sent=False, problem=NO_TOKEN))
        try:
            return self._fetch_or_share(entry, attempts, hosts, credentials, have_by)
        finally:
            entry.lock.release()

    def _entry(self, hosts, credentials):
        digest = hashlib.sha256(credentials.client_secret.encode("utf-8", "replace")).hexdigest()
        key = (hosts.accounts, credentials.client_id, digest)
        with self._lock:
            return self._entries.setdefault(key, _TokenEntry())

    def _fetch_or_share(self, entry, attempts, hosts, credentials, have_by):
        """Fetch a token, unless another thread did (or failed to) while this one waited."""
        token = entry.fresh()
        if token:
            return token, None
        shared = entry.attempts != attempts or _monotonic() < entry.retry_at
        if shared and entry.failure:
            return _token_or_failure(entry.usable(), entry.failure)
        seconds = min(have_by - _monotonic(), timing.TOKEN_SECONDS)
        if seconds <= 0:
            return _token_or_failure(entry.usable(), None)
        self._fetch(entry, hosts, credentials, seconds)
        return _token_or_failure(entry.usable(), entry.failure)

    def _fetch(self, entry, hosts, credentials, limit):
        reply = _request_token(hosts, credentials, limit)
        token = _token_of(reply)
        if token:
            entry.keep(token, _life_of(reply))
        else:
            entry.fail(_token_failure(reply))
        entry.attempts += 1


def _request_token(hosts, credentials, limit):
    """Ask for a token.

    :param float limit: seconds for all of it
    """
    return _call(
        hosts,
        "POST",
        hosts.accounts + const.PATH_TOKEN,
        limit,
        complete_by=_monotonic() + limit,
        auth=_basic(credentials.client_id, credentials.client_secret),
        data={"grant_type": "client_credentials"},
    )


def _token_or_failure(token, failure):
    return (token, None) if token else (None, failure or Reply(sent=False, problem=NO_TOKEN))


def _token_of(reply):
    """Return the token of an answer that has a usable one: printable ASCII, as a header can
    carry."""
    if reply.status != 200 or not isinstance(reply.body, dict):
        return None
    token = reply.body.get("access_token")
    return token if isinstance(token, str) and _PRINTABLE.fullmatch(token) else None


def _life_of(reply):
    life = reply.body.get("expires_in")
    if isinstance(life, (int, float)) and not isinstance(life, bool) and 0 < life < 10**6:
        return float(life)
    return timing.TOKEN_DEFAULT_LIFE_SECONDS


def _token_failure(reply):
    """Return the reply for a request that could not be sent for want of a token.

    Wrong client id or secret: 400 or 401 with ``invalid_client`` (#963, #2589).
    """
    error = reply.body.get("error") if isinstance(reply.body, dict) else None
    if reply.status == 401 or (reply.status == 400 and error):
        return Reply(sent=False, problem=CREDENTIALS, correlation_id=reply.correlation_id)
    problem = reply.problem if reply.problem in (UNREACHABLE, TIMEOUT, THROTTLED) else NO_TOKEN
    return Reply(sent=False, problem=problem, retry_after=reply.retry_after)


_tokens = _Tokens()


def _after_fork():
    """Start afresh in a forked worker: sockets and locks must not be shared with the parent."""
    global _sessions_lock, _tokens
    _sessions.clear()
    _sessions_lock = threading.Lock()
    _tokens = _Tokens()


os.register_at_fork(after_in_child=_after_fork)
