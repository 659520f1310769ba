"""What chaos wants of the simulator beyond what the benchmark does."""

import urllib.error
from contextlib import suppress
from typing import Any

from ..bench.viva import Viva as BenchViva

# A terminal as it was when it was new.
ORDINARY = {"wakes_late": None, "endless_202": False, "autopilot": None}


class Viva(BenchViva):
    """The control API of a running simulator."""

    def change_settings(self, **settings: Any) -> None:
        """Change the simulator's settings."""
        self._ask("settings", settings)

    def set_terminal(self, terminal: str, **options: Any) -> None:
        """Change how a terminal behaves."""
        self._ask(f"terminals/{terminal}/settings", options)

    def clear_terminal(self, terminal: str) -> None:
        """Make a terminal ordinary again, with nothing on its screen."""
        self.set_terminal(terminal, **ORDINARY)
        with suppress(urllib.error.HTTPError):  # there was nothing
            self._ask(f"terminals/{terminal}/cancel", {})

    def ledger(self) -> list[dict[str, Any]]:
        """Return all movements of money, each with our session id; amounts in minor units.

        A refund through the account has no session at Viva; our id is its reference.
        """
        return [
            {**entry, "session_id": entry["session_id"] or entry["merchant_reference"]}
            for entry in super().ledger()
        ]
