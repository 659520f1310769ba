"""Which schedules are played: every one up to a bound, then random ones; and how they are told."""

import gc
import json
import re
import sys
from collections import deque

from .clock import real_seconds
from .judge import Judge
from .kernel import Endless
from .network import Network
from .odoo_server import Server
from .scenes import SCENES
from .shop import clean, ensure_shop
from .world import World

RESULT = "REFEREE "


class Played:
    """What came of one schedule."""

    def __init__(self, scene, deviations, faults, degrees, log):
        self.scene, self.deviations, self.faults = scene, deviations, faults
        self.degrees, self.log = degrees, log


class Search:
    """Plays schedules, with one Odoo and one database."""

    def __init__(self, clock, options):
        """Load everything that schedules share."""
        self.options = options
        self.server = Server(clock, options)
        self.network = Network(self.server)
        self.shop = ensure_shop(self.server)
        from odoo.addons.pos_viva_wallet.simulator import ManualClock, Simulator

        self.world = World(self.server, self.network, self.shop, Simulator, ManualClock)
        clean(self.server, has_changed_settings=True)
        gc.collect()
        gc.freeze()

    def run(self) -> int:
        """Do what the options ask for and return the exit code."""
        options = self.options
        if options.list:
            for scene in SCENES.values():
                print(f"{scene.name:<20} {scene.text}")
            return 0
        if options.replay:
            return self._replay(*options.replay)
        return self._systematic()

    # === ONE SCHEDULE === #

    def play(self, scene, deviations: dict[int, int]) -> Played:
        """Play one schedule and judge it."""
        world = self.world
        world.begin(scene, deviations)
        faults = []
        try:
            scene.work(world)
            world.play()
            faults += Judge(world).soon()
            world.rest()
            faults += Judge(world).finally_()
        except Endless as error:
            faults.append(f"It does not come to an end {error}.")
        finally:
            world.kernel.bury()
            clean(self.server, world.has_changed_settings)
        kernel = world.kernel
        return Played(scene, deviations, list(dict.fromkeys(faults)), kernel.degrees, kernel.log)

    def _replay(self, name, choices):
        self.world.kernel.tells_all = self.options.all
        played = self.play(SCENES[name], _parse(choices))
        print("\n".join(played.log))
        print("\n".join(played.faults) or "Nothing is wrong.")
        return 1 if played.faults else 0

    # === SYSTEMATIC === #

    def _systematic(self):
        failed = 0
        names = self.options.scene or list(SCENES)
        for name in names:
            scene = SCENES[name]
            begun = real_seconds()
            if self.options.profile:
                return self._profile(scene)
            count, left, found = self.enumerate(scene)
            seconds = real_seconds() - begun
            print(
                f"{name}: {count} schedules in {seconds:.1f} s ({count / seconds:.1f}/s), {left}"
                " more within the bound"
            )
            failed += bool(found)
            for played in found.values():
                self._tell(played)
            result = {
                "scene": name,
                "schedules": count,
                "seconds": round(seconds, 1),
                "faults": list(found),
                "again": [_again(played) for played in found.values()],
            }
            print(RESULT + json.dumps(result))
            sys.stdout.flush()
        return 1 if failed else 0

    def _profile(self, scene):
        import cProfile, pstats
        profile = cProfile.Profile()
        self.play(scene, {})
        profile.enable()
        for _ in range(20): self.play(scene, {})
        profile.disable()
        pstats.Stats(profile).sort_stats("cumulative").print_stats(70)
        pstats.Stats(profile).sort_stats("tottime").print_stats(30)
        return 0

    def enumerate(self, scene):
        """Play all schedules with up to `scene.depth` deviations, few first.

        :return: how many, how many are left, and the first that failed of each kind.
        """
        waiting, count, found = deque([{}]), 0, {}
        while waiting and count < scene.most:
            deviations = waiting.popleft()
            played = self.play(scene, deviations)
            count += 1
            for fault in played.faults:
                found.setdefault(_kind(fault), played)
            if len(deviations) < scene.depth:
                first = max(deviations, default=-1) + 1
                for position in range(first, len(played.degrees)):
                    for choice in range(1, played.degrees[position]):
                        waiting.append({**deviations, position: choice})
        return count, len(waiting), found

    def _tell(self, played):
        print("\n".join(played.log))
        for fault in played.faults:
            print(f"  FAULT {fault}")
        print(f"  again: {_again(played)}")


def _kind(fault):
    """Return a fault without what is another one in each schedule."""
    return re.sub(r"\b[0-9a-f]{8}\b", "...", fault)


def _again(played):
    choices = ",".join(f"{p}:{c}" for p, c in sorted(played.deviations.items())) or "-"
    return f"dev/chaos referee --replay {played.scene.name} {choices}"


def _parse(choices):
    pairs = (pair.split(":") for pair in choices.split(",") if ":" in pair)
    return {int(position): int(choice) for position, choice in pairs}
