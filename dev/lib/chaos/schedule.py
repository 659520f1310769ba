"""What happens in one schedule, as data that a seed alone determines."""

import random
import uuid
from dataclasses import dataclass, replace
from typing import Any

ATTEMPTS = 4  # session ids that a sale can use, one after the other
SECONDS = 6.0  # in which everything that is planned of a sale begins
REFUNDS_AT = 8.0  # sales are over by then, or are waited for
POINTS = (
    "received",
    "before_insert_commit",
    "before_post",
    "after_post",
    "before_apply_commit",
    "applied",
    "before_ask",
    "after_ask",
    "before_outcome_commit",
    "before_abort_commit",
    "before_abort",
    "after_abort",
    "before_statement_commit",
    "before_order_commit",
)
FAULTS = (
    {"action": "drop_before"},
    {"action": "drop_after"},
    {"action": "answer", "status": 500},
    {"action": "answer", "status": 503, "handled": True},
    {"action": "answer", "status": 404},
    {"action": "answer", "status": 401},
    {"action": "answer", "status": 429, "body": {"detail": "Too many requests"}},
    {"action": "answer", "status": 200, "body": {}},
    {"action": "answer", "status": 502, "body": "<html>Bad gateway</html>", "handled": True},
    {"action": "answer", "status": 200, "body": "<html>Sign in to the network</html>"},
    {"action": "delay", "seconds": 1.0, "when": "before"},
    {"action": "delay", "seconds": 3.0, "when": "before"},
    {"action": "delay", "seconds": 3.0, "when": "after"},
    {"action": "hang", "seconds": 4.0, "handled": False},
    {"action": "hang", "seconds": 4.0, "handled": True},
)
SALE_FAULTS = (*FAULTS, {"action": "after_webhooks", "seconds": 3.0})
WEBHOOK_FAULTS = (
    {"action": "drop_before"},
    {"action": "delay", "seconds": 2.0},
    {"action": "delay", "seconds": 8.0},
)
ODDITIES = (
    {"asleep": True},
    {"wakes_late": 0.5},
    {"wakes_late": 4.0},
    {"wakes_late": 8.0},
    {"endless_202": True},
    {"body_without": ["transactionId"]},
    {"body_without": ["success"]},
    {"body_overrides": {"currencyCode": "840"}},
    {"body_overrides": {"sessionId": "00000000-0000-4000-8000-000000000000"}},
)
# What a till, or somebody at another one, does; the more often, the more usual it is.
TILL_ACTS = (
    "start", "start", "double_start", "new_request", "status", "status", "status",
    "abort", "abort", "double_abort", "save_draft", "save_draft", "state_honestly", "state_wrongly",
    "pay", "force_paid", "pay_cash", "cancel_order", "redeliver_webhooks",
)  # fmt: skip
CUSTOMER_ACTS = ("tap", "decline", "cancel", "insert", "approve_late", "reverse")


@dataclass(frozen=True)
class Event:
    """One thing that happens.

    `at`: seconds after the begin; `who`: "viva" (a fault), "server" (a point at which a worker dies or
    sleeps), "terminal" (how it behaves), "customer" or "till"; `what`: which; `options`: how.
    `sale`, or for a refund `refund`, and `attempt` say about which request.
    """

    at: float
    who: str
    what: str
    options: dict[str, Any]
    sale: int = 0
    attempt: int = 0
    refund: int | None = None

    def __str__(self) -> str:
        options = f" {self.options}" if self.options else ""
        about = f"sale {self.sale}" if self.refund is None else f"refund {self.refund}"
        about += f" request {self.attempt}" if self.attempt else ""
        return f"{self.at:4.1f} s  {self.who:8} {self.what}{options} ({about})"


@dataclass(frozen=True)
class RefundPlan:
    """What one till pays back of the first sale, and how.

    `amount`: minor units, also more than was paid; `reader`: at which of the register's terminals;
    `way`: as for `start_refund`, False for that of the payment method; `looks`: whether the till asks
    first what remains, and does not ask for more; `parent`: "sale", or the request that a confused
    till names instead ("refund", "unknown"); `is_reversal`: of a card payment in the open order.
    """

    amount: int
    reader: int
    way: str | bool = False
    looks: bool = True
    parent: str = "sale"
    is_reversal: bool = False

    def __str__(self) -> str:
        what = "reversal" if self.is_reversal else f"refund of {self.amount}"
        looks = "after a look" if self.looks else "without a look"
        return f"{what} at terminal {self.reader}, way {self.way}, of the {self.parent}, {looks}"


@dataclass(frozen=True)
class Schedule:
    """A name, the events in the order of time, the amounts of the sales, and whether the till lives.

    `seed`: it was made from; `amounts`: minor units, one for each sale; `returns`: whether the till
    follows its payments to the end, or is never seen again; `refunds`: one for each till that pays
    back.
    """

    name: str
    seed: int
    amounts: tuple[int, ...]
    returns: bool
    events: tuple[Event, ...]
    refunds: tuple[RefundPlan, ...] = ()

    def keep(self, numbers: list[int]) -> "Schedule":
        """Return the schedule with only these of its events, counted from 0."""
        events = tuple(self.events[number] for number in numbers)
        return replace(self, events=events)

    def number_of(self, event: Event) -> int:
        """Return whose the event is, counted through the sales and then the refunds."""
        return event.sale if event.refund is None else len(self.amounts) + event.refund


