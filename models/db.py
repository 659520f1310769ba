import logging
import os
import random
import threading
import time
from contextlib import contextmanager

from odoo import SUPERUSER_ID
from odoo.exceptions import LockError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

TURNS = 8  # connections at a time, in one process
TURN_SECONDS = 5
ATTEMPTS = 8
PAUSE = 0.03  # seconds; grows with each attempt


_own = threading.local()
_turns = threading.BoundedSemaphore(TURNS)


def _after_fork():
    global _turns
    _turns = threading.BoundedSemaphore(TURNS)


os.register_at_fork(after_in_child=_after_fork)


def run_in_new_transaction(records, work):
    """Run `work` in a database transaction of its own, committed before this returns.

    A charge must never be forgotten because something later in the caller's transaction fails, and
    Odoo repeats a conflicting request from its beginning: what is written around a call to Viva
    therefore goes through a cursor of its own. A conflict is repeated here, where `work` only
    touches the database, and sooner than Odoo would: a cashier is waiting.

    :param records: recordset that `work` gets as its only argument, in the new environment.
    :param callable work: talks to nothing but the database; it may run several times, and raises
        `LockError` when somebody else is at the row.
    :return: what `work` returned; it must not be a recordset, whose cursor would be closed.
    :raise LockError: when the row stayed locked through all attempts.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with new_cursor(records) as own:
                return work(own)
        except (LockError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
            if attempt == ATTEMPTS:
                raise
            time.sleep(attempt * random.uniform(PAUSE / 2, PAUSE))
    raise AssertionError("unreachable")


def detached(records):
    """Return `records` as superuser for a thread of its own, in which no request holds a cursor.

    They hold none either, so that no connection is kept while Viva is being waited for: only
    `new_cursor` and `run_in_new_transaction` can be used with them.

    :param records: recordset of an environment that may be gone by the time the thread begins.
    """
    with records.env.registry.cursor() as cr:
        return records.with_env(records.env(cr=cr, user=SUPERUSER_ID, su=True))


@contextmanager
def new_cursor(records):
    """Give `records` in a transaction of its own, which sees what others have committed.

    The cursor of a request goes on seeing the database as it was at its first query.

    :param records: recordset to look at.
    """
    with _turn(), records.env.registry.cursor() as cr:
        yield records.with_env(records.env(cr=cr))


@contextmanager
def _turn():
    """Let no more than `TURNS` threads of this process have a connection of this kind at a time.

    With a hundred tills, as many answers of Viva can come at the same moment; PostgreSQL and Odoo's
    pool allow for fewer connections. Whoever waits too long goes ahead: this is only about order.
    """
    is_outermost = not getattr(_own, "depth", 0)
    has_turn = is_outermost and _turns.acquire(timeout=TURN_SECONDS)
    _own.depth = getattr(_own, "depth", 0) + 1
    try:
        yield
    finally:
        _own.depth -= 1
        if has_turn:
            _turns.release()


def database_clock(env):
    """Return the moment by the clock that all workers and hosts share, in UTC.

    :param env: any environment; the moment is not that of its transaction's begin.
    :rtype: datetime.datetime
    """
    [moment] = env.execute_query(SQL("SELECT clock_timestamp() AT TIME ZONE 'UTC'"))
    return moment[0]


def lock_rows(records, wait=True):
    """Keep others from writing these rows until this transaction ends.

    That somebody has just written them is not for the log: whoever called is repeated by Odoo or by
    `run_in_new_transaction`.

    :param records: recordset whose rows are about to be written.
    :param bool wait: until somebody else who is writing them has finished.
    :return: whether all of them are locked.
    :rtype: bool
    :raise psycopg2.errors.SerializationFailure: when they have changed since this transaction began.
    """
    if not records.ids:
        return True
    query = SQL(
        "SELECT id FROM %s WHERE id IN %s ORDER BY id FOR NO KEY UPDATE %s",
        SQL.identifier(records._table),
        tuple(records.ids),
        SQL() if wait else SQL("SKIP LOCKED"),
    )
    records.env.cr.execute(query, log_exceptions=False)
    return records.env.cr.rowcount == len(records.ids)


@contextmanager
def log_and_continue(what):
    """Let a scheduled action go on when one of its parts fails, whatever is wrong with it.

    :param str what: was being done, for the log.
    """
    try:
        yield
    except LockError:
        _logger.info("Viva Wallet: %s is being updated by somebody else, next time again", what)
    except Exception:
        _logger.exception("Viva Wallet: %s failed, the rest goes on", what)
