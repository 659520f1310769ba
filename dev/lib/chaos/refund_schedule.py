"""Two tills that pay back the same sale at about the same moment, as data that a seed determines."""

import random
from dataclasses import replace
from typing import Any

from .schedule import (
    FAULTS,
    POINTS,
    REFUNDS_AT,
    SALE_FAULTS,
    WEBHOOK_FAULTS,
    Event,
    RefundPlan,
    Schedule,
)

SHARE_OF_SCHEDULES = 1 / 3
TILLS = 2
SECONDS = 5.0  # in which everything that is planned of the refunds begins
# What a customer cannot do to money that comes back; it would make Viva pay back what nobody asked for.
ONLY_OF_SALES = ("tip", "amount", "reverse_after")
LINE_ACTS = (
    "start", "start", "double_start", "new_request", "status", "status", "status", "abort",
    "double_abort", "state_honestly", "state_wrongly", "redeliver_webhooks",
)  # fmt: skip
ORDER_ACTS = (
    "save_draft", "save_draft", "pay", "force_paid", "pay_cash", "cancel_order", "forget",
    "other_way", "other_way",
)  # fmt: skip
CUSTOMER_ACTS = ("tap", "tap", "decline", "cancel", "insert", "approve_late")
ODDITIES = (
    {"asleep": True},
    {"wakes_late": 0.5},
    {"wakes_late": 4.0},
    {"endless_202": True},
    {"can_refund": False},
    {"body_without": ["transactionId"]},
    {"body_without": ["success"]},
    {"body_overrides": {"currencyCode": "840"}},
)


