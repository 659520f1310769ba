"""Random schedules against a real Odoo with several workers."""

import argparse
import itertools
import queue
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import contextmanager, suppress
from pathlib import Path

from ..databases import copy_database
from ..demo import ODOO_SECONDS, Demo
from ..odoo import Instance
from ..ports import free_port
from ..report import SetupError, detail, step
from ..server import Server
from ..setup import ensure_instance
from ..shop import ADMIN, CASHIER, Odoo, Shop
from ..simulator import simulator_url
from .play import Player, Result
from .referee import Referee
from .schedule import Schedule
from .seeds import generate
from .server_log import find_complaints
from .shop import Register, open_registers
from .shrink import shrink
from .supervised import Supervised
from .viva import Viva
from .weather import Weather

INSTANCE = "chaos"
DATABASE = "chaos"
UNTOUCHED = "chaos_untouched"
ADDON = "pos_viva_wallet_chaos"
# Of the addon: folder for its points, and by how much its deadlines are longer.
POINTS_VARIABLE = "POS_VIVA_WALLET_CHAOS"
PACE_VARIABLE = "POS_VIVA_WALLET_CHAOS_PACE"
WORKERS_SCRIPT = Path(__file__).with_name("odoo_workers.py")
SESSION_SECONDS = 5  # a tenth of Viva's minute, like the addon's deadlines
CRON_SECONDS = 3.0
CRONS = ("ir_cron_viva_wallet_reconcile", "ir_cron_viva_wallet_compare_days")
OTHER_CRONS_OFF = """
    UPDATE ir_cron SET active = false WHERE id NOT IN (
        SELECT res_id FROM ir_model_data WHERE model = 'ir.cron' AND module = 'pos_viva_wallet')
"""
ROUNDS_BETWEEN_LISTS = 8  # Viva's list of the day grows long in a run
# Failures are shrunk by playing them again, which takes its time.
MOST_SHRUNK = 5
MOST_CALLS = 30
SHRINK_SECONDS = 240


