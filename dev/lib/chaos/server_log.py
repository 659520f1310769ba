"""What a server's log must not say."""

import calendar
import re
import time
from pathlib import Path

from ..odoo import MISSING_IN_ODOO

LINE = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),\d+ \d+ (\w+) ")
BAD_LEVELS = ("ERROR", "CRITICAL")
BAD_ENTRY = re.compile(r"could not serialize access|deadlock detected|Traceback")
# Odoo's own: orders of one register that are saved at the same time wait for its sequence.
EXPECTED = re.compile(r"bad query: .*FROM ir_sequence WHERE id=\d+ FOR UPDATE NOWAIT")
OUTAGE = re.compile(
    r"psycopg2|connection|terminat|server closed|database system|cursor already closed"
    r"|Exception during request handling|Traceback|while running cron|WorkerCron|WorkerHTTP",
    re.IGNORECASE,
)
# After PostgreSQL is back, its lost connections are noticed one by one.
AFTERMATH_SECONDS = 15


def find_complaints(log: Path, outages: list[tuple[float, float]]) -> list[str]:
    """Return what a server complained about, an entry with its traceback each.

    :param outages: when PostgreSQL was away (seconds since 1970): lost connections are no complaint
        until shortly after.
    """
    return [
        entry
        for moment, level, entry in _entries(log)
        if (level in BAD_LEVELS or BAD_ENTRY.search(entry))
        and not EXPECTED.search(entry)
        and MISSING_IN_ODOO not in entry
        and not (_is_within(moment, outages) and OUTAGE.search(entry))
    ]


def _entries(log: Path):
    """Yield (moment, level, text) of each entry, the lines that belong to it included."""
    moment, level, lines = 0.0, "", []
    for line in log.read_text(errors="replace").splitlines():
        start = LINE.match(line)
        if start:
            if lines:
                yield moment, level, "\n".join(lines)
            moment = calendar.timegm(time.strptime(start[1], "%Y-%m-%d %H:%M:%S"))
            level, lines = start[2], []
        lines.append(line)
    if lines:
        yield moment, level, "\n".join(lines)


def _is_within(moment: float, outages: list[tuple[float, float]]) -> bool:
    return any(begun - 1 <= moment <= ended + AFTERMATH_SECONDS for begun, ended in outages)
