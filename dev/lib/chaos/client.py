"""Random schedules of the till's state machine, with a clock of its own, in plain Node."""

import argparse
import json
import subprocess
import time
from pathlib import Path
from typing import Any

from ..paths import CHECKOUT
from ..process import last_lines
from ..report import SetupError, detail, step
from ..system import TEST_PROGRAMS, ensure_programs
from .shrink import shrink

SCRIPT = Path(__file__).with_name("client.mjs")
MOST_SHRUNK = 5

Report = dict[str, Any]


def run(options: argparse.Namespace) -> int:
    """Play the schedules of consecutive seeds and show the failed ones; return the exit code."""
    ensure_programs({"node": TEST_PROGRAMS["node"]})
    step(f"Playing {options.schedules} schedules of the till's state machine")
    begun = time.monotonic()
    failed = [report for report in play(options.seed, options.schedules, options.keep)
              if report["faults"]]  # fmt: skip
    for report in failed[:MOST_SHRUNK]:
        _tell_failure(report, options.keep)
    detail(f"{len(failed)} of {options.schedules} schedules failed in"
           f" {time.monotonic() - begun:.0f} seconds")  # fmt: skip
    return 1 if failed else 0


def play(seed: int, count: int, keep: list[int] | None = None) -> list[Report]:
    """Play schedules and return the reports of client.mjs: of the failed ones, with `keep` of all.

    :param keep: which parts of each schedule happen, None is all.
    :raise SetupError: when it could not be played.
    """
    command = ["node", str(SCRIPT), str(CHECKOUT / "static"), str(seed), str(count)]
    if keep is not None:
        command.append(",".join(map(str, keep)))
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise SetupError(f"The schedules could not be played:\n{last_lines(result.stderr)}")
    return [json.loads(line) for line in result.stdout.splitlines()]


def _tell_failure(report: Report, keep: list[int] | None) -> None:
    """Show a failure, and the smallest part of its schedule that fails, too."""
    seed = report["seed"]
    if keep is None:
        keep = shrink(len(report["parts"]), lambda kept: bool(play(seed, 1, kept)[0]["faults"]))
        [report] = play(seed, 1, keep)
    step(f"seed {seed}: {'; '.join(report['faults'])}")
    for part in report["parts"]:
        detail(part)
    parts = ",".join(map(str, keep))
    detail(f"again: dev/chaos client --schedules 1 --seed {seed} --keep {parts}")
