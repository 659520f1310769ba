"""Random schedules through the real till in Chromium: what a cashier, a customer and Viva can do."""

import argparse
import random
import time
from dataclasses import dataclass
from pathlib import Path

from ..bench.till import Till, running_till
from ..node import ensure_node_tools
from ..odoo import Instance
from ..report import detail, step
from ..setup import ensure_instance
from ..shop import CASHIER, METHODS, PRODUCTS, Shop
from ..system import TEST_PROGRAMS, ensure_programs
from .schedule import FAULTS, SALE_FAULTS
from .server import Chaos

INSTANCE = "chaos-browser"
SCRIPT = Path(__file__).with_name("cashier.mjs")
TERMINAL = next(iter(METHODS.values()))
# A browser needs longer for a click than a call does: the waits are a third of the real ones.
PACE = 4.0
ACTS = (
    "send", "send", "cancel", "cancel", "double_send", "double_cancel", "delete", "back", "pay",
    "card", "card", "cash", "validate", "reload", "reload", "add_product", "check_again", "dialog",
)  # fmt: skip
LOOK_SECONDS = 1.0
FINISH_SECONDS = 150


@dataclass(frozen=True)
class Visit:
    """One customer: what the terminal does, which calls go wrong, and the cashier's clicks.

    `clicks`: seconds to wait before each, and what is clicked.
    """

    seed: int
    product: str
    autopilot: dict | None
    faults: tuple[dict, ...]
    clicks: tuple[tuple[float, str], ...]


def generate_visit(seed: int) -> Visit:
    """Return what a seed makes happen."""
    dice = random.Random(f"visit {seed}")
    outcome = dice.choice(("approve", "approve", "approve", "decline", "cancel", "ignore"))
    play = {"outcome": outcome, "after": round(dice.uniform(0.2, 8), 1)}
    if outcome == "approve" and dice.random() < 0.1:
        play["tip"] = 100
    if outcome in ("decline", "cancel") and dice.random() < 0.2:
        play["approve_after"] = 2.0
    faults = []
    for _fault in range(dice.choice((0, 0, 1, 2))):
        operation = dice.choice(("sale", "session", "abort"))
        kinds = SALE_FAULTS if operation == "sale" else FAULTS
        faults.append({
            "operation": operation, "skip": dice.choice((0, 0, 1)),
            "times": dice.choice((1, 2, 5)), **dice.choice(kinds),
        })  # fmt: skip
    clicks = [
        (round(dice.choice((0.0, 0.3, 1.5, 4.0)), 1), dice.choice(ACTS))
        for _click in range(dice.randrange(2, 10))
    ]
    product = dice.choice(list(PRODUCTS))
    return Visit(seed, product, play, tuple(faults), tuple(clicks))


class BrowserChaos(Chaos):
    """The demo's shop in one process, with websockets, and a browser in it."""

    def __init__(self, instance: Instance):
        """Describe the run; nothing is started."""
        super().__init__(instance, workers=0, tills=0, pace=PACE)
        self.shop: Shop | None = None

    def _odoo_options(self) -> list[str]:
        return ["--max-cron-threads=1"]

    def _tell(self, shop: Shop) -> None:
        super()._tell(shop)
        self.shop = shop

    @property
    def terminals(self) -> set[str]:
        """The demo's terminals."""
        return set(METHODS.values())

    def open(self, till: Till) -> None:
        """Log in and open the register."""
        login, password = CASHIER
        till.ask(
            "open", url=self.url, login=login, password=password, register=self.shop.register_id
        )

    def visit(self, till: Till, visit: Visit) -> list[str]:
        """Let a customer come and the cashier click; return what was wrong in the end."""
        self.viva.set_terminal(TERMINAL, autopilot=visit.autopilot)
        for fault in visit.faults:
            self.viva.add_fault(**fault, terminal_id=TERMINAL)
        for what in ("add_product", "pay", "card"):
            till.ask("act", what=what, product=visit.product)
        for wait, what in visit.clicks:
            time.sleep(wait)
            till.ask("act", what=what, product=visit.product)
        self.viva.clear_faults()
        stuck = self._finish(till, visit)
        self.viva.clear_terminal(TERMINAL)
        return stuck + self.settled_faults() + till.ask("errors")["lines"]

    def _finish(self, till: Till, visit: Visit) -> list[str]:
        """Do what a sensible cashier does, until the order is paid and the next one begins."""
        deadline = time.monotonic() + FINISH_SECONDS
        while time.monotonic() < deadline:
            seen = till.ask("look")
            act = sensible_act(seen, self._shows_paid())
            if act == "done":
                return []
            if act:
                till.ask("act", what=act, product=visit.product)
            time.sleep(LOOK_SECONDS)
        return [f"The till got stuck: {till.ask('look')}", till.describe()]

    def _shows_paid(self) -> bool:
        """Return what the terminal shows: whether its last session was paid."""
        charges = [entry for entry in self.viva.ledger() if entry["terminal_id"] == TERMINAL]
        sessions = [entry for entry in self.viva.sessions() if entry["terminal_id"] == TERMINAL]
        return bool(charges and sessions) and (
            charges[-1]["session_id"] == sessions[-1]["session_id"]
        )


def sensible_act(seen: dict, shows_paid: bool) -> str | None:
    """Return what a sensible cashier does who sees this: None is waiting, "done" the end."""
    if seen["dialog"]:
        return "dialog"
    if seen["screen"] in ("receipt-screen", "feedback-screen"):
        return "new_order"
    if seen["screen"] == "product-screen":
        return "pay" if seen["hasLines"] else "done"
    if seen["isUnknown"]:
        return "shows_paid" if shows_paid else "shows_not_paid"
    if seen["status"] in ("pending", "retry"):
        return "delete"
    if seen["status"] in ("", "done"):
        return "validate" if seen["isPaid"] else "cash"
    return None


def run(options: argparse.Namespace) -> int:
    """Play the visits of consecutive seeds and return the exit code."""
    ensure_programs(TEST_PROGRAMS)
    instance = ensure_instance(INSTANCE)
    ensure_node_tools()
    chaos, failed = BrowserChaos(instance), 0
    with chaos.running(), running_till(instance.folder, SCRIPT) as till:
        step(f"Playing {options.schedules} visits in Chromium")
        chaos.open(till)
        for seed in range(options.seed, options.seed + options.schedules):
            visit = generate_visit(seed)
            faults = chaos.visit(till, visit)
            detail(f"seed {seed}: {' '.join(faults) or 'fine'}")
            if faults:
                failed += 1
                _tell_failure(visit)
                chaos.open(till)
        complaints = chaos.complaints()
        for complaint in complaints[:10]:
            detail(f"Odoo logged: {complaint[:3000]}")
        detail(f"{failed} of {options.schedules} visits failed; {len(chaos.viva.ledger())} charges;"
               f" {len(complaints)} complaints in Odoo's log")  # fmt: skip
    return 1 if failed or complaints else 0


def _tell_failure(visit: Visit) -> None:
    detail(f"terminal: {visit.autopilot}")
    for fault in visit.faults:
        detail(f"fault: {fault}")
    detail("clicks: " + ", ".join(f"{what} after {wait} s" for wait, what in visit.clicks))
    detail(f"again: dev/chaos browser --schedules 1 --seed {visit.seed}")
