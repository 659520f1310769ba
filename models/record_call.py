"""Calls to Viva that keep no worker waiting, and what their answers write: see `viva.provider_call`."""

import threading

from odoo.modules import module
from odoo.tools import config

from ..viva import provider_call, timing
from .db import run_in_new_transaction
from .states import UNFINISHED_STATES


def has_threads():
    """Tell whether calls are made in threads: two must not share the database transaction of a test."""
    return not module.current_test


class RecordCall:
    """One call to Viva, and what follows from its answer.

    :param record: that `apply` gets in a transaction of its own, or nothing that is written to
    :param str kind: of `viva.provider_call`
    :param callable work: makes the call and returns the answer; touches no database
    :param callable apply: gets the record and the answer
    :param callable after: gets what `apply` returned, when that is committed
    """

    def __init__(self, record, kind, work, apply=None, after=None):
        self._record = record
        self._kind = kind
        self._apply = apply
        self._after = after
        self._call = provider_call.ProviderCall(kind, work, self._take_up)

    def start(self):
        """Make the call.

        :return: whether it is made.
        :rtype: bool
        """
        return self._call.start()

    def finish(self, wait_long=False):
        """Wait for the answer for a moment and apply it. One that comes later is applied then.

        :param bool wait_long: wait much longer than for a moment.
        :return: (whether the answer was here, what `apply` returned).
        :rtype: tuple
        """
        seconds = timing.LONG_WAIT_SECONDS if wait_long else self._wait_seconds()
        if not has_threads():
            seconds = None
        is_here, answer = self._call.wait(seconds)
        if not is_here:
            return False, None
        return True, self._commit(self._apply, answer)

    def start_in_background(self):
        """Make the call and have its answer applied whenever it comes, in its thread.

        :return: whether it is made.
        :rtype: bool
        """
        self._call.detach()
        return self._call.start(in_thread=has_threads())

    def _wait_seconds(self):
        # Worker processes take one request at a time, threads do not keep each other waiting.
        return provider_call.wait_budget().seconds(self._kind, is_shared=bool(config["workers"]))

    def _take_up(self, answer):
        """Apply an answer that nobody waits for any more, and tell the tills."""
        threading.current_thread().dbname = self._record.env.cr.dbname
        self._commit(self._apply_late, answer)

    def _commit(self, apply, answer):
        if not self._apply:
            return None
        applied = run_in_new_transaction(self._record, lambda own: apply(own, answer))
        if self._after:
            self._after(applied)
        return applied

    def _apply_late(self, own, answer):
        return self._apply(own, answer)


class TransactionCall(RecordCall):
    """A call about a row of the ledger, for which tills wait.

    :ivar bool is_in_background: Viva has said that there is news: nobody waits for the answer.
    """

    is_in_background = False

    def _apply_late(self, own, answer):
        """Override of `RecordCall`: no till is there to take the news from this call.

        Where Viva has announced news and its answer has none yet, the tills ask again themselves.
        """
        own.fetch(["state"])
        state = own.state
        applied = self._apply(own, answer)
        if own.state != state or (self.is_in_background and state in UNFINISHED_STATES):
            own._notify_tills()
        return applied
