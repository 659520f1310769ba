"""Work done side by side: a few programs at a time, and none left over when the person stops it."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import IO, TypeVar

import psutil

from .paths import CHECKOUT_CACHE
from .server import end

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

# A tour with its browser takes a processor, as does a server test; a good part of the time they wait.
PROGRAMS = max(os.cpu_count() or 1, 2) + 2
SECONDS_TO_END = 5
# Beside the instances, which the stages make anew.
LOGS = CHECKOUT_CACHE / "logs"
_room = threading.BoundedSemaphore(PROGRAMS)
_running: set[psutil.Popen] = set()
_lock = threading.Lock()
_stopped = threading.Event()


class Stopped(Exception):
    """The person does not want the rest to be done."""


def side_by_side(work: Callable[[Item], Outcome], items: Iterable[Item]) -> list[Outcome]:
    """Call `work` with all items at once, and return what it returned, in the order of the items.

    When the person stops that, all programs of `run_program` are ended before this returns.
    """
    items = list(items)
    with ThreadPoolExecutor(max(len(items), 1)) as pool:
        try:
            futures = [pool.submit(work, item) for item in items]
            wait(futures)
        except KeyboardInterrupt:
            _stop()
            raise
    return [future.result() for future in futures]


def run_program(
    name: str,
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: str = "",
    is_patient: bool = False,
) -> tuple[str, int]:
    """Run a program as soon as there is room for it; return what it printed and its exit code.

    :param name: of the log that takes what it prints.
    :param stdin: what the program reads.
    :param is_patient: let the others have the processor first.
    """
    if is_patient:
        command = ["nice", *command]
    path = log_path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _room, path.open("w") as log:
        program = _start(command, log, cwd, env)
        try:
            program.communicate(stdin)
        finally:
            with _lock:
                _running.discard(program)
    return path.read_text(errors="replace"), program.returncode


def log_path(name: str) -> Path:
    """Return where the log of that name is kept until the next run."""
    return LOGS / f"{name}.log"


def _start(
    command: Sequence[str], log: IO[str], cwd: Path | None, env: Mapping[str, str] | None
) -> psutil.Popen:
    with _lock:
        if _stopped.is_set():
            raise Stopped
        program = psutil.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
            # A group of its own: Ctrl-C is for this process alone.
            start_new_session=True,
        )
        _running.add(program)
    return program


def _stop() -> None:
    """Start no more programs and end those that run, with the programs that they started."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # asking twice must not leave half of them running
    with _lock:
        _stopped.set()
        programs = list(_running)
    end(programs, SECONDS_TO_END)
