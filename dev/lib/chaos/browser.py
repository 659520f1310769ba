"""Random visits to the real till in Chromium: what a cashier, a customer and Viva can do."""

import argparse
import json
import time
from pathlib import Path

from ..bench.till import Till, running_till
from ..node import ensure_node_tools
from ..odoo import Instance
from ..report import detail, step
from ..setup import ensure_instance
from ..shop import CASHIER, METHODS
from ..system import TEST_PROGRAMS, ensure_programs
from .draw import Drawn, take, visits
from .server import Chaos

INSTANCE = "chaos-browser"
SCRIPT = Path(__file__).with_name("cashier.mjs")
TERMINAL = next(iter(METHODS.values()))
# A browser needs longer for a click than a call does: the waits are a third of the real ones.
PACE = 4.0
LOOK_SECONDS = 1.0
FINISH_SECONDS = 150
SETTLE_SECONDS = 40


class BrowserChaos(Chaos):
    """The demo's shop in one process, with websockets, and a browser in it."""

    def __init__(self, instance: Instance):
        """Describe the run; nothing is started."""
        super().__init__(instance, workers=0, pace=PACE)

    def open(self, till: Till) -> None:
        """Log in and open the register."""
        login, password = CASHIER
        till.ask(
            "open", url=self.url, login=login, password=password, register=self.shop.register_id
        )

    def visit(self, till: Till, visit: Drawn) -> list[str]:
        """Let a customer come and the cashier click; return what was wrong in the end.

        :param visit: see draw.py.
        """
        self.viva.set_terminal(TERMINAL, autopilot=visit["autopilot"])
        for fault in visit["faults"]:
            self.viva.add_fault(**fault, terminal_id=TERMINAL)
        for what in ("add_product", "pay", "card"):
            till.ask("act", what=what, product=visit["product"])
        for wait, what in visit["clicks"]:
            time.sleep(wait)
            till.ask("act", what=what, product=visit["product"])
        self.viva.clear_faults()
        stuck = self._finish(till, visit["product"])
        self.viva.clear_terminal(TERMINAL)
        with self.crons():
            faults = self.settled_faults(set(METHODS.values()), SETTLE_SECONDS)
        return stuck + faults + till.ask("errors")["lines"]

    def _finish(self, till: Till, product: str) -> list[str]:
        """Do what a sensible cashier does, until the order is paid and the next one begins."""
        deadline = time.monotonic() + FINISH_SECONDS
        while time.monotonic() < deadline:
            seen = till.ask("look")
            act = sensible_act(seen, self._shows_paid())
            if act == "done":
                return []
            if act:
                till.ask("act", what=act, product=product)
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
    """Play the visits that were asked for and return the exit code."""
    ensure_programs(TEST_PROGRAMS)
    instance = ensure_instance(INSTANCE)
    ensure_node_tools()
    drawn = ([json.loads(options.replay)] if options.replay
             else take(visits, options.schedules, options.seed))  # fmt: skip
    chaos, failed = BrowserChaos(instance), 0
    with chaos.running(), running_till(instance.folder, SCRIPT) as till:
        step(f"Playing {len(drawn)} visits in Chromium")
        chaos.open(till)
        for number, visit in enumerate(drawn, 1):
            faults = chaos.visit(till, visit)
            detail(f"visit {number}: {' '.join(faults) or 'fine'}")
            if faults:
                failed += 1
                detail(f"again: dev/chaos browser --replay '{json.dumps(visit)}'")
                chaos.open(till)
        complaints = chaos.complaints()
        for complaint in complaints[:10]:
            detail(f"Odoo logged: {complaint[:3000]}")
        detail(f"{failed} of {len(drawn)} visits failed; {len(chaos.viva.ledger())} charges;"
               f" {len(complaints)} complaints in Odoo's log")  # fmt: skip
    return 1 if failed or complaints else 0
