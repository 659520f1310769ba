"""A running shop in which Odoo's workers can be killed, and in which time passes faster."""

import itertools
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial

from .. import ledgers
from ..odoo import Instance
from ..odoo_log import find_complaints
from ..report import SetupError
from ..shop import Shop
from ..stack import Stack

DATABASE = "chaos"
ADDON = "pos_viva_wallet_chaos"
# Of the addon: folder for its points, and by how much its deadlines are longer.
POINTS_VARIABLE = "POS_VIVA_WALLET_CHAOS"
PACE_VARIABLE = "POS_VIVA_WALLET_CHAOS_PACE"
SESSION_SECONDS = 5  # a tenth of Viva's minute, like the addon's deadlines
CRON_SECONDS = 3.0
CRONS = ("ir_cron_viva_wallet_reconcile", "ir_cron_viva_wallet_compare_days")
# A new database has the scheduled actions of all addons to do, one after the other.
OTHER_CRONS_OFF = """
    UPDATE ir_cron SET active = false WHERE id NOT IN (
        SELECT res_id FROM ir_model_data WHERE model = 'ir.cron' AND module = 'pos_viva_wallet')
"""
ROUNDS_BETWEEN_LISTS = 8  # Viva's list of the day grows long in a run
LOOK_SECONDS = 2.0


class FaultyShop:
    """A shop in which something goes wrong.

    `points`: folder of the points at which a worker dies, see dev/addons/pos_viva_wallet_chaos.
    """

    def __init__(self, stack: Stack, shop: Shop):
        """Wrap what runs."""
        self.stack, self.shop, self.viva = stack, shop, stack.viva
        self.points = _points(stack.instance)

    @contextmanager
    def crons(self) -> Iterator[None]:
        """Have the scheduled actions run all the time within a block, as minutes pass outside."""
        end = threading.Event()

        def run():
            for round_number in itertools.count(1):
                if end.wait(CRON_SECONDS):
                    return
                names = CRONS if round_number % ROUNDS_BETWEEN_LISTS == 0 else CRONS[:1]
                with suppress(SetupError, OSError, ValueError):
                    self.shop.admin.call("viva.wallet.transaction", "chaos_run_crons", names)

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
        while faults := self._faults(terminals):
            if time.monotonic() > deadline:
                return faults
            time.sleep(LOOK_SECONDS)
        return []

    def complaints(self) -> list[str]:
        """Return what Odoo logged that it should not have."""
        return find_complaints(self.stack.log.read_text(errors="replace"))

    def _faults(self, terminals: set[str]) -> list[str]:
        # Money first: what moves after this is looked for the next time.
        moves, read = self.viva.ledger(), partial(self.stack.instance.cluster.rows, DATABASE)
        tables = (moves, read(ledgers.ROWS), read(ledgers.PAYMENTS))
        return ledgers.compare(
            *([row for row in table if row["terminal_id"] in terminals] for table in tables)
        )


@contextmanager
def running_faulty_shop(instance: Instance, workers: int, pace: float) -> Iterator[FaultyShop]:
    """Keep a shop running within a block.

    :param workers: HTTP workers of Odoo; 0: one process, with websockets.
    :param pace: how much longer than in dev/addons/pos_viva_wallet_chaos everything lasts.
    """
    points = _points(instance)
    environment = {POINTS_VARIABLE: str(points), PACE_VARIABLE: str(pace)}
    stack = Stack(instance, workers=workers, environment=environment)
    shutil.rmtree(points, ignore_errors=True)
    with stack.running(DATABASE, (ADDON,), OTHER_CRONS_OFF) as shop:
        points.mkdir()
        stack.viva.configure(session_seconds=SESSION_SECONDS * pace, result_seconds=0.5)
        yield FaultyShop(stack, shop)


def _points(instance: Instance):
    return instance.folder / "points"
