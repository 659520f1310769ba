"""The load of `dev/bench --terminals`: many tills that sell at the same time, and their customers.

A program of its own, so that it can use the package `websocket` of Odoo's virtual environment. It
reads one JSON object from its input, and prints one when all have sold.
"""

import json
import random
import sys
import threading
import time
import urllib.request
from dataclasses import asdict
from typing import Any

import websocket

from .many_till import Sale, Server, Till

BUS_SECONDS = 30


def main() -> None:
    """Run the load that is described on the input."""
    print(json.dumps(Load(json.load(sys.stdin)).run()))


class Load:
    """Tills at their places, sharing a session of the cashier per register."""

    def __init__(self, options: dict[str, Any]):
        """Describe the load.

        :param options: `host`, `port`, `bus_port`, `simulator`, `cookies` (by register),
            `door` (requests at a time), `places`, `sales`, `tap` and `pause` (two seconds each: least, most),
            `seed`.
        """
        self.options = options
        self.random = random.Random(options["seed"])
        self.door = threading.BoundedSemaphore(options["door"])
        self.tills = [Till(self._server(place), place) for place in options["places"]]
        self.sales: list[dict[str, Any]] = []
        self._sockets: list[websocket.WebSocket] = []

    def run(self) -> dict[str, Any]:
        """Sell, and return the sales and how long all took (seconds)."""
        for till in self.tills:
            self._listen(till)
        threads = [
            threading.Thread(target=self._sell, args=(till, random.Random(self.random.random())))
            for till in self.tills
        ]
        begun = time.time()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for socket in self._sockets:
            socket.shutdown()
        return {"sales": self.sales, "begun": begun, "ended": time.time()}

    def _server(self, place: dict[str, Any]) -> Server:
        cookie = self.options["cookies"][str(place["register"])]
        return Server(self.options["host"], self.options["port"], cookie, self.door)

    def _sell(self, till: Till, chance: random.Random) -> None:
        for number in range(self.options["sales"]):
            time.sleep(chance.uniform(*self.options["pause"]) if number else 0)
            self._send_customer(till, chance.uniform(*self.options["tap"]))
            self._note(till, till.sell(chance.randint(100, 9000) / 100))

    def _note(self, till: Till, sale: Sale) -> None:
        self.sales.append({**asdict(sale), "terminal": till.place["terminal"]})

    def _send_customer(self, till: Till, seconds: float) -> None:
        """Have a customer tap so many seconds after the terminal shows the amount."""
        autopilot = {"outcome": "approve", "after": seconds}
        request = urllib.request.Request(
            f"{self.options['simulator']}/_simulator/terminals/{till.place['terminal']}/settings",
            data=json.dumps({"autopilot": autopilot}).encode(),
        )
        urllib.request.urlopen(request, timeout=BUS_SECONDS).close()

    def _listen(self, till: Till) -> None:
        """Wake the till when the bus says so, from a thread of its own."""
        host, port = self.options["host"], self.options["bus_port"]
        socket = websocket.create_connection(
            f"ws://{host}:{port}/websocket",
            cookie=till.server.cookie,
            origin=f"http://{host}:{port}",
            timeout=BUS_SECONDS,
        )
        socket.settimeout(None)
        channel = till.place["channel"]
        data = {"channels": [channel], "last": 0}
        socket.send(json.dumps({"event_name": "subscribe", "data": data}))
        self._sockets.append(socket)
        threading.Thread(target=self._wake, args=(socket, till), daemon=True).start()

    def _wake(self, socket: websocket.WebSocket, till: Till) -> None:
        while True:
            try:
                text = socket.recv()
            except (websocket.WebSocketException, OSError):
                return
            for entry in json.loads(text) if text else []:
                payload = entry["message"]["payload"]
                if entry["message"]["type"].endswith("VIVA_WALLET_STATUS"):
                    till.wake(payload["session_id"])


if __name__ == "__main__":
    main()
