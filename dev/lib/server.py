"""Programs that keep running: started, waited for, found again by a later command, and ended."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from .process import last_lines
from .report import SetupError

POLL_SECONDS = 0.1
ANSWER_SECONDS = 2
STOP_SECONDS = 15


@dataclass(frozen=True)
class Server:
    """A running program.

    `started`: its start time as the kernel tells it, so that another program that got the same
    process id later is never taken for it.
    """

    name: str
    pid: int
    started: str
    log: str

    @classmethod
    def start(
        cls, name: str, command: Sequence[str], env: Mapping[str, str], log: Path, cwd: Path
    ) -> "Server":
        """Start a program in the background; what it prints goes to `log`."""
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return cls(name, process.pid, _start_time(process.pid), str(log))

    def is_running(self) -> bool:
        """Return whether the program still runs."""
        _reap(self.pid)
        return bool(self.started) and _start_time(self.pid) == self.started

    def wait_for_answer(self, url: str, seconds: float) -> None:
        """Wait until an address answers with success.

        :raise SetupError: when the program ends or stays silent; the end of its log is shown.
        """
        deadline = time.monotonic() + seconds
        while not _answers(url):
            if not self.is_running():
                raise self._failure("ended by itself")
            if time.monotonic() > deadline:
                raise self._failure(f"did not answer within {seconds:.0f} seconds")
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """End the program and everything it started; returns when it is gone."""
        if not self.is_running():
            return
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while self.is_running():
            if time.monotonic() > deadline:
                self._signal(signal.SIGKILL)
            time.sleep(POLL_SECONDS)

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return

    def _failure(self, what: str) -> SetupError:
        log = Path(self.log)
        return SetupError(f"{self.name} {what}; its log is {log}:\n{last_lines(log.read_text())}")


def save_servers(path: Path, servers: Sequence[Server]) -> None:
    """Write down what runs, for a later command."""
    path.write_text(json.dumps([asdict(server) for server in servers]))


def load_servers(path: Path) -> list[Server]:
    """Return what was written down, whether it still runs or not."""
    if not path.is_file():
        return []
    return [Server(**values) for values in json.loads(path.read_text())]


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_SECONDS) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _start_time(pid: int) -> str:
    """Return when a process started (field 22 of proc(5) stat), empty when it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]


def _reap(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return