class RefundGenerator:
    """Adds refunds to a schedule of sales."""

    def __init__(self, sales: Schedule):
        """Throw the first dice; those of the sales fall as they did without refunds."""
        self.sales = sales
        self.random = random.Random(f"refunds {sales.seed}")
        self.are_wanted = self._chance(SHARE_OF_SCHEDULES)
        self.plans: tuple[RefundPlan, ...] = ()

    def schedule(self) -> Schedule:
        """Return the sales with the refunds after them."""
        self.plans = self._plans()
        sales = self._ordinary_sale() if self._chance(0.7) else self._random_sales()
        events = [*sales, *self._terminals(), *self._faults(), *self._points(), *self._tills()]
        events += [*self._customers(), *self._reversals_at_viva()]
        events.sort(key=lambda event: event.at)
        return replace(self.sales, events=tuple(events), refunds=self.plans)

    def _chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def _pick(self, choices):
        return self.random.choice(choices)

    def _moment(self) -> float:
        """Return a moment after the refunds begin, rather early than late."""
        return round(REFUNDS_AT + self.random.uniform(0, self._pick((1.0, 2.5, SECONDS))), 1)

    # === THE SALE === #

    def _ordinary_sale(self) -> list[Event]:
        """Return the events of a sale in which nothing goes wrong."""
        play = {"outcome": "approve", "after": 0.3}
        events = [Event(0, "terminal", "set", {"autopilot": play}), Event(0, "till", "start", {})]
        if self._chance(0.5):
            events.append(Event(0.5, "till", "save_draft", {}))
        if not any(plan.is_reversal for plan in self.plans):
            events += [Event(2.0, "till", "status", {}), Event(3.0, "till", "pay", {})]
        return events

    def _random_sales(self) -> list[Event]:
        return [
            replace(event, options=self._without_what_only_sales_have(event.options))
            for event in self.sales.events
        ]

    @staticmethod
    def _without_what_only_sales_have(options: dict[str, Any]) -> dict[str, Any]:
        """Return options of a terminal, of which one request may be a refund."""
        if not options.get("autopilot"):
            return options
        play = {name: value for name, value in options["autopilot"].items()
                if name not in ONLY_OF_SALES}  # fmt: skip
        return {**options, "autopilot": play}

    # === THE REFUNDS === #

    def _plans(self) -> tuple[RefundPlan, ...]:
        first_reader = self._pick((0, 1))
        readers = (first_reader, first_reader if self._chance(0.2) else 1 - first_reader)
        reversals = self._pick((0, 0, 0, 0, 0, 1, TILLS))
        return tuple(
            self._reversal() if till < reversals else self._refund(readers[till])
            for till in range(TILLS)
        )

    def _refund(self, reader: int) -> RefundPlan:
        return RefundPlan(
            amount=self._amount(),
            reader=reader,
            way=self._pick((False, False, "terminal", "account")),
            looks=self._chance(0.6),
            parent=self._pick(("sale",) * 12 + ("refund", "unknown")),
        )

    def _reversal(self) -> RefundPlan:
        return RefundPlan(
            amount=self.sales.amounts[0],
            reader=0,
            way=self._pick((False, False, "account")),
            is_reversal=True,
        )

    def _amount(self) -> int:
        """Return what is paid back: all, a part, or more than there is."""
        whole = self.sales.amounts[0]
        return self._pick((
            whole, whole, whole, max(1, whole // 2), self.random.randrange(1, whole + 1),
            whole + 1, 2 * whole,
        ))  # fmt: skip

    def _about(self) -> dict[str, int]:
        return {
            "refund": self.random.randrange(TILLS),
            "attempt": self._pick((0, 0, 0, 1, 2)),
        }

    def _terminals(self) -> list[Event]:
        events = []
        for refund in range(TILLS):
            options = {"autopilot": self._play()}
            if self._chance(0.15):
                options.update(self._pick(ODDITIES))
            events.append(Event(REFUNDS_AT, "terminal", "set", options, refund=refund))
        return events

    def _play(self) -> dict[str, Any] | None:
        """Return how a customer acts who acts alone."""
        outcome = self._pick(("approve",) * 5 + ("decline", "cancel", "ignore", None))
        if outcome is None:
            return None
        play = {"outcome": outcome, "after": round(self.random.uniform(0, 2.5), 1)}
        if outcome in ("decline", "cancel") and self._chance(0.2):
            play["approve_after"] = round(self.random.uniform(0.2, 3), 1)
        return play

    def _faults(self) -> list[Event]:
        events = []
        for _fault in range(self._pick((0, 0, 1, 1, 2, 3))):
            operation = self._pick(
                ("refund", "refund", "web_refund", "web_refund", "session", "session", "abort")
            )
            is_request = operation in ("refund", "web_refund")
            fault = {
                "operation": operation,
                "skip": 0 if is_request else self._pick((0, 0, 1, 2)),
                "times": self._pick((1, 1, 2, 4)),
                **self._pick(SALE_FAULTS if is_request else FAULTS),
            }
            events.append(Event(REFUNDS_AT, "viva", "fault", fault, **self._about()))
        if self._chance(0.2):
            fault = {"operation": "webhook", "times": None, **self._pick(WEBHOOK_FAULTS)}
            events.append(Event(REFUNDS_AT, "viva", "fault", fault, **self._about()))
        return events

    def _points(self) -> list[Event]:
        events = []
        for _point in range(self._pick((0, 0, 0, 1, 1, 2))):
            pause = None if self._chance(0.7) else self._pick((0.2, 1.0, 3.0))
            what = "sleep" if pause else "die"
            options = {"point": self._pick(POINTS)} | ({"seconds": pause} if pause else {})
            events.append(Event(REFUNDS_AT, "server", what, options, **self._about()))
        return events

    def _tills(self) -> list[Event]:
        moments = (REFUNDS_AT, REFUNDS_AT + self._pick((0, 0, 0.1, 0.3, 1.0)))
        events = [
            Event(round(moment, 1), "till", "start", {}, refund=refund)
            for refund, moment in enumerate(moments)
        ]
        for _act in range(self.random.randrange(0, 8)):
            refund = self.random.randrange(TILLS)
            is_line = self.plans[refund].is_reversal or self._chance(0.6)
            what = self._pick(LINE_ACTS if is_line else ORDER_ACTS)
            events.append(Event(self._moment(), "till", what, {}, refund=refund))
        return events

    def _customers(self) -> list[Event]:
        return [
            Event(self._moment(), "customer", self._pick(CUSTOMER_ACTS), {}, **self._about())
            for _act in range(self._pick((0, 0, 1, 2, 3)))
        ]

    def _reversals_at_viva(self) -> list[Event]:
        """Return that Viva undoes the charge by itself, while or after it is paid back."""
        if not self._chance(0.1):
            return []
        return [Event(self._moment(), "customer", "reverse", {})]
