"""The money rule under random faults: never two charges for a payment line, never one unrecorded."""

import random
import uuid
from contextlib import suppress

from odoo.tests import tagged

from ..simulator import SimulatorError
from .common import TERMINAL, VivaWalletCommon

FAULTS = (
    {"action": "drop_before"},
    {"action": "drop_after"},
    {"action": "answer", "status": 500},
    {"action": "answer", "status": 503, "handled": True},
    {"action": "answer", "status": 404},
    {"action": "answer", "status": 401},
    {"action": "answer", "status": 200, "body": {}},
)
OPERATIONS = ("token", "sale", "session", "session", "abort")
SEEDS = 25
CUSTOMER = ("tap", "tap", "decline", "cancel", "insert")
TILL = ("start", "start", "start_again", "status", "status", "status", "abort")


@tagged("post_install", "-at_install")
class TestMoneyRule(VivaWalletCommon):
    def setUp(self):
        super().setUp()
        self.pos_session = self.open_register()

    def schedule(self, seed):
        """Return what happens, as data: faults, then steps of till, customer and time."""
        rng = random.Random(seed)
        faults = [
            {
                "operation": rng.choice(OPERATIONS),
                "skip": rng.randrange(3),
                "times": rng.randrange(1, 4),
                **rng.choice(FAULTS),
            }
            for _fault in range(rng.randrange(4))
        ]
        steps = ["start"]
        for _step in range(rng.randrange(4, 12)):
            steps.append(rng.choice((*TILL, *CUSTOMER)))
            steps.append(rng.choice((0, 0, 2, 6, 20, 70)))
        return faults, steps

    def play(self, faults, steps):
        """Let one payment line go through a schedule."""
        self.simulator.add_faults(*faults)
        sale = self.sale_values()
        for step in steps:
            if isinstance(step, int):
                self.clock.advance(step)
                self.let_pass(self.transactions(), step)
            elif step in CUSTOMER:
                self.act(step)
            else:
                sale = self.ask(step, sale)
        return sale

    def act(self, action):
        with suppress(SimulatorError):  # nothing on the screen
            self.simulator.act(TERMINAL, action)

    def ask(self, step, sale):
        if step == "start_again":
            sale = {**sale, "session_id": str(uuid.uuid4())}
        if step == "status":
            self.till("read_status", [sale["session_id"]])
            return sale
        snapshot = self.till("abort" if step == "abort" else "start_sale", sale)
        return {**sale, "session_id": snapshot["session_id"]}

    def settle(self):
        """Let all faults end and time pass, until Viva and the cron have come to an end."""
        self.simulator.clear_faults()
        for _round in range(3):
            self.clock.advance(61)
            self.let_pass(self.transactions(), 130)
            self.run_cron()

    def test_random_schedules(self):
        charged = 0
        for seed in range(SEEDS):
            faults, steps = self.schedule(seed)
            with self.subTest(seed=seed, faults=faults, steps=steps):
                self.transactions().unlink()
                self.simulator.reset()
                self.play(faults, steps)
                self.settle()
                self.assert_ledgers_agree()
                self.assertLessEqual(len(self.charges()), 1)
                self.assertFalse(self.transactions(state="sent"))
                charged += len(self.charges())
        self.assertGreater(charged, SEEDS / 4, "schedules in which money moved")
