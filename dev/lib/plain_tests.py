"""Stage `plain`: Python tests that need no Odoo."""

import subprocess
import tempfile
import xml.etree.ElementTree
from pathlib import Path

from .paths import CHECKOUT
from .process import last_lines
from .results import StageResult

SHOWN_LINES = 80


def run_plain(python: Path) -> StageResult:
    """Run pytest and count what it ran.

    :param python: Python of the virtual environment that has pytest.
    """
    result = StageResult("plain")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
        done = subprocess.run(
            [str(part) for part in command],
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        _count(result, report)
    if done.returncode and not result.failed:
        result.add_problem("pytest ended with an error.")
    if result.failed:
        result.problems.append(last_lines(done.stdout, SHOWN_LINES))
    return result.require_tests()


def _count(result: StageResult, report: Path) -> None:
    if not report.is_file():
        return
    for suite in xml.etree.ElementTree.parse(report).iter("testsuite"):
        numbers = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
        result.failed += numbers["failures"] + numbers["errors"]
        result.skipped += numbers["skipped"]
        result.passed += numbers["tests"] - result.failed - result.skipped
