"""Doing long steps once: each leaves a stamp that says what it was made from."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .paths import CACHE


def is_current(folder: Path, version: str) -> bool:
    """Return whether `folder` was completed from `version`."""
    stamp = folder / ".complete"
    return stamp.is_file() and stamp.read_text() == version


def mark_current(folder: Path, version: str) -> None:
    """Record that `folder` was completed from `version`."""
    (folder / ".complete").write_text(version)


@contextmanager
def setup_lock() -> Iterator[None]:
    """Let one process at a time fill the cache folder; the others wait for it."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
