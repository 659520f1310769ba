"""The tests that need no Odoo."""

import re
import sys

from .odoo import Instance
from .paths import CHECKOUT
from .report import show
from .side_by_side import run_program


def plain(_instance: Instance, _tags: str) -> tuple[int, int]:
    """Run pytest on tests/plain and return how many tests passed and failed."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    log, code = run_program("plain", command, cwd=CHECKOUT, is_patient=True)
    if code:
        show("\n".join(log.splitlines()[-30:]))
    passed = _count(r"(\d+) passed", log)
    failed = _count(r"(\d+) failed", log) + _count(r"(\d+) errors?", log)
    return passed, failed or int(code != 0)


def _count(pattern: str, text: str) -> int:
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0
