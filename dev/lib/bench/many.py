"""`dev/bench --terminals N`: so many terminals of one merchant that sell at the same time."""

import argparse
import json
import os
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..demo import Demo
from ..paths import DEV
from ..ports import HOST, free_port
from ..process import last_lines
from ..report import SetupError, detail, step
from ..server import Server
from ..setup import ensure_instance
from ..shop import CASHIER, Odoo, Shop
from ..simulator import simulator_url
from .many_log import Log, busy_seconds, trouble
from .many_page import BackOffice
from .many_shop import Place, as_json, open_places, webhook_url
from .many_table import (
    LONGEST_WEBHOOK,
    LONGEST_WITH_WEBHOOKS,
    LONGEST_WITHOUT_WEBHOOKS,
    SLOWER,
    SLOWER_SECONDS,
    Figures,
    high,
    middle,
    table,
    verdict,
)
from .many_webhook import Answer, attack
from .viva import Viva

INSTANCE = "bench-many"
DATABASE = "bench"
CRON_WORKERS = 2
# Requests of tills that the proxy before Odoo lets through, for each worker.
PROXY_CONNECTIONS = 6
# Seconds, least and most: until a customer taps, and until the next one comes.
TAP_SECONDS = (2.0, 10.0)
PAUSE_SECONDS = (1.0, 5.0)
HANG_SECONDS = 20
# Calls per second that Viva takes from a merchant, in a phase each.
VIVA_LIMITS = (15, 5)
# How long the tills have been selling before the back office is measured.
UNDER_WAY_SECONDS = 5
PAGES = 5
PAGE_PAUSE_SECONDS = 0.5
ATTACKS = 3
SETTLE_SECONDS = 90

# Writes down when the ledger learns of a charge, more exactly than its fields do.
WATCH_LEDGER = """
CREATE TABLE IF NOT EXISTS bench_approved (session_id text PRIMARY KEY, moment float8);
CREATE OR REPLACE FUNCTION bench_approve() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bench_approved VALUES (NEW.session_id, extract(epoch FROM clock_timestamp()))
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER bench_approve AFTER UPDATE ON viva_wallet_transaction FOR EACH ROW
WHEN (NEW.state = 'approved' AND OLD.state <> 'approved') EXECUTE FUNCTION bench_approve();
"""


