"""The control API: JSON under ``/_simulator/``; README.md describes it."""

import json

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from .errors import SimulatorError

_MAX_WAIT = 25
_PATHS = (
    ("GET", "health"),
    ("GET", "state"),
    ("GET", "ledger"),
    ("GET", "sessions"),
    ("GET", "requests"),
    ("GET", "faults"),
    ("GET", "deliveries"),
    ("GET", "events"),
    ("POST", "reset"),
    ("POST", "settings"),
    ("POST", "faults"),
    ("DELETE", "faults"),
    ("POST", "terminals"),
    ("POST", "redeliver"),
    ("POST", "revoke_tokens"),
)
URLS = Map(
    [
        *(
            Rule(f"/_simulator/{path}", methods=[method], endpoint=f"{method.lower()}_{path}")
            for method, path in _PATHS
        ),
        Rule("/_simulator/terminals/<terminal_id>/<action>", methods=["POST"], endpoint="act"),
        Rule("/_simulator/sessions/<session_id>/<action>", methods=["POST"], endpoint="late"),
    ]
)


class ControlApi:
    """Translates requests into methods of the simulator.

    :param Simulator simulator: what is steered
    """

    def __init__(self, simulator):
        self._simulator = simulator

    def handle(self, request):
        """Answer a request; what is wrong with it is said in one sentence, ``{"error": ...}``.

        :rtype: Response
        """
        if _is_foreign(request):
            return _json({"error": "Only the simulator's own page may steer it."}, 403)
        try:
            endpoint, arguments = URLS.bind_to_environ(request.environ).match()
            return _json(getattr(self, f"_{endpoint}")(request, **arguments))
        except SimulatorError as error:
            return _json({"error": str(error)}, error.status)
        except MethodNotAllowed as error:
            methods = ", ".join(sorted(error.valid_methods or ()))
            return _json({"error": f"Use {methods} for {request.path}."}, 405)
        except HTTPException:
            return _json({"error": f"There is no {request.path}; see simulator/README.md."}, 404)

    # -- reading -------------------------------------------------------------------------------

    def _get_health(self, _request):
        return {"ok": True}

    def _get_state(self, _request):
        return self._simulator.state()

    def _get_ledger(self, _request):
        return {"ledger": self._simulator.ledger()}

    def _get_sessions(self, _request):
        return {"sessions": self._simulator.sessions()}

    def _get_requests(self, request):
        return {
            "requests": self._simulator.requests(
                request.args.get("operation"), request.args.get("session_id")
            ),
            "counts": self._simulator.counts(),
        }

    def _get_faults(self, _request):
        return {"faults": self._simulator.faults()}

    def _get_deliveries(self, _request):
        return {"deliveries": self._simulator.deliveries()}

    def _get_events(self, request):
        after = _number(request.args.get("after", "0"), "after")
        seconds = _number(request.args.get("timeout", str(_MAX_WAIT)), "timeout")
        return self._simulator.screens(request.args.get("terminal"), after, min(seconds, _MAX_WAIT))

    # -- steering ------------------------------------------------------------------------------

    def _post_reset(self, _request):
        self._simulator.reset()
        return {"ok": True}

    def _post_settings(self, request):
        return {"settings": self._simulator.configure(**_values(request))}

    def _post_faults(self, request):
        body = _body(request)
        rules = body if isinstance(body, list) else [body]
        return {"ids": self._simulator.add_faults(*rules)}

    def _delete_faults(self, _request):
        self._simulator.clear_faults()
        return {"ok": True}

    def _post_terminals(self, request):
        options = _values(request)
        if "terminal_id" not in options:
            msg = 'A new terminal needs a "terminal_id".'
            raise SimulatorError(msg)
        return self._simulator.add_terminal(options.pop("terminal_id"), **options)

    def _post_redeliver(self, request):
        values = _values(request)
        delivery_id = values.pop("id", None)
        if values:
            msg = 'redeliver takes only the "id" of a delivery, or nothing.'
            raise SimulatorError(msg)
        return {"redelivered": self._simulator.redeliver(delivery_id)}

    def _post_revoke_tokens(self, _request):
        self._simulator.revoke_tokens()
        return {"ok": True}

    def _act(self, request, terminal_id, action):
        return self._simulator.act(terminal_id, action, **_values(request))

    def _late(self, request, session_id, action):
        values = _values(request)
        if action == "approve_late":
            return self._simulator.approve_late(session_id, **values)
        if action == "reverse" and not values:
            return self._simulator.reverse(session_id)
        if action == "refund":
            return self._simulator.refund(session_id, **values)
        msg = "A session knows approve_late, refund and, without options, reverse."
        raise SimulatorError(msg)


def _is_foreign(request):
    """Tell whether a page of another site, open in the same browser, sends a request."""
    origin = request.headers.get("Origin")
    return bool(origin) and origin.partition("://")[2] != request.host


def _json(body, status=200):
    response = Response(json.dumps(body), status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _number(text, name):
    try:
        return float(text)
    except ValueError:
        raise SimulatorError(f"{name!r} must be a number, not {text!r}.") from None


def _body(request):
    if not request.get_data():
        return {}
    body = request.get_json(force=True, silent=True)
    if body is None:
        msg = "The body is not JSON."
        raise SimulatorError(msg)
    return body


def _values(request):
    body = _body(request)
    if not isinstance(body, dict):
        msg = "The body must be a JSON object."
        raise SimulatorError(msg)
    return body
