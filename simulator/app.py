"""The simulator as one object: a server to talk to, and methods that mirror the control API."""

import mimetypes
from pathlib import Path

from werkzeug.utils import safe_join
from werkzeug.wrappers import Response

from . import cards, currencies, outcomes
from .clock import Clock
from .control_api import ControlApi
from .engine import Engine
from .errors import Refused, SimulatorError
from .faults import Faults
from .plays import APPROVE, CANCEL, DECLINE, IGNORE, Play
from .server import Server
from .settings import Settings
from .terminals import result_screen
from .tokens import Tokens
from .traffic import Traffic
from .viva_api import VivaApi
from .webhooks import Outbox

_PAGE = Path(__file__).parent / "page"
_PAGE_NAMES = {"/": "index.html", "/favicon.ico": "icon.svg"}
_ACTS = {
    "tap": APPROVE, "approve": APPROVE, "decline": DECLINE, "cancel": CANCEL, "ignore": IGNORE,
}  # fmt: skip


class Simulator:
    """A fake Viva.

    Usable as a context manager, which starts and stops it. Several may run in one process.

    :param str host: address to listen on
    :param int port: 0 takes a free one
    :param clock: ManualClock for tests that turn time by hand; default the real time
    :param on_webhook: called with the terminal's id and each message in place of sending it
    :param settings: see ``settings.Settings``; ``reset`` returns to these
    """

    def __init__(self, host="127.0.0.1", port=0, clock=None, on_webhook=None, **settings):
        self._host = host
        self._port = port
        self.clock = clock or Clock()
        self._faults = Faults()
        self._outbox = Outbox(self.clock, self._faults, on_webhook)
        self._engine = Engine(Settings().changed(settings), self.clock, self._outbox.send)
        self._outbox.engine = self._engine
        self._tokens = Tokens(self.clock)
        viva = VivaApi(self._engine, self._tokens, self.clock)
        self._traffic = Traffic(self._engine, viva, self._faults, self._outbox, self.clock)
        self._control = ControlApi(self)
        self._server = None

    # -- running -------------------------------------------------------------------------------

    def start(self):
        """Listen and answer from daemon threads.

        :return: the simulator itself
        :raises OSError: when the port is taken
        """
        self._server = Server(self._host, self._port, self.handle)
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
        return self._server.server_port if self._server else self._port

    @property
    def url(self):
        """Address of Viva's endpoints and of the page, without a slash at the end."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._host, self._host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def handle(self, request):
        """Answer a werkzeug Request as the server would, without one.

        :rtype: Response
        :raises DropConnection: when a fault says that the connection breaks
        """
        if request.path.startswith("/_simulator/"):
            return self._control.handle(request)
        return self._page(request) or self._traffic.handle(request)

    def _page(self, request):
        """Return a file of the page, or None when the path is not one."""
        if request.method not in ("GET", "HEAD"):
            return None
        if request.path.startswith("/terminal/"):
            name = "terminal.html"
        else:
            name = _PAGE_NAMES.get(request.path) or request.path.removeprefix("/page/")
        path = safe_join(str(_PAGE), name)
        if path is None or not Path(path).is_file():
            return None
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        response = Response(Path(path).read_bytes(), content_type=f"{kind}; charset=utf-8")
        response.headers["Cache-Control"] = "no-cache"
        return response

    # -- reading -------------------------------------------------------------------------------

    def state(self):
        """Return ``{"settings": {...}, "terminals": [...], "sessions": n, "ledger": n}``."""
        with self._engine.lock:
            return {
                "settings": self._engine.settings.as_dict(),
                "terminals": [t.as_dict() for t in self._engine.terminals.values()],
                "sessions": len(self._engine.sessions),
                "ledger": len(self._engine.bank.transactions),
            }

    def ledger(self):
        """Return every movement of money as a list of dicts; amounts are minor units."""
        with self._engine.lock:
            return [t.as_ledger() for t in self._engine.bank.transactions]

    def sessions(self):
        """Return all sessions as a list of dicts, oldest first."""
        with self._engine.lock:
            return [session.as_dict() for session in self._engine.sessions.values()]

    def requests(self, operation=None, session_id=None):
        """Return the calls that reached Viva's endpoints, oldest first.

        :param str operation: only this one (see ``faults.OPERATIONS``)
        :param str session_id: only those about this session
        """
        with self._engine.lock:
            return [
                dict(entry)
                for entry in self._traffic.requests
                if operation in (None, entry["operation"])
                and session_id in (None, entry["session_id"])
            ]

    def counts(self):
        """Return how many calls of each operation there were."""
        with self._engine.lock:
            return dict(self._traffic.counts)

    def faults(self):
        """Return the fault rules with how many calls each has seen and hit."""
        with self._engine.lock:
            return [rule.as_dict() for rule in self._faults.rules]

    def deliveries(self):
        """Return every attempt to deliver a webhook as a list of dicts."""
        with self._engine.lock:
            return [delivery.as_dict() for delivery in self._outbox.deliveries]

    def wait_for(self, condition, timeout=10):
        """Block until something is true; it is looked at whenever anything changes.

        :param condition: called with the simulator, under its lock
        :param float timeout: real seconds
        :return: the last value of the condition
        """
        with self._engine.lock:
            return self._engine.changed.wait_for(lambda: condition(self), timeout)

    def screens(self, terminal_id=None, after=0, timeout=0):
        """Return what the terminals show, once there is news.

        :param str terminal_id: only this terminal
        :param float after: the ``version`` of the last answer
        :param float timeout: longest wait for news, in real seconds
        :return: ``{"version", "shop_name", "cards", "reasons", "terminals": [...]}``
        :raises SimulatorError: when the terminal is unknown
        """
        engine = self._engine
        with engine.lock:
            engine.changed.wait_for(lambda: self._version(terminal_id) > after, timeout)
            chosen = [engine.terminal(terminal_id)] if terminal_id else engine.terminals.values()
            return {
                "version": self._version(terminal_id),
                "shop_name": engine.settings.shop_name,
                "session_seconds": engine.settings.session_seconds,
                "cards": [{"code": c.code, "label": c.label} for c in cards.CARDS.values()],
                "reasons": [
                    {"event_id": event_id, "label": text}
                    for event_id, text in outcomes.DECLINE_REASONS.items()
                ],
                "terminals": [self._screen(terminal) for terminal in chosen],
            }

    def _version(self, terminal_id):
        if terminal_id is None:
            return self._engine.version
        return self._engine.terminal(terminal_id).version

    def _screen(self, terminal):
        now = self.clock.now()
        screen = terminal.screen(now)
        session = terminal.active or (screen not in ("idle", "asleep") and terminal.last) or None
        return {
            "terminal_id": terminal.terminal_id,
            "name": terminal.name,
            "screen": screen,
            "session": session and self._shown(session, now),
            "asleep": terminal.asleep,
            "endless_202": terminal.endless_202,
            "queued": len(terminal.queue),
            "card": terminal.card,
            "autopilot": terminal.autopilot and terminal.autopilot.as_dict(),
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
            "ignored": session.play is not None and session.play.outcome == IGNORE,
            "outcome": result_screen(session),
        }

    # -- steering ------------------------------------------------------------------------------

    def reset(self):
        """Return to the state at the start: no sessions, no money, no faults, no tokens."""
        with self._engine.lock:
            self._faults.clear()
            self._outbox.reset()
            self._traffic.reset()
            self._tokens.revoke_all()
            self._engine.reset()

    def configure(self, **values):
        """Change settings (see ``settings.Settings``; ``webhook_url`` for a single address).

        :return: all settings
        :raises SimulatorError: naming what is wrong
        """
        self._engine.change_settings(values)
        return self._engine.settings.as_dict()

    def add_faults(self, *rules):
        """Add fault rules.

        :param rules: dicts, see ``faults.Rule``
        :return: list of int, their ids
        :raises SimulatorError: naming what is wrong; none is added then
        """
        with self._engine.lock:
            return self._faults.add(rules)

    def clear_faults(self):
        """Remove all fault rules."""
        with self._engine.lock:
            self._faults.clear()

    def add_terminal(self, terminal_id, **options):
        """Add a terminal.

        :param options: see ``terminals.Terminal``
        :return: the terminal as a dict
        """
        self._engine.add_terminal(terminal_id, options)
        return self.terminal(terminal_id)

    def set_terminal(self, terminal_id, **options):
        """Change a terminal: asleep, wakes_late, endless_202, autopilot, body_overrides ...

        :param options: see ``terminals.Terminal``
        :return: the terminal as a dict
        """
        self._engine.set_terminal(terminal_id, options)
        return self.terminal(terminal_id)

    def terminal(self, terminal_id):
        """Return a terminal as a dict."""
        with self._engine.lock:
            return self._engine.terminal(terminal_id).as_dict()

    def act(self, terminal_id, action, **options):
        """Do at a terminal what one of the methods below does.

        :param str action: tap, approve, insert, decline, cancel, ignore or settings
        :return: the session (for settings: the terminal) as a dict
        """
        if action == "settings":
            return self.set_terminal(terminal_id, **options)
        if action == "insert":
            return self.insert(terminal_id, **options)
        if action not in _ACTS:
            known = ", ".join([*_ACTS, "insert", "settings"])
            raise SimulatorError(f"A terminal does not know {action!r}. Known: {known}.")
        return self._play(terminal_id, _ACTS[action], action, options)

    def tap(self, terminal_id, **options):
        """Present a card, or after ``insert`` enter the PIN: the payment is approved.

        :param options: card, entry, tip, amount, reverse_after; see ``plays.Play``
        :return: the session as a dict
        :raises SimulatorError: when the terminal shows no payment
        """
        return self._play(terminal_id, APPROVE, "tap", options)

    def insert(self, terminal_id, **options):
        """Insert a card; from now on the payment cannot be aborted. ``tap`` approves it.

        :param options: card
        :return: the session as a dict
        """
        unknown = set(options) - {"card"}
        if unknown:
            raise SimulatorError(f"insert has no option {unknown.pop()!r}. Known: card.")
        return self._engine.insert(terminal_id, **options).as_dict()

    def decline(self, terminal_id, **options):
        """Present a card that is declined.

        :param options: event_id (default 1006), transaction_event_id, card, approve_after
        :return: the session as a dict
        """
        return self._play(terminal_id, DECLINE, "decline", options)

    def cancel(self, terminal_id, **options):
        """Press the terminal's red button (event 1000).

        :param options: event_id, approve_after
        :return: the session as a dict
        """
        return self._play(terminal_id, CANCEL, "cancel", options)

    def ignore(self, terminal_id, **options):
        """Do nothing, so that the session times out (event 1003).

        :param options: approve_after
        :return: the session as a dict
        """
        return self._play(terminal_id, IGNORE, "ignore", options)

    def _play(self, terminal_id, outcome, what, options):
        for name in ("outcome", "after"):
            if name in options:
                raise SimulatorError(f"{what} has no option {name!r}; the autopilot has.")
        play = Play.parse({**options, "outcome": outcome}, what)
        return self._engine.act(terminal_id, play).as_dict()

    def approve_late(self, session_id, **options):
        """Turn a failed session into a success.

        :param options: card, entry, tip, amount
        :return: the session as a dict
        """
        play = Play.parse({**options, "outcome": APPROVE}, "approve_late")
        self._engine.approve_late(session_id, play)
        return self._engine.session(session_id).as_dict()

    def reverse(self, session_id):
        """Let Viva undo the charge of a session by itself (webhook 1797, ``Systemic``).

        :return: the session as a dict
        """
        self._engine.reverse(session_id)
        return self._engine.session(session_id).as_dict()

    def undo(self, transaction_id):
        """Let Viva undo a movement of money that may have no session, such as a web refund.

        :raises SimulatorError: when there is none, or it is undone already
        """
        self._engine.undo(transaction_id)

    def refund(self, session_id, amount=None):
        """Let the merchant refund the charge of a session in Viva's own pages (webhook 1797).

        :param int amount: minor units; None is all that remains
        :return: the session as a dict
        :raises SimulatorError: when that much cannot be refunded
        """
        session = self._engine.session(session_id)
        transaction_id = session.transaction and session.transaction.transaction_id
        try:
            self._engine.refund_by_web(transaction_id, amount, None, None)
        except Refused as refusal:
            raise SimulatorError(f"Session {session_id}: {refusal.detail}.") from None
        return session.as_dict()

    def redeliver(self, delivery_id=None):
        """Send a webhook again; without an id all that failed.

        :return: int, how many
        :raises SimulatorError: when there is no such delivery
        """
        count = self._outbox.redeliver(delivery_id)
        if delivery_id is not None and not count:
            raise SimulatorError(f"There is no delivery {delivery_id!r}. See GET deliveries.")
        return count

    def revoke_tokens(self):
        """Make all access tokens invalid, as if their time were over."""
        with self._engine.lock:
            self._tokens.revoke_all()
