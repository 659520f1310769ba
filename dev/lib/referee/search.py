"""Which schedules are played: every one up to a bound, then random ones; and how they are told."""

import gc
import itertools
import json
import re
import sys
from collections import deque

from hypothesis import strategies

from ..chaos.draw import find_failure
from ..check_referee import RESULT
from . import mutations
from .clock import real_seconds
from .judge import Judge
from .kernel import Endless
from .network import Network
from .odoo_server import Server
from .scenes import SCENES
from .shop import clean, ensure_shop
from .world import World

# Random schedules of each scene that the stage of `dev/test` plays after the first systematic ones.
STAGE_RANDOM = 3
# Random schedules of a scene at a time, in a long run.
ROUND = 25
# Which other step than the usual one is taken, by position.
SCHEDULES = strategies.dictionaries(
    strategies.integers(0, 79), strategies.integers(1, 7), max_size=6
)


class Played:
    """What came of one schedule."""

    def __init__(self, scene, deviations, faults, kernel):
        self.scene, self.deviations, self.faults = scene, deviations, faults
        self.log = kernel.log
        self._degrees, self._unusual = kernel.degrees, kernel.unusual

    def next_deviations(self):
        """Return the schedules with one deviation more, later than those so far.

        What a schedule alone brings about comes first: faults, deaths, early scheduled actions.
        """
        first = max(self.deviations, default=-1) + 1
        choices = [
            (position, choice)
            for position in range(first, len(self._degrees))
            for choice in range(1, self._degrees[position])
        ]
        choices.sort(key=lambda pair: pair[1] not in self._unusual[pair[0]])
        return [{**self.deviations, position: choice} for position, choice in choices]


