"""Sales of this addon and of the bundled `pos_viva_com` by turns, in one register."""

import argparse
import os
import random
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import mean

import certifi
from werkzeug.serving import make_ssl_devcert

from ..browser import running_till
from ..odoo import ensure_instance
from ..paths import ADDON, CHECKOUT_CACHE
from ..report import detail, step
from ..shop import CREDENTIALS, METHODS, PRODUCTS, Shop, set_parameters
from ..stack import Stack
from .figures import counts, middle, prove, table, verdict
from .sale import WATCH_PAGE, Contender, Sale, calls_about, sell

INSTANCE = DATABASE = "bench"
BUNDLED_MODULES = ("pos_viva_com", "pos_viva_com_simulator")
BUNDLED_METHOD = "Card (Viva.com)"
# The shop has the first two.
BUNDLED_TERMINAL = "16000003"
# How long a customer takes to present the card.
WAIT_SECONDS = (2.0, 4.0)
WARM_UP_SECONDS = 2.0
WITH, WITHOUT = "with webhooks", "without webhooks"
# Without webhooks a till that asks every second knows after half of one, and then prints.
LONGEST_WITHOUT_WEBHOOKS = 1.0
MOST_CALLS = 4

PAYMENTS = """
    SELECT coalesce(method.viva_wallet_terminal_id, method.viva_com_terminal_id) AS terminal,
           coalesce(payment.viva_wallet_session_id, ordered.uuid) AS paid,
           round(payment.amount * 100)::int AS minor
      FROM pos_payment payment
      JOIN pos_order ordered ON ordered.id = payment.pos_order_id
      JOIN pos_payment_method method ON method.id = payment.payment_method_id
     WHERE method.use_payment_terminal IN ('viva_wallet', 'viva_com')
"""
Results = dict[str, dict[str, list[Sale]]]


def run(options: argparse.Namespace) -> None:
    """Sell, print the figures, and compare money and payments."""
    certificate = _trusted_certificate(CHECKOUT_CACHE / "certificate")
    stack = Stack(ensure_instance(INSTANCE), certificate=certificate)
    with (
        stack.running(DATABASE, BUNDLED_MODULES) as shop,
        running_till(stack.instance.folder, WATCH_PAGE) as till,
    ):
        contenders = _add_contenders(shop, stack.viva.url)
        step("Opening the till")
        till.open(stack.url, shop.register_id)
        contest = _Contest(options, stack, contenders, partial(sell, till, stack.viva, stack.odoo))
        results = contest.sell()
        later = contest.later_calls(results)
        print("\n\n".join(["", *(_table(*item) for item in results.items())]))
        print("\n".join(["", *_verdicts(results, later), ""]))
        _prove(stack)


def _trusted_certificate(folder: Path) -> Path:
    """Return a certificate for this machine with its key, which all programs started here trust.

    Viva is only ever reached by HTTPS: over plain HTTP a benchmark would not show what a connection
    costs that is opened anew for every call.
    """
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = map(Path, make_ssl_devcert(str(folder / "made"), host="localhost"))
    trusted, both = folder / "trusted.pem", folder / "simulator.pem"
    trusted.write_text(Path(certifi.where()).read_text() + certificate.read_text())
    both.write_text(certificate.read_text() + key.read_text())
    os.environ["REQUESTS_CA_BUNDLE"] = str(trusted)
    return both


def _add_contenders(shop: Shop, simulator_url: str) -> tuple[Contender, Contender]:
    """Add the bundled module's method to the register; return ours and that one."""
    set_parameters(shop.admin, {"pos_viva_com_simulator.url": simulator_url})
    method, terminal = next(iter(METHODS.items()))
    ours = Contender(ADDON, method, terminal, shop.webhook_url)
    credentials = {
        name.replace("viva_wallet_", "viva_com_"): value for name, value in CREDENTIALS.items()
    }
    values = {
        **credentials,
        "viva_com_terminal_id": BUNDLED_TERMINAL,
        "payment_method_type": "terminal",
        "use_payment_terminal": "viva_com",
        "journal_id": shop.admin.find("account.journal", ("type", "=", "bank")),
        "config_ids": [(4, shop.register_id)],
    }
    bundled = shop.admin.ensure("pos.payment.method", {"name": BUNDLED_METHOD}, values)
    # It renews its access token with the rights of whoever sells, which a cashier's do not suffice
    # for. The question about any session makes it fetch one.
    shop.admin.call("pos.payment.method", "viva_com_get_payment_status", [bundled], "none")
    field = "viva_com_webhook_endpoint"
    [stored] = shop.admin.call("pos.payment.method", "read", [bundled], [field])
    return ours, Contender("pos_viva_com", BUNDLED_METHOD, BUNDLED_TERMINAL, stored[field])