class ManyBench(Demo):
    """A demo with many registers, in which programs sell instead of persons."""

    def __init__(self, options: argparse.Namespace):
        """Describe the benchmark; nothing is started."""
        demo_options = argparse.Namespace(
            port=options.port or free_port(),
            simulator_port=options.simulator_port or free_port(),
            database=DATABASE,
            modules="",
            fresh=True,
            detach=False,
        )
        super().__init__(ensure_instance(INSTANCE), demo_options)
        self.terminals = options.terminals
        self.workers = options.workers
        self.sales = options.sales
        self.limits = options.limit or VIVA_LIMITS
        self.seed = options.seed
        self.bus_port = free_port()
        self.viva = Viva(simulator_url(demo_options.simulator_port))
        self.places: list[Place] = []
        self.cookies: dict[int, str] = {}
        self.shop: Shop | None = None
        self.answers: list[Answer] = []

    def run(self) -> int:
        """Run it from the start to the proof, and leave nothing running."""
        self.stop()
        return super().run()

    def _odoo_options(self) -> list[str]:
        """Override of the demo: as in production."""
        return [
            f"--workers={self.workers}",
            f"--gevent-port={self.bus_port}",
            f"--max-cron-threads={CRON_WORKERS}",
        ]

    def _start_odoo(self) -> Server:
        """Override of the demo: workers start their gevent process from a script of that name."""
        script = self.instance.folder / "odoo-bin"
        script.write_text("from odoo.cli.command import main\n\nmain()\n")
        python, _m, _odoo, *arguments = self._odoo_command()
        command = [python, str(script), *arguments]
        log = self.instance.folder / "odoo.log"
        return Server.start("Odoo", command, self.instance.environment(), log, self.instance.folder)

    def _tell(self, shop: Shop) -> None:
        self.shop = shop

    def _watch(self) -> None:
        step(f"Opening registers for {self.terminals} terminals")
        self.places = open_places(self.url, DATABASE, self.viva, self.terminals)
        self.cookies = {
            register: self._cookie() for register in {place.register for place in self.places}
        }
        self.instance.cluster.query(DATABASE, WATCH_LEDGER)
        phases = self._measure()
        self._await_answers()
        print(f"\n{table(phases, self.workers)}\n")
        print("\n".join(self._verdicts(phases)), end="\n\n")
        self._prove()

    def _measure(self) -> dict[str, Figures]:
        phases = {"idle": Figures(pages=self._open_pages(BackOffice(self.url, DATABASE)))}
        address = webhook_url(self.url, DATABASE, self.places[0].method)
        for name, urls in {"with webhooks": [address], "without webhooks": []}.items():
            self.viva.set_webhooks(*urls)
            self._sell(f"{name}, not counted", 1)
            phases[name] = self._sell(name, self.sales)
        for limit in self.limits:
            self.viva.limit_calls(limit)
            phases[_limited(limit)] = self._sell(
                f"without webhooks, while Viva takes {limit} calls per second", 1
            )
            self.viva.limit_calls(0)
        self.viva.set_webhooks(address)
        self._sell("with webhooks again, not counted", 1)
        phases[f"Viva takes {HANG_SECONDS} s"] = self._hang(address)
        return phases

    def _sell(self, name: str, sales: int) -> Figures:
        step(f"{self.terminals} tills, {sales} sales each, {name}")
        office = BackOffice(self.url, DATABASE)
        with self._phase(sales) as (figures, load):
            time.sleep(UNDER_WAY_SECONDS)
            figures.pages = self._open_pages(office)
            self._collect(figures, load)
        detail(_short(figures))
        return figures

    def _hang(self, address: str) -> Figures:
        """Sell while Viva takes its time, and open pages and send webhooks meanwhile."""
        step(f"{self.terminals} tills, one sale each, while Viva takes {HANG_SECONDS} s to answer")
        office = BackOffice(self.url, DATABASE)
        self.viva.add_fault("any", "delay", seconds=HANG_SECONDS, times=None)
        with self._phase(1) as (figures, load):
            time.sleep(UNDER_WAY_SECONDS)
            figures.pages = self._open_pages(office)
            detail(f"pages: {', '.join(f'{seconds:.2f}' for seconds in figures.pages)} s")
            self.answers = attack(address, self._unfinished()[0], ATTACKS)
            self.viva.clear_faults()
            self._collect(figures, load)
        detail(_short(figures))
        return figures

    @contextmanager
    def _phase(self, sales: int) -> Iterator[tuple[Figures, subprocess.Popen]]:
        """Run a load within a block, and complete the figures after it."""
        figures = Figures()
        log = Log(Path(self.servers[-1].log))
        begun = time.time()
        with self._load(sales) as load:
            yield figures, load
        calls = [call for call in self.viva.calls() if call["time"] >= begun]
        figures.calls = Counter(call["operation"] for call in calls)
        figures.busiest = max(Counter(int(call["time"]) for call in calls).values(), default=0)
        figures.throttled = sum(call["status"] == 429 for call in calls)
        lines = log.read()
        figures.busy = busy_seconds(lines)
        figures.trouble += trouble(lines)

    @contextmanager
    def _load(self, sales: int) -> Iterator[subprocess.Popen]:
        """Start the program of the tills; end it if a block fails."""
        self.seed += 1
        options = {
            "host": HOST,
            "port": self.options.port,
            "bus_port": self.bus_port,
            "simulator": self.viva.url,
            "cookies": self.cookies,
            "door": PROXY_CONNECTIONS * self.workers,
            "places": as_json(self.places),
            "sales": sales,
            "tap": TAP_SECONDS,
            "pause": PAUSE_SECONDS,
            "seed": self.seed,
        }
        log = self.instance.folder / "load.log"
        with log.open("wb") as errors:
            process = subprocess.Popen(
                [str(self.instance.python), "-m", "lib.bench.many_load"],
                env={**os.environ, "PYTHONPATH": str(DEV)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        process.stdin.write(json.dumps(options))
        process.stdin.close()
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def _collect(self, figures: Figures, load: subprocess.Popen) -> None:
        """Wait until all have sold, and put what the tills saw into the figures."""
        text = load.stdout.read()
        if load.wait():
            log = self.instance.folder / "load.log"
            raise SetupError(f"The tills' program failed:\n{last_lines(log.read_text())}")
        result = json.loads(text)
        sales = result["sales"]
        figures.sales = len(sales)
        figures.seconds = result["ended"] - result["begun"]
        figures.start = [sale["started"] for sale in sales]
        figures.whole = [sale["known"] - sale["begun"] for sale in sales]
        figures.rpcs = sum(sale["rpcs"] for sale in sales)
        for sale in sales:
            figures.trouble[sale["state"]] += sale["state"] != "approved"
            figures.trouble["failed calls"] += len(sale["errors"])
        for error in {error for sale in sales for error in sale["errors"]}:
            detail(error)
        sessions = {session["session_id"]: session for session in self.viva.sessions()}
        self._compare(figures, sales, sessions)
        approved = {name: s["finished_at"] for name, s in sessions.items() if s["success"]}
        known = self._known()
        for sale in sales:
            moment = approved.get(sale["session_id"])
            if moment is not None and sale["session_id"] in known:
                figures.till.append(sale["known"] - moment)
                figures.known.append(known[sale["session_id"]] - moment)
        figures.trouble += Counter()

    def _compare(
        self, figures: Figures, sales: list[dict[str, Any]], sessions: dict[str, dict[str, Any]]
    ) -> None:
        """Hold the end of each sale, as its till knows it, against what Viva says.

        Every customer pays, so a sale that Viva never saw was ended while it could be paid.
        """
        for sale in sales:
            session = sessions.get(sale["session_id"])
            is_over = session and session["finished_at"] is not None
            if session is None:
                figures.lost.append(sale["session_id"])
            elif not is_over or (sale["state"] == "approved") != session["success"]:
                figures.wrong.append(sale["session_id"])
            else:
                continue
            viva = "never saw it" if session is None else f"says success {session['success']}"
            detail(f"{sale['session_id']} ended {sale['state']} at the till, Viva {viva}")

    def _known(self) -> dict[str, float]:
        """Return when the ledger learnt of each charge, by session."""
        rows = self.instance.cluster.query(DATABASE, "SELECT * FROM bench_approved").split()
        return {session: float(moment) for session, moment in (row.split("|") for row in rows)}

    def _await_answers(self) -> None:
        """Ask about what the tills left without an outcome, as a till does that is opened again."""
        cashier = Odoo(self.url, DATABASE, *CASHIER)
        deadline = time.monotonic() + SETTLE_SECONDS
        while (left := self._unfinished()) and time.monotonic() < deadline:
            cashier.call("viva.wallet.till", "read_status", left)
            time.sleep(1)

    def _unfinished(self) -> list[str]:
        """Return the sessions whose outcome the ledger does not know."""
        query = "SELECT session_id FROM viva_wallet_transaction WHERE state IN ('sent', 'unknown')"
        return self.instance.cluster.query(DATABASE, query).split()

    def _open_pages(self, office: BackOffice) -> list[float]:
        return office.open_pages(PAGES, PAGE_PAUSE_SECONDS)

    def _cookie(self) -> str:
        cashier = Odoo(self.url, DATABASE, *CASHIER)
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in cashier.cookies)

    def _verdicts(self, phases: dict[str, Figures]) -> list[str]:
        _idle, webhooks, polling, *limited, hanging = phases.values()
        usual = middle(webhooks.pages)
        return [
            verdict(
                "approval until the ledger has it, median, with webhooks",
                middle(webhooks.known),
                LONGEST_WITH_WEBHOOKS,
            ),
            verdict(
                "approval until the ledger has it, median, without webhooks",
                middle(polling.known),
                LONGEST_WITHOUT_WEBHOOKS,
            ),
            *(
                verdict(
                    f"sales that ended otherwise than Viva says, or unseen by it, while it takes"
                    f" {limit} calls per second",
                    len(figures.wrong) + len(figures.lost),
                    0,
                )
                for limit, figures in zip(self.limits, limited, strict=True)
            ),
            verdict(
                "a page of the back office while Viva hangs, median, against its time when Viva"
                " does not",
                middle(hanging.pages),
                usual * SLOWER + SLOWER_SECONDS,
            ),
            verdict(
                "the webhook's answer while Viva hangs, 95 of 100",
                high([answer.seconds for answer in self.answers]),
                LONGEST_WEBHOOK,
            ),
            verdict("server errors of the webhook", sum(a.status >= 500 for a in self.answers), 0),
            verdict(
                "errors in the log and failed sales",
                sum(sum(figures.trouble.values()) for figures in phases.values()),
                0,
            ),
            *_slow(self.answers),
        ]

    def _prove(self) -> None:
        """Compare Viva's charges with the ledger.

        :raise SetupError: when they differ.
        """
        columns = "session_id, charged_minor"
        query = f"SELECT {columns} FROM viva_wallet_transaction WHERE state = 'approved'"
        rows = Counter(self.instance.cluster.query(DATABASE, query).split())
        charges = Counter(
            f"{charge['session_id']}|{charge['amount']}" for charge in self.viva.ledger()
        )
        wrong = [*(charges - rows).elements(), *(rows - charges).elements()]
        if wrong:
            raise SetupError("Viva's charges and the ledger differ:\n" + "\n".join(wrong))
        print(f"All {charges.total()} charges at Viva are exactly the approved rows of the ledger.")


def _limited(limit: int) -> str:
    return f"... {limit} calls/s"


def _short(figures: Figures) -> str:
    return (
        f"{figures.sales} sales in {figures.seconds:.0f} s (the longest"
        f" {max(figures.whole, default=0):.0f} s), known after {middle(figures.known):.2f} s,"
        f" page {middle(figures.pages):.2f} s, {figures.calls.total()} calls to Viva"
    )


def _slow(answers: list[Answer]) -> list[str]:
    """Return a line for each kind of request to the webhook: the statuses and the longest time."""
    kinds: dict[str, list[Answer]] = {}
    for answer in answers:
        kinds.setdefault(answer.name, []).append(answer)
    return [
        f"  {name}: {'/'.join(sorted({str(a.status) for a in found}))},"
        f" at most {max(a.seconds for a in found):.3f} s"
        for name, found in kinds.items()
    ]