class Chaos(Demo):
    """A demo in which schedules are played instead of a person selling."""

    def __init__(self, instance: Instance, workers: int, tills: int, pace: float = 1):
        """Describe the run; nothing is started.

        :param workers: HTTP workers of Odoo.
        :param tills: how many schedules are played side by side.
        :param pace: how much longer than in dev/addons/pos_viva_wallet_chaos everything lasts.
        """
        options = argparse.Namespace(
            port=free_port(),
            simulator_port=free_port(),
            database=DATABASE,
            modules=ADDON,
            fresh=False,
            detach=False,
        )
        super().__init__(instance, options)
        self.workers = workers
        self.tills = tills
        self.pace = pace
        self.points = instance.folder / "points"
        self.odoo = Supervised(self._launch, instance.folder)
        self.viva = Viva(simulator_url(options.simulator_port))
        self.registers: list[Register] = []
        self.players: list[Player] = []
        self.outages: list[tuple[float, float]] = []

    def stop(self) -> int:
        """End the servers of this run."""
        for server in reversed(self._running()):
            server.stop()
        self.instance.cluster.stop()
        self.state.unlink(missing_ok=True)
        return 0

    @contextmanager
    def running(self):
        """Keep the shop running within a block."""
        self.stop()
        shutil.rmtree(self.points, ignore_errors=True)
        try:
            self._start()
            yield self
        finally:
            self.stop()

    @property
    def terminals(self) -> set[str]:
        """All terminals that schedules are played at."""
        return {reader.terminal for register in self.registers for reader in register.readers}

    def _prepare_database(self) -> None:
        """Start from a copy of a database that no schedule has touched."""
        self.options.database = UNTOUCHED
        super()._prepare_database()
        self.options.database = DATABASE
        copy_database(self.instance, UNTOUCHED, DATABASE)
        # A new database has the scheduled actions of all addons to do, one after the other.
        self.instance.cluster.query(DATABASE, OTHER_CRONS_OFF)

    def _start_odoo(self) -> Server:
        self.points.mkdir(parents=True)
        return self.odoo.start()

    def _odoo_options(self) -> list[str]:
        return [f"--workers={self.workers}", "--max-cron-threads=1"]

    def _launch(self, log: Path) -> Server:
        command = self._odoo_command()
        if self.workers:
            command[1:3] = [str(WORKERS_SCRIPT)]  # in place of "-m odoo"
        environment = {
            **self.instance.environment(),
            POINTS_VARIABLE: str(self.points),
            PACE_VARIABLE: str(self.pace),
        }
        server = Server.start("Odoo", command, environment, log, self.instance.folder)
        self.servers[1:] = []  # the first is the simulator
        self._add(server)
        server.wait_for_answer(f"{self.url}/web/health", ODOO_SECONDS)
        return server

    def _tell(self, _shop: Shop) -> None:
        """Open the registers; the method of Demo would tell a person where to look."""
        self.viva.change_settings(session_seconds=SESSION_SECONDS * self.pace, result_seconds=0.5)
        if not self.tills:
            return
        step(f"Opening {self.tills} registers")
        self.registers = open_registers(self.url, DATABASE, self.viva, self.tills)
        cashier, referee = self._log_in(CASHIER), self.referee()
        self.players = [
            Player(cashier, referee, self.viva, register, self.points)
            for register in self.registers
        ]

    def _log_in(self, account: tuple[str, str]) -> Odoo:
        return Odoo(self.url, DATABASE, *account)

    def referee(self) -> Referee:
        """Return who compares the ledgers."""
        return Referee(self._log_in(ADMIN), self.viva)

    # === PLAYING === #

    def play(self, schedules: Iterable[Schedule], report=None) -> list[Result]:
        """Play schedules side by side and return how they ended, in the order of their end.

        :param report: called with each result as soon as it is known.
        """
        waiting: queue.SimpleQueue = queue.SimpleQueue()
        for schedule in schedules:
            waiting.put(schedule)
        results: list[Result] = []
        threads = [
            threading.Thread(target=self._serve, args=(player, waiting, results, report))
            for player in self.players
        ]
        with self.crons():
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        return results

    def _serve(self, player: Player, waiting, results: list[Result], report) -> None:
        with suppress(queue.Empty):
            while True:
                schedule = waiting.get_nowait()
                result = self._play_safely(player, schedule)
                results.append(result)
                if report:
                    report(result)

    @staticmethod
    def _play_safely(player: Player, schedule: Schedule) -> Result:
        """Have a mistake of the run itself shown as a failure, instead of ending a till."""
        try:
            return player.play(schedule)
        except Exception as error:  # noqa: BLE001
            return Result(schedule, [f"It could not be played: {error!r}"])

    @contextmanager
    def crons(self):
        """Have the scheduled actions run all the time within a block, as minutes pass outside."""
        end = threading.Event()
        admin = self._log_in(ADMIN)

        def run():
            for round_number in itertools.count(1):
                if end.wait(CRON_SECONDS):
                    return
                names = CRONS if round_number % ROUNDS_BETWEEN_LISTS == 0 else CRONS[:1]
                with suppress(SetupError, OSError, ValueError):
                    admin.call("viva.wallet.transaction", "chaos_run_crons", names)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield
        finally:
            end.set()
            thread.join()

    def settled_faults(self, seconds: float = 40) -> list[str]:
        """Return what is wrong with everything together, once it has had time to come right."""
        referee, deadline = self.referee(), time.monotonic() + seconds
        with self.crons():
            while True:
                faults = referee.find_all_faults(self.terminals)
                if not faults or time.monotonic() > deadline:
                    return faults
                time.sleep(1)

    def complaints(self) -> list[str]:
        """Return what Odoo logged that it should not have."""
        return [
            complaint for log in self.odoo.logs for complaint in find_complaints(log, self.outages)
        ]

    def shrink(self, schedule: Schedule) -> list[int] | None:
        """Return the events of the smallest part of a schedule that fails by itself.

        :return: None when it does not fail again when it is played alone.
        """
        deadline = time.monotonic() + SHRINK_SECONDS
        player = self.players[0]

        def fails(kept: list[int]) -> bool:
            if time.monotonic() > deadline:
                return False
            return bool(self._play_safely(player, schedule.keep(kept)).faults)

        with self.crons():
            everything = list(range(len(schedule.events)))
            if not fails(everything):
                return None
            return shrink(len(schedule.events), fails)


