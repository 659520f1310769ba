"""One schedule, played at one register of a running Odoo."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from ..report import SetupError
from ..shop import Odoo
from .referee import Referee
from .schedule import Event, Schedule, session_ids
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
# As many calls of one till can be under way at a time.
CALLS = 6


@dataclass
class Result:
    """How a schedule ended: what was wrong, what the tills saw, how many charges there were and how
    many workers died at a point."""

    schedule: Schedule
    faults: list[str]
    calls: list[str] = field(default_factory=list)
    charges: int = 0
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

    def play(self, schedule: Schedule) -> Result:
        """Play a schedule from its first event until both ledgers agree, or never will."""
        begun = time.monotonic()
        self.schedule = schedule
        self.ids = session_ids(schedule, uuid.uuid4().hex)
        self.sales = [
            Sale(self.odoo, self.register, ids, amount)
            for ids, amount in zip(self.ids, schedule.amounts, strict=True)
        ]
        with ThreadPoolExecutor(CALLS) as calls:
            for event in schedule.events:
                time.sleep(max(0.0, begun + event.at - time.monotonic()))
                self._begin(event, calls)
        faults = self._settle()
        deaths = self._forget_points()
        self.viva.clear_terminal(self.register.terminal)
        seen = [f"sale {number}: {call}" for number, sale in enumerate(self.sales)
                for call in sale.calls]  # fmt: skip
        sessions = {session for ids in self.ids for session in ids}
        charges = sum(entry["session_id"] in sessions for entry in self.viva.recent_ledger())
        return Result(schedule, faults, seen, charges, deaths)

    def _begin(self, event: Event, calls: ThreadPoolExecutor) -> None:
        sale = self.sales[event.sale]
        session = self.ids[event.sale][event.attempt]
        match event.who:
            case "viva":
                self.viva.add_fault(**event.options, session_id=session)
            case "server":
                order = self.points / f"{session}.{event.options['point']}"
                order.write_text(str(event.options.get("seconds", "")))
            case "terminal":
                self.viva.set_terminal(self.register.terminal, **event.options)
            case "customer" if event.what in SESSION_ACTS:
                self.viva.change_session(session, event.what)
            case "customer":
                self.viva.act(self.register.terminal, event.what)
            case "till":
                calls.submit(self._act, sale, event.what)

    def _act(self, sale: Sale, what: str) -> None:
        match what:
            case "state_honestly":
                sale.state(self._is_charged(sale.session_id))
            case "state_wrongly":
                sale.state(not self._is_charged(sale.session_id))
            case "redeliver_webhooks":
                self.viva.redeliver(sale.session_id)
            case _:
                getattr(sale, what)()

    def _is_charged(self, session: str) -> bool:
        return any(entry["session_id"] == session for entry in self.viva.recent_ledger())

    def _settle(self) -> list[str]:
        """Let the till come back if it does, then wait until both ledgers agree."""
        stuck = []
        if self.schedule.returns:
            with ThreadPoolExecutor(len(self.sales)) as tills:
                ends = tills.map(lambda sale: sale.follow(self._is_charged), self.sales)
                stuck = [end for end in ends if end]
        self.viva.set_terminal(self.register.terminal, asleep=False, endless_202=False)
        return stuck + self._wait_for_agreement()

    def _wait_for_agreement(self) -> list[str]:
        orders = [sale.order_uuid for sale in self.sales]
        sessions = {session for ids in self.ids for session in ids}
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
            f"{self.ids[event.sale][event.attempt]}.{event.options['point']}" for event in planned
        }
        return len(orders - left)
