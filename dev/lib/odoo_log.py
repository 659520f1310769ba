"""What Odoo's log tells: what went wrong, and how long requests took."""

import re
from collections.abc import Iterator
from pathlib import Path

from .odoo import MISSING_IN_ODOO

LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ (\w+) ")
BAD_LEVELS = ("ERROR", "CRITICAL")
BAD_ENTRY = re.compile(r"could not serialize access|deadlock detected|Traceback")
# Odoo does again what was in the way of another transaction, and says so.
RETRIED = re.compile(r"SERIALIZATION_FAILURE|DEADLOCK_DETECTED")
# Odoo's own: orders of one register that are saved at the same time wait for its sequence.
EXPECTED = re.compile(r"bad query: .*FROM ir_sequence WHERE id=\d+ FOR UPDATE NOWAIT")
# "... werkzeug: 127.0.0.1 - - [...] "POST /path HTTP/1.1" 200 - queries sql-seconds other-seconds"
REQUEST = re.compile(r' \S+ werkzeug: .*" \d{3} - \d+ (?P<sql>[\d.]+) (?P<other>[\d.]+)')


class OdooLog:
    """A growing log, read piece by piece."""

    def __init__(self, path: Path):
        """Start at the present end."""
        self.path = path
        self.position = path.stat().st_size

    def read(self) -> str:
        """Return what was written since the last time."""
        with self.path.open("rb") as file:
            file.seek(self.position)
            text = file.read()
            self.position = file.tell()
        return text.decode(errors="replace")


def find_complaints(text: str) -> list[str]:
    """Return what a server complained about, an entry with its traceback each."""
    return [
        entry
        for level, entry in _entries(text)
        if (level in BAD_LEVELS or BAD_ENTRY.search(entry))
        and not EXPECTED.search(entry)
        and MISSING_IN_ODOO not in entry
    ]


def count_retries(text: str) -> int:
    """Return how often Odoo did something again because of another transaction."""
    return len(RETRIED.findall(text))


def busy_seconds(text: str) -> float:
    """Return how long HTTP workers were at requests, altogether."""
    return sum(float(m["sql"]) + float(m["other"]) for m in REQUEST.finditer(text))


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """Yield level and text of each entry, the lines that belong to it included."""
    level, lines = "", []
    for line in text.splitlines():
        start = LINE.match(line)
        if start:
            if lines:
                yield level, "\n".join(lines)
            level, lines = start[1], []
        lines.append(line)
    if lines:
        yield level, "\n".join(lines)
