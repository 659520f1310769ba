"""The only place with HTTP: send one request, once, and return what came back, or that nothing did.

Nothing that Viva or the network does raises an exception here.
"""

import json
import logging
import re
import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException

import requests
from requests.auth import AuthBase, HTTPBasicAuth
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from . import connections, const, timing
from .masking import get_logger, mask_text
from .reply import LOST, NOT_JSON, THROTTLED, TIMEOUT, TOO_LARGE, UNREACHABLE, Reply

_logger = get_logger(__name__)

# All that requests, urllib3 and http.client raise for what happens on the network.
_NETWORK_ERRORS = (requests.RequestException, HTTPError, HTTPException, OSError, ValueError)

# Reading in small pieces lets a deadline hold against a server that sends byte by byte.
_PIECE_BYTES = 4096
# What OpenSSL calls the failures that end a handshake; any other TLS error may come after the
# request was sent.
_HANDSHAKE_FAILURES = re.compile(
    r"CERTIFICATE|HANDSHAKE|WRONG_VERSION|UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|UNKNOWN_CA"
    r"|UNRECOGNIZED_NAME|NO_SHARED_CIPHER|HTTP_REQUEST|UNKNOWN_PROTOCOL"
)
_EVENT_ID = re.compile(r"[0-9]{1,9}")


class BearerAuth(AuthBase):
    """Passed as `auth` so that a .netrc file on the server cannot replace the header.

    :param str token: access token, printable ASCII
    """

    def __init__(self, token):
        self._token = token

    def __call__(self, request):
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def basic_auth(user, password):
    """Return what to pass as `auth` for Basic authentication.

    :param str user: any text
    :param str password: any text
    :rtype: requests.auth.HTTPBasicAuth
    """
    # requests encodes text as Latin-1 and fails on anything else a person may paste.
    return HTTPBasicAuth(user.encode("utf-8", "replace"), password.encode("utf-8", "replace"))


def call(hosts, method, url, limit, *, complete_by=None, max_bytes=const.REPLY_BYTES, **kwargs):
    """Send one request, once, and return what came back.

    :param viva.account.Hosts hosts: whose certificates are, or are not, checked
    :param str method: of HTTP
    :param str url: full address
    :param float limit: seconds until the answer must be complete, besides those for connecting
    :param float complete_by: moment, see :func:`viva.timing.monotonic`, by which all must be over,
        connecting included
    :param int max_bytes: size of the largest body that is read
    :param kwargs: of `requests.request`: `auth`, `params`, `json`, `data`
    :rtype: viva.reply.Reply
    """
    started = timing.monotonic()
    connecting = min(limit, timing.CONNECT_SECONDS)
    connections.deadlines.connected_by = started + connecting
    connections.deadlines.complete_by = (
        started + connecting + limit if complete_by is None else complete_by
    )
    try:
        response = connections.session(hosts).request(
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
    reply = read_reply(response, max_bytes)
    # Tills ask about open sessions every second or so.
    _logger.log(
        logging.DEBUG if method == "GET" else logging.INFO,
        "%s %s: HTTP %s in %d ms (problem %s, event %s, correlation %s)",
        method, url, reply.status, (timing.monotonic() - started) * 1000,
        reply.problem, reply.event_id, reply.correlation_id,
    )  # fmt: skip
    return reply


def read_reply(response, max_bytes):
    """Read an answer, whose body may still be on its way, within the deadlines of the call.

    :param requests.Response response: the answer
    :param int max_bytes: size of the largest body that is read
    :rtype: viva.reply.Reply
    """
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
            if timing.monotonic() > connections.deadlines.complete_by:
                return None, TIMEOUT
            pieces.append(piece)
    except _NETWORK_ERRORS:
        return None, TIMEOUT if timing.monotonic() >= connections.deadlines.complete_by else LOST
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
