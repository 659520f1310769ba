"""A running Odoo and a simulated Viva for chaos, in a fraction of the real time."""

import argparse
import itertools
import shutil
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from ..databases import copy_database
from ..demo import ODOO_SECONDS, Demo
from ..odoo import Instance
from ..ports import free_port
from ..report import SetupError
from ..server import Server
from ..shop import ADMIN, CASHIER, Odoo, Shop
from ..simulator import simulator_url
from .ledgers import find_faults
from .server_log import find_complaints
from .viva import Viva

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
LOOK_SECONDS = 2.0


class Chaos(Demo):
    """A demo in which something happens instead of a person selling."""

    def __init__(self, instance: Instance, workers: int, pace: float):
        """Describe the run; nothing is started.

        :param workers: HTTP workers of Odoo; 0: one process, with websockets.
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
        self.pace = pace
        self.points = instance.folder / "points"
        self.log = instance.folder / "odoo.log"
        self.viva = Viva(simulator_url(options.simulator_port))
        self.shop: Shop | None = None
        self.cashier: Odoo | None = None
        self.admin: Odoo | None = None

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

    def _prepare_database(self) -> None:
        """Start from a copy of a database in which nothing has happened."""
        self.options.database = UNTOUCHED
        super()._prepare_database()
        self.options.database = DATABASE
        copy_database(self.instance, UNTOUCHED, DATABASE)
        # A new database has the scheduled actions of all addons to do, one after the other.
        self.instance.cluster.query(DATABASE, OTHER_CRONS_OFF)

    def _odoo_options(self) -> list[str]:
        return [f"--workers={self.workers}", "--max-cron-threads=1"]

    def _start_odoo(self) -> Server:
        self.points.mkdir(parents=True)
        command = self._odoo_command()
        if self.workers:
            command[1:3] = [str(WORKERS_SCRIPT)]  # in place of "-m odoo"
        environment = {
            **self.instance.environment(),
            POINTS_VARIABLE: str(self.points),
            PACE_VARIABLE: str(self.pace),
        }
        server = Server.start("Odoo", command, environment, self.log, self.instance.folder)
        server.wait_for_answer(f"{self.url}/web/health", ODOO_SECONDS)
        return server

    def _tell(self, shop: Shop) -> None:
        """Take note of the shop and log in; the method of Demo would tell a person where to look."""
        self.viva.change_settings(session_seconds=SESSION_SECONDS * self.pace, result_seconds=0.5)
        self.shop = shop
        self.cashier = Odoo(self.url, DATABASE, *CASHIER)
        self.admin = Odoo(self.url, DATABASE, *ADMIN)

    @contextmanager
    def crons(self):
        """Have the scheduled actions run all the time within a block, as minutes pass outside."""
        end = threading.Event()

        def run():
            for round_number in itertools.count(1):
                if end.wait(CRON_SECONDS):
                    return
                names = CRONS if round_number % ROUNDS_BETWEEN_LISTS == 0 else CRONS[:1]
                with suppress(SetupError, OSError, ValueError):
                    self.admin.call("viva.wallet.transaction", "chaos_run_crons", names)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield
        finally:
            end.set()
            thread.join()

    def settled_faults(self, terminals: set[str], seconds: float) -> list[str]:
        """Return what is wrong with both ledgers, once that has had time to come right."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                faults = find_faults(self.admin, self.viva, terminals)
            except (SetupError, OSError, ValueError) as failure:
                faults = [f"Odoo did not answer: {failure}"]
            if not faults or time.monotonic() > deadline:
                return faults
            time.sleep(LOOK_SECONDS)

    def complaints(self) -> list[str]:
        """Return what Odoo logged that it should not have."""
        return find_complaints(self.log)
