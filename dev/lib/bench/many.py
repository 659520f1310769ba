"""`dev/bench --terminals N`: so many terminals of one merchant that sell at the same time."""

import argparse
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from ..odoo import ensure_instance
from ..odoo_log import OdooLog, busy_seconds, count_retries, find_complaints
from ..report import detail, step
from ..shop import ADMIN, Odoo, add_places, webhook_of
from ..stack import Stack
from .figures import counts, high, middle, prove, table, verdict
from .many_till import BenchTill, Sale, listen
from .many_webhook import Answer, attack

INSTANCE = "bench-many"
DATABASE = "bench"
# HTTP workers of Odoo.
WORKERS = 2
TILLS_PER_REGISTER = 5
# Requests of tills that the proxy before Odoo lets through, for each worker.
PROXY_CONNECTIONS = 6
# Seconds, least and most: until a customer taps, and until the next one comes.
TAP_SECONDS = (2.0, 10.0)
PAUSE_SECONDS = (1.0, 5.0)
HANG_SECONDS = 20
# How long the tills have been selling before the back office is measured.
UNDER_WAY_SECONDS = 5
# What a person in the back office opens, how often, with what pause, and for how long at most.
PAGES = {
    "point_of_sale.action_pos_pos_form": ("pos.order", ["name", "amount_total"]),
    "point_of_sale.action_pos_payment_method_form": ("pos.payment.method", ["name"]),
}
PAGE_TIMES, PAGE_PAUSE_SECONDS, PAGES_SECONDS = 5, 0.5, 60
ATTACKS = 3
SETTLE_SECONDS = 90
LONGEST_WITH_WEBHOOKS, LONGEST_WITHOUT_WEBHOOKS, LONGEST_WEBHOOK = 1.0, 3.0, 0.2
# A page counts as opening in its usual time within this factor and so many seconds.
SLOWER, SLOWER_SECONDS = 1.25, 0.1

# Writes down when the ledger learns of a charge, more exactly than its fields do.
WATCH_LEDGER = """
CREATE TABLE bench_approved (session_id text PRIMARY KEY, moment float8);
CREATE FUNCTION bench_approve() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bench_approved VALUES (NEW.session_id, extract(epoch FROM clock_timestamp()))
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER bench_approve AFTER UPDATE ON viva_wallet_transaction FOR EACH ROW
WHEN (NEW.state = 'approved' AND OLD.state <> 'approved') EXECUTE FUNCTION bench_approve();
"""


@dataclass
class Figures:
    """What one phase showed; times in seconds.

    `wrong`: session ids of sales that ended otherwise than Viva says; `lost`: of sales that ended,
    though the customer was there, without Viva ever having seen them; `known`: approval at the
    terminal until the ledger has it; `till`: ... until the till knows; `calls`: to Viva by
    operation; `busiest`: most calls to Viva within one second; `throttled`: calls that Viva refused
    (429); `seconds`: how long it took; `busy`: how long HTTP workers were at work, altogether;
    `pages`: opening a page of the back office; `trouble`: complaints in the log, sales that were not
    paid, and failed calls of tills.
    """

    sales: list[Sale] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    known: list[float] = field(default_factory=list)
    till: list[float] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    busiest: int = 0
    throttled: int = 0
    seconds: float = 0
    busy: float = 0
    pages: list[float] = field(default_factory=list)
    trouble: Counter[str] = field(default_factory=Counter)


def run(options: argparse.Namespace) -> None:
    """Sell, print the figures, and compare Viva's charges with the ledger."""
    stack = Stack(ensure_instance(INSTANCE), workers=WORKERS)
    with stack.running(DATABASE) as shop:
        step(f"Opening registers for {options.terminals} terminals")
        places = add_places(shop, stack.viva, options.terminals, TILLS_PER_REGISTER)
        stack.instance.cluster.query(DATABASE, WATCH_LEDGER)
        proxy = threading.BoundedSemaphore(PROXY_CONNECTIONS * WORKERS)
        tills = [BenchTill(shop.cashier, place, proxy) for place in places]
        bench = _ManyBench(options, stack, tills, webhook_of(shop.admin, places[0].method))
        with ExitStack() as sockets:
            for till in tills:
                sockets.callback(listen(till, stack.bus_port).shutdown)
            phases = bench.measure()
        bench.settle(shop.cashier)
        print(f"\n{_table(phases)}\n")
        print("\n".join(bench.verdicts(phases)), end="\n\n")
        bench.prove()


