"""Time for the simulator: the real clock, and one that tests turn by hand."""

import sched
import threading
import time
from contextlib import suppress


class Clock:
    """Real time; each callback runs in a thread of its own."""

    def __init__(self):
        self._stopped = threading.Event()

    def now(self):
        """Return the time in seconds since 1970 (UTC)."""
        return time.time()

    def call_later(self, seconds, callback):
        """Run ``callback`` after so many seconds.

        :param float seconds: 0 means as soon as possible, never inside this call
        :return: function that cancels it
        """
        timer = threading.Timer(seconds, lambda: self._stopped.is_set() or callback())
        timer.daemon = True
        timer.start()
        return timer.cancel

    def wait(self, seconds):
        """Block the calling thread for so many seconds, or until the clock is stopped."""
        self._stopped.wait(seconds)

    def stop(self):
        """End all waiting; what is still due is forgotten."""
        self._stopped.set()


class ManualClock:
    """Time that stands still until ``advance`` is called: tests of a minute take no time."""

    def __init__(self, start=1_900_000_000.0):
        self._changed = threading.Condition()
        self._now = start
        self._schedule = sched.scheduler(self.now, lambda _seconds: None)
        self._stopped = False
        self._waiting = 0

    def now(self):
        """Return the time in seconds since 1970 (UTC)."""
        return self._now

    def call_later(self, seconds, callback):
        """Run ``callback`` once time has been advanced by so many seconds.

        :return: function that cancels it
        """
        event = self._schedule.enter(max(0, seconds), 0, callback)

        def cancel():
            with suppress(ValueError):  # it has run
                self._schedule.cancel(event)

        return cancel

    def next_due(self):
        """Return the moment at which the next callback runs, None when there is none.

        :rtype: float | None
        """
        return next((event.time for event in self._schedule.queue), None)

    def advance(self, seconds):
        """Let time pass and run, in order, in this thread, what falls due on the way."""
        target = self._now + seconds
        while not self._stopped and (due := self.next_due()) is not None and due <= target:
            self._set(max(self._now, due))
            self._schedule.run(blocking=False)
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
