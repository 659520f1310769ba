"""The simulator as one object: a server to talk to, and methods that mirror the control API."""

import dataclasses
import functools
from pathlib import Path

from werkzeug.exceptions import NotFound
from werkzeug.utils import send_from_directory

from . import cards, currencies, outcomes
from .clock import Clock
from .control_api import ControlApi
from .delivery import Outbox
from .engine import Engine
from .faults import Faults
from .request_log import RequestLog
from .server import Server
from .settings import Settings
from .tokens import Tokens
from .viva_api import VivaApi

_PAGE = Path(__file__).parent / "page"


def _locked(method):
    """Run a method of the simulator under the engine's lock."""

    @functools.wraps(method)
    def run(self, *args, **options):
        with self._engine.lock:
            return method(self, *args, **options)

    return run


def _of(part, method):
    """Make a method of one of the simulator's parts one of the simulator, which returns dicts."""

    @functools.wraps(method)
    def run(self, *args, **options):
        with self._engine.lock:
            result = method(getattr(self, part), *args, **options)
            return result.as_dict() if hasattr(result, "as_dict") else result

    return run


class Simulator:
    """A fake Viva.

    Usable as a context manager, which starts and stops it. Several may run in one process.

    :param str host: address to listen on
    :param int port: 0 takes a free one
    :param certificate: file with a certificate and its key: then it speaks HTTPS
    :param clock: ManualClock for tests that turn time by hand; default the real time
    :param on_webhook: called with the terminal's id and each message in place of sending it
    :param settings: see ``settings.Settings``; ``reset`` returns to these
    """

    def __init__(
        self, host="127.0.0.1", port=0, certificate=None, clock=None, on_webhook=None, **settings
    ):
        self._host = host
        self._port = port
        self._certificate = certificate
        self.clock = clock or Clock()
        self._faults = Faults()
        self._outbox = Outbox(self.clock, self._faults, on_webhook)
        self._engine = Engine(Settings().changed(settings), self.clock, self._outbox.send)
        self._outbox.engine = self._engine
        self._tokens = Tokens(self.clock)
        viva = VivaApi(self._engine, self._tokens, self.clock)
        self._log = RequestLog(self._engine, viva, self._faults, self._outbox, self.clock)
        self._control = ControlApi(self)
        self._server = None

    # -- running -------------------------------------------------------------------------------

    def start(self):
        """Listen and answer from daemon threads.

        :return: the simulator itself
        :raises OSError: when the port is taken
        """
        self._server = Server(self._host, self._port, self.handle, self._certificate)
        self._server.start()
        return self

    def stop(self):
        """Close the port and all connections."""
        self.clock.stop()
        if self._server:
            self._server.stop()
            self._server = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_error):
        self.stop()

    @property
    def port(self):
        """The port it listens on."""
        return self._server.port if self._server else self._port

    @property
    def url(self):
        """Address of Viva's endpoints and of the page, without a slash at the end."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._host, self._host)
        scheme = "https" if self._certificate else "http"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"

    def handle(self, request):
        """Answer a werkzeug Request as the server would, without one.

        :rtype: Response
        :raises DropConnection: when a fault says that the connection breaks
        """
        if request.path.startswith("/_simulator/"):
            return self._control.handle(request)
        return _page(request) or self._log.handle(request)

    # -- reading -------------------------------------------------------------------------------

    @_locked
    def state(self):
        """Return ``{"settings": {...}, "terminals": [...], "sessions": n, "ledger": n}``."""
        return {
            "settings": dataclasses.asdict(self._engine.settings),
            "terminals": [terminal.as_dict() for terminal in self._engine.terminals.values()],
            "sessions": len(self._engine.sessions),
            "ledger": len(self._engine.ledger.transactions),
        }

    @_locked
    def ledger(self):
        """Return every movement of money as a list of dicts; amounts are minor units."""
        return [transaction.as_ledger() for transaction in self._engine.ledger.transactions]

    @_locked
    def sessions(self):
        """Return all sessions as a list of dicts, oldest first."""
        return [session.as_dict() for session in self._engine.sessions.values()]

    @_locked
    def requests(self, operation=None, session_id=None):
        """Return the calls that reached Viva's endpoints, oldest first.

        :param str operation: only this one (see ``faults.OPERATIONS``)
        :param str session_id: only those about this session
        """
        return [
            dict(entry)
            for entry in self._log.requests
            if operation in (None, entry["operation"]) and session_id in (None, entry["session_id"])
        ]

    @_locked
    def counts(self):
        """Return how many calls of each operation there were."""
        return dict(self._log.counts)

    @_locked
    def faults(self):
        """Return the fault rules with how many calls each has seen and hit."""
        return [dataclasses.asdict(rule) for rule in self._faults.rules]

    @_locked
    def deliveries(self):
        """Return every attempt to deliver a webhook as a list of dicts."""
        return [delivery.as_dict() for delivery in self._outbox.deliveries]

    @_locked
    def wait_for(self, condition, timeout=10):
        """Block until something is true; it is looked at whenever anything changes.

        :param condition: called with the simulator, under its lock
        :param float timeout: real seconds
        :return: the last value of the condition
        """
        return self._engine.changed.wait_for(lambda: condition(self), timeout)

    @_locked
    def screens(self):
        """Return what the terminals show.

        :return: ``{"version", "shop_name", "session_seconds", "cards", "reasons", "terminals"}``;
            the version changes with what is shown, but for the time that is left
        """
        engine = self._engine
        return {
            "version": engine.version,
            "shop_name": engine.settings.shop_name,
            "session_seconds": engine.settings.session_seconds,
            "cards": [{"code": card.code, "label": card.label} for card in cards.CARDS.values()],
            "reasons": [
                {"event_id": event_id, "label": outcomes.message(event_id)}
                for event_id in outcomes.DECLINE_REASONS
            ],
            "terminals": [self._screen(terminal) for terminal in engine.terminals.values()],
        }

    def _screen(self, terminal):
        now = self.clock.now()
        session = terminal.shown(now)
        return {
            **terminal.as_dict(),
            "screen": terminal.screen(now),
            "session": session and self._shown(session, now),
            "last": terminal.last and self._shown(terminal.last, now),
        }

    def _shown(self, session, now):
        """Return what a screen shows of a session; ``left`` is seconds until it times out."""
        left = self._engine.settings.session_seconds - (now - session.shown_at)
        return {
            **session.as_dict(),
            "currency": currencies.alpha(session.currency_code),
            "exponent": currencies.exponent(session.currency_code),
            "left": max(0, left),
            "ignored": session.is_ignored,
            "outcome": session.result,
        }

    # -- steering ------------------------------------------------------------------------------

    @_locked
    def reset(self):
        """Return to the state at the start: no sessions, no money, no faults, no tokens."""
        self._faults.clear()
        self._outbox.reset()
        self._log.reset()
        self._tokens.revoke_all()
        self._engine.reset()

    @_locked
    def configure(self, **values):
        """Change settings (see ``settings.Settings``; ``webhook_url`` for a single address).

        :return: all settings
        :raises SimulatorError: naming what is wrong
        """
        self._engine.change_settings(values)
        return dataclasses.asdict(self._engine.settings)

    add_faults = _of("_faults", Faults.add)
    clear_faults = _of("_faults", Faults.clear)
    revoke_tokens = _of("_tokens", Tokens.revoke_all)
    add_terminal = _of("_engine", Engine.add_terminal)
    set_terminal = _of("_engine", Engine.set_terminal)
    terminal = _of("_engine", Engine.terminal)
    act = _of("_engine", Engine.act)
    tap = functools.partialmethod(act, action="tap")
    insert = functools.partialmethod(act, action="insert")
    decline = functools.partialmethod(act, action="decline")
    cancel = functools.partialmethod(act, action="cancel")
    ignore = functools.partialmethod(act, action="ignore")
    approve_late = _of("_engine", Engine.approve_late)
    reverse = _of("_engine", Engine.reverse)
    undo = _of("_engine", Engine.undo)
    refund = _of("_engine", Engine.refund)
    redeliver = _of("_outbox", Outbox.redeliver)


def _page(request):
    """Return a file of the page, or None when a request is not for one."""
    if request.method not in ("GET", "HEAD"):
        return None
    is_page = request.path == "/" or request.path.startswith("/terminal/")
    name = "index.html" if is_page else request.path.removeprefix("/page/")
    try:
        response = send_from_directory(_PAGE, name, request.environ, max_age=0)
    except NotFound:
        return None
    response.direct_passthrough = False
    return response
