"""What Viva takes per second, shared by all workers: one row for each merchant, while it matters."""

import threading
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import TransactionCase, tagged

from ..models import viva_wallet_rate_limit
from ..viva import throttle, timing
from .common import VivaWalletCommon

WORKERS = 6
SLOTS = 5
WAIT_SECONDS = 20


@tagged("post_install", "-at_install")
class TestRateLimit(VivaWalletCommon):
    def setUp(self):
        super().setUp()
        throttle.forget()
        self.addCleanup(throttle.forget)
        self.account = self.viva_method._viva_wallet_account()
        self.limits = self.env["viva.wallet.rate.limit"].with_user(self.cashier)
        self.moment = timing.now()
        self.startPatcher(patch.object(timing, "now", lambda: self.moment))

    def pass_time(self, seconds):
        self.moment += timedelta(seconds=seconds)

    def slot(self, is_urgent, account=None):
        return self.limits._slot(account or self.account, is_urgent)

    def refuse(self, retry_after=None):
        self.limits._note_refusal(self.account, retry_after)

    def rows(self):
        self.env.invalidate_all()
        return self.env["viva.wallet.rate.limit"].search([])

    def test_without_a_limit_nothing_is_written_and_hardly_anything_read(self):
        for is_urgent in (True, False):
            self.assertEqual(self.slot(is_urgent), 0)
        self.assertFalse(self.rows())
        with self.assertQueryCount(0):
            for _call in range(10):
                self.slot(True)
                self.slot(False)

    def test_a_refusal_makes_all_wait_and_requests_come_first(self):
        self.refuse(retry_after=2)
        waits = [self.slot(is_urgent=True) for _call in range(3)]
        self.assertGreaterEqual(waits[0], 2)
        self.assertEqual(waits, sorted(set(waits)), "each has a moment of its own")
        self.assertGreater(self.slot(is_urgent=False), waits[-1])
        self.pass_time(waits[-1] + 1)
        self.assertEqual(self.slot(is_urgent=False), 0)
        self.assertGreater(self.slot(is_urgent=False), 0)

    def test_questions_keep_no_request_back(self):
        self.refuse(retry_after=2)
        first, second = self.slot(is_urgent=True), self.slot(is_urgent=True)
        for _question in range(5):
            self.assertGreater(self.slot(is_urgent=False), second)
        third = self.slot(is_urgent=True)
        self.assertAlmostEqual(third - second, second - first)

    def test_another_account_has_a_limit_of_its_own(self):
        self.refuse()
        self.assertGreater(self.slot(is_urgent=True), 0)
        self.assertEqual(self.slot(is_urgent=True, account="live another"), 0)
        self.assertEqual(self.rows().account, self.account)

    def test_other_processes_learn_of_it(self):
        self.assertEqual(self.slot(is_urgent=True), 0)
        self.refuse(retry_after=5)
        throttle.forget()  # what a process holds that was not refused itself
        self.assertGreaterEqual(self.slot(is_urgent=True), 5)

    def test_it_is_remembered_while_it_matters(self):
        self.refuse()
        first = self.rows().learnt["rate"]
        self.pass_time(timing.LIMIT_DOUBLES_AFTER)
        self.refuse()
        self.assertLess(self.rows().learnt["rate"], first)
        self.pass_time(100 * timing.LIMIT_DOUBLES_AFTER)
        self.assertEqual(self.slot(is_urgent=False), 0)
        self.assertFalse(self.rows())
        with self.assertQueryCount(0):
            self.slot(is_urgent=True)

    def test_nobody_waits_for_the_row(self):
        self.refuse()
        self.pass_time(5)
        with (
            patch.object(viva_wallet_rate_limit, "lock_rows", lambda rows, wait: False),
            patch("odoo.addons.pos_viva_wallet.models.db.PAUSE", 0),
        ):
            self.assertEqual(self.slot(is_urgent=True), 0)
            self.assertEqual(self.slot(is_urgent=False), timing.ASK_INTERVAL)
            self.refuse()
        self.assertEqual(self.slot(is_urgent=True), 0)

    def test_cashiers_cannot_read_it(self):
        self.refuse()
        with self.assertRaises(AccessError):
            self.limits.search([])


@tagged("post_install", "-at_install")
class TestRateLimitOfWorkers(TransactionCase):
    """With real transactions, as workers have them."""

    account = "demo of many workers"

    def setUp(self):
        super().setUp()
        throttle.forget()
        self.addCleanup(throttle.forget)
        self.addCleanup(self.delete_row)
        self.patch(Registry, "_lock", DummyRLock())  # held by the thread of the tests

    def delete_row(self):
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM viva_wallet_rate_limit WHERE account = %s", (self.account,))

    def at_once(self, work):
        """Run `work` for each worker in a thread and a transaction of its own; return the results."""
        barrier, results = threading.Barrier(WORKERS), []

        def run():
            with self.registry.cursor() as cr:
                limits = self.env(cr=cr)["viva.wallet.rate.limit"]
                barrier.wait(WAIT_SECONDS)
                results.append(work(limits))

        threads = [threading.Thread(target=run) for _worker in range(WORKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(WAIT_SECONDS)
        self.assertEqual(len(results), WORKERS)
        return results

    def test_workers_learn_and_share_at_once(self):
        self.at_once(lambda limits: limits._note_refusal(self.account, 30))
        with self.registry.cursor() as cr:
            rows = self.env(cr=cr)["viva.wallet.rate.limit"].search([])
            rates = [row.learnt["rate"] for row in rows]
        self.assertEqual(rates, [throttle.FIRST_RATE], "all of them were refused at once")
        moment = timing.now()
        with patch.object(timing, "now", lambda: moment):
            found = self.at_once(
                lambda limits: [limits._slot(self.account, True) for _slot in range(SLOTS)]
            )
        waits = sorted(wait for worker in found for wait in worker if wait)
        self.assertGreater(len(waits), WORKERS * SLOTS / 2)
        self.assertEqual(len({round(wait, 3) for wait in waits}), len(waits), "each has its own")
        self.assertGreaterEqual(waits[0], timing.LIMIT_URGENT_MOST - 1)
