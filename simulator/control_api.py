"""The control API: JSON under ``/_simulator/``; README.md describes it."""

import inspect
import json

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from .errors import SimulatorError

# What to call with the simulator and the values of the query or the body.
_ENDPOINTS = {
    "GET health": lambda sim, /: None,
    "GET state": lambda sim, /: sim.state(),
    "GET ledger": lambda sim, /: {"ledger": sim.ledger()},
    "GET sessions": lambda sim, /: {"sessions": sim.sessions()},
    "GET requests": lambda sim, /, operation=None, session_id=None: {
        "requests": sim.requests(operation, session_id), "counts": sim.counts()
    },
    "GET faults": lambda sim, /: {"faults": sim.faults()},
    "GET deliveries": lambda sim, /: {"deliveries": sim.deliveries()},
    "GET screens": lambda sim, /: sim.screens(),
    "POST reset": lambda sim, /: sim.reset(),
    "POST settings": lambda sim, /, **values: {"settings": sim.configure(**values)},
    "POST faults": lambda sim, /, rules: {"ids": sim.add_faults(*rules)},
    "DELETE faults": lambda sim, /: sim.clear_faults(),
    "POST terminals": lambda sim, /, terminal_id, **options: sim.add_terminal(
        terminal_id, **options
    ),
    "POST terminals/<terminal_id>/<action>": lambda sim, /, **values: sim.act(**values),
    "POST sessions/<session_id>/approve_late": lambda sim, /, **values: sim.approve_late(**values),
    "POST sessions/<session_id>/refund": lambda sim, /, session_id, amount=None: sim.refund(
        session_id, amount
    ),
    "POST sessions/<session_id>/reverse": lambda sim, /, session_id: sim.reverse(session_id),
    "POST redeliver": lambda sim, /, id=None: {"redelivered": sim.redeliver(id)},
    "POST revoke_tokens": lambda sim, /: sim.revoke_tokens(),
}  # fmt: skip
URLS = Map(
    [
        Rule(f"/_simulator/{name.partition(' ')[2]}", methods=[name.split()[0]], endpoint=name)
        for name in _ENDPOINTS
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
            name, arguments = URLS.bind_to_environ(request.environ).match()
            return _json(self._call(name, {**_values(request, name), **arguments}) or {"ok": True})
        except SimulatorError as error:
            return _json({"error": str(error)}, error.status)
        except MethodNotAllowed as error:
            methods = ", ".join(sorted(error.valid_methods or ()))
            return _json({"error": f"Use {methods} for {request.path}."}, 405)
        except HTTPException:
            return _json({"error": f"There is no {request.path}; see simulator/README.md."}, 404)

    def _call(self, name, values):
        endpoint = _ENDPOINTS[name]
        try:
            inspect.signature(endpoint).bind(self._simulator, **values)
        except TypeError as error:
            raise SimulatorError(f"{name}: {error}.") from None
        return endpoint(self._simulator, **values)


def _is_foreign(request):
    """Tell whether a page of another site, open in the same browser, sends a request."""
    origin = request.headers.get("Origin")
    return bool(origin) and origin.partition("://")[2] != request.host


def _json(body, status=200):
    response = Response(json.dumps(body), status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _values(request, name):
    """Return the values that a request brings, by name."""
    if request.method == "GET":
        return request.args.to_dict()
    body = request.get_json(force=True, silent=True) if request.get_data() else {}
    if body is None:
        raise SimulatorError("The body is not JSON.")
    if name == "POST faults":
        return {"rules": body if isinstance(body, list) else [body]}
    if not isinstance(body, dict):
        raise SimulatorError("The body must be a JSON object.")
    return body
