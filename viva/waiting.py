"""Call Viva without making a worker wait for it longer than for a moment.

A worker of Odoo takes one request at a time. Were it to wait as long as Viva likes, a few tills
would hold all workers as soon as Viva is slow, and nobody could open a page any more. So each call
runs in a thread of its own. Whoever wants the answer waits for a moment, if that promises anything;
an answer that comes later is taken up by the thread.

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
# What one process plans or does later at most; beyond that, tills and the job come across it.
MOST_LATER = 200

REQUEST = "request"
QUESTION = "question"
ABORT = "abort"
KEY = "key"


class Patience:
    """How long it makes sense to wait for an answer just now.

    :param callable clock: seconds, as `time.monotonic`
    """

    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self._lock = threading.Lock()
        self._slow = set()
        self._saved = timing.PATIENCE_SAVED
        self._counted_at = clock()

    def seconds(self, kind, is_shared):
        """Return how long to wait for an answer now, 0 for not at all.

        :param str kind: of the call; Viva can be quick with questions and slow with requests
        :param bool is_shared: whether waiting keeps this process from other work
        """
        with self._lock:
            if kind in self._slow:
                return 0.0
            self._count()
            return min(timing.PATIENCE, self._saved) if is_shared else timing.PATIENCE

    def spend(self, seconds):
        """Note that somebody has waited."""
        with self._lock:
            self._count()
            self._saved = max(self._saved - seconds, 0.0)

    def judge(self, kind, seconds):
        """Note how long a call has taken so far, or altogether: the next one may take as long."""
        with self._lock:
            if seconds >= timing.PATIENCE:
                self._slow.add(kind)
            else:
                self._slow.discard(kind)

    def _count(self):
        now = self._clock()
        saved = self._saved + SHARE * (now - self._counted_at)
        self._saved = min(saved, timing.PATIENCE_SAVED)
        self._counted_at = now


class Call:
    """A call to Viva in a thread of its own. Its answer goes one way only: to `wait`, or to `late`.
    Whoever makes it calls `leave` before `start`, or `wait` after it, once.

    :param str kind: one of the kinds above
    :param callable work: makes the call and returns the answer; touches no database
    :param callable late: gets the answer, in the thread, when nobody waits for it any more
    """

    def __init__(self, kind, work, late):
        self._kind = kind
        self._work = work
        self._late = late
        self._guard = threading.Lock()
        self._answered = threading.Event()
        self._answer = None
        self._error = None
        self._is_left = False
        self._started = time.monotonic()

    def leave(self):
        """Leave the answer to `late`, whenever it comes."""
        self._is_left = True

    def start(self, in_thread=True):
        """Make the call.

        :param bool in_thread: False makes whoever calls this wait for all that follows
        :return: whether it is made: not when there are too many questions already
        :rtype: bool
        """
        if self._kind == QUESTION and not _questions.acquire(blocking=False):
            return False
        if not in_thread:
            self._run()
            return True
        # Not a daemon, even if a daemon makes the call: a worker that ends waits for it, so that no
        # answer gets lost on the way.
        name = f"viva-wallet-{self._kind}"
        threading.Thread(target=self._run, name=name, daemon=False).start()
        return True

    def wait(self, seconds):
        """Wait for the answer and leave it to `late` when it does not come in time.

        :param float seconds: None for as long as it takes
        :return: (whether it has come, answer)
        :rtype: tuple
        :raises Exception: what `work` raised
        """
        begun = time.monotonic()
        self._answered.wait(seconds)
        now = time.monotonic()
        patience().spend(now - begun)
        with self._guard:
            self._is_left = not self._answered.is_set()
        if self._error:
            raise self._error
        if self._is_left and now - self._started >= timing.PATIENCE:
            patience().judge(self._kind, now - self._started)
        return not self._is_left, self._answer

    def _run(self):
        try:
            self._answer = self._work()
        except Exception as error:  # noqa: BLE001 (for whoever waits)
            self._error = error
        finally:
            if self._kind == QUESTION:
                _questions.release()
        patience().judge(self._kind, time.monotonic() - self._started)
        with self._guard:
            self._answered.set()
            is_left = self._is_left
        if is_left:
            self._take_up()

    def _take_up(self):
        if self._error:
            _logger.error("A call to Viva failed", exc_info=self._error)
            return
        try:
            self._late(self._answer)
        except Exception:
            # The row says what is known without this answer, and Viva is asked again.
            _logger.exception("A late answer of Viva could not be taken up")


def later(seconds, work):
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


def patience():
    """Return the patience of this process."""
    return _patience


_patience = Patience()
_questions = threading.BoundedSemaphore(MOST_QUESTIONS)
_planned = threading.BoundedSemaphore(MOST_LATER)


def _after_fork():
    global _patience, _questions, _planned
    _patience = Patience()
    _questions = threading.BoundedSemaphore(MOST_QUESTIONS)
    _planned = threading.BoundedSemaphore(MOST_LATER)


os.register_at_fork(after_in_child=_after_fork)
