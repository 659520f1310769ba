"""Leave Viva alone for as long as it asks for (HTTP 429 with `Retry-After`).

Questions are held back: they are many, and can be asked later. A sale or an abort is not: a person
waits for it, and Viva itself may refuse it.
"""

import os
import threading
import time

from . import timing


class Throttle:
    """Until when each merchant's questions are held back, as far as this process was told.

    :param callable clock: seconds, as `time.monotonic`
    """

    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self._until = {}
        self._lock = threading.Lock()

    def seconds_left(self, merchant):
        """Return how long questions of a merchant are to be held back, 0 for not at all."""
        with self._lock:
            return max(self._until.get(merchant, 0.0) - self._clock(), 0.0)

    def hold(self, merchant, seconds):
        """Hold back the questions of a merchant.

        :param seconds: that Viva asks for, or None
        """
        seconds = min(
            timing.LIMIT_PAUSE_FIRST if seconds is None else seconds, timing.LIMIT_PAUSE_MOST
        )
        with self._lock:
            self._until[merchant] = max(self._until.get(merchant, 0.0), self._clock() + seconds)


def throttle():
    """Return the throttle of this process."""
    return _throttle


_throttle = Throttle()


def forget():
    """Hold back nothing."""
    global _throttle
    _throttle = Throttle()


os.register_at_fork(after_in_child=forget)
