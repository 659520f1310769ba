"""What a server's log must not say."""

import re
from collections.abc import Iterator
from pathlib import Path

from ..odoo import MISSING_IN_ODOO

LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ (\w+) ")
BAD_LEVELS = ("ERROR", "CRITICAL")
BAD_ENTRY = re.compile(r"could not serialize access|deadlock detected|Traceback")
# Odoo's own: orders of one register that are saved at the same time wait for its sequence.
EXPECTED = re.compile(r"bad query: .*FROM ir_sequence WHERE id=\d+ FOR UPDATE NOWAIT")


def find_complaints(log: Path) -> list[str]:
    """Return what a server complained about, an entry with its traceback each."""
    return [
        entry
        for level, entry in _entries(log)
        if (level in BAD_LEVELS or BAD_ENTRY.search(entry))
        and not EXPECTED.search(entry)
        and MISSING_IN_ODOO not in entry
    ]


def _entries(log: Path) -> Iterator[tuple[str, str]]:
    """Yield level and text of each entry, the lines that belong to it included."""
    level, lines = "", []
    for line in log.read_text(errors="replace").splitlines():
        start = LINE.match(line)
        if start:
            if lines:
                yield level, "\n".join(lines)
            level, lines = start[1], []
        lines.append(line)
    if lines:
        yield level, "\n".join(lines)
