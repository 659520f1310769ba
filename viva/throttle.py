"""Keep to Viva's rate limit for a merchant, once it has refused calls for being too many.

Viva publishes no limit (viva-api 1.5), so it is learnt: a refusal halves the rate and makes all
pause; time without a refusal raises it again until the limit is forgotten. A request or an abort
gets a moment reserved for it, in the order of asking. Questions, which are many and can be asked
later, get what these leave.

:class:`Limit` only calculates. All workers of a database share one for each merchant, which stands
in the database.
"""

import random
import time
from dataclasses import dataclass

from . import timing

# Calls per second: what is tried after the first refusal; what is always tried, so that a hundred
# tills can still give their sales to Viva while their customers are there; and what is so much that
# the limit is forgotten.
FIRST_RATE = 8
LEAST_RATE = 2
FORGOTTEN_RATE = 64
# The part of the rate that questions may use when there is nothing else: a sale that comes then has
# not to wait for long.
QUESTION_SHARE = 0.75
# Pauses are longer by a random part of this, so that many merchants do not come back at once.
JITTER = 0.25


@dataclass
class Limit:
    """What has been learnt about a merchant's limit. Moments are seconds of one clock.

    :param rate: calls per second, at the end of the last pause; 0 before the first refusal
    :param pause: length of the last pause, in seconds
    :param refused_at: when the last pause began
    :param until: when it ends
    :param free_at: when the next call may be made
    :param question_at: when the next question may be asked, as far as other questions matter
    """

    rate: float = 0.0
    pause: float = 0.0
    refused_at: float = 0.0
    until: float = 0.0
    free_at: float = 0.0
    question_at: float = 0.0

    def rate_at(self, now):
        """Return how many calls per second are tried at a moment.

        :param float now: moment
        :rtype: float
        """
        quiet = max(now - self.until, 0.0)
        return min(self.rate * 2.0 ** min(quiet / timing.LIMIT_DOUBLES_AFTER, 99), FORGOTTEN_RATE)

    def is_over(self, now):
        """Tell whether there was no refusal for so long that the limit need not be remembered.

        It need not either when the clock was set back: its moments mean nothing any more.

        :param float now: moment
        :rtype: bool
        """
        is_ahead = self.refused_at > now + timing.LIMIT_PAUSE_MOST
        return is_ahead or self.rate_at(now) >= FORGOTTEN_RATE

    def refuse(self, now, retry_after=None):
        """Learn from a refusal.

        :param float now: moment
        :param float retry_after: seconds that Viva asks to wait; None or 0: it does not say
        """
        asked = min(retry_after or timing.LIMIT_PAUSE_FIRST, timing.LIMIT_PAUSE_MOST)
        if now < self.until:
            # It was on its way when the pause began: no news, though perhaps of a longer pause.
            self.until = max(self.until, now + asked) if retry_after else self.until
            return
        was_too_short = self.rate and now < self.until + timing.LIMIT_RELAPSE
        pause = max(asked, 2 * self.pause) if was_too_short else asked
        self.rate = max(self.rate_at(now) / 2, LEAST_RATE) if self.rate else FIRST_RATE
        self.pause = min(pause, timing.LIMIT_PAUSE_MOST)
        self.refused_at = now
        self.until = now + self.pause * random.uniform(1, 1 + JITTER)

    def slot(self, now, is_urgent):
        """Return how long to wait before a call may be made, 0 for not at all.

        :param float now: moment
        :param bool is_urgent: a request or an abort. The moment is then reserved for it: whoever
            asked makes the call at that moment, without asking again. A question gets nothing
            reserved: it is asked now, or not.
        :return: seconds
        :rtype: float
        """
        gap = 1 / self.rate_at(now)
        if is_urgent:
            # A sale is of no use when its customer has gone, however long Viva asks to wait.
            pause_ends = min(self.until, self.refused_at + timing.LIMIT_URGENT_MOST)
            moment = max(now, pause_ends, self.free_at)
            moment = min(moment, now + timing.LIMIT_PAUSE_MOST)
            self.free_at = max(self.free_at, moment + gap)
            return moment - now
        wait = max(self.until, self.free_at, self.question_at) - now
        if wait > 0:
            return min(wait, timing.LIMIT_PAUSE_MOST)
        self.free_at = now + gap
        self.question_at = now + gap / QUESTION_SHARE
        return 0.0


# --- What this process knows ---

# When it last found that a merchant has no limit, by merchant: it need not look again at once.
_unlimited = {}


def must_look(key):
    """Tell whether a limit, which other processes may have learnt, is to be looked for.

    :param key: of a merchant
    :rtype: bool
    """
    looked_at = _unlimited.get(key)
    return looked_at is None or time.monotonic() - looked_at >= timing.LIMIT_LOOK_INTERVAL


def note(key, is_limited):
    """Note whether there is a limit.

    :param key: of a merchant
    :param bool is_limited: as found in the database
    """
    if is_limited:
        _unlimited.pop(key, None)
    else:
        _unlimited[key] = time.monotonic()


def forget():
    """Forget what this process knows about limits."""
    _unlimited.clear()
