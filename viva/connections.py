"""Connections to Viva that are kept open and end on time.

A time limit of `requests` or `urllib3` holds for each wait alone: against a server that sends its
answer byte by byte, or with several addresses to try, it ends nothing. Here a call has two moments,
see :data:`deadlines`, which every wait keeps.

What lives in the process may be lost at any time without harm.
"""

import io
import os
import threading
import warnings
from http.client import HTTPResponse
from http.cookiejar import DefaultCookiePolicy

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, InsecureRequestWarning

from . import const, timing


class _Deadlines(threading.local):
    """Moments, see :func:`viva.timing.monotonic`, for the call that the thread is making.

    ``connected_by``: a connection that is made later is not used. ``complete_by``: the answer must
    be here.
    """

    connected_by = float("inf")
    complete_by = float("inf")


deadlines = _Deadlines()


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
        left = deadlines.complete_by - timing.monotonic()
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
    """Override of http.client: headers and body keep the deadline of the call."""

    def __init__(self, sock, *args, **kwargs):
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Input(sock, self.fp.detach()))


class _TimelyConnection:
    """A connection that is not used when it is made too late."""

    response_class = _Response

    def connect(self):
        """Override of urllib3."""
        connected = super().connect()
        if timing.monotonic() > deadlines.connected_by:
            self.close()
            raise ConnectTimeoutError(self, "Connected too late")
        return connected


class _HTTPConnection(_TimelyConnection, HTTPConnectionPool.ConnectionCls):
    pass


class _HTTPSConnection(_TimelyConnection, HTTPSConnectionPool.ConnectionCls):
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


def session(hosts):
    """Return the session for some hosts, which all threads and merchants share.

    :param viva.account.Hosts hosts: hosts whose certificates are, or are not, checked
    :rtype: requests.Session
    """
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


def close_connections():
    """Close all idle connections of this process; the next call opens new ones."""
    with _sessions_lock:
        sessions = list(_sessions.values())
        _sessions.clear()
    for opened in sessions:
        opened.close()


def _after_fork():
    """Start afresh in a forked worker: sockets and locks must not be shared with the parent."""
    global _sessions_lock
    _sessions.clear()
    _sessions_lock = threading.Lock()


os.register_at_fork(after_in_child=_after_fork)
