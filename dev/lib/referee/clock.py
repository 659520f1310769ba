"""One time for all: Python, the database, the simulator. It passes only when the kernel says so.

Python's clocks are replaced by `freezegun`, which has to happen before the addon is loaded: then its
default arguments, too, are the replaced ones. The database's `now()` and `clock_timestamp()` are
replaced in the text of the queries, see `odoo_server`.
"""

from datetime import UTC, datetime, timedelta

from freezegun import api, freeze_time

# Far from the edges of a day and of the real time.
START = datetime(2030, 3, 4, 9, 0, 0, tzinfo=UTC)


def real_seconds() -> float:
    """Return a number of seconds that really pass, for measuring how long a run takes."""
    return api.real_perf_counter()


class Clock:
    """The time of a schedule."""

    def __init__(self):
        """Stop all clocks."""
        self._freezer = freeze_time(START.replace(tzinfo=None))
        self._frozen = self._freezer.start()
        self._followers = []
        self._seconds = 0.0

    def add_follower(self, manual_clock) -> None:
        """Turn another clock along, see `simulator.ManualClock`."""
        self._followers.append(manual_clock)

    def reset(self) -> None:
        """Begin again, without anybody who follows."""
        self._followers.clear()
        self._set(0.0)

    def now(self) -> float:
        """Return the seconds since 1970."""
        return START.timestamp() + self._seconds

    def elapsed(self) -> float:
        """Return the seconds since the schedule began."""
        return self._seconds

    def moment(self) -> datetime:
        """Return the moment in UTC, without a time zone."""
        return START.replace(tzinfo=None) + timedelta(seconds=self._seconds)

    def sql(self) -> str:
        """Return the moment as a timestamp of PostgreSQL."""
        return f"'{self.moment().isoformat(sep=' ')}+00'::timestamptz"

    def advance_to(self, moment: float) -> None:
        """Let time pass until a moment.

        :param moment: seconds since 1970.
        """
        # A little later, so that what is due at a moment between two microseconds is over.
        self._set(max(moment - START.timestamp() + 2e-6, self._seconds))
        for follower in self._followers:
            follower.advance(max(self.now() - follower.now(), 0))

    def next_due(self) -> float | None:
        """Return the next moment for which somebody who follows has something to do."""
        moments = [follower.next_due() for follower in self._followers]
        return min((moment for moment in moments if moment is not None), default=None)

    def _set(self, seconds: float) -> None:
        # Whole microseconds, like the database: comparisons must not depend on rounding.
        self._seconds = round(seconds, 6)
        self._frozen.move_to(START.replace(tzinfo=None) + timedelta(seconds=self._seconds))
