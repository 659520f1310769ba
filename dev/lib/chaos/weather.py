"""What befalls the whole server while many tills sell: workers die, PostgreSQL restarts, tokens go."""

import os
import random
import signal
import threading
import time
from pathlib import Path

from ..postgres import Cluster
from .supervised import Supervised
from .viva import Viva

BLOWS = (
    "kill", "kill", "kill", "kill", "revoke_tokens", "revoke_tokens", "break_tokens",
    "break_tokens", "restart_database", "restart_odoo",
)  # fmt: skip
PAUSE_SECONDS = (6.0, 14.0)
NOTICE_SECONDS = 2.0
TOKEN_FAULTS = (
    {"action": "drop_before"},
    {"action": "answer", "status": 500},
    {"action": "answer", "status": 400, "body": {"error": "invalid_client"}},
    {"action": "delay", "seconds": 2.0},
)


class Weather:
    """Blows that hit whoever is at work, at moments that a seed determines."""

    def __init__(self, seed: int, odoo: Supervised, cluster: Cluster, viva: Viva):
        """Name what can be hit."""
        self.random = random.Random(f"weather {seed}")
        self.odoo = odoo
        self.cluster = cluster
        self.viva = viva
        self.counts = dict.fromkeys(BLOWS, 0)
        # When PostgreSQL was away, in seconds since 1970: its absence may be complained about.
        self.outages: list[tuple[float, float]] = []
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Weather":
        self._thread.start()
        return self

    def __exit__(self, *_exception) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._end.wait(self.random.uniform(*PAUSE_SECONDS)):
            blow = self.random.choice(BLOWS)
            getattr(self, f"_{blow}")()
            self.counts[blow] += 1
            self.odoo.ensure_running()

    def _kill(self) -> None:
        workers = find_workers(self.odoo.server.pid)
        if workers:
            os.kill(self.random.choice(workers), signal.SIGKILL)

    def _revoke_tokens(self) -> None:
        self.viva.revoke_tokens()

    def _break_tokens(self) -> None:
        self.viva.revoke_tokens()
        fault = self.random.choice(TOKEN_FAULTS)
        self.viva.add_fault(operation="token", times=self.random.randrange(1, 4), **fault)

    def _restart_database(self) -> None:
        begun = time.time()
        self.cluster.stop()
        self.cluster.start()
        # Odoo's main process does not always survive this; on a real server it is started again.
        time.sleep(NOTICE_SECONDS)
        self.outages.append((begun, time.time()))

    def _restart_odoo(self) -> None:
        self.odoo.restart()


def find_workers(master: int) -> list[int]:
    """Return the process ids of the workers, HTTP and cron, of a running Odoo, in their order."""
    workers = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == master:
            workers.append(int(folder.name))
    return sorted(workers)
