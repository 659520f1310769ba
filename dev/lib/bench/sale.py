"""One sale at the real till, measured."""

import time
from collections import Counter
from dataclasses import dataclass

from simulator import Simulator

from ..browser import TillPage
from ..server import Server
from ..viva import wait_for_deliveries, wait_for_request

# Runs in the page before anything else: notes when things happened and were shown, in seconds since
# 1970.
WATCH_PAGE = """
(() => {
const marks = (window.benchMarks = {});
const note = (name) => (marks[name] ??= Date.now() / 1000);
const find = (selector) => document.querySelector(selector);
const isPaid = () =>
    find('.o_viva_wallet_line_status[data-status="done"]') ||
    find(".payment-screen .electronic_payment .electronic_status")?.textContent.includes(
        "Payment Successful"
    );
document.addEventListener(
    "click", (event) => event.target.closest(".paymentmethod") && note("clicked"), true
);
new MutationObserver(() => {
    if (marks.clicked && !marks.receipt) {
        isPaid() && note("paid");
        find(".receipt-screen") && note("receipt");
    }
}).observe(document, { childList: true, subtree: true, attributeFilter: ["data-status"] });
})();
"""
FORGET_MARKS = "() => Object.keys(benchMarks).forEach((name) => delete benchMarks[name])"
READ_MARKS = "() => ({ ...benchMarks })"


@dataclass(frozen=True)
class Contender:
    """A payment method to measure.

    `module`: the addon that it belongs to; `method`: its name on the till; `terminal`: its terminal;
    `webhook_url`: where Viva sends its notifications.
    """

    module: str
    method: str
    terminal: str
    webhook_url: str


@dataclass(frozen=True)
class Sale:
    """What one sale took; times in seconds.

    `request`: tap on the payment method until the terminal has the request;
    `paid`: approval at the terminal until the payment line says so, None when the receipt was faster;
    `receipt`: approval until the receipt is on the screen;
    `calls`: calls to Viva by operation, without those that come minutes later; `rpcs`: calls of the
    browser to Odoo by name; `server`: CPU time of the Odoo process; `session`: id by which Viva
    knows the payment.
    """

    request: float
    paid: float | None
    receipt: float
    calls: Counter[str]
    rpcs: Counter[str]
    server: float
    session: str


def sell(
    till: TillPage, viva: Simulator, odoo: Server, contender: Contender, product: str, wait: float
) -> Sale:
    """Sell one product by card.

    :param odoo: runs as a single process.
    :param wait: seconds that the customer takes to find the card.
    :raise SetupError: when the simulator did not see what it should have.
    """
    tokens, cpu = viva.counts().get("token", 0), odoo.cpu_seconds()
    page = till.page
    till.rpcs.clear()
    page.evaluate(FORGET_MARKS)
    till.ring_up(product)
    till.pay(contender.method)
    shown = wait_for_request(viva, contender.terminal)
    session = shown["session_id"]
    time.sleep(wait)
    approved = viva.tap(contender.terminal)["finished_at"]
    page.wait_for_selector(".receipt-screen")
    seen = page.evaluate(READ_MARKS)
    till.wait_until_quiet()
    rpcs = Counter(till.rpcs)
    wait_for_deliveries(viva, session)
    calls = calls_about(viva, session) + Counter(token=viva.counts().get("token", 0) - tokens)
    server = odoo.cpu_seconds() - cpu
    till.next_order()
    return Sale(
        request=shown["created_at"] - seen["clicked"],
        paid=seen["paid"] - approved if "paid" in seen else None,
        receipt=seen["receipt"] - approved,
        calls=calls,
        rpcs=rpcs,
        server=server,
        session=session,
    )


def calls_about(viva: Simulator, session: str) -> Counter[str]:
    """Return how many calls of each operation there were about a session so far."""
    return Counter(call["operation"] for call in viva.requests(session_id=session))
