"""One schedule, played at one register of a running Odoo."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from ..report import SetupError
from ..shop import Odoo
from .card_payment import CardPayment
from .referee import Referee
from .refund import Refund, Reversal
from .schedule import REFUNDS_AT, Event, Schedule, session_ids
from .shop import Register
from .till import Sale
from .viva import Viva

# Longer than all deadlines of the shortened ledger together, and than the time between two
# comparisons with Viva's list of the day.
SETTLE_SECONDS = 75
LOOK_SECONDS = 2.0
# Odoo may be away for so long, when it or PostgreSQL is started again on a busy machine.
RESTART_SECONDS = 180
SESSION_ACTS = ("approve_late", "reverse")
# As many calls of the tills of one register can be under way at a time.
CALLS = 8


@dataclass
class Result:
    """How a schedule ended: what was wrong, what the tills saw, how often money was charged and paid
    back, and how many workers died at a point."""

    schedule: Schedule
    faults: list[str]
    calls: list[str] = field(default_factory=list)
    charges: int = 0
    refunds: int = 0
    deaths: int = 0


class Player:
    """Plays schedules, one after the other, at a register of its own."""

    def __init__(self, odoo: Odoo, referee: Referee, viva: Viva, register: Register, points: Path):
        """Name the participants.

        :param odoo: as the cashier.
        :param points: folder in which the server looks for where to die.
        """
        self.odoo = odoo
        self.referee = referee
        self.viva = viva
        self.register = register
        self.points = points
        self.schedule: Schedule | None = None
        self.ids: list[list[str]] = []
        self.sales: list[Sale] = []
        self.refunds: list[Refund | Reversal] = []

    def play(self, schedule: Schedule) -> Result:
        """Play a schedule from its first event until both ledgers agree, or never will."""
        begun = time.monotonic()
        self.schedule = schedule
        self.ids = session_ids(schedule, uuid.uuid4().hex)
        self._open_orders()
        stuck = []
        with ThreadPoolExecutor(CALLS) as calls:
            are_sales_over = False
            for event in schedule.events:
                if event.at >= REFUNDS_AT and schedule.returns and not are_sales_over:
                    are_sales_over = True
                    stuck = self._end_sales()
                    begun = time.monotonic() - REFUNDS_AT
                time.sleep(max(0.0, begun + event.at - time.monotonic()))
                self._begin(event, calls)
        faults = [*stuck, *self._settle()]
        deaths = self._forget_points()
        for reader in self.register.readers:
            self.viva.clear_terminal(reader.terminal)
        moves = [entry["kind"] == "sale" for entry in self.viva.recent_ledger()
                 if entry["session_id"] in self._sessions()]  # fmt: skip
        charges = sum(moves)
        return Result(schedule, faults, self._seen(), charges, len(moves) - charges, deaths)

    @property
    def _payments(self) -> list[CardPayment]:
        return [*self.sales, *self.refunds]

    def _sessions(self) -> set[str]:
        return {session for ids in self.ids for session in ids}

    def _open_orders(self) -> None:
        """Begin the orders of the schedule, which nobody knows of yet."""
        sales, refunds = len(self.schedule.amounts), self.schedule.refunds
        self.sales = [
            Sale(self.odoo, self.register, ids, amount)
            for ids, amount in zip(self.ids[:sales], self.schedule.amounts, strict=True)
        ]
        self.refunds = []
        for ids, plan in zip(self.ids[sales:], refunds, strict=True):
            if plan.is_reversal:
                refund = Reversal(self.register, ids, plan, self.sales[0])
            else:
                refund = Refund(self.odoo, self.register, ids, plan, self.sales[0], self.refunds)
            self.refunds.append(refund)

    def _end_sales(self) -> list[str]:
        """Have what is to be paid back paid, and the order completed unless it is paid back open."""
        is_left_open = any(plan.is_reversal for plan in self.schedule.refunds)
        ends = [sale.await_outcome if is_left_open else sale.follow for sale in self.sales]
        return [stuck for stuck in (end(self._is_charged) for end in ends) if stuck]

    def _seen(self) -> list[str]:
        """Return what the tills saw; a reversal is part of its sale."""
        orders = {payment.order.uuid: payment for payment in reversed(self._payments)}
        return [
            f"{self._name(payment)}: {call}"
            for payment in reversed(orders.values())
            for call in payment.calls.log
        ]

    def _name(self, payment: CardPayment) -> str:
        if payment in self.sales:
            return f"sale {self.sales.index(payment)}"
        return f"refund {self.refunds.index(payment)}"

    def _begin(self, event: Event, calls: ThreadPoolExecutor) -> None:
        number = self.schedule.number_of(event)
        payment, session = self._payments[number], self.ids[number][event.attempt]
        terminal = payment.reader.terminal
        match event.who:
            case "viva":
                self.viva.add_fault(**event.options, session_id=session)
            case "server":
                order = self.points / f"{session}.{event.options['point']}"
                order.write_text(str(event.options.get("seconds", "")))
            case "terminal":
                self.viva.set_terminal(terminal, **event.options)
            case "customer" if event.what in SESSION_ACTS:
                self.viva.change_session(session, event.what)
            case "customer":
                self.viva.act(terminal, event.what)
            case "till":
                calls.submit(self._act, payment, event.what)

    def _act(self, payment: CardPayment, what: str) -> None:
        match what:
            case "state_honestly":
                payment.state(self._is_charged(payment.session_id))
            case "state_wrongly":
                payment.state(not self._is_charged(payment.session_id))
            case "redeliver_webhooks":
                self.viva.redeliver(payment.session_id)
            case _:
                getattr(payment, what)()

    def _is_charged(self, session: str) -> bool:
        return any(entry["session_id"] == session for entry in self.viva.recent_ledger())

    def _settle(self) -> list[str]:
        """Let the till come back if it does, then wait until both ledgers agree."""
        stuck = []
        if self.schedule.returns:
            followed = [*self.sales, *(refund for refund in self.refunds
                                       if isinstance(refund, Refund))]  # fmt: skip
            with ThreadPoolExecutor(len(followed)) as tills:
                ends = tills.map(lambda payment: payment.follow(self._is_charged), followed)
                stuck = [end for end in ends if end]
        for reader in self.register.readers:
            self.viva.set_terminal(reader.terminal, asleep=False, endless_202=False)
        return stuck + self._wait_for_agreement()

    def _wait_for_agreement(self) -> list[str]:
        orders = [payment.order.uuid for payment in self._payments]
        sessions = self._sessions()
        deadline = time.monotonic() + SETTLE_SECONDS
        last = deadline + RESTART_SECONDS
        while True:
            try:
                faults = self.referee.find_faults(orders, sessions)
            except (SetupError, OSError, ValueError) as failure:
                faults = [f"Odoo did not answer: {failure}"]
                deadline = min(deadline + LOOK_SECONDS, last)
            if not faults or time.monotonic() > deadline:
                return faults
            time.sleep(LOOK_SECONDS)

    def _forget_points(self) -> int:
        """Remove the points that nobody came to; return how many workers died."""
        planned = [event for event in self.schedule.events if event.what == "die"]
        left = {
            path.name
            for ids in self.ids
            for session in ids
            for path in self.points.glob(f"{session}.*")
        }
        for name in left:
            (self.points / name).unlink(missing_ok=True)
        orders = {
            f"{self.ids[self.schedule.number_of(event)][event.attempt]}.{event.options['point']}"
            for event in planned
        }
        return len(orders - left)
