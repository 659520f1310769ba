"""Time for the simulator: the real clock, and one that tests turn by hand."""

import logging
import sched
import threading
import time
from contextlib import suppress

_logger = logging.getLogger(__name__)


class _Schedule:
    """Callbacks by the time at which they are due; a failure of one is logged, not raised."""

    def __init__(self, now):
        self._scheduler = sched.scheduler(now, lambda _seconds: None)

    def enter(self, seconds, callback):
        """Plan a callback; return a function that takes it back, without effect once it has run."""
        event = self._scheduler.enter(max(0, seconds), 0, _guarded, (callback,))

        def cancel():
            with suppress(ValueError):
                self._scheduler.cancel(event)

        return cancel

    def next_due(self):
        """Return when the next callback is due, None without one."""
        queue = self._scheduler.queue
        return queue[0].time if queue else None

    def run_due(self):
        """Run what is due; return the seconds until the next is, None without one."""
        return self._scheduler.run(blocking=False)


def _guarded(callback):
    try:
        callback()
    except Exception:
        _logger.exception("A timer of the simulator failed")


class Clock:
    """Real time. One daemon thread, started when first needed, runs all callbacks in turn."""

    def __init__(self):
        self._changed = threading.Condition()
        self._schedule = _Schedule(time.monotonic)
        self._thread = None
        self._is_new = False
        self._stopped = threading.Event()

    def now(self):
        """Return the time in seconds since 1970 (UTC)."""
        return time.time()

    def call_later(self, seconds, callback):
        """Run ``callback`` after so many seconds.

        :param float seconds: 0 means as soon as possible, never inside this call
        :return: function that cancels it
        """
        cancel = self._schedule.enter(seconds, callback)
        with self._changed:
            self._is_new = True
            if self._thread is None and not self._stopped.is_set():
                self._thread = threading.Thread(
                    target=self._run, name="simulator-clock", daemon=True
                )
                self._thread.start()
            self._changed.notify()
        return cancel

    def wait(self, seconds):
        """Block the calling thread for so many seconds, or until the clock is stopped."""
        self._stopped.wait(seconds)

    def stop(self):
        """End all waiting; what is still due is forgotten."""
        self._stopped.set()
        with self._changed:
            self._is_new = True
            self._changed.notify()

    def _run(self):
        while not self._stopped.is_set():
            with self._changed:
                self._is_new = False
            left = self._schedule.run_due()
            with self._changed:
                self._changed.wait_for(lambda: self._is_new, left)


class ManualClock:
    """Time that stands still until ``advance`` is called: tests of a minute take no time."""

    def __init__(self, start=1_900_000_000.0):
        self._changed = threading.Condition()
        self._now = start
        self._schedule = _Schedule(self.now)
        self._stopped = False
        self._waiting = 0

    def now(self):
        """Return the time in seconds since 1970 (UTC)."""
        return self._now

    def call_later(self, seconds, callback):
        """Run ``callback`` once time has been advanced by so many seconds.

        :return: function that cancels it
        """
        return self._schedule.enter(seconds, callback)

    def next_due(self):
        """Return the moment at which the next callback runs, None when there is none.

        :rtype: float | None
        """
        return self._schedule.next_due()

    def advance(self, seconds):
        """Let time pass and run, in order, in this thread, what falls due on the way."""
        target = self._now + seconds
        while not self._stopped and (due := self.next_due()) is not None and due <= target:
            self._set(max(self._now, due))
            self._schedule.run_due()
        self._set(target)

    def wait(self, seconds):
        """Block the calling thread until time was advanced by so many seconds, or stopped."""
        with self._changed:
            target = self._now + seconds
            self._waiting += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._now >= target or self._stopped)
            self._waiting -= 1

    def await_waiters(self, count=1, timeout=10):
        """Block until ``count`` threads are inside ``wait``.

        :param float timeout: real seconds
        :return: whether they came in time
        """
        with self._changed:
            return self._changed.wait_for(lambda: self._waiting >= count, timeout)

    def stop(self):
        """End all waiting; what is still due never runs."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _set(self, moment):
        with self._changed:
            self._now = moment
            self._changed.notify_all()
