"""A worker of a real Odoo dies at each point of a payment: money moves at most once, and both ledgers
agree in the end."""

import argparse
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from ..report import detail, step
from ..setup import ensure_instance
from .server import Chaos
from .shop import make_places
from .till import Place, Till

INSTANCE = "chaos"
WORKERS = 4
SIDE_BY_SIDE = 24
TRIES = 3
AMOUNT = 1234
# Longer than all deadlines of the shortened ledger together, and than the time between two
# comparisons with Viva's list of the day.
SETTLE_SECONDS = 90
COMES_BACK_AFTER = 1.0
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

    def __init__(self, chaos: Chaos, kill: Kill, place: Place):
        """Prepare the till of the payment at which the worker will die."""
        self.chaos = chaos
        self.kill = kill
        self.place = place
        self.tills: list[Till] = []

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
        self.tills = []
        moved_before = len(self._moves())
        self.chaos.viva.set_terminal(self.place.terminal, autopilot=CUSTOMER)
        faults = self._sell_first() if self.kill.way else []
        till = self._till(self.tills[0] if self.tills else None)
        self._order_deaths(till)
        till.start()
        if self.kill.points[0] in ABORT:
            time.sleep(COMES_BACK_AFTER)
            till.abort()
        if self.kill.returns:
            time.sleep(COMES_BACK_AFTER)
            till.start()
            faults += till.follow(self._has_moved)
        self.chaos.viva.set_terminal(self.place.terminal, endless_202=False)
        faults += self.chaos.settled_faults({self.place.terminal}, SETTLE_SECONDS)
        kinds = Counter(move["kind"] for move in self._moves()[moved_before:])
        faults += [f"{kind}: {count} times" for kind, count in kinds.items() if count > 1]
        return faults, self._forget_points(till)

    def _sell_first(self) -> list[str]:
        sale = self._till(None)
        sale.start()
        return sale.follow(self._has_moved)

    def _till(self, sold: Till | None) -> Till:
        till = Till(self.chaos.cashier, self.place, AMOUNT, sold, self.kill.way)
        self.tills.append(till)
        return till

    def _order_deaths(self, till: Till) -> None:
        viva, terminal = self.chaos.viva, self.place.terminal
        if self.kill.oddity:
            viva.set_terminal(terminal, **self.kill.oddity)
        if self.kill.points[0] in RESENT:
            operation = "refund" if self.kill.way else "sale"
            viva.add_fault(operation, **LIMIT, session_id=till.session_id)
        for point in self.kill.points:
            (self.chaos.points / f"{till.session_id}.{point}").touch()

    def _has_moved(self, session: str) -> bool:
        return any(move["session_id"] == session for move in self._moves())

    def _moves(self) -> list[dict[str, Any]]:
        return [entry for entry in self.chaos.viva.ledger()
                if entry["terminal_id"] == self.place.terminal]  # fmt: skip

    def _forget_points(self, till: Till) -> list[str]:
        """Remove the points that nobody came to; return which."""
        missed = list(self.chaos.points.glob(f"{till.session_id}.*"))
        for path in missed:
            path.unlink()
        return [path.suffix[1:] for path in missed]


def play_kills() -> tuple[int, list[str]]:
    """Play all of them side by side; return how many, and what was wrong."""
    kills = all_kills()
    chaos = Chaos(ensure_instance(INSTANCE), WORKERS, pace=1)
    with chaos.running():
        places = make_places(chaos.admin, chaos.viva, chaos.shop, len(kills))
        step(f"{len(kills)} kills, {SIDE_BY_SIDE} side by side")
        rounds = [Round(chaos, kill, place) for kill, place in zip(kills, places, strict=True)]
        with chaos.crons(), ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            ends = list(pool.map(_play_safely, rounds))
        complaints = chaos.complaints()
    wrong = [f"{one.kill.name}: {' '.join(faults)}"
             for one, faults in zip(rounds, ends, strict=True) if faults]  # fmt: skip
    return len(kills), wrong + [f"Odoo logged: {text[:2000]}" for text in complaints[:10]]


def _play_safely(one: Round) -> list[str]:
    """Have a mistake of the run itself shown as a failure, with what the tills saw."""
    try:
        faults = one.play()
    except Exception as error:  # noqa: BLE001
        faults = [f"It could not be played: {error!r}"]
    return [*faults, *(line for till in one.tills for line in till.log)] if faults else []


def run(_options: argparse.Namespace) -> int:
    """Play all of them and return the exit code."""
    step("Killing a worker at each point of a payment")
    count, wrong = play_kills()
    for text in wrong:
        detail(text)
    detail(f"{count} kills, {len(wrong)} faults")
    return 1 if wrong else 0
