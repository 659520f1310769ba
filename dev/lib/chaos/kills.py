"""A worker dies between each two steps of the start flow: money moves at most once, and the row is
true."""

from .play import Result
from .schedule import REFUNDS_AT, Event, RefundPlan, Schedule

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
WAYS = ("terminal", "account")
# After these, a refund is under way, or made, of which its till never hears.
GONE = ("before_post", "after_post")
AMOUNT = 1234


def kill_schedules() -> list[Schedule]:
    """Return a schedule for each point, and one of the start flow's again whose till is gone; then
    the same of refunds by each way."""
    return [
        *(_schedule(point, returns=True) for point in (*START_FLOW, *LATER)),
        *(_schedule(point, returns=False) for point in START_FLOW),
        *(_refund(point, way, returns=True) for way in WAYS for point in START_FLOW),
        *(_refund(point, way, returns=False) for way in WAYS for point in GONE),
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
    return Schedule(_name("", point, returns), 0, (AMOUNT,), returns, tuple(events))


def _refund(point: str, way: str, returns: bool) -> Schedule:
    """Return a refund whose worker dies; a living till sends again what got no answer."""
    autopilot = {"autopilot": {"outcome": "approve", "after": 0.5}}
    events = [
        Event(0, "terminal", "set", autopilot),
        Event(0, "till", "start", {}),
        *(Event(moment, "till", "status", {}) for moment in (2.0, 4.0)),
        Event(6.0, "till", "pay", {}),
        Event(REFUNDS_AT, "terminal", "set", autopilot, refund=0),
        Event(REFUNDS_AT, "server", "die", {"point": point}, refund=0),
        Event(REFUNDS_AT, "till", "start", {}, refund=0),
    ]
    if returns:
        events.append(Event(REFUNDS_AT + 1, "till", "start", {}, refund=0))
    plan = RefundPlan(AMOUNT, reader=1, way=way, looks=False)
    name = _name(f"refund by {way} ", point, returns)
    return Schedule(name, 0, (AMOUNT,), returns, tuple(events), (plan,))


def _name(what: str, point: str, returns: bool) -> str:
    return f"{what}killed at {point}, the till {'comes back' if returns else 'is gone'}"


def kill_faults(result: Result) -> list[str]:
    """Return what was wrong with a schedule of `kill_schedules`."""
    return [
        *result.faults,
        *([f"{result.charges} charges instead of one at most"] if result.charges > 1 else []),
        *([f"{result.refunds} refunds instead of one at most"] if result.refunds > 1 else []),
        *(["nobody died"] if not result.deaths else []),
    ]
