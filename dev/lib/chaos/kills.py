"""A worker dies between each two steps of the start flow: at most one charge, and the row is true."""

from .play import Result
from .schedule import Event, Schedule

START_FLOW = (
    "received",
    "before_insert_commit",
    "before_post",
    "after_post",
    "before_apply_commit",
    "applied",
)
# Where a till that comes back, or another worker, takes over.
LATER = ("before_outcome_commit", "after_abort", "before_order_commit")
AMOUNT = 1234


def kill_schedules() -> list[Schedule]:
    """Return a schedule for each point, and one of the start flow's again whose till is gone."""
    return [
        *(_schedule(point, returns=True) for point in (*START_FLOW, *LATER)),
        *(_schedule(point, returns=False) for point in START_FLOW),
    ]


def _schedule(point: str, returns: bool) -> Schedule:
    """Return a sale whose worker dies; a living till sends again what got no answer."""
    events = [
        Event(0, "terminal", "set", {"autopilot": {"outcome": "approve", "after": 0.5}}),
        Event(0, "server", "die", {"point": point}),
        Event(0, "till", "start", {}),
    ]
    if returns:
        events.append(Event(1.0, "till", "start", {}))
    if point == "after_abort":
        events.insert(1, Event(0, "terminal", "set", {"wakes_late": 4.0}))
        events.append(Event(1.5, "till", "abort", {}))
    name = f"killed at {point}, the till {'comes back' if returns else 'is gone'}"
    return Schedule(name, 0, (AMOUNT,), returns, tuple(events))


def kill_faults(result: Result) -> list[str]:
    """Return what was wrong with a schedule of `kill_schedules`."""
    return [
        *result.faults,
        *([f"{result.charges} charges instead of one at most"] if result.charges > 1 else []),
        *(["nobody died"] if not result.deaths else []),
    ]
