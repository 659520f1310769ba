"""The log of calls that reached the simulated Viva, and the faults that spoil them."""

import collections
import time

from .errors import DropConnection
from .viva_api import OPERATIONS, Response, json_response

_MAX_LOGGED = 20_000


class RequestLog:
    """Writes each call down and has it answered, well or as a fault rule says.

    :param Engine engine: gives lock and condition
    :param VivaApi viva: answers the calls
    :param Faults faults: rules
    :param Outbox outbox: for rules that wait for webhooks
    """

    def __init__(self, engine, viva, faults, outbox, clock):
        self._engine = engine
        self._viva = viva
        self._faults = faults
        self._outbox = outbox
        self._clock = clock
        self.reset()

    def reset(self):
        """Forget the calls so far."""
        self.requests = collections.deque(maxlen=_MAX_LOGGED)
        self.counts = collections.Counter()
        self._within_limit = collections.deque()

    def handle(self, request):
        """Answer one call.

        :rtype: Response
        :raises DropConnection: when a fault says so
        """
        endpoint, arguments = self._viva.match(request) or (None, {})
        session_id, terminal_id = self._subject(request, arguments)
        entry = {
            "time": self._clock.now(),
            "operation": OPERATIONS.get(endpoint, endpoint) or "unknown",
            "method": request.method,
            "path": request.full_path.rstrip("?"),
            "status": None,
            "session_id": session_id,
            "terminal_id": terminal_id,
            "fault": None,
            "seconds": None,
        }
        with self._engine.lock:
            self.requests.append(entry)
            self.counts[entry["operation"]] += 1
            rule = self._faults.match(entry["operation"], terminal_id, session_id)
            entry["fault"] = rule and rule.action
            refusal = self._refuse_if_too_many()
        started = time.monotonic()
        try:
            response = refusal or self._answer(
                rule, session_id, lambda: self._viva.handle(endpoint, arguments, request)
            )
            entry["status"] = response.status_code
            return response
        finally:
            entry["seconds"] = time.monotonic() - started
            with self._engine.lock:
                self._engine.changed.notify_all()

    def _refuse_if_too_many(self):
        """Count a call; return the answer to one that is more than a second may see."""
        settings, now = self._engine.settings, self._clock.now()
        while self._within_limit and self._within_limit[0] <= now - 1:
            self._within_limit.popleft()
        if not settings.calls_per_second or len(self._within_limit) < settings.calls_per_second:
            self._within_limit.append(now)
            return None
        response = json_response({"detail": "Too many requests"}, 429)
        if settings.retry_after:
            response.headers["Retry-After"] = f"{settings.retry_after:g}"
        return response

    def _subject(self, request, arguments):
        """Return (session id, terminal id) that a call is about, as far as it says so."""
        session_id, terminal_id = arguments.get("session_id"), None
        if request.method == "DELETE" and session_id is None:
            # A refund through the account has no session of its own at Viva.
            session_id = request.args.get("merchantTrns")
        if request.method == "POST":
            body = request.get_json(force=True, silent=True)
            body = body if isinstance(body, dict) else {}
            session_id, terminal_id = body.get("sessionId"), body.get("terminalId")
        session = self._engine.sessions.get(session_id) if isinstance(session_id, str) else None
        return session_id, terminal_id or (session and session.terminal_id)

    def _answer(self, rule, session_id, handle):
        """Have a call answered as a fault rule says, or well when there is none.

        :param handle: carries the call out and returns its Response
        """
        action = rule and rule.action
        if action == "drop_before":
            raise DropConnection
        if action == "delay" and rule.when == "before":
            self._clock.wait(rule.seconds)
        response = handle() if action not in ("hang", "answer") or rule.handled else None
        if action == "drop_after":
            raise DropConnection
        if action == "hang":
            self._clock.wait(rule.seconds)
            raise DropConnection
        if action == "delay" and rule.when == "after":
            self._clock.wait(rule.seconds)
        if action == "after_webhooks":
            with self._engine.lock:
                self._engine.changed.wait_for(lambda: self._is_told(session_id), rule.seconds)
        return _other_answer(rule) if action == "answer" else response

    def _is_told(self, session_id):
        """Tell whether a session is over and all its webhooks are delivered."""
        session = self._engine.sessions.get(session_id)
        return session is None or (session.is_done and not self._outbox.is_busy(session_id))


def _other_answer(rule):
    if isinstance(rule.body, str):
        response = Response(rule.body, status=rule.status, content_type="text/html")
    else:
        response = json_response(rule.body, rule.status)
    for name, value in rule.headers.items():
        response.headers[name] = str(value)
    return response
