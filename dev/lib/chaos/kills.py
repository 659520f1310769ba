"""A worker of a real Odoo dies at each point of a payment: money moves at most once, and both ledgers
agree in the end."""

import argparse
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ..http_till import HttpTill
from ..odoo import ensure_instance
from ..report import detail, step
from ..shop import add_places
from ..till import Line, Lost, Order, Place
from .shop import FaultyShop, running_faulty_shop

INSTANCE = "chaos"
WORKERS = 4
SIDE_BY_SIDE = 24
TRIES = 3
AMOUNT = 12.34
# Longer than all deadlines of the shortened ledger together, and than the time between two
# comparisons with Viva's list of the day.
SETTLE_SECONDS = 90
# Of the till, as the addon's deadlines.
PACE = 0.1
CANCELS_AFTER = 1.0
SAVES = 20
CUSTOMER = {"outcome": "approve", "after": 0.5}

REQUEST = (
    "received",
    "before_insert_commit",
    "before_post",
    "after_post",
    "before_apply_commit",
    "applied",
)
# Where a till that comes back, or another worker, takes over.
APPLIED = ("before_outcome_commit", "before_order_commit")
QUESTION = ("before_ask", "after_ask", *APPLIED)
ABORT = ("before_abort_commit", "before_abort", "after_abort")
STATEMENT = ("before_statement_commit",)
# What Viva did not look at, because of a limit, is sent again.
RESENT = ("before_resend_commit", "before_resend", "after_resend", "before_resent_commit")
LATE = {"wakes_late": 4.0}
ENDLESS = {"endless_202": True}
LIMIT = {"action": "answer", "status": 429, "times": 1}


@dataclass(frozen=True)
class Kill:
    """Where a worker dies, on the way of a sale or of a refund, and what else happens to it.

    `way`: by which it pays back, "" for a sale; `returns`: whether the till sends again what got no
    answer and follows it to the end, or is never seen again.
    """

    points: tuple[str, ...]
    way: str = ""
    returns: bool = True

    @property
    def name(self) -> str:
        """What happens."""
        what = f"refund by {self.way}" if self.way else "sale"
        end = "comes back" if self.returns else "is gone"
        return f"{what}, killed at {' and '.join(self.points)}, the till {end}"

    @property
    def oddity(self) -> dict[str, Any]:
        """How its terminal differs from others."""
        if self.points[0] in ABORT:
            return LATE
        return ENDLESS if self.points[0] in STATEMENT else {}


def all_kills() -> list[Kill]:
    """Return one for each point; those of a request also with a till that is gone."""
    return [
        *(Kill((point,), way, returns)
          for way in ("", "terminal", "account") for point in REQUEST for returns in (True, False)),
        *(Kill((point,), way) for way in ("", "terminal") for point in (*QUESTION, *ABORT, *RESENT)),
        *(Kill((point,), "account") for point in APPLIED),
        *(Kill((point,)) for point in STATEMENT),
        *(Kill((point,), returns=False) for point in RESENT),
        # What died on its way is sent again, and dies again.
        Kill(("before_post", "before_resend")),
    ]  # fmt: skip


