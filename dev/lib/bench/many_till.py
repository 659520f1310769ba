"""The tills of `dev/bench --terminals`: they ask at the moments at which payment_flow.js does."""

import json
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import websocket

from ..http_till import HttpTill
from ..ports import HOST
from ..shop import Odoo
from ..till import QUESTION, Line, Lost, Place

BUS_SECONDS = 30
# Seconds; as DELAY, LONG_WAIT and AWAKE in static/src/app/payment_flow.js.
WAITING = 1.0
WAITING_WITH_WAKEUPS = 5.0
WAITING_LONG = 3.0
LONG_WAIT = 75.0
WOKEN = 0.3
AWAKE = 3.0


@dataclass
class Sale:
    """One sale as its till saw it.

    `begun`, `known`: moments at which it began and its outcome was known; `started`: how long its
    start took; `rpcs`: how many calls it took; `errors`: what the server failed at.
    """

    begun: float = field(default_factory=time.time)
    known: float = 0.0
    started: float = 0.0
    rpcs: int = 0
    errors: list[str] = field(default_factory=list)
    session: str = ""
    state: str = ""
    woken_at: float = float("-inf")
    has_wakeups: bool = False


class BenchTill(HttpTill):
    """A till that measures."""

    most_questions = 10_000

    def __init__(self, odoo: Odoo, place: Place, proxy: threading.BoundedSemaphore):
        """Switch it on.

        :param proxy: lets in as many requests at a time as the proxy before Odoo does. Odoo's own
            queue is short, and a connection that finds it full is tried again after a second.
        """
        super().__init__(odoo, place)
        self.proxy = proxy
        self.sale = Sale()

    def sell(self, amount: float) -> Sale:
        """Ask the terminal for an amount and wait until the outcome is known."""
        line = self.new_line(self.new_order(amount), amount)
        self.sale = sale = Sale()
        sale.state = self.pay(line)
        sale.session, sale.known = line.session, time.time()
        self.orders.clear()
        return sale

    def rpc(self, method: str, *args: Any, model="viva.wallet.till", limit=QUESTION) -> Any:
        """Override to count, and to wait for the proxy."""
        self.sale.rpcs += 1
        begun = time.monotonic()
        try:
            with self.proxy:
                return super().rpc(method, *args, model=model, limit=limit)
        except Lost as error:
            self.sale.errors.append(f"{method}: {error or self.log[-1]}")
            raise
        finally:
            if method == "start_sale":
                self.sale.started = time.monotonic() - begun

    def pause_of(self, line: Line, question: int) -> float:
        """Override to ask as `_delay` in payment_flow.js."""
        now, least = time.time(), line.snapshot.get("ask_again_in") or 1
        if now - self.sale.woken_at < AWAKE:
            return WOKEN * least
        if now - self.sale.begun > LONG_WAIT:
            return max(WAITING_LONG, least)
        is_calm = self.sale.has_wakeups and line.snapshot.get("accepted")
        return max(WAITING_WITH_WAKEUPS if is_calm else WAITING, least)

    def claim(self, snapshot: dict[str, Any]) -> None:
        """Override: whether the bus will wake it is said once."""
        self.sale.has_wakeups |= bool(snapshot.get("wakeups"))

    def hear(self, session_id: str) -> None:
        """Override: a message of the bus may be about another till of the register."""
        if any(line.session == session_id for order in self.orders for line in order.lines):
            self.sale.woken_at = time.time()
            super().hear(session_id)


def listen(till: BenchTill, bus_port: int) -> websocket.WebSocket:
    """Wake a till when the bus says so, from a thread of its own, until the connection is closed."""
    address = f"{HOST}:{bus_port}"
    socket = websocket.create_connection(
        f"ws://{address}/websocket",
        cookie=till.odoo.cookies(),
        origin=f"http://{address}",
        timeout=BUS_SECONDS,
    )
    socket.settimeout(None)
    data = {"channels": [till.place.channel], "last": 0}
    socket.send(json.dumps({"event_name": "subscribe", "data": data}))
    till.spawn("bus", lambda: _wake(socket, till))
    return socket


def _wake(socket: websocket.WebSocket, till: BenchTill) -> None:
    with suppress(websocket.WebSocketException, OSError):
        while True:
            text = socket.recv()
            for entry in json.loads(text) if text else []:
                message = entry["message"]
                if message["type"].endswith("VIVA_WALLET_STATUS"):
                    till.hear(message["payload"]["session_id"])
