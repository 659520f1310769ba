"""Random visits to the real till in Chromium: what a cashier, a customer and Viva can do."""

import argparse
import json
import time
from contextlib import suppress
from typing import Any

from simulator import SimulatorError

from ..browser import TillPage, running_till
from ..odoo import ensure_instance
from ..report import detail, step
from ..shop import METHODS
from ..system import TEST_PROGRAMS, ensure_programs
from .draw import Drawn, take, visits
from .shop import FaultyShop, running_faulty_shop

INSTANCE = "chaos-browser"
TERMINAL = next(iter(METHODS.values()))
# A browser needs longer for a click than a call does: the waits are a third of the real ones.
PACE = 4.0
LOOK_SECONDS = 1.0
FINISH_SECONDS = 150
SETTLE_SECONDS = 40
LINE = ".payment-screen .paymentlines"
BUTTONS = {
    "pay": ".product-screen .pay-order-button:visible",
    "card": ".payment-screen .paymentmethod:has-text('Viva Wallet')",
    "cash": ".payment-screen .paymentmethod:has-text('Cash')",
    "send": f"{LINE} .send_payment_request",
    "cancel": f"{LINE} .send_payment_cancel",
    "delete": f"{LINE} .delete-button",
    "back": ".payment-screen .back-button:visible, .pos-topheader .back-button:visible",
    "validate": ".payment-screen .button.next:visible",
    "check_again": f"{LINE} .o_viva_wallet_check_again",
    "shows_paid": f"{LINE} .o_viva_wallet_shows_paid",
    "shows_not_paid": f"{LINE} .o_viva_wallet_shows_not_paid",
    "new_order": ".receipt-screen button[name=done]:visible, .feedback-screen button:visible",
    "dialog": ".modal:not(.o_inactive_modal) footer .btn:visible, .modal .btn-close:visible",
}
# What a cashier sees.
LOOK = """
() => {
    const find = (selector) => document.querySelector(selector);
    const line = find(".payment-screen .o_viva_wallet_line_status");
    const screens = ["product-screen", "payment-screen", "receipt-screen", "feedback-screen"];
    return {
        screen: screens.find((name) => find(`.${name}`)) || "",
        dialog: find(".modal-content")?.innerText || "",
        status: line?.dataset.status || "",
        isUnknown: Boolean(line?.dataset.unknown),
        text: line?.innerText || "",
        hasLines: Boolean(find(".product-screen .orderline")),
        isPaid: Boolean(find(".payment-screen .button.next.highlight")),
    };
}
"""


class Cashier:
    """Somebody who clicks what comes to mind, and in the end what is sensible."""

    def __init__(self, faulty: FaultyShop, till: TillPage):
        """Sit down at a till that is open."""
        self.faulty, self.viva, self.till = faulty, faulty.viva, till

    def visit(self, visit: Drawn) -> list[str]:
        """Let a customer come and the cashier click; return what was wrong in the end.

        :param visit: see draw.py.
        """
        product = visit["product"]
        self.viva.set_terminal(TERMINAL, autopilot=visit["autopilot"])
        self.viva.add_faults(*({**fault, "terminal_id": TERMINAL} for fault in visit["faults"]))
        for what in ("add_product", "pay", "card"):
            self.act(what, product)
        for wait, what in visit["clicks"]:
            self._wait(wait)
            self.act(what, product)
        self.viva.clear_faults()
        stuck = self._finish(product)
        self.viva.set_terminal(TERMINAL, autopilot=None)
        with suppress(SimulatorError):  # it shows nothing
            self.viva.cancel(TERMINAL)
        with self.faulty.crons():
            faults = self.faulty.settled_faults(set(METHODS.values()), SETTLE_SECONDS)
        complaints, self.till.complaints = self.till.complaints, []
        return stuck + faults + complaints

    def act(self, what: str, product: str) -> None:
        """Do one thing, if it can be done."""
        if what == "reload":
            self.till.reload()
        elif what == "add_product":
            self.till.click(f'.product-screen .product:has-text("{product}")')
        else:
            self.till.click(BUTTONS[what.removeprefix("double_")], 1 + what.startswith("double_"))

    def _wait(self, seconds: float) -> None:
        self.till.page.wait_for_timeout(1000 * seconds)

    def _finish(self, product: str) -> list[str]:
        """Do what a sensible cashier does, until the order is paid and the next one begins."""
        deadline = time.monotonic() + FINISH_SECONDS
        while time.monotonic() < deadline:
            act = sensible_act(self._look(), self._shows_paid())
            if act == "done":
                return []
            if act:
                self.act(act, product)
            self._wait(LOOK_SECONDS)
        return [f"The till got stuck: {self._look()}", self.till.describe()]

    def _look(self) -> dict[str, Any]:
        return self.till.page.evaluate(LOOK)

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
    drawn = ([json.loads(options.replay)] if options.replay
             else take(visits, options.schedules, options.seed))  # fmt: skip
    failed = 0
    with (
        running_faulty_shop(instance, workers=0, pace=PACE) as faulty,
        running_till(instance.folder) as till,
    ):
        step(f"Playing {len(drawn)} visits in Chromium")
        cashier = Cashier(faulty, till)
        till.open(faulty.stack.url, faulty.shop.register_id)
        for number, visit in enumerate(drawn, 1):
            faults = cashier.visit(visit)
            detail(f"visit {number}: {' '.join(faults) or 'fine'}")
            if faults:
                failed += 1
                detail(f"again: dev/chaos browser --replay '{json.dumps(visit)}'")
                till.open(faulty.stack.url, faulty.shop.register_id)
        complaints = faulty.complaints()
        for complaint in complaints[:10]:
            detail(f"Odoo logged: {complaint[:3000]}")
        detail(f"{failed} of {len(drawn)} visits failed; {len(faulty.viva.ledger())} charges;"
               f" {len(complaints)} complaints in Odoo's log")  # fmt: skip
    return 1 if failed or complaints else 0
