"""`dev/test`: every check of the project."""

import argparse
import signal
import time
from collections.abc import Callable

from .lint import run_lint
from .odoo_tests import OdooTests
from .paths import ADDON
from .plain_tests import run_plain
from .report import SetupError, run_main, step
from .results import StageResult, print_summary
from .setup import ensure_instance
from .stamp import setup_lock
from .system import TEST_PROGRAMS, ensure_programs, find_browser
from .venv import CHECK

STAGES = {
    "lint": "linters",
    "plain": "Python tests without Odoo",
    "odoo": "Odoo tests and tours",
    "hoot": "JavaScript unit tests",
    "beside": "Odoo tests and tours beside other addons",
}


def parse_options() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(prog="dev/test", description=__doc__)
    parser.add_argument(
        "stages",
        nargs="*",
        metavar="STAGE",
        help=f"run only these: {', '.join(STAGES)} (default: all)",
    )
    parser.add_argument(
        "--tags",
        metavar="TAGS",
        help=f"Odoo test tags for one test, e.g. /{ADDON}:TestLedger.test_one; runs stage odoo only"
        " unless stages are named",
    )
    options = parser.parse_args()
    unknown = set(options.stages) - set(STAGES)
    if unknown:
        parser.error(f"unknown stage {', '.join(unknown)}; choose from {', '.join(STAGES)}")
    if not options.stages:
        options.stages = ["odoo"] if options.tags else list(STAGES)
    return options


def main() -> int:
    """Run the stages and return the exit code."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    options = parse_options()
    with setup_lock():
        ensure_programs(TEST_PROGRAMS)
    if not find_browser():
        raise SetupError("No browser for the tests; run: sudo apt install chromium")
    instance = ensure_instance("test", CHECK)
    with OdooTests(instance, options.tags or f"/{ADDON}") as tests:
        stages = {
            "lint": lambda: run_lint(instance.python),
            "plain": lambda: run_plain(instance.python),
            "odoo": tests.run_odoo,
            "hoot": tests.run_hoot,
            "beside": tests.run_beside,
        }
        results = [_run_stage(name, stages[name]) for name in STAGES if name in options.stages]
    print_summary(results)
    return 0 if all(result.is_good for result in results) else 1


def _run_stage(name: str, stage: Callable[[], StageResult]) -> StageResult:
    step(f"{name}: {STAGES[name]}")
    started = time.monotonic()
    result = stage()
    result.seconds = time.monotonic() - started
    for problem in result.problems:
        print(problem, flush=True)
    return result


if __name__ == "__main__":
    run_main(main)