class _ManyBench:
    """Tills that sell at the same time, in phases."""

    def __init__(self, options, stack: Stack, tills: list[BenchTill], address: str):
        self.sales, self.limits = options.sales, options.limit
        self.stack, self.viva, self.tills, self.address = stack, stack.viva, tills, address
        self.random = random.Random(options.seed)
        self.answers: list[Answer] = []

    def measure(self) -> dict[str, Figures]:
        """Return the figures of all phases."""
        phases = {"idle": Figures(pages=self._open_pages())}
        for name, urls in {"with webhooks": [self.address], "without webhooks": []}.items():
            self.viva.configure(webhook_urls=urls)
            self._sell(f"{name}, not counted", 1)
            phases[name] = self._sell(name, self.sales)
        for limit in self.limits:
            self.viva.configure(calls_per_second=limit)
            name = f"without webhooks, while Viva takes {limit} calls per second"
            phases[f"... {limit} calls/s"] = self._sell(name, 1)
        self.viva.configure(calls_per_second=0, webhook_urls=[self.address])
        self._sell("with webhooks again, not counted", 1)
        self.viva.add_faults(
            {"operation": "any", "action": "delay", "seconds": HANG_SECONDS, "times": None}
        )
        name = f"while Viva takes {HANG_SECONDS} s to answer"
        phases[f"Viva takes {HANG_SECONDS} s"] = self._sell(name, 1, self._attack)
        return phases

    def _attack(self) -> None:
        """Send webhooks while Viva hangs, and end that."""
        self.answers = attack(self.address, self._unfinished()[0], ATTACKS)
        self.viva.clear_faults()

    def _sell(self, name: str, sales: int, meanwhile=lambda: None) -> Figures:
        """Let all tills sell, and open pages of the back office meanwhile."""
        step(f"{len(self.tills)} tills, {sales} sales each, {name}")
        figures, log = Figures(), OdooLog(self.stack.log)
        begun = time.time()
        with self._selling(sales) as futures:
            time.sleep(UNDER_WAY_SECONDS)
            figures.pages = self._open_pages()
            meanwhile()
            figures.sales = [sale for future in futures for sale in future.result()]
        figures.seconds = time.time() - begun
        self._complete(figures)
        calls = [call for call in self.viva.requests() if call["time"] >= begun]
        figures.calls = Counter(call["operation"] for call in calls)
        figures.busiest = max(Counter(int(call["time"]) for call in calls).values(), default=0)
        figures.throttled = sum(call["status"] == 429 for call in calls)
        text = log.read()
        figures.busy = busy_seconds(text)
        figures.trouble["complaints in the log"] += len(find_complaints(text))
        figures.trouble["serialization errors"] += count_retries(text)
        figures.trouble += Counter()
        detail(_short(figures))
        return figures

    @contextmanager
    def _selling(self, sales: int) -> Iterator[list[Future]]:
        with ThreadPoolExecutor(len(self.tills)) as pool:
            yield [
                pool.submit(self._sell_at, till, sales, random.Random(self.random.random()))
                for till in self.tills
            ]

    def _sell_at(self, till: BenchTill, count: int, chance: random.Random) -> list[Sale]:
        sales = []
        for number in range(count):
            time.sleep(chance.uniform(*PAUSE_SECONDS) if number else 0)
            taps = {"outcome": "approve", "after": chance.uniform(*TAP_SECONDS)}
            self.viva.set_terminal(till.place.terminal, autopilot=taps)
            sales.append(till.sell(chance.randint(100, 9000) / 100))
        return sales

    def _complete(self, figures: Figures) -> None:
        """Hold each sale, as its till knows it, against what Viva and the ledger say.

        Every customer pays, so a sale that Viva never saw was ended while it could be paid.
        """
        sessions = {session["session_id"]: session for session in self.viva.sessions()}
        rows = self._rows("*", "true", "bench_approved")
        in_ledger = {row["session_id"]: row["moment"] for row in rows}
        for sale in figures.sales:
            figures.trouble[sale.state] += sale.state != "approved"
            figures.trouble["failed calls"] += len(sale.errors)
            session = sessions.get(sale.session)
            if session is None:
                figures.lost.append(sale.session)
                detail(f"{sale.session} ended {sale.state} at the till, Viva never saw it")
                continue
            moment = session["finished_at"]
            if moment is None or (sale.state == "approved") != session["success"]:
                figures.wrong.append(sale.session)
                detail(f"{sale.session} ended {sale.state} at the till, Viva: {session['success']}")
            if session["success"] and sale.session in in_ledger:
                figures.till.append(sale.known - moment)
                figures.known.append(in_ledger[sale.session] - moment)
        for error in {error for sale in figures.sales for error in sale.errors}:
            detail(error)

    def _open_pages(self) -> list[float]:
        """Open pages with lists, as the web client does; return the seconds that each took."""
        odoo = Odoo(self.stack.url, DATABASE, *ADMIN)
        taken: list[float] = []
        deadline = time.monotonic() + PAGES_SECONDS
        for action, (model, fields) in [*PAGES.items()] * PAGE_TIMES:
            begun = time.monotonic()
            if begun > deadline:
                break
            odoo.browser.get(f"{odoo.url}/odoo", timeout=2 * PAGES_SECONDS)
            odoo.ask("/web/action/load", {"action_id": action}, "load an action")
            odoo.call(model, "get_views", [[False, "list"], [False, "search"]])
            odoo.call(model, "web_search_read", [], {name: {} for name in fields}, limit=80)
            taken.append(time.monotonic() - begun)
            time.sleep(PAGE_PAUSE_SECONDS)
        return taken

    def settle(self, cashier: Odoo) -> None:
        """Ask about what the tills left without an outcome, as a till does that is opened again."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while (left := self._unfinished()) and time.monotonic() < deadline:
            cashier.call("viva.wallet.till", "read_status", left)
            time.sleep(1)

    def _unfinished(self) -> list[str]:
        """Return the sessions whose outcome the ledger does not know."""
        return [row["session_id"] for row in self._rows("*", "state IN ('sent', 'unknown')")]

    def _rows(self, columns: str, where: str, table="viva_wallet_transaction") -> list[dict]:
        query = f"SELECT {columns} FROM {table} WHERE {where}"
        return self.stack.instance.cluster.rows(DATABASE, query)

    def verdicts(self, phases: dict[str, Figures]) -> list[str]:
        """Return one line for each promise, and what the webhook answered to strangers."""
        _idle, webhooks, polling, *limited, hanging = phases.values()
        unlike = {
            f"sales that ended otherwise than Viva says, or unseen by it, while it takes {limit}"
            " calls per second": (len(figures.wrong) + len(figures.lost), 0)
            for limit, figures in zip(self.limits, limited, strict=True)
        }
        promises = {
            "approval until the ledger has it, median, with webhooks": (
                middle(webhooks.known), LONGEST_WITH_WEBHOOKS,
            ),
            "approval until the ledger has it, median, without webhooks": (
                middle(polling.known), LONGEST_WITHOUT_WEBHOOKS,
            ),
            **unlike,
            "a page of the back office while Viva hangs, median, against its usual time": (
                middle(hanging.pages), middle(webhooks.pages) * SLOWER + SLOWER_SECONDS,
            ),
            "the webhook's answer while Viva hangs, 95 of 100": (
                high([answer.seconds for answer in self.answers]), LONGEST_WEBHOOK,
            ),
            "server errors of the webhook": (sum(a.status >= 500 for a in self.answers), 0),
            "errors in the log and failed sales": (
                sum(figures.trouble.total() for figures in phases.values()), 0,
            ),
        }  # fmt: skip
        answers: dict[str, list[Answer]] = {}
        for answer in self.answers:
            answers.setdefault(answer.name, []).append(answer)
        return [
            *(verdict(promise, *figures) for promise, figures in promises.items()),
            *(
                f"  {name}: {'/'.join(sorted({str(a.status) for a in found}))},"
                f" at most {max(a.seconds for a in found):.3f} s"
                for name, found in answers.items()
            ),
        ]

    def prove(self) -> None:
        """Compare Viva's charges with the ledger."""
        approved = self._rows("session_id, charged_minor", "state = 'approved'")
        prove(
            ((move["session_id"], move["amount"]) for move in self.viva.ledger()),
            ((row["session_id"], row["charged_minor"]) for row in approved),
        )


