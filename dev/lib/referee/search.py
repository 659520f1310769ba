"""Which schedules are played: every one up to a bound, then random ones; and how they are told."""

import json
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
            count, found = self.enumerate(scene)
            seconds = real_seconds() - begun
            print(f"{name}: {count} schedules, {seconds:.1f} s, {count / seconds:.1f}/s")
            failed += bool(found)
            if found:
                self._tell(found)
            result = {
                "scene": name,
                "schedules": count,
                "faults": found.faults if found else [],
                "again": found and _again(found),
            }
            print(RESULT + json.dumps(result))
            sys.stdout.flush()
        return 1 if failed else 0

    def enumerate(self, scene):
        """Play all schedules with up to `scene.depth` deviations, few first.

        :return: how many, and the first that failed, or None.
        """
        waiting, count = deque([{}]), 0
        while waiting and count < scene.most:
            deviations = waiting.popleft()
            played = self.play(scene, deviations)
            count += 1
            if played.faults:
                return count, played
            if len(deviations) < scene.depth:
                first = max(deviations, default=-1) + 1
                for position in range(first, len(played.degrees)):
                    for choice in range(1, played.degrees[position]):
                        waiting.append({**deviations, position: choice})
        return count, None

    def _tell(self, played):
        print("\n".join(played.log))
        for fault in played.faults:
            print(f"  FAULT {fault}")
        print(f"  again: {_again(played)}")


def _again(played):
    choices = ",".join(f"{p}:{c}" for p, c in sorted(played.deviations.items())) or "-"
    return f"dev/chaos referee --replay {played.scene.name} {choices}"


def _parse(choices):
    pairs = (pair.split(":") for pair in choices.split(",") if ":" in pair)
    return {int(position): int(choice) for position, choice in pairs}
