"""What the benchmark wants of the simulator: its terminals, its log of calls, its ledger."""

import json
import time
import urllib.parse
import urllib.request
from collections import Counter
from typing import Any

from ..report import SetupError

ANSWER_SECONDS = 30
ARRIVAL_SECONDS = 20
DELIVERY_SECONDS = 20
POLL_SECONDS = 0.05


class VivaError(SetupError):
    """The simulator did not see what it should have."""


class Viva:
    """The control API of a running simulator."""

    def __init__(self, url: str):
        """Name the simulator's address."""
        self.url = url

    def set_webhooks(self, *urls: str) -> None:
        """Have webhooks delivered to these addresses only."""
        self._ask("settings", {"webhook_urls": urls})

    def add_terminal(self, terminal: str) -> None:
        """Have the merchant own one more terminal."""
        self._ask("terminals", {"terminal_id": terminal})

    def add_fault(self, operation: str, action: str, **options: Any) -> None:
        """Have calls go wrong, see simulator/README.md."""
        self._ask("faults", {"operation": operation, "action": action, **options})

    def limit_calls(self, per_second: float) -> None:
        """Refuse (429) more calls than so many per second; 0: take all."""
        self._ask("settings", {"calls_per_second": per_second})

    def clear_faults(self) -> None:
        """Have all calls go well again."""
        self._ask("faults", method="DELETE")

    def wait_for_request(self, terminal: str) -> dict[str, Any]:
        """Return the session that a terminal shows, as soon as it does.

        :raise VivaError: when none comes.
        """
        deadline = time.monotonic() + ARRIVAL_SECONDS
        version = 0
        while time.monotonic() < deadline:
            query = urllib.parse.urlencode({"terminal": terminal, "after": version, "timeout": 5})
            news = self._ask(f"events?{query}")
            version = news["version"]
            [screen] = news["terminals"]
            if screen["screen"] == "present":
                return screen["session"]
        raise VivaError(f"Nothing reached the terminal {terminal} in {ARRIVAL_SECONDS} seconds.")

    def tap(self, terminal: str) -> dict[str, Any]:
        """Approve what the terminal shows; return the finished session."""
        return self._ask(f"terminals/{terminal}/tap", {})

    def wait_for_deliveries(self, session: str) -> None:
        """Wait until every webhook about a session was delivered.

        :raise VivaError: when one is still under way after a long time.
        """
        deadline = time.monotonic() + DELIVERY_SECONDS
        while not self._is_delivered(session):
            if time.monotonic() > deadline:
                raise VivaError(f"Webhooks are not delivered after {DELIVERY_SECONDS} seconds.")
            time.sleep(POLL_SECONDS)

    def _is_delivered(self, session: str) -> bool:
        """Return whether both events of a sale (1796, 1802) arrived at each address."""
        addresses = len(self._ask("state")["settings"]["webhook_urls"])
        deliveries = [
            delivery
            for delivery in self._ask("deliveries")["deliveries"]
            if delivery["session_id"] == session and delivery["seconds"] is not None
        ]
        return len(deliveries) >= 2 * addresses

    def calls_about(self, session: str) -> Counter[str]:
        """Return how many calls of each operation there were about a session so far."""
        query = urllib.parse.urlencode({"session_id": session})
        requests = self._ask(f"requests?{query}")["requests"]
        return Counter(request["operation"] for request in requests)

    def calls(self) -> list[dict[str, Any]]:
        """Return the last calls to Viva, oldest first."""
        return self._ask("requests")["requests"]

    def sessions(self) -> list[dict[str, Any]]:
        """Return all sessions."""
        return self._ask("sessions")["sessions"]

    def token_calls(self) -> int:
        """Return how often an access token was asked for so far."""
        return self._ask("requests?operation=none")["counts"].get("token", 0)

    def ledger(self) -> list[dict[str, Any]]:
        """Return all movements of money; amounts in minor units."""
        return self._ask("ledger")["ledger"]

    def _ask(self, path: str, body: Any = None, method: str | None = None) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.url}/_simulator/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as response:
            return json.load(response)
