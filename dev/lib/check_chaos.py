"""The stage that kills workers of a running Odoo and plays some random schedules."""

from .chaos.kills import kill_faults, kill_schedules
from .chaos.seeds import generate
from .chaos.server import INSTANCE, Chaos
from .odoo import Instance
from .report import detail
from .setup import ensure_instance

WORKERS = 4
SEEDS = range(1, 13)


def chaos(_instance: Instance, _tags: str) -> tuple[int, int]:
    """Play all fixed schedules, some random ones, and look into Odoo's log."""
    kills = kill_schedules()
    schedules = [*kills, *(generate(seed) for seed in SEEDS)]
    with Chaos(ensure_instance(INSTANCE), WORKERS, len(schedules)).running() as run:
        results = run.play(schedules)
        faults = {
            result.schedule.name: kill_faults(result) if result.schedule in kills else result.faults
            for result in results
        }
        complaints = run.complaints()
    failed = {name: found for name, found in faults.items() if found}
    for name, found in failed.items():
        detail(f"failed: {name}: {' '.join(found)}")
    for complaint in complaints[:10]:
        detail(f"Odoo logged: {complaint[:2000]}")
    return len(schedules) - len(failed), len(failed) + len(complaints)