class _Contest:
    """Sells with each of the contenders in turn, first with webhooks, then without."""

    def __init__(self, options, stack, contenders, sell_one):
        self.sales, self.viva, self.contenders = options.sales, stack.viva, contenders
        self.sell_one = sell_one
        self.random = random.Random(options.seed)

    def sell(self) -> Results:
        """Return all sales that count."""
        results: Results = {}
        self._notify(*(contender.webhook_url for contender in self.contenders))
        self._warm_up("both webhook addresses in use")
        results[WITH] = self._sell_by_turns(WITH)
        self._notify()
        self._warm_up("webhooks have just stopped")
        results[WITHOUT] = self._sell_by_turns(WITHOUT)
        return results

    def later_calls(self, results: Results) -> int:
        """Return how often our scheduled job asks Viva about a sale that is long over."""
        return max(
            calls_about(self.viva, sale.session).total() - sale.calls.total() + sale.calls["token"]
            for modules in results.values()
            for sale in modules[ADDON]
        )

    def _notify(self, *urls: str) -> None:
        self.viva.configure(webhook_urls=list(urls))

    def _warm_up(self, what: str) -> None:
        """Make a sale each that does not count: the first fetches tokens and fills caches."""
        for contender in self.contenders:
            sale = self.sell_one(contender, next(iter(PRODUCTS)), WARM_UP_SECONDS)
            detail(f"{what}: {contender.module} {_short(sale)} (not counted)")

    def _sell_by_turns(self, mode: str) -> dict[str, list[Sale]]:
        step(f"{self.sales} sales each, {mode}")
        results: dict[str, list[Sale]] = {contender.module: [] for contender in self.contenders}
        for number in range(1, self.sales + 1):
            product = self.random.choice(list(PRODUCTS))
            wait = self.random.uniform(*WAIT_SECONDS)
            for contender in self.contenders:
                self._notify(*([contender.webhook_url] if mode == WITH else []))
                sale = self.sell_one(contender, product, wait)
                results[contender.module].append(sale)
                detail(f"{number}/{self.sales} {contender.module:16} {_short(sale)}")
        return results


# === WHAT IT TELLS === #


def _short(sale: Sale) -> str:
    return (
        f"request {sale.request:.3f} s, receipt {sale.receipt:.3f} s,"
        f" {sale.calls.total()} calls, {sale.rpcs.total()} RPCs, {sale.server:.2f} s CPU"
    )


def _table(mode: str, modules: dict[str, list[Sale]]) -> str:
    """Return median, least and most of each figure, and the mean number of calls of each kind."""
    figures = {
        "tap until the terminal has the request (s)": lambda sale: sale.request,
        "approval until the line says paid (s)": lambda sale: sale.paid,
        "approval until the receipt shows (s)": lambda sale: sale.receipt,
        "calls to Viva per sale": lambda sale: sale.calls.total(),
        "RPCs of the till per sale": lambda sale: sale.rpcs.total(),
        "server seconds per sale (CPU of Odoo)": lambda sale: sale.server,
    }
    rows = {title: partial(_cell, figure) for title, figure in figures.items()}
    lines = [f"{mode}: median (min .. max)", table(modules, rows)]
    for name, sales in modules.items():
        calls = counts(sum((sale.calls for sale in sales), Counter()), len(sales))
        rpcs = counts(sum((sale.rpcs for sale in sales), Counter()), len(sales))
        lines.append(f"  {name}: Viva: {calls}; RPCs: {rpcs}")
    return "\n".join(lines)


def _cell(figure, sales: Sequence[Sale]) -> str:
    known = [value for value in map(figure, sales) if value is not None]
    if not known:
        return "not seen"
    shape = ".3f" if isinstance(known[0], float) else "g"
    return f"{middle(known):{shape}} ({min(known):{shape}} .. {max(known):{shape}})"


def _verdicts(results: Results, later_calls: int) -> list[str]:
    """Return one line for each promise.

    :param later_calls: of our scheduled job to Viva about each sale.
    """
    (ours, theirs), (polling, their_polling) = (modules.values() for modules in results.values())
    promises = {
        "tap until request: no slower than pos_viva_com": (
            middle(sale.request for sale in ours + polling),
            middle(sale.request for sale in theirs + their_polling),
        ),
        "approval until paid with webhooks: at most the time of pos_viva_com": (
            middle(sale.paid for sale in ours),
            middle(sale.paid for sale in theirs),
        ),
        "approval until receipt without webhooks: at most 1 s": (
            middle(sale.receipt for sale in polling),
            LONGEST_WITHOUT_WEBHOOKS,
        ),
        f"calls to Viva per sale with webhooks, on average, {later_calls} later check included: at"
        f" most {MOST_CALLS}": (
            mean(sale.calls.total() for sale in ours) + later_calls,
            MOST_CALLS,
        ),
    }
    return [verdict(promise, *figures) for promise, figures in promises.items()]


# === THE PROOF === #


def _prove(stack: Stack) -> None:
    """Compare Viva's charges with Odoo's payments of both modules.

    A charge is known by the terminal and the order: our module writes the session into the payment,
    and the bundled one makes session ids that begin with the order's.
    """
    prove(
        (
            (entry["terminal_id"], entry["session_id"].split(" ")[0], entry["amount"])
            for entry in stack.viva.ledger()
        ),
        (tuple(row.values()) for row in stack.instance.cluster.rows(DATABASE, PAYMENTS)),
    )
