"""A till without a page: it calls the server at the same moments as payment_flow.js does."""

import http.client
import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

ANSWER_SECONDS = 60
FINAL = ("approved", "failed", "reversed", "unknown")
# Seconds; as DELAY, LONG_WAIT and AWAKE in static/src/app/payment_flow.js.
WAITING = 1.0
WAITING_WITH_WAKEUPS = 5.0
WAITING_LONG = 3.0
LONG_WAIT = 75.0
WOKEN = 0.3
AWAKE = 3.0


@dataclass
class Sale:
    """One sale; moments are seconds since 1970.

    `begun`: when the till asked for it; `started`: how long `start_sale` took; `known`: when the till had the outcome; `state`: which;
    `rpcs`: how many calls it took; `errors`: what the server failed at, in words.
    """

    session_id: str
    begun: float = 0
    started: float = 0
    known: float = 0
    state: str = ""
    rpcs: int = 0
    errors: list[str] = field(default_factory=list)


class Server:
    """Odoo, for a till that is logged in."""

    def __init__(self, host: str, port: int, cookie: str, door: threading.BoundedSemaphore):
        """Name the server and the cookie of a session.

        :param door: lets in as many requests at a time as the proxy before Odoo does. Odoo's own
            queue is short, and a connection that finds it full is tried again after a second.
        """
        self.host = host
        self.port = port
        self.cookie = cookie
        self.door = door

    def call(self, method: str, *arguments: Any) -> Any:
        """Call `viva.wallet.till`.

        :raise OSError: when there is no answer, or one that is not a result.
        """
        model = "viva.wallet.till"
        params = {"model": model, "method": method, "args": arguments, "kwargs": {}}
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params})
        with self.door:
            status, text = self._post(f"/web/dataset/call_kw/{model}/{method}", body)
        answer = json.loads(text) if status == 200 else {}
        if "result" not in answer:
            raise OSError(f"{method}: {status} {text[:300]}")
        return answer["result"]

    def _post(self, path: str, body: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=ANSWER_SECONDS)
        headers = {"Content-Type": "application/json", "Cookie": self.cookie}
        try:
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        except http.client.HTTPException as error:
            raise OSError(f"{path}: {error!r}") from error
        finally:
            connection.close()


class Till:
    """One till: a place (see `many_shop.Place`), and whether it was woken."""

    def __init__(self, server: Server, place: dict[str, Any]):
        """Set up a till; it does nothing yet."""
        self.server = server
        self.place = place
        self.session_id = ""
        self._woken = threading.Event()
        self._woken_at = float("-inf")

    def wake(self, session_id: str) -> None:
        """Take a message of the bus, which may be about another till of the register."""
        if session_id == self.session_id:
            self._woken_at = time.monotonic()
            self._woken.set()

    def sell(self, amount: float) -> Sale:
        """Ask the terminal for an amount and wait until the outcome is known."""
        sale = Sale(session_id=str(uuid.uuid4()), begun=time.time())
        self.session_id = sale.session_id
        self._woken.clear()
        self._woken_at = float("-inf")
        begun = time.monotonic()
        snapshot = self._call(sale, "start_sale", self._values(sale, amount))
        sale.started = time.monotonic() - begun
        wakeups = bool(snapshot and snapshot.get("wakeups"))
        while not snapshot or snapshot["state"] not in FINAL:
            self._woken.wait(self._delay(snapshot, wakeups, begun))
            self._woken.clear()
            snapshot = self._ask(sale, amount)
        sale.known = time.time()
        sale.state = snapshot["state"]
        return sale

    def _ask(self, sale: Sale, amount: float) -> dict[str, Any] | None:
        """Ask for the outcome; cancel what never reached the server."""
        answer = self._call(sale, "read_status", [sale.session_id])
        if answer and answer[sale.session_id]["state"] == "not_recorded":
            return self._call(sale, "abort", self._values(sale, amount))
        return answer and answer[sale.session_id]

    def _call(self, sale: Sale, method: str, argument: Any) -> Any:
        sale.rpcs += 1
        try:
            return self.server.call(method, argument)
        except OSError as error:
            sale.errors.append(str(error))
            return None

    def _delay(self, snapshot: dict[str, Any] | None, wakeups: bool, begun: float) -> float:
        """Return the seconds until the next question, as `_delay` in payment_flow.js."""
        now = time.monotonic()
        least = (snapshot and snapshot.get("ask_again_in")) or 1
        if now - self._woken_at < AWAKE:
            return WOKEN * least
        if now - begun > LONG_WAIT:
            return max(WAITING_LONG, least)
        is_calm = wakeups and snapshot and snapshot["accepted"]
        return max(WAITING_WITH_WAKEUPS if is_calm else WAITING, least)

    def _values(self, sale: Sale, amount: float) -> dict[str, Any]:
        return {
            "session_id": sale.session_id,
            "payment_method_id": self.place["method"],
            "pos_session_id": self.place["session"],
            "amount": amount,
            "order_uuid": sale.session_id,
            "order_name": self.place["terminal"],
            "payment_uuid": sale.session_id,
        }
