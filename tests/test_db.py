"""Database transactions of their own: conflicts, locks, how many at a time, and what goes on alone."""

import logging
import threading
from unittest.mock import Mock, patch

import psycopg2

from odoo.exceptions import LockError
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..models import db

LOGGER = "odoo.addons.pos_viva_wallet.models.db"
WAIT_SECONDS = 20
NOBODY = {"by": "nobody"}  # has written the row yet


class DatabaseCommon(TransactionCase):
    """Real database transactions, and a row that all of them see.

    :ivar row: as superuser; it is deleted after the test.
    """

    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch.object(Registry, "_lock", DummyRLock())
        )  # held by the test's thread
        self.startPatcher(patch.object(db, "PAUSE", 0))
        limits = self.env["viva.wallet.rate.limit"]
        with self.registry.cursor() as cr:
            created = limits.with_env(self.env(cr=cr)).create(
                {"account": f"demo {self.id()}", "learnt": NOBODY}
            )
            self.row = limits.browse(created.id)
        self.addCleanup(self.delete_row)

    def delete_row(self):
        with self.registry.cursor() as cr:
            self.row.with_env(self.env(cr=cr)).exists().unlink()

    def write(self, value):
        """Have somebody else write the row, and commit it."""
        with self.registry.cursor() as cr:
            self.row.with_env(self.env(cr=cr)).learnt = value

    def read(self):
        """Return what others see of the row."""
        with self.registry.cursor() as cr:
            return self.row.with_env(self.env(cr=cr)).learnt


@tagged("post_install", "-at_install")
class TestOwnTransaction(DatabaseCommon):
    def test_what_was_written_is_committed_when_it_returns(self):
        def work(own):
            own.learnt = {"by": "work"}
            return own.id

        self.assertEqual(db.run_in_new_transaction(self.row, work), self.row.id)
        self.assertEqual(self.read(), {"by": "work"})

    @mute_logger("odoo.sql_db")
    def test_conflict_is_repeated_with_what_the_other_has_written(self):
        seen = []

        def work(own):
            seen.append(own.learnt)
            if len(seen) == 1:
                self.write({"by": "another"})
            own.learnt = {"after": own.learnt}
            own.flush_recordset()

        db.run_in_new_transaction(self.row, work)
        self.assertEqual(seen, [NOBODY, {"by": "another"}])
        self.assertEqual(self.read(), {"after": {"by": "another"}})

    def test_locked_row_is_tried_several_times(self):
        attempts = []

        def work(own):
            attempts.append(own.id)
            raise LockError("somebody is at it")

        with self.assertRaises(LockError):
            db.run_in_new_transaction(self.row, work)
        self.assertEqual(len(attempts), db.ATTEMPTS)

    def test_mistake_is_not_repeated_and_writes_nothing(self):
        attempts = []

        def work(own):
            attempts.append(own.id)
            own.learnt = {"by": "work"}
            own.flush_recordset()
            raise ValueError("a mistake of ours")

        with self.assertRaisesRegex(ValueError, "mistake"):
            db.run_in_new_transaction(self.row, work)
        self.assertEqual((len(attempts), self.read()), (1, NOBODY))

    def test_row_that_somebody_is_writing(self):
        with self.registry.cursor() as cr, db.new_cursor(self.row) as own:
            self.assertTrue(db.lock_rows(self.row.with_env(self.env(cr=cr))))
            self.assertFalse(db.lock_rows(own, wait=False))
        with db.new_cursor(self.row) as own:
            self.assertTrue(db.lock_rows(own, wait=False))

    def test_row_that_changed_since_the_transaction_began(self):
        with db.new_cursor(self.row) as own:
            self.assertEqual(own.learnt, NOBODY)
            self.write({"by": "another"})
            with self.assertRaises(psycopg2.errors.SerializationFailure):
                db.lock_rows(own)
            own.env.cr.rollback()

    def test_detached_records_hold_no_connection(self):
        detached = db.detached(self.row.with_user(self.env.ref("base.public_user")))
        self.assertTrue(detached.env.su)
        self.assertTrue(detached.env.cr.closed)
        with db.new_cursor(detached) as own:
            self.assertEqual(own.learnt, NOBODY)


@tagged("post_install", "-at_install")
class TestTurns(DatabaseCommon):
    def test_no_more_connections_than_turns(self):
        """Of more threads than that, each gets one in the end."""
        inside, most, full, go = [], [], threading.Event(), threading.Event()

        def work():
            with db.new_cursor(self.row) as own:
                inside.append(own.id)
                most.append(len(inside))
                if len(inside) == db.TURNS:
                    full.set()
                go.wait(WAIT_SECONDS)
                inside.pop()

        threads = [threading.Thread(target=work) for _thread in range(db.TURNS + 4)]
        with patch.object(db, "TURN_SECONDS", WAIT_SECONDS):
            for thread in threads:
                thread.start()
            self.assertTrue(full.wait(WAIT_SECONDS))
            self.assertFalse(db._turns.acquire(blocking=False), "all turns are taken")
            go.set()
            for thread in threads:
                thread.join(WAIT_SECONDS)
        self.assertEqual((max(most), len(most)), (8, db.TURNS + 4))

    def test_one_within_another_is_the_same_turn(self):
        turns = Mock(wraps=threading.BoundedSemaphore(1))
        with patch.object(db, "_turns", turns):
            with db.new_cursor(self.row), db.new_cursor(self.row) as own:
                self.assertEqual(own.learnt, NOBODY)
        turns.acquire.assert_called_once()
        turns.release.assert_called_once()

    def test_who_waits_too_long_goes_ahead(self):
        with (
            patch.object(db, "_turns", threading.BoundedSemaphore(1)),
            patch.object(db, "TURN_SECONDS", 0.01),
        ):
            db._turns.acquire()
            with db.new_cursor(self.row) as own:
                self.assertEqual(own.learnt, NOBODY)
            self.assertFalse(db._turns.acquire(blocking=False), "nothing was given back twice")


@tagged("post_install", "-at_install")
class TestLogAndContinue(TransactionCase):
    def test_the_rest_goes_on(self):
        done = []
        with self.assertLogs(LOGGER, "ERROR") as log:
            for part in ("first", "second", "third"):
                with db.log_and_continue(part):
                    if part == "second":
                        raise ZeroDivisionError
                    done.append(part)
        self.assertEqual(done, ["first", "third"])
        [line] = log.output
        self.assertIn("second", line)
        self.assertIn("ZeroDivisionError", line)

    def test_what_somebody_else_is_updating_is_no_error(self):
        with self.assertLogs(LOGGER, logging.INFO) as log, db.log_and_continue("a payment"):
            raise LockError("somebody is at it")
        self.assertEqual([record.levelno for record in log.records], [logging.INFO])
