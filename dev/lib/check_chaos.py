"""The stage that kills workers of a running Odoo."""

from .chaos.kills import play_kills
from .odoo import Instance
from .report import detail


def chaos(_instance: Instance, _tags: str) -> tuple[int, int]:
    """Kill a worker at each point of a payment, compare the ledgers, and look into Odoo's log."""
    count, wrong = play_kills()
    for text in wrong:
        detail(f"failed: {text}")
    return max(count - len(wrong), 0), len(wrong)
