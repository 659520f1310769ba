"""Time for the simulator: the real clock, and one that tests turn by hand."""

import heapq
import itertools
import logging
import threading
import time

_logger = logging.getLogger(__name__)


class Timer:
    """A callback that is due at a certain moment; made by a clock's ``call_later``."""

    def __init__(self, callback):
        self._callback = callback
        self._cancelled = False

    def cancel(self):
        """Keep the callback from running; without effect once it has run."""
        self._cancelled = True

    @property
    def is_cancelled(self):
        """Whether the callback will not run."""
        return self._cancelled

    def run(self):
        """Run the callback unless it was cancelled; a failure is logged, not raised."""
        if self._cancelled:
            return
        try:
            self._callback()
        except Exception:
            _logger.exception("A timer of the simulator failed")


class Clock:
    """Real time. One daemon thread, started when first needed, runs all callbacks in turn."""

    def __init__(self):
        self._changed = threading.Condition()
        self._heap = []
        self._numbers = itertools.count()
        self._thread = None
        self._stopped = threading.Event()

    def now(self):
        """Return the time in seconds since 1970 (UTC)."""
        return time.time()

    def call_later(self, seconds, callback):
        """Run ``callback`` after so many seconds.

        :param float seconds: 0 means as soon as possible, never inside this call
        :rtype: Timer
        """
        timer = Timer(callback)
        with self._changed:
            due = time.monotonic() + max(0, seconds)
            heapq.heappush(self._heap, (due, next(self._numbers), timer))
            if self._thread is None and not self._stopped.is_set():
                self._thread = threading.Thread(
                    target=self._run, name="simulator-clock", daemon=True
                )
                self._thread.start()
            self._changed.notify()
        return timer

    def wait(self, seconds):
        """Block the calling thread for so many seconds, or until the clock is stopped."""
        self._stopped.wait(seconds)

    def stop(self):
        """End all waiting; what is still due is forgotten."""
        self._stopped.set()
        with self._changed:
            self._heap.clear()
            self._changed.notify()

    def _run(self):
        while True:
            timer = self._next_due()
            if timer is None:
                return
            timer.run()

    def _next_due(self):
        with self._changed:
            while not self._stopped.is_set():
                left = self._heap[0][0] - time.monotonic() if self._heap else None
                if left is not None and left <= 0:
                    return heapq.heappop(self._heap)[2]
                self._changed.wait(left)
        return None


class ManualClock:
    """Time that stands still until ``advance`` is called: tests of a minute take no time."""

    def __init__(self, start=1_900_000_000.0):
        self._changed = threading.Condition()
        self._now = start
        self._heap = []
        self._numbers = itertools.count()
        self._stopped = False
        self._waiting = 0

    def now(self):
        """Return the time in seconds since 1970 (UTC)."""
        with self._changed:
            return self._now

    def call_later(self, seconds, callback):
        """Run ``callback`` once time has been advanced by so many seconds.

        :rtype: Timer
        """
        timer = Timer(callback)
        with self._changed:
            due = self._now + max(0, seconds)
            heapq.heappush(self._heap, (due, next(self._numbers), timer))
        return timer

    def next_due(self):
        """Return the moment at which the next callback runs, None when there is none.

        :rtype: float | None
        """
        with self._changed:
            while self._heap and self._heap[0][2].is_cancelled:
                heapq.heappop(self._heap)
            return self._heap[0][0] if self._heap else None

    def advance(self, seconds):
        """Let time pass and run, in order, in this thread, what falls due on the way."""
        with self._changed:
            target = self._now + seconds
        while True:
            with self._changed:
                if not self._heap or self._heap[0][0] > target:
                    self._now = target
                    self._changed.notify_all()
                    return
                due, _number, timer = heapq.heappop(self._heap)
                self._now = max(self._now, due)
                self._changed.notify_all()
            timer.run()

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
        """End all waiting."""
        with self._changed:
            self._stopped = True
            self._heap.clear()
            self._changed.notify_all()
