"""Reading the log of an Odoo test run: its counts, and what must not be in it."""

import re
from dataclasses import dataclass

LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ (?P<level>[A-Z]+) (?P<rest>.*)")
TOTALS = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests when loading")
HOOT_PASSED = re.compile(r"Passed (\d+) tests \(")
HOOT_FAILED = re.compile(r"Failed (\d+) tests \((\d+) passed")
SKIPPED = re.compile(r"^\S+ \S+: skipped ")
BAD_LEVELS = ("ERROR", "CRITICAL")
# Debian's package lacks this file for licence reasons; Odoo complains and goes on without it.
HARMLESS = ("selfie_segmentation",)


@dataclass(frozen=True)
class Record:
    """One record of the log, with the lines that belong to it (a traceback, for instance)."""

    level: str
    text: str

    @property
    def is_bad(self) -> bool:
        """Whether a run with this record cannot be called clean."""
        if any(word in self.text for word in HARMLESS):
            return False
        return self.level in BAD_LEVELS or "\nTraceback (most recent call last)" in self.text


def read_log(text: str) -> list[Record]:
    """Split a log into its records."""
    records: list[list[str]] = []
    for line in text.splitlines():
        if LINE.match(line) or not records:
            records.append([line])
        else:
            records[-1].append(line)
    return [Record(_level(lines[0]), "\n".join(lines)) for lines in records]


def _level(line: str) -> str:
    match = LINE.match(line)
    return match["level"] if match else ""


def count_tests(text: str) -> tuple[int, int]:
    """Return how many Python tests passed and failed."""
    passed = failed = 0
    for failures, errors, total in TOTALS.findall(text):
        bad = int(failures) + int(errors)
        failed += bad
        passed += int(total) - bad
    return passed, failed


def count_hoot(text: str) -> tuple[int, int]:
    """Return how many JavaScript unit tests passed and failed."""
    if failures := HOOT_FAILED.search(text):
        return int(failures[2]), int(failures[1])
    passes = HOOT_PASSED.search(text)
    return (int(passes[1]) if passes else 0), 0


def skipped_tests(records: list[Record]) -> list[str]:
    """Return what the log says of each skipped test."""
    matches = ((LINE.match(record.text), record.text) for record in records)
    return [
        text.splitlines()[0]
        for match, text in matches
        if match and SKIPPED.match(match["rest"])
    ]  # fmt: skip
