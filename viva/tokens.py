"""Access tokens for the ECR API (viva-api 1.2), kept in the process.

They may be lost at any time without harm: the next call fetches another one.
"""

import hashlib
import os
import re
import threading

from . import const, timing, transport
from .reply import CREDENTIALS, NO_TOKEN, THROTTLED, TIMEOUT, UNREACHABLE, Reply

_PRINTABLE = re.compile(r"[\x21-\x7e]+")


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
        """Return the token if it may still be shown to Viva, else None."""
        return self.token if self.token and timing.monotonic() < self.unusable_at else None

    def fresh(self):
        """Return the token if it need not be renewed yet, else None."""
        return self.token if self.token and timing.monotonic() < self.renew_at else None

    def keep(self, token, life):
        """Keep a token that was fetched just now, for a life of so many seconds."""
        now = timing.monotonic()
        self.token = token
        self.renew_at = now + max(life - timing.TOKEN_RENEW_EARLY_SECONDS, life / 2)
        self.unusable_at = now + max(life - timing.TOKEN_UNUSABLE_SECONDS, life / 2)
        self.failure = None
        self.retry_at = 0.0

    def fail(self, failure):
        """Note the `Reply` of a fetch that gave no token."""
        self.failure = failure
        if failure.problem == CREDENTIALS:
            self.token = None
        if failure.problem == CREDENTIALS or self.usable():
            self.retry_at = timing.monotonic() + timing.TOKEN_RETRY_SECONDS


class _Tokens:
    """Access tokens of this process: one thread fetches, the others wait or use the one that is
    still good."""

    def __init__(self):
        self._entries = {}
        self._lock = threading.Lock()

    def forget(self):
        """Forget all tokens."""
        with self._lock:
            self._entries.clear()

    def get(self, hosts, credentials, have_by, refused):
        """Return what :func:`access_token` does, however late it is."""
        entry = self._entry(hosts, credentials)
        if refused and entry.token == refused:
            entry.renew_at = entry.unusable_at = 0.0
        token = entry.fresh()
        if token:
            return token, None
        attempts = entry.attempts
        usable = entry.usable()
        seconds = max(have_by - timing.monotonic(), 0)
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
        shared = entry.attempts != attempts or timing.monotonic() < entry.retry_at
        if shared and entry.failure:
            return _token_or_failure(entry.usable(), entry.failure)
        seconds = min(have_by - timing.monotonic(), timing.TOKEN_SECONDS)
        if seconds <= 0:
            return _token_or_failure(entry.usable(), None)
        self._fetch(entry, hosts, credentials, seconds)
        return _token_or_failure(entry.usable(), entry.failure)

    def _fetch(self, entry, hosts, credentials, limit):
        reply = _request(hosts, credentials, limit)
        token = _token_of(reply)
        if token:
            entry.keep(token, _life_of(reply))
        else:
            entry.fail(_failure(reply))
        entry.attempts += 1


def _request(hosts, credentials, limit):
    """Ask for a token.

    :param float limit: seconds for all of it
    """
    return transport.call(
        hosts,
        "POST",
        hosts.accounts + const.PATH_TOKEN,
        limit,
        complete_by=timing.monotonic() + limit,
        auth=transport.basic_auth(credentials.client_id, credentials.client_secret),
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


def _failure(reply):
    """Return the reply for a request that could not be sent for want of a token.

    Wrong client id or secret: 400 or 401 with ``invalid_client`` (#963, #2589).
    """
    error = reply.body.get("error") if isinstance(reply.body, dict) else None
    if reply.status == 401 or (reply.status == 400 and error):
        return Reply(sent=False, problem=CREDENTIALS, correlation_id=reply.correlation_id)
    problem = reply.problem if reply.problem in (UNREACHABLE, TIMEOUT, THROTTLED) else NO_TOKEN
    return Reply(sent=False, problem=problem, retry_after=reply.retry_after)


_tokens = _Tokens()


def access_token(hosts, credentials, have_by, refused=None):
    """Return an access token, fetched if need be.

    :param viva.account.Hosts hosts: where to fetch it
    :param viva.account.Credentials credentials: whose Client ID and Client secret are shown
    :param float have_by: moment, see :func:`viva.timing.monotonic`, until which it may be fetched,
        or waited for while another thread fetches; one that is here later is not returned
    :param str refused: the token that Viva has just refused
    :return: ``(token, None)``, or ``(None, Reply)`` with the reason why there is none
    :rtype: tuple
    """
    if not _has_client(credentials):
        return None, Reply(sent=False, problem=CREDENTIALS)
    token, failure = _tokens.get(hosts, credentials, have_by, refused)
    if token and timing.monotonic() > have_by:
        return None, Reply(sent=False, problem=NO_TOKEN)
    return token, failure


def judge(hosts, credentials):
    """Have Viva judge Client ID and Client secret now, whatever token is still good.

    :param viva.account.Hosts hosts: where to ask
    :param viva.account.Credentials credentials: whose Client ID and Client secret are shown
    :return: no problem when Viva gave a token; the token itself is not in it
    :rtype: viva.reply.Reply
    """
    if not _has_client(credentials):
        return Reply(sent=False, problem=CREDENTIALS)
    reply = _request(hosts, credentials, timing.TOKEN_SECONDS)
    if _token_of(reply):
        return Reply(sent=True, status=reply.status, correlation_id=reply.correlation_id)
    return _failure(reply)


def forget_tokens():
    """Forget all access tokens of this process."""
    _tokens.forget()


def _has_client(credentials):
    return bool(credentials.client_id and credentials.client_secret)


def _after_fork():
    """Start afresh in a forked worker: locks must not be shared with the parent."""
    global _tokens
    _tokens = _Tokens()


os.register_at_fork(after_in_child=_after_fork)
