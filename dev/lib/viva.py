"""The simulated Viva as a program of its own (`python -m simulator`), and its control API."""

import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import requests

from .paths import CHECKOUT
from .ports import HOST
from .report import SetupError
from .server import Server

ANSWER_SECONDS = 30
ARRIVAL_SECONDS = 20
DELIVERY_SECONDS = 20
POLL_SECONDS = 0.05
# A terminal as it was when it was new.
ORDINARY = {"wakes_late": None, "endless_202": False, "autopilot": None}


class VivaError(SetupError):
    """The simulator did not see what it should have, or refused."""


class Viva:
    """A simulator, see simulator/README.md."""

    def __init__(self, port: int, certificate: Path | None = None):
        """Name the port; nothing is started.

        :param certificate: file with one for localhost, and its key: then it speaks HTTPS.
        """
        self.port, self.certificate = port, certificate
        self.url = f"https://localhost:{port}" if certificate else f"http://{HOST}:{port}"

    def start(self, log: Path) -> Server:
        """Start it in the background."""
        command = [sys.executable, "-m", "simulator", "--host", HOST, "--port", str(self.port)]
        if self.certificate:
            command += ["--certificate", str(self.certificate)]
        environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1"}
        return Server.start("The simulator", command, environment, log, CHECKOUT)

    def ask(self, path: str, body: Any = None, method: str = "POST") -> dict[str, Any]:
        """Call the control API.

        :raise VivaError: when it refuses.
        """
        reply = requests.request(
            method, f"{self.url}/_simulator/{path}", json=body, timeout=ANSWER_SECONDS
        )
        answer = reply.json()
        if reply.status_code != 200:
            raise VivaError(f"The simulator refused {path}: {answer.get('error')}")
        return answer

    def get(self, path: str) -> dict[str, Any]:
        """Read something from the control API."""
        return self.ask(path, method="GET")

    def configure(self, **settings: Any) -> None:
        """Change settings; `webhook_urls` are the only addresses that get notifications."""
        self.ask("settings", settings)

    def add_fault(self, operation: str, action: str, **options: Any) -> None:
        """Have calls go wrong."""
        self.ask("faults", {"operation": operation, "action": action, **options})

    def clear_faults(self) -> None:
        """Have all calls go well again."""
        self.ask("faults", method="DELETE")

    def set_terminal(self, terminal: str, **options: Any) -> None:
        """Change how a terminal behaves."""
        self.ask(f"terminals/{terminal}/settings", options)

    def clear_terminal(self, terminal: str) -> None:
        """Make a terminal ordinary again, with nothing on its screen."""
        self.set_terminal(terminal, **ORDINARY)
        with suppress(VivaError):  # there was nothing
            self.ask(f"terminals/{terminal}/cancel", {})

    def sessions(self) -> list[dict[str, Any]]:
        """Return all sessions."""
        return self.get("sessions")["sessions"]

    def ledger(self) -> list[dict[str, Any]]:
        """Return all movements of money; amounts in minor units."""
        return self.get("ledger")["ledger"]

    def calls(self, session: str | None = None) -> list[dict[str, Any]]:
        """Return the last calls to Viva (about one session), oldest first."""
        return self.get(f"requests?session_id={session}" if session else "requests")["requests"]

    def token_calls(self) -> int:
        """Return how often an access token was asked for so far."""
        return self.get("requests?operation=none")["counts"].get("token", 0)

    def wait_for_request(self, terminal: str) -> dict[str, Any]:
        """Return the session that a terminal shows, as soon as it does.

        :raise VivaError: when none comes.
        """
        deadline, version = time.monotonic() + ARRIVAL_SECONDS, 0
        while time.monotonic() < deadline:
            news = self.get(f"events?terminal={terminal}&after={version}&timeout=5")
            version, [screen] = news["version"], news["terminals"]
            if screen["screen"] == "present":
                return screen["session"]
        raise VivaError(f"Nothing reached the terminal {terminal} in {ARRIVAL_SECONDS} seconds.")

    def wait_for_deliveries(self, session: str) -> None:
        """Wait until both events of a sale (1796, 1802) have arrived at each address.

        :raise VivaError: when one is still under way after a long time.
        """
        expected = 2 * len(self.get("state")["settings"]["webhook_urls"])
        deadline = time.monotonic() + DELIVERY_SECONDS
        while time.monotonic() < deadline:
            arrived = [
                delivery
                for delivery in self.get("deliveries")["deliveries"]
                if delivery["session_id"] == session and delivery["seconds"] is not None
            ]
            if len(arrived) >= expected:
                return
            time.sleep(POLL_SECONDS)
        raise VivaError(f"Webhooks are not delivered after {DELIVERY_SECONDS} seconds.")
