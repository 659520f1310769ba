"""Programs that keep running: started, waited for, found again by a later command, and ended."""

import json
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
import requests

from .process import last_lines
from .report import SetupError

POLL_SECONDS = 0.1
ANSWER_SECONDS = 2
STOP_SECONDS = 15
# The kernel's clock may be set between two commands; a process id is not given again so soon.
SAME_START_SECONDS = 2


def end(programs: Iterable[psutil.Process], seconds: float) -> None:
    """End programs and everything that they started; those that do not listen are killed.

    :param seconds: how long they may take.
    """
    family = []
    for program in programs:
        with suppress(psutil.NoSuchProcess):
            family += [program, *program.children(recursive=True)]
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _gone, alive = psutil.wait_procs(family, seconds)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive)


@dataclass(frozen=True)
class Server:
    """A running program.

    `started`: the moment of its start, so that another program that got the same process id later
    is never taken for it.
    """

    name: str
    pid: int
    started: float
    log: str

    @classmethod
    def start(
        cls, name: str, command: Sequence[str], env: Mapping[str, str], log: Path, cwd: Path
    ) -> "Server":
        """Start a program in the background; what it prints goes to `log`."""
        with log.open("wb") as output:
            process = psutil.Popen(
                command,
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return cls(name, process.pid, process.create_time(), str(log))

    def is_running(self) -> bool:
        """Return whether the program still runs."""
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(self.pid)
            is_same = abs(process.create_time() - self.started) < SAME_START_SECONDS
            return is_same and process.status() != psutil.STATUS_ZOMBIE
        return False

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
        if self.is_running():
            end([psutil.Process(self.pid)], STOP_SECONDS)

    def cpu_seconds(self) -> float:
        """Return the processor time that the program itself has used."""
        times = psutil.Process(self.pid).cpu_times()
        return times.user + times.system

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
        return requests.get(url, timeout=ANSWER_SECONDS).status_code == 200
    except requests.RequestException:
        return False