def run(options: argparse.Namespace) -> int:
    """Play the schedules of consecutive seeds and tell how they ended; return the exit code."""
    instance = ensure_instance(INSTANCE)
    schedules = [generate(options.seed + number) for number in range(options.schedules)]
    if options.keep:
        schedules = [schedule.keep(options.keep) for schedule in schedules]
    chaos = Chaos(instance, options.workers, min(options.tills, len(schedules)))
    with chaos.running():
        step(f"Playing {len(schedules)} schedules, {chaos.tills} side by side")
        begun = time.monotonic()
        progress = Progress(len(schedules))
        if len(schedules) > 1:
            weather = Weather(options.seed, chaos.odoo, instance.cluster, chaos.viva)
            with weather:
                results = chaos.play(schedules, progress)
            chaos.outages = weather.outages
            detail("befallen: " + ", ".join(f"{blow} {n}" for blow, n in weather.counts.items()))
        else:
            results = chaos.play(schedules, progress)
        detail(f"{time.monotonic() - begun:.0f} seconds")
        return _conclude(chaos, results)


class Progress:
    """Tells about each failure at once, and about the rest now and then."""

    EVERY = 50

    def __init__(self, count: int):
        """Begin to count."""
        self.count = count
        self.done = 0
        self._lock = threading.Lock()

    def __call__(self, result: Result) -> None:
        """Take note of a result."""
        with self._lock:
            self.done += 1
            if result.faults:
                detail(f"{result.schedule.name} FAILED: {' '.join(result.faults)}")
            if self.done % self.EVERY == 0:
                detail(f"{self.done} of {self.count}")


def _conclude(chaos: Chaos, results: list[Result]) -> int:
    failed = [result for result in results if result.faults]
    together = [] if failed else chaos.settled_faults()
    complaints = chaos.complaints()
    _tell_numbers(chaos, results)
    for fault in together:
        detail(f"at the end: {fault}")
    for result in failed[:MOST_SHRUNK]:
        _tell_failure(chaos, result)
    for complaint in complaints[:10]:
        detail(f"Odoo logged: {complaint[:3000]}")
    detail(f"{len(failed)} of {len(results)} schedules failed; {len(complaints)} complaints in"
           f" Odoo's logs {chaos.odoo.logs[0]} ...")  # fmt: skip
    return 1 if failed or together or complaints else 0


def _tell_numbers(chaos: Chaos, results: list[Result]) -> None:
    moves = Counter(entry["kind"] for entry in chaos.viva.ledger()
                    if entry["terminal_id"] in chaos.terminals)  # fmt: skip
    reviews: Counter[str] = chaos.referee().count_reviews(chaos.terminals)
    detail(f"movements of money: {dict(moves)}, {sum(result.deaths for result in results)} workers killed at"
           f" a point, requests by review: {dict(reviews)}")  # fmt: skip


def _tell_failure(chaos: Chaos, result: Result) -> None:
    """Show a failure, and the smallest part of its schedule that fails, too."""
    schedule = result.schedule
    step(f"{schedule.name}: {' '.join(result.faults)}")
    for call in result.calls[-MOST_CALLS:]:
        detail(call)
    kept = chaos.shrink(schedule)
    if kept is None:
        detail("It did not fail again when it was played alone. It was:")
    smallest = schedule if kept is None else schedule.keep(kept)
    for number, plan in enumerate(smallest.refunds):
        detail(f"refund {number}: {plan}")
    for event in smallest.events:
        detail(str(event))
    keep = "" if kept is None else f" --keep {','.join(map(str, kept))}"
    detail(f"again: dev/chaos server --schedules 1 --seed {schedule.seed}{keep}")
