"""What the person at the keyboard sees: progress lines, and one sentence when something is wrong."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_held = threading.local()


class SetupError(Exception):
    """Something that the person can put right; its text says what happened and what to do."""


def step(text: str) -> None:
    """Print one progress line."""
    _print(f"==> {text}")


def detail(text: str) -> None:
    """Print one line below a progress line."""
    show(f"    {text}")


def progress(text: str) -> None:
    """Print one line below a progress line at once, whatever is held back."""
    _print(f"    {text}")


def show(text: str) -> None:
    """Print what a program said, unless the thread's lines are held back."""
    lines = getattr(_held, "lines", None)
    if lines is None:
        _print(text)
    else:
        lines.append(text)


def _print(text: str) -> None:
    """Print in one piece, so that the lines of two threads do not get mixed up."""
    print(f"{text}\n", end="", flush=True)


@contextmanager
def held_back() -> Iterator[list[str]]:
    """Collect what this thread shows within a block, so that it can be printed in one go."""
    _held.lines = []
    try:
        yield _held.lines
    finally:
        _held.lines = None


def run_main(main: Callable[[], int]) -> None:
    """Run a command and end the process with its exit code; a `SetupError` ends as one sentence."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        code = main()
    except SetupError as error:
        print(f"dev: {error}", file=sys.stderr, flush=True)
        code = 1
    except KeyboardInterrupt:
        print("dev: stopped.", file=sys.stderr, flush=True)
        code = 130
    sys.exit(code)
