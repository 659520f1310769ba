"""Call Viva without keeping a worker of Odoo waiting for more than a moment.

A worker takes one request at a time. Were it to wait as long as Viva takes, a few tills would
occupy all workers as soon as Viva is slow, and no page would open any more. So each call runs in a
thread of its own. Whoever wants the answer waits for it within a budget; an answer that comes later
is handed to a callback in that thread.

What this process remembers here is only about time. It decides nothing about money, and may be lost
at any moment.
"""

import logging
import os
import threading
import time

from . import timing

_logger = logging.getLogger(__name__)

# The part of its time that a worker spends waiting for Viva at most.
SHARE = 0.25
# Questions to Viva that one process has open at most; a request is always made.
MOST_QUESTIONS = 32
# What one process has planned or does later at most; tills and the cron come across the rest.
MOST_LATER = 200

# Kinds of calls: Viva can be quick with one and slow with another.
REQUEST = "request"
QUESTION = "question"
ABORT = "abort"
KEY = "key"


class WaitBudget:
    """How long this process may wait for an answer of Viva now.

    A worker saves up a part of its time and spends it waiting. Nobody waits for a kind of call of
    which the last one was slow.

    :param callable clock: seconds, as `time.monotonic`
    """

    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self._lock = threading.Lock()
        self._slow_kinds = set()
        self._saved = timing.SAVED_WAIT_SECONDS
        self._counted_at = clock()

    def seconds(self, kind, is_shared):
        """Return how long to wait for an answer now.

        :param str kind: of the call
        :param bool is_shared: whether waiting keeps this process from other work
        :return: seconds, 0 for not at all
        :rtype: float
        """
        with self._lock:
            if kind in self._slow_kinds:
                return 0.0
            self._count()
            return min(timing.WAIT_SECONDS, self._saved) if is_shared else timing.WAIT_SECONDS

    def spend(self, seconds):
        """Note that somebody has waited.

        :param float seconds: for so long
        """
        with self._lock:
            self._count()
            self._saved = max(self._saved - seconds, 0.0)

    def note_duration(self, kind, seconds):
        """Note how long a call has taken: the next one of its kind is expected to take as long.

        :param str kind: of the call
        :param float seconds: so far, or altogether
        """
        with self._lock:
            if seconds >= timing.WAIT_SECONDS:
                self._slow_kinds.add(kind)
            else:
                self._slow_kinds.discard(kind)

    def _count(self):
        now = self._clock()
        saved = self._saved + SHARE * (now - self._counted_at)
        self._saved = min(saved, timing.SAVED_WAIT_SECONDS)
        self._counted_at = now


class ProviderCall:
    """A call to Viva in a thread of its own.

    Its answer is either returned by `wait` or handed to `apply_late`, never both. Call `detach`
    before `start`, or `wait` after it, once.

    :param str kind: one of the kinds above
    :param callable work: makes the call and returns the answer; touches no database
    :param callable apply_late: gets the answer, in the thread, when nobody waits for it any more
    """

    def __init__(self, kind, work, apply_late):
        self._kind = kind
        self._work = work
        self._apply_late = apply_late
        self._guard = threading.Lock()
        self._answered = threading.Event()
        self._answer = None
        self._error = None
        self._is_detached = False
        self._started = time.monotonic()

    def detach(self):
        """Have the answer handed to `apply_late`, whenever it comes."""
        self._is_detached = True

    def start(self, in_thread=True):
        """Make the call.

        :param bool in_thread: False makes the caller wait for all that follows
        :return: whether it is made: not when too many questions are open already
        :rtype: bool
        """
        if self._kind == QUESTION and not _questions.acquire(blocking=False):
            return False
        if not in_thread:
            self._run()
            return True
        # Not a daemon, even if a daemon makes the call: a process that ends waits for it, so that
        # no answer gets lost.
        name = f"viva-wallet-{self._kind}"
        threading.Thread(target=self._run, name=name, daemon=False).start()
        return True

    def wait(self, seconds):
        """Wait for the answer; one that is not here in time is handed to `apply_late`.

        :param float seconds: None for as long as it takes
        :return: (whether it is here, answer)
        :rtype: tuple
        :raises Exception: what `work` raised
        """
        begun = time.monotonic()
        self._answered.wait(seconds)
        now = time.monotonic()
        wait_budget().spend(now - begun)
        with self._guard:
            self._is_detached = not self._answered.is_set()
        if self._error:
            raise self._error
        if self._is_detached and now - self._started >= timing.WAIT_SECONDS:
            wait_budget().note_duration(self._kind, now - self._started)
        return not self._is_detached, self._answer

    def _run(self):
        try:
            self._answer = self._work()
        except Exception as error:  # noqa: BLE001 (raised where the answer is waited for)
            self._error = error
        finally:
            if self._kind == QUESTION:
                _questions.release()
        wait_budget().note_duration(self._kind, time.monotonic() - self._started)
        with self._guard:
            self._answered.set()
            is_detached = self._is_detached
        if is_detached:
            self._hand_over()

    def _hand_over(self):
        if self._error:
            _logger.error("A call to Viva failed", exc_info=self._error)
            return
        try:
            self._apply_late(self._answer)
        except Exception:
            # The row says what is known without this answer, and Viva is asked again.
            _logger.exception("A late answer of Viva could not be taken up")


def run_later(seconds, work):
    """Run `work` after some time, in a thread of its own.

    A process that ends waits for work that has begun, and forgets what has not: whatever must not
    be forgotten stands in the database, too.

    :param float seconds: 0 or less: at once
    :param callable work: without arguments
    :return: whether it is planned: not when too much is already
    :rtype: bool
    """
    if not _planned.acquire(blocking=False):
        return False
    timer = threading.Timer(max(seconds, 0.0), _begin, (work, _planned))
    timer.daemon = True
    timer.start()
    return True


def _begin(work, planned):
    try:
        threading.Thread(
            target=_do, args=(work, planned), name="viva-wallet-later", daemon=False
        ).start()
    except RuntimeError:
        planned.release()
        _logger.info("Too late for what was planned: the process is ending")


def _do(work, planned):
    try:
        work()
    except Exception:
        _logger.exception("What was planned for later failed")
    finally:
        planned.release()


def wait_budget():
    """Return what this process may spend on waiting.

    :rtype: WaitBudget
    """
    return _wait_budget


_wait_budget = WaitBudget()
_questions = threading.BoundedSemaphore(MOST_QUESTIONS)
_planned = threading.BoundedSemaphore(MOST_LATER)


def _after_fork():
    """Start afresh in a forked worker: locks must not be shared with the parent."""
    global _wait_budget, _questions, _planned
    _wait_budget = WaitBudget()
    _questions = threading.BoundedSemaphore(MOST_QUESTIONS)
    _planned = threading.BoundedSemaphore(MOST_LATER)


os.register_at_fork(after_in_child=_after_fork)
