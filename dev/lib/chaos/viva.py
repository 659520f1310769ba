"""What a schedule wants of the simulator beyond what the benchmark does."""

import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from typing import Any

from ..bench.viva import ANSWER_SECONDS
from ..bench.viva import Viva as BenchViva

# Many tills look at the same ledger at the same time.
LEDGER_SECONDS = 0.5
# A terminal as it was when it was new.
ORDINARY = {
    "asleep": False,
    "wakes_late": None,
    "endless_202": False,
    "can_refund": True,
    "autopilot": None,
    "body_overrides": {},
    "body_without": [],
}


class Viva(BenchViva):
    """The control API of a running simulator."""

    def __init__(self, url: str):
        """Name the simulator's address."""
        super().__init__(url)
        self._lock = threading.Lock()
        self._ledger: list[dict[str, Any]] = []
        self._read_at = 0.0

    def change_settings(self, **settings: Any) -> None:
        """Change the simulator's settings."""
        self._ask("settings", settings)

    def add_terminal(self, terminal: str) -> None:
        """Add a terminal to the merchant."""
        self._ask("terminals", {"terminal_id": terminal})

    def set_terminal(self, terminal: str, **options: Any) -> None:
        """Change how a terminal behaves."""
        self._ask(f"terminals/{terminal}/settings", options)

    def clear_terminal(self, terminal: str) -> None:
        """Make a terminal ordinary again, with nothing on its screen."""
        self.set_terminal(terminal, **ORDINARY)
        self.act(terminal, "cancel")

    def act(self, terminal: str, what: str) -> None:
        """Let the customer do something; without a request on the screen nothing happens."""
        with suppress(urllib.error.HTTPError):
            self._ask(f"terminals/{terminal}/{what}", {})

    def change_session(self, session: str, what: str) -> None:
        """Approve a session late or reverse it; one that is not fit for it stays as it is."""
        with suppress(urllib.error.HTTPError):
            self._ask(f"sessions/{session}/{what}", {})

    def add_fault(self, **rule: Any) -> None:
        """Add a rule that says which calls go wrong."""
        self._ask("faults", rule)

    def clear_faults(self) -> None:
        """Let everything work from now on."""
        with urllib.request.urlopen(
            urllib.request.Request(f"{self.url}/_simulator/faults", method="DELETE"),
            timeout=ANSWER_SECONDS,
        ):
            return

    def sessions(self) -> list[dict[str, Any]]:
        """Return all sessions, oldest first."""
        return self._ask("sessions")["sessions"]

    def redeliver(self, session: str) -> None:
        """Send all webhooks about a session once more."""
        for delivery in self._ask("deliveries")["deliveries"]:
            if delivery["session_id"] == session:
                self._ask("redeliver", {"id": delivery["id"]})

    def revoke_tokens(self) -> None:
        """Make all access tokens invalid."""
        self._ask("revoke_tokens", {})

    def ledger(self) -> list[dict[str, Any]]:
        """Return all movements of money, each with our session id; amounts in minor units.

        A refund through the account has no session at Viva; our id is its reference.
        """
        return [
            {**entry, "session_id": entry["session_id"] or entry["merchant_reference"]}
            for entry in super().ledger()
        ]

    def recent_ledger(self) -> list[dict[str, Any]]:
        """Return all movements of money, as they were a moment ago at most."""
        with self._lock:
            if time.monotonic() - self._read_at > LEDGER_SECONDS:
                self._read_at = time.monotonic()
                self._ledger = self.ledger()
            return self._ledger
