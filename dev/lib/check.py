"""`dev/test`: every test of the project, in stages, with a summary."""

import argparse
import time
from collections.abc import Callable

from .chaos.kills import play_kills
from .check_lint import lint
from .check_matrix import matrix
from .check_odoo import ALL_TESTS, beside, ensure_baselines, hoot, odoo
from .check_plain import plain
from .check_referee import referee
from .node import ensure_node_tools
from .odoo import Instance, ensure_instance
from .report import SetupError, detail, held_back, run_main, show, step
from .side_by_side import side_by_side
from .system import TEST_PROGRAMS, ensure_programs

INSTANCE = "test"


def chaos(_instance: Instance, _tags: str) -> tuple[int, int]:
    """Kill a worker at each point of a payment, compare the ledgers, and look into Odoo's log."""
    count, wrong = play_kills()
    for text in wrong:
        detail(f"failed: {text}")
    return max(count - len(wrong), 0), len(wrong)


# Of a stage: its name, how many tests passed and failed, and the seconds that it took.
Row = tuple[str, int, int, float]
STAGES: dict[str, Callable[[Instance, str], tuple[int, int]]] = {
    "lint": lint,
    "plain": plain,
    "odoo": odoo,
    "hoot": hoot,
    "beside": beside,
    "referee": referee,
    "matrix": matrix,
    "chaos": chaos,
}
# These run alone, and only when they are asked for: the one takes long, and what the other finds
# depends on how fast the machine is.
ALONE = ("matrix", "chaos")


def parse_options() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(prog="dev/test", description=__doc__)
    parser.add_argument(
        "stages", nargs="*", metavar="STAGE", help=f"only these: {', '.join(STAGES)}"
    )
    parser.add_argument(
        "--tags",
        default=ALL_TESTS,
        help="Odoo's --test-tags for the stages odoo and beside (default: all of the addon)",
    )
    parser.add_argument(
        "--modules",
        default="",
        metavar="MODULE[,MODULE]",
        help="only these addons of Odoo in the stage matrix (default: all that it has)",
    )
    options = parser.parse_args()
    unknown = [name for name in options.stages if name not in STAGES]
    if unknown:
        parser.error(f"no such stage: {', '.join(unknown)}; choose from {', '.join(STAGES)}")
    return options


def main() -> int:
    """Run the stages and return the exit code."""
    options = parse_options()
    ensure_programs(TEST_PROGRAMS)
    instance = ensure_instance(INSTANCE)
    ensure_node_tools()
    names = options.stages or [name for name in STAGES if name not in ALONE]
    rows = _run_all(names, instance, options)
    print("\nstage      passed  failed  seconds")
    for name, passed, failed, seconds in rows:
        print(f"{name:<10} {passed:>6}  {failed:>6}  {seconds:>7.0f}")
    passed, failed = (sum(row[column] for row in rows) for column in (1, 2))
    print(f"\n{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def _run_all(names: list[str], instance: Instance, options: argparse.Namespace) -> list[Row]:
    """Run stages, side by side where they do not mind it."""
    ensure_baselines(instance, names)
    together = [name for name in names if name not in ALONE]
    rows = side_by_side(lambda name: _run_quietly(name, instance, options), together)
    return rows + [_run(name, instance, options) for name in names if name in ALONE]


def _run_quietly(name: str, instance: Instance, options: argparse.Namespace) -> Row:
    """Run a stage and show what it has to say when it has ended."""
    with held_back() as lines:
        row = _run(name, instance, options)
    show("\n".join([f"==> Stage {name} has ended after {row[-1]:.0f} s", *lines]))
    return row


def _run(name: str, instance: Instance, options: argparse.Namespace) -> Row:
    step(f"Stage {name}")
    begun = time.monotonic()
    try:
        passed, failed = STAGES[name](instance, _choice(name, options))
    except SetupError as error:
        show(f"dev: {error}")
        passed, failed = 0, 1
    if not passed and not failed:
        show(f"dev: the stage {name} ran no test; something is wrong with its set-up.")
        failed = 1
    return name, passed, failed, time.monotonic() - begun


def _choice(stage: str, options: argparse.Namespace) -> str:
    """Return which part of a stage was asked for."""
    return options.modules if stage == "matrix" else options.tags


if __name__ == "__main__":
    run_main(main)
