"""An Odoo that is started again whenever it has ended, as a service manager does."""

from collections.abc import Callable
from pathlib import Path

from ..server import Server


class Supervised:
    """The running server, and the logs of all that ran so far."""

    def __init__(self, start: Callable[[Path], Server], folder: Path):
        """Describe it; nothing is started.

        :param start: starts a server that logs to the given file, and waits until it answers.
        :param folder: for the logs.
        """
        self._start = start
        self._folder = folder
        self.logs: list[Path] = []
        self.server: Server | None = None

    def start(self) -> Server:
        """Start the server, with a log of its own."""
        log = self._folder / f"odoo-{len(self.logs) + 1}.log"
        self.logs.append(log)
        self.server = self._start(log)
        return self.server

    def restart(self) -> None:
        """End the server in good order and start it again."""
        self.server.stop()
        self.start()

    def ensure_running(self) -> None:
        """Start the server again if it has ended by itself."""
        if not self.server.is_running():
            self.start()
