"""The stage that places everything that can happen at once in every order, and looks at the money."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from .databases import ensure_database
from .odoo import Instance, ensure_instance
from .paths import DEV
from .referee.__main__ import parse_options
from .report import detail
from .side_by_side import log_path, run_program

INSTANCE = DATABASE = "referee"
# What the stage counts: one line for each scene.
RESULT = "REFEREE "


def referee(_instance: Instance, _tags: str) -> tuple[int, int]:
    """Play all scenes: each order of steps up to a bound, then random ones."""
    with _program(["--stage"]) as (command, environment):
        log, code = run_program("referee", command, env=environment, cwd=DEV)
    results = [
        json.loads(line.removeprefix(RESULT))
        for line in log.splitlines()
        if line.startswith(RESULT)
    ]
    failed = [result for result in results if result["faults"]]
    for result in failed:
        detail(f"failed: {result['scene']}: {' '.join(result['faults'])}")
        for again in result["again"]:
            detail(f"again: {again}")
    if code not in (0, 1) or not results:
        detail(f"The referee ended with code {code}; its log is {log_path('referee')}")
        return len(results) - len(failed), max(len(failed), 1)
    return len(results) - len(failed), len(failed)


def run(arguments: list[str]) -> int:
    """Play what the arguments of `dev/chaos referee` ask for and return the exit code."""
    parse_options(arguments)  # a mistake, or a call for help, before anything is started
    with _program(arguments) as (command, environment):
        return subprocess.call(command, env=environment, cwd=DEV)


@contextmanager
def _program(arguments: list[str]) -> Iterator[tuple[list[str], dict[str, str]]]:
    """Give the referee's command and environment in a block in which its database runs."""
    instance = ensure_instance(INSTANCE)
    was_running = instance.cluster.is_running()
    ensure_database(instance, DATABASE)
    variables = instance.environment()
    try:
        yield (
            [
                sys.executable, "-m", "lib.referee", *arguments,
                "--", *instance.options(), f"--database={DATABASE}",
            ],
            {
                **variables,
                "PYTHONPATH": f"{DEV}:{variables['PYTHONPATH']}",
                # Sets of texts have the same order in each run.
                "PYTHONHASHSEED": "0",
            },
        )  # fmt: skip
    finally:
        if not was_running:
            instance.cluster.stop()