class Search:
    """Plays schedules, with one Odoo and one database."""

    def __init__(self, clock, options, odoo_options: list[str]):
        """Load everything that schedules share.

        :param odoo_options: of Odoo's command line.
        """
        self.options = options
        self.server = Server(clock, odoo_options)
        network, shop = Network(self.server), ensure_shop(self.server)
        from odoo.addons.pos_viva_wallet.simulator import ManualClock, Simulator

        self.world = World(self.server, network, shop, Simulator, ManualClock)
        gc.collect()
        gc.freeze()

    def run(self) -> int:
        """Do what the options ask for and return the exit code."""
        options = self.options
        if options.list:
            for scene in SCENES.values():
                print(f"{scene.name:<22} {scene.text}")
            return 0
        if options.prove:
            return self._prove()
        with mutations.applied(self.server, options.mutation):
            if options.replay:
                return self._replay(*options.replay)
            if options.stage:
                return self._stage()
            return self._long()

    # === ONE SCHEDULE === #

    def play(self, scene, deviations: dict[int, int]) -> Played:
        """Play one schedule and judge it."""
        world = self.world
        world.begin(scene, deviations)
        faults = []
        try:
            scene.work(world)
            world.play()
            faults += Judge(world).after_the_scripts()
            world.let_days_pass()
            faults += Judge(world).at_rest()
        except Endless as error:
            faults.append(f"It does not come to an end {error}.")
        finally:
            world.kernel.discard_actors()
            clean(self.server, world.has_changed_settings)
        return Played(scene, deviations, list(dict.fromkeys(faults)), world.kernel)

    def _replay(self, name, choices):
        played = self.play(SCENES[name], _parse(choices))
        print("\n".join(played.log))
        print("\n".join(played.faults) or "Nothing is wrong.")
        return 1 if played.faults else 0

    # === WHICH ARE PLAYED === #

    def _scenes(self):
        return [SCENES[name] for name in self.options.scene or SCENES]

    def _stage(self):
        """Play a few schedules of each scene: what `dev/test` does."""
        failed = 0
        for scene in self._scenes():
            begun = real_seconds()
            count, _left, found = self.enumerate(scene, scene.stage)
            found |= self.random(scene, self.options.seed, STAGE_RANDOM)
            failed += self._tell_scene(scene, count + STAGE_RANDOM, real_seconds() - begun, found)
        return 1 if failed else 0

    def _long(self):
        """Enumerate all scenes, then play random schedules until the time is over."""
        failed = 0
        end = real_seconds() + 60 * self.options.minutes
        for scene in self._scenes():
            begun = real_seconds()
            count, left, found = self.enumerate(scene, scene.most)
            failed += self._tell_scene(scene, count, real_seconds() - begun, found)
            print(f"{scene.name}: {left} more within the bound")
        seeds = itertools.count(self.options.seed)
        for seed, scene in ((seed, scene) for seed in seeds for scene in self._scenes()):
            if real_seconds() > end:
                break
            begun = real_seconds()
            found = self.random(scene, seed, ROUND)
            failed += self._tell_scene(scene, ROUND, real_seconds() - begun, found)
        return 1 if failed else 0

    def _prove(self):
        """Take out each fix in turn and tell how soon that is found; return the exit code."""
        missed = 0
        for mutation in mutations.MUTATIONS.values():
            begun, count, played = real_seconds(), 0, None
            with mutations.applied(self.server, mutation.name):
                for scene in (SCENES[name] for name in mutation.scenes):
                    number, played = self._first_fault(scene)
                    count += number
                    if played:
                        break
            seconds = real_seconds() - begun
            missed += played is None
            verdict = f"found: {played.faults[0]}" if played else "MISSED"
            print(f"{mutation.name}: {verdict} ({count} schedules, {seconds:.1f} s)")
            print(f"  {mutation.text}")
            if played:
                print(f"  again: {_again(played)} --mutation {mutation.name}")
            sys.stdout.flush()
        return 1 if missed else 0

    def _first_fault(self, scene):
        """Play what the stage plays of a scene, until something is wrong."""
        count, _left, found = self.enumerate(scene, scene.stage, is_first=True)
        if not found:
            found = self.random(scene, self.options.seed, STAGE_RANDOM)
            count += STAGE_RANDOM
        return count, next(iter(found.values()), None)

    def random(self, scene, number, count):
        """Play random schedules; return the smallest that fails, by its kind.

        :param int number: of the series: the same one is the same schedules.
        :param int count: how many, beside those by which a failing one is made smaller.
        """
        played = find_failure(SCHEDULES, count, number, lambda one: self._failing(scene, one))
        return {_kind(played.faults[0]): played} if played else {}

    def _failing(self, scene, deviations):
        played = self.play(scene, deviations)
        return played if played.faults else None

    def _tell_scene(self, scene, count, seconds, found):
        """Tell how the schedules of a scene ended; return whether one failed."""
        print(f"{scene.name}: {count} schedules in {seconds:.1f} s ({count / seconds:.1f}/s)")
        for played in found.values():
            print("\n".join([*played.log, *(f"  FAULT {fault}" for fault in played.faults)]))
            print(f"  again: {_again(played)}")
        result = {
            "scene": scene.name,
            "schedules": count,
            "faults": list(found),
            "again": [_again(played) for played in found.values()],
        }
        print(RESULT + json.dumps(result))
        sys.stdout.flush()
        return bool(found)

    def enumerate(self, scene, most, is_first=False):
        """Play all schedules with up to `scene.depth` deviations, few first.

        :param int most: so many of them.
        :param bool is_first: no more after one that failed.
        :return: how many, how many are left, and the first that failed of each kind.
        """
        waiting, count, found = deque([{}]), 0, {}
        while waiting and count < most and not (is_first and found):
            deviations = waiting.popleft()
            played = self.play(scene, deviations)
            count += 1
            for fault in played.faults:
                found.setdefault(_kind(fault), played)
            if len(deviations) < scene.depth:
                waiting.extend(played.next_deviations())
        return count, len(waiting), found


def _kind(fault):
    """Return a fault without what is another one in each schedule."""
    return re.sub(r"\b[0-9a-f]{8}\b", "...", fault)


def _again(played):
    choices = ",".join(f"{p}:{c}" for p, c in sorted(played.deviations.items())) or "-"
    return f"dev/chaos referee --replay {played.scene.name} {choices}"


def _parse(choices):
    pairs = (pair.split(":") for pair in choices.split(",") if ":" in pair)
    return {int(position): int(choice) for position, choice in pairs}
