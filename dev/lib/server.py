"""Programs that keep running: started, waited for, found again by a later command, and ended."""

import json
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil
import requests

from .process import last_lines
from .report import SetupError

POLL_SECONDS = 0.1
ANSWER_SECONDS = 2
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


class Server:
    """A running program."""

    def __init__(
        self, name: str, command: Sequence[str], env: Mapping[str, str], log: Path, cwd: Path
    ):
        """Start it in the background; what it prints goes to `log`."""
        self.name, self.log = name, log
        with log.open("wb") as output:
            self.process = psutil.Popen(
                command,
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def require_running(self) -> None:
        """Check that the program has not ended.

        :raise SetupError: when it has; the end of its log is shown.
        """
        if self.process.poll() is not None:
            raise self._failure("ended by itself")

    def wait_for_answer(self, url: str, seconds: float) -> None:
        """Wait until an address answers with success.

        :raise SetupError: when the program ends or stays silent; the end of its log is shown.
        """
        deadline = time.monotonic() + seconds
        while not _answers(url):
            self.require_running()
            if time.monotonic() > deadline:
                raise self._failure(f"did not answer within {seconds:.0f} seconds")
            time.sleep(POLL_SECONDS)

    def cpu_seconds(self) -> float:
        """Return the processor time that the program itself has used."""
        times = self.process.cpu_times()
        return times.user + times.system

    def _failure(self, what: str) -> SetupError:
        text = last_lines(self.log.read_text())
        return SetupError(f"{self.name} {what}; its log is {self.log}:\n{text}")


def save_programs(path: Path, servers: Iterable[Server]) -> None:
    """Write down what runs, for a later command."""
    programs = [(server.process.pid, server.process.create_time()) for server in servers]
    path.write_text(json.dumps(programs))


def running_programs(path: Path) -> list[psutil.Process]:
    """Return what was written down and still runs; another program may have got its process id."""
    programs = []
    for pid, started in json.loads(path.read_text()) if path.is_file() else ():
        with suppress(psutil.NoSuchProcess):
            program = psutil.Process(pid)
            is_same = abs(program.create_time() - started) < SAME_START_SECONDS
            if is_same and program.status() != psutil.STATUS_ZOMBIE:
                programs.append(program)
    return programs


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=ANSWER_SECONDS).status_code == 200
    except requests.RequestException:
        return False