def _table(phases: dict[str, Figures]) -> str:
    """Return the table: for times median and 95th of a hundred."""
    rows = {
        "sales": lambda f: str(len(f.sales)),
        "start_sale (s)": lambda f: _times([sale.started for sale in f.sales]),
        "a whole sale, with its customer (s)": lambda f: _times(_whole(f)),
        "the longest sale (s)": lambda f: f"{max(_whole(f)):.1f}" if f.sales else "-",
        "sales that ended otherwise than Viva says": lambda f: str(len(f.wrong)),
        "sales that ended and never reached Viva": lambda f: str(len(f.lost)),
        "approval until the ledger has it (s)": lambda f: _times(f.known),
        "approval until the till knows (s)": lambda f: _times(f.till),
        "RPCs of the till per sale": lambda f: _per(sum(s.rpcs for s in f.sales), len(f.sales)),
        "calls to Viva per sale": lambda f: _per(f.calls.total(), len(f.sales)),
        "calls to Viva per second, mean": lambda f: _per(f.calls.total(), f.seconds),
        "calls to Viva per second, most": lambda f: str(f.busiest),
        "calls refused by Viva (429)": lambda f: str(f.throttled),
        "HTTP workers at work (% of their time)": lambda f: _per(100 * f.busy, f.seconds * WORKERS),
        "a page of the back office (s)": lambda f: _times(f.pages),
        "trouble": lambda f: counts(f.trouble) or "none",
    }
    calls = [f"  {name}: calls to Viva: {counts(f.calls)}" for name, f in phases.items()]
    return "\n".join([table(phases, rows, width=19), *calls])


def _whole(figures: Figures) -> list[float]:
    return [sale.known - sale.begun for sale in figures.sales]


def _times(values: list[float]) -> str:
    return f"{middle(values):.3f} / {high(values):.3f}" if values else "-"


def _per(part: float, whole: float) -> str:
    return f"{part / whole:.1f}" if whole else "-"


def _short(figures: Figures) -> str:
    return (
        f"{len(figures.sales)} sales in {figures.seconds:.0f} s (the longest"
        f" {max(_whole(figures), default=0):.0f} s), known after {middle(figures.known):.2f} s,"
        f" page {middle(figures.pages):.2f} s, {figures.calls.total()} calls to Viva"
    )
