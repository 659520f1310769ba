"""What Odoo's log tells: what went wrong, and how long the HTTP workers were at work."""

import re
from collections import Counter
from pathlib import Path

# "... werkzeug: 127.0.0.1 - - [...] "POST /path HTTP/1.1" 200 - queries sql-seconds other-seconds"
_REQUEST = re.compile(r' \S+ werkzeug: .*" \d{3} - \d+ (?P<sql>[\d.]+) (?P<other>[\d.]+)')
_TROUBLE = {
    "serialization errors": re.compile("could not serialize|SERIALIZATION_FAILURE|deadlock"),
    "tracebacks": re.compile("^Traceback"),
    "errors": re.compile(r"^\S+ \S+ \d+ (?:ERROR|CRITICAL) "),
}


class Log:
    """A growing log, read piece by piece."""

    def __init__(self, path: Path):
        """Start at the present end."""
        self.path = path
        self.position = path.stat().st_size

    def read(self) -> list[str]:
        """Return the lines since the last time."""
        with self.path.open("rb") as file:
            file.seek(self.position)
            text = file.read()
            self.position = file.tell()
        return text.decode(errors="replace").splitlines()


def trouble(lines: list[str]) -> Counter[str]:
    """Return how many lines there are of each kind of trouble."""
    return Counter(
        kind for line in lines for kind, pattern in _TROUBLE.items() if pattern.search(line)
    )


def busy_seconds(lines: list[str]) -> float:
    """Return how long HTTP workers were at requests, altogether."""
    found = (_REQUEST.search(line) for line in lines)
    return sum(float(match["sql"]) + float(match["other"]) for match in found if match)
