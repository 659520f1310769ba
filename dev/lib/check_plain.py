"""The tests that need no Odoo."""

import re
import subprocess

from .odoo import Instance
from .paths import CHECKOUT


def plain(instance: Instance, _tags: str) -> tuple[int, int]:
    """Run pytest on tests/plain and return how many tests passed and failed."""
    result = subprocess.run(
        [str(instance.python), "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print("\n".join(result.stdout.splitlines()[-30:]) if result.returncode else "", end="")
    passed = _count(r"(\d+) passed", result.stdout)
    failed = _count(r"(\d+) failed", result.stdout) + _count(r"(\d+) errors?", result.stdout)
    return passed, failed or int(result.returncode != 0)


def _count(pattern: str, text: str) -> int:
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0