class Round:
    """Plays one of them at a terminal of its own."""

    def __init__(self, faulty: FaultyShop, kill: Kill, place: Place):
        """Prepare the till of the payment at which the worker will die."""
        self.faulty, self.kill, self.viva = faulty, kill, faulty.viva
        self.terminal = place.terminal
        self.till = HttpTill(faulty.shop.cashier, place, PACE)

    def play(self) -> list[str]:
        """Play it and return what was wrong.

        The death of another payment's worker can keep this one from its point: then once more.
        """
        for _try in range(TRIES):
            faults, missed = self._play_once()
            if faults or not missed:
                return faults
        return [f"nobody came to {', '.join(missed)}"]

    def _play_once(self) -> tuple[list[str], list[str]]:
        """Play it and return what was wrong, and the points that nobody came to."""
        moved_before = len(self._moves())
        self.viva.set_terminal(self.terminal, autopilot=CUSTOMER)
        line = self._line()
        self.till.prepare(line)
        session = line.session
        self._order_deaths(session)
        if self.kill.points[0] in ABORT:
            threading.Timer(CANCELS_AFTER, self.till.cancel, [line]).start()
        if self.kill.returns:
            self._pay(line)
        else:
            with suppress(Lost):
                self.till.start(line)
        self.viva.set_terminal(self.terminal, endless_202=False)
        faults = self.faulty.settled_faults({self.terminal}, SETTLE_SECONDS)
        if self.kill.returns and not line.order.is_paid:
            faults.append(f"The till got stuck: {line.phase}")
        kinds = Counter(move["kind"] for move in self._moves()[moved_before:])
        faults += [f"{kind}: {count} times" for kind, count in kinds.items() if count > 1]
        return faults, self._forget_points(session)

    def _line(self) -> Line:
        """Return the line of the payment at which a worker will die; what it pays back is sold."""
        order = self.till.new_order(AMOUNT)
        line = self.till.new_line(order, AMOUNT)
        if not self.kill.way:
            return line
        self.till.prepare(line)
        self._pay(line)
        back = self.till.new_order(-AMOUNT, order)
        return self.till.new_line(back, -AMOUNT, parent=line.session, way=self.kill.way)

    def _pay(self, line: Line) -> None:
        """Follow a payment to its end, and complete the order: by card if that is paid, else in cash."""
        self.till.send(line, self._statement)
        if not line.is_paid:
            self.till.pay_cash(line.order, line.order.total)
        self._save(line.order)

    def _save(self, order: Order) -> None:
        for _try in range(SAVES):
            if self.till.finish(order):
                return
            time.sleep(PACE)

    def _statement(self, session: str) -> str:
        """Say what the terminal shows."""
        return (
            "paid" if any(move["session_id"] == session for move in self._moves()) else "not_paid"
        )

    def _order_deaths(self, session: str) -> None:
        if self.kill.oddity:
            self.viva.set_terminal(self.terminal, **self.kill.oddity)
        if self.kill.points[0] in RESENT:
            operation = "refund" if self.kill.way else "sale"
            self.viva.add_faults({"operation": operation, **LIMIT, "session_id": session})
        for point in self.kill.points:
            (self.faulty.points / f"{session}.{point}").touch()

    def _moves(self) -> list[dict[str, Any]]:
        return [move for move in self.viva.ledger() if move["terminal_id"] == self.terminal]

    def _forget_points(self, session: str) -> list[str]:
        """Remove the points that nobody came to; return which."""
        missed = list(self.faulty.points.glob(f"{session}.*"))
        for path in missed:
            path.unlink()
        return [path.suffix[1:] for path in missed]


def play_kills() -> tuple[int, list[str]]:
    """Play all of them side by side; return how many, and what was wrong."""
    kills = all_kills()
    with running_faulty_shop(ensure_instance(INSTANCE), WORKERS, pace=1) as faulty:
        places = add_places(faulty.shop, faulty.viva, len(kills))
        step(f"{len(kills)} kills, {SIDE_BY_SIDE} side by side")
        rounds = [Round(faulty, kill, place) for kill, place in zip(kills, places, strict=True)]
        with faulty.crons(), ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            ends = list(pool.map(_play_safely, rounds))
        complaints = faulty.complaints()
    wrong = [f"{one.kill.name}: {' '.join(faults)}"
             for one, faults in zip(rounds, ends, strict=True) if faults]  # fmt: skip
    return len(kills), wrong + [f"Odoo logged: {text[:2000]}" for text in complaints[:10]]


def _play_safely(one: Round) -> list[str]:
    """Have a mistake of the run itself shown as a failure, with what the tills saw."""
    try:
        faults = one.play()
    except Exception as error:  # noqa: BLE001
        faults = [f"It could not be played: {error!r}"]
    return [*faults, *one.till.log] if faults else []


def run(_options: argparse.Namespace) -> int:
    """Play all of them and return the exit code."""
    step("Killing a worker at each point of a payment")
    count, wrong = play_kills()
    for text in wrong:
        detail(text)
    detail(f"{count} kills, {len(wrong)} faults")
    return 1 if wrong else 0
