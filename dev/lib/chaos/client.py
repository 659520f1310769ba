"""Random schedules of the till's state machine, with a clock of its own, in plain Node."""

import argparse
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..paths import CHECKOUT
from ..report import SetupError, detail, step
from ..system import TEST_PROGRAMS, ensure_programs
from .draw import Drawn, find_failure, schedules, take

SCRIPT = Path(__file__).with_name("client.mjs")
STATIC = CHECKOUT / "static"
SAVED = STATIC / "tests" / "unit" / "payment_flow" / "random_schedules.js"
SAVED_TEXT = """\
/** Made by `dev/chaos client --save`; see dev/lib/chaos/draw.py. */
export const SCHEDULES = [
{lines}
].map(JSON.parse);
"""


class Player:
    """A running Node that plays one schedule after the other."""

    def __init__(self, process: subprocess.Popen):
        """Wrap the process."""
        self._process = process

    def play(self, schedule: Drawn) -> list[str]:
        """Return what was wrong after a schedule.

        :raise SetupError: when it could not be played.
        """
        try:
            self._process.stdin.write(json.dumps(schedule) + "\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())
        except (OSError, ValueError) as error:
            raise SetupError("The schedules cannot be played; see what Node says above.") from error


@contextmanager
def running_player(static: Path = STATIC) -> Iterator[Player]:
    """Keep Node running within a block.

    :param static: the folder of the till's code and of its tests.
    """
    command = ["node", str(SCRIPT), str(static)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Player(process)


def first_failure(player: Player, count: int, number: int) -> tuple[Drawn, list[str]] | None:
    """Play schedules until one fails; return the smallest that does, and what is wrong after it.

    :param count: how many at most.
    :param number: the seed.
    """

    def play(schedule: Drawn) -> tuple[Drawn, list[str]] | None:
        faults = player.play(schedule)
        return (schedule, faults) if faults else None

    return find_failure(schedules, count, number, play)


def run(options: argparse.Namespace) -> int:
    """Do what the options ask for and return the exit code."""
    if options.save:
        _save(take(schedules, options.schedules, options.seed))
        return 0
    ensure_programs({"node": TEST_PROGRAMS["node"]})
    begun = time.monotonic()
    with running_player() as player:
        if options.replay:
            schedule = json.loads(options.replay)
            failure = (schedule, player.play(schedule))
        else:
            step(f"Playing {options.schedules} schedules of the till's state machine")
            failure = first_failure(player, options.schedules, options.seed)
    schedule, faults = failure or ({}, [])
    for kind, parts in schedule.items():
        detail(f"{kind}: {', '.join(map(str, parts))}")
    step(f"{'; '.join(faults) or 'Nothing was wrong.'} ({time.monotonic() - begun:.0f} seconds)")
    if faults:
        detail(f"again: dev/chaos client --replay '{json.dumps(schedule)}'")
    return 1 if faults else 0


def _save(drawn: list[Drawn]) -> None:
    lines = "\n".join(f"    '{json.dumps(one, separators=(',', ':'))}'," for one in drawn)
    SAVED.write_text(SAVED_TEXT.format(lines=lines))
    detail(f"{len(drawn)} schedules are in {SAVED.relative_to(CHECKOUT)}")
