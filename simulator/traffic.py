"""The log of calls that reached the simulated Viva, and the faults that spoil them."""

import collections
import time

from .errors import DropConnection
from .viva_api import OPERATIONS, Response, json_response

_MAX_LOGGED = 20_000


class Traffic:
    """Passes calls to Viva's endpoints, spoils those a fault rule hits, and writes all down.

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
        self._served = collections.deque()
        self.counts = collections.Counter()

    def handle(self, request):
        """Answer one call.

        :rtype: Response
        :raises DropConnection: when a fault says so
        """
        endpoint, arguments = self._viva.match(request) or (None, {})
        operation = OPERATIONS.get(endpoint, endpoint) or "unknown"
        session_id, terminal_id = self._subject(request, arguments)
        entry = {
            "time": self._clock.now(),
            "operation": operation,
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
            self.counts[operation] += 1
            rule = self._faults.match(operation, terminal_id, session_id)
            entry["fault"] = rule and rule.action
            refusal = self._refuse_if_too_many()
        started = time.monotonic()
        try:
            response = refusal or self._answer(rule, endpoint, arguments, request, session_id)
            entry["status"] = response.status_code
            return response
        finally:
            entry["seconds"] = time.monotonic() - started
            with self._engine.lock:
                self._engine.changed.notify_all()

    def _refuse_if_too_many(self):
        """Count a call; return the answer to one that is more than a second may see."""
        limit = self._engine.settings.calls_per_second
        now = self._clock.now()
        while self._served and self._served[0] <= now - 1:
            self._served.popleft()
        if limit and len(self._served) >= limit:
            response = json_response({"detail": "Too many requests"}, 429)
            if self._engine.settings.retry_after:
                response.headers["Retry-After"] = f"{self._engine.settings.retry_after:g}"
            return response
        self._served.append(now)
        return None

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

    def _answer(self, rule, endpoint, arguments, request, session_id):
        if rule is None:
            return self._handle(endpoint, arguments, request)
        return getattr(self, f"_fault_{rule.action}")(
            rule, lambda: self._handle(endpoint, arguments, request), session_id
        )

    def _handle(self, endpoint, arguments, request):
        if endpoint is None:
            return json_response({"detail": "Not Found"}, 404)
        return self._viva.handle(endpoint, arguments, request)

    def _fault_drop_before(self, _rule, _handle, _session_id):
        raise DropConnection

    def _fault_drop_after(self, _rule, handle, _session_id):
        handle()
        raise DropConnection

    def _fault_delay(self, rule, handle, _session_id):
        if rule.when == "before":
            self._clock.wait(rule.seconds)
            return handle()
        response = handle()
        self._clock.wait(rule.seconds)
        return response

    def _fault_hang(self, rule, handle, _session_id):
        if rule.handled:
            handle()
        self._clock.wait(rule.seconds)
        raise DropConnection

    def _fault_answer(self, rule, handle, _session_id):
        if rule.handled:
            handle()
        if isinstance(rule.body, str):
            response = Response(rule.body, status=rule.status, content_type="text/html")
        else:
            response = json_response(rule.body, rule.status)
        for name, value in rule.headers.items():
            response.headers[name] = str(value)
        return response

    def _fault_after_webhooks(self, rule, handle, session_id):
        response = handle()
        with self._engine.lock:
            self._engine.changed.wait_for(lambda: self._is_told(session_id), timeout=rule.seconds)
        return response

    def _is_told(self, session_id):
        session = self._engine.sessions.get(session_id)
        return session is None or (session.is_done and not self._outbox.is_busy(session_id))