class SaleGenerator:
    """Makes a schedule of sales of a seed."""

    def __init__(self, seed: int):
        """Throw the dice that decide everything."""
        self.seed = seed
        self.random = random.Random(seed)
        self.sales = 2 if self._chance(0.2) else 1

    def schedule(self) -> Schedule:
        """Return the schedule."""
        events = [
            *self._terminal(),
            *self._faults(),
            *self._points(),
            *self._till(),
            *self._customer(),
        ]
        events.sort(key=lambda event: event.at)
        amounts = tuple(self._amount() for _sale in range(self.sales))
        return Schedule(f"seed {self.seed}", self.seed, amounts, self._chance(0.85), tuple(events))

    def _chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def _pick(self, choices):
        return self.random.choice(choices)

    def _moment(self) -> float:
        """Return a moment, rather early than late."""
        return round(self.random.uniform(0, self._pick((1.0, 3.0, SECONDS))), 1)

    def _amount(self) -> int:
        return self._pick((1, 250, 1234, 9950, 9900, self.random.randrange(1, 100_000)))

    def _about(self) -> dict[str, int]:
        return {
            "sale": self.random.randrange(self.sales),
            "attempt": self._pick((0, 0, 0, 1, 2)),
        }

    def _terminal(self) -> list[Event]:
        options = {"autopilot": self._play()}
        if self._chance(0.15):
            options.update(self._pick(ODDITIES))
        return [Event(0, "terminal", "set", options)]

    def _play(self) -> dict[str, Any] | None:
        """Return how a customer acts who acts alone."""
        outcome = self._pick(
            ("approve", "approve", "approve", "approve", "decline", "cancel", "ignore", None)
        )
        if outcome is None:
            return None
        play = {"outcome": outcome, "after": round(self.random.uniform(0, 3.5), 1)}
        if outcome == "approve" and self._chance(0.1):
            play["tip"] = self._pick((1, 100))
        if outcome == "approve" and self._chance(0.05):
            play["amount"] = self.random.randrange(1, 20_000)
        if outcome == "approve" and self._chance(0.08):
            play["reverse_after"] = round(self.random.uniform(0, 4), 1)
        if outcome in ("decline", "cancel") and self._chance(0.2):
            play["approve_after"] = round(self.random.uniform(0.2, 3), 1)
        if outcome == "decline" and self._chance(0.3):
            play["event_id"] = self._pick((1002, 1020, 1070, 1099, 1302, 4000))
        return play

    def _faults(self) -> list[Event]:
        events = []
        for _fault in range(self._pick((0, 0, 1, 1, 2, 3))):
            operation = self._pick(("sale", "sale", "session", "session", "session", "abort"))
            fault = {
                "operation": operation,
                "skip": self._pick((0, 0, 0, 1, 2)),
                "times": self._pick((1, 1, 2, 4)),
                **self._pick(SALE_FAULTS if operation == "sale" else FAULTS),
            }
            events.append(Event(0, "viva", "fault", fault, **self._about()))
        if self._chance(0.2):
            fault = {"operation": "webhook", "times": None, **self._pick(WEBHOOK_FAULTS)}
            events.append(Event(0, "viva", "fault", fault, **self._about()))
        return events

    def _points(self) -> list[Event]:
        events = []
        for _point in range(self._pick((0, 0, 0, 0, 1, 1, 2))):
            pause = None if self._chance(0.7) else self._pick((0.2, 1.0, 3.0))
            what = "sleep" if pause else "die"
            options = {"point": self._pick(POINTS)} | ({"seconds": pause} if pause else {})
            events.append(Event(0, "server", what, options, **self._about()))
        return events

    def _till(self) -> list[Event]:
        events = [
            Event(0 if sale == 0 else self._moment(), "till", "start", {}, sale)
            for sale in range(self.sales)
        ]
        for _act in range(self.random.randrange(0, 8)):
            about = self.random.randrange(self.sales)
            events.append(Event(self._moment(), "till", self._pick(TILL_ACTS), {}, about))
        return events

    def _customer(self) -> list[Event]:
        return [
            Event(self._moment(), "customer", self._pick(CUSTOMER_ACTS), {}, **self._about())
            for _act in range(self._pick((0, 0, 1, 2, 3)))
        ]


def session_ids(schedule: Schedule, run: str) -> list[list[str]]:
    """Return the session ids that a schedule uses: a list for each sale, then one for each refund.

    :param run: sets this run apart from others on the same database.
    """
    dice = random.Random(f"{schedule.name} {run}")
    return [
        [str(uuid.UUID(int=dice.getrandbits(128), version=4)) for _attempt in range(ATTEMPTS)]
        for _payment in (*schedule.amounts, *schedule.refunds)
    ]
