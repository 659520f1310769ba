"""What happens to one payment, drawn at random: at the till's state machine, and in the browser."""

from collections.abc import Callable
from contextlib import suppress
from itertools import product
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st

from ..shop import PRODUCTS

SECOND = 1000
# What is done at the till, and how often; the simplest first.
ACTIONS = (
    "cancel", "cancel", "wake", "reload", "reload", "retry", "retry", "close", "offline",
    "forbidden", "forbidden", "second tab", "cancel in second tab", "cancel storm", "wake storm",
)  # fmt: skip
MOST_ACTIONS = 14
NO_ACTIONS = len(ACTIONS)
ACTIONS_WITHIN = 300 * SECOND
LASTS_AT_MOST = 400 * SECOND
# How many of the first calls to the server may go wrong; most do not.
CALLS = 60
NO_TROUBLES = 12
TROUBLES = ("before", "after", "slow", "given up", "half open")
# What becomes of a request, whether notifications come, whether Viva never tells what became of what
# it calls unknown, and whether the card is charged then.
FATES = tuple(product(
    ("failed", "failed", "approved", "approved", "unknown"), (False, True), (False, True), (False, True)
))  # fmt: skip
REQUESTS = 4
TAPS_WITHIN = 80 * SECOND
READS_WITHIN = 200 * SECOND
BYTE = 256
# A terminal hears an abort soon, or not at all; of 256 so many hear it.
HEARS_WITHIN = 4 * SECOND
HEARING = 160

FAULTS = (
    {"action": "drop_before"},
    {"action": "drop_after"},
    {"action": "answer", "status": 500},
    {"action": "answer", "status": 503, "handled": True},
    {"action": "answer", "status": 404},
    {"action": "answer", "status": 401},
    {"action": "answer", "status": 429, "body": {"detail": "Too many requests"}},
    {"action": "answer", "status": 200, "body": {}},
    {"action": "answer", "status": 502, "body": "<html>Bad gateway</html>", "handled": True},
    {"action": "answer", "status": 200, "body": "<html>Sign in to the network</html>"},
    {"action": "delay", "seconds": 1.0, "when": "before"},
    {"action": "delay", "seconds": 3.0, "when": "before"},
    {"action": "delay", "seconds": 3.0, "when": "after"},
    {"action": "hang", "seconds": 4.0, "handled": False},
    {"action": "hang", "seconds": 4.0, "handled": True},
)
SALE_FAULTS = (*FAULTS, {"action": "after_webhooks", "seconds": 3.0})
CLICKS = (
    "send", "send", "cancel", "cancel", "double_send", "double_cancel", "delete", "back", "pay",
    "card", "card", "cash", "validate", "reload", "reload", "add_product", "check_again", "dialog",
)  # fmt: skip

# Hypothesis begins with so many that are as simple as can be.
SIMPLE = 50
# And it tries variants of what it has drawn, so many at a time.
VARIANTS = 8

Drawn = dict[str, Any]


def drawing(count: int) -> settings:
    """Return how Hypothesis draws: so many, of the seed alone, in whatever time that takes."""
    return settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )


class Failed(Exception):
    """Something was wrong after what was drawn."""


def find_failure(
    strategy: st.SearchStrategy[Any], count: int, number: int, play: Callable[[Any], Any]
) -> Any:
    """Draw and play until something is wrong; return what the smallest such case came to.

    :param count: how many at most, beside those by which a failing one is made smaller.
    :param number: the seed.
    :param play: returns what is wrong, in whatever form, and something false if nothing is.
    """
    # Hypothesis plays the smallest one last.
    failed = []

    @seed(number)
    @drawing(count)
    @given(strategy)
    def run(one: Any) -> None:
        if wrong := play(one):
            failed.append(wrong)
            raise Failed

    with suppress(Failed):
        run()
    return failed[-1] if failed else None


def take(strategy: st.SearchStrategy[Drawn], count: int, number: int) -> list[Drawn]:
    """Return so many that are neither simple nor like each other.

    :param number: the seed.
    """
    drawn: list[Drawn] = []

    @seed(number)
    @drawing(SIMPLE + VARIANTS * count)
    @given(strategy)
    def draw(one: Drawn) -> None:
        drawn.append(one)

    draw()
    return drawn[SIMPLE::VARIANTS]


# === THE TILL'S STATE MACHINE === #

# Each choice takes Hypothesis its time, and a byte can stand for any of a few things, zero for the
# simplest. So it draws bytes, a row of them for each thing, and lowers them when a schedule fails.


def _early(byte: int, most: int) -> int:
    """Return a moment, rather early than late."""
    return round(most * (byte / BYTE) ** 3)


def _events(what: bytes, at: bytes, lasts: bytes) -> list[Drawn]:
    return [
        {
            "what": ACTIONS[action - NO_ACTIONS],
            "at": _early(moment, ACTIONS_WITHIN),
            "lasts": _early(length, LASTS_AT_MOST),
        }
        for byte, moment, length in zip(what, at, lasts, strict=True)
        if (action := byte % (NO_ACTIONS + len(ACTIONS))) >= NO_ACTIONS
    ]


def _troubles(calls: bytes) -> list[Drawn]:
    return [
        {"call": call, "kind": TROUBLES[trouble - NO_TROUBLES]}
        for call, byte in enumerate(calls)
        if (trouble := byte % (NO_TROUBLES + len(TROUBLES))) >= NO_TROUBLES
    ]


def _request(fate: int, taps: int, hears: int) -> Drawn:
    becomes, wakeups, is_silent, becomes_charged = FATES[fate % len(FATES)]
    return {
        "fate": becomes,
        "tapsAfter": TAPS_WITHIN * taps // BYTE,
        "wakeups": wakeups,
        "hearsAbortAfter": HEARS_WITHIN * hears // HEARING if hears < HEARING else None,
        "isSilent": is_silent,
        "becomesCharged": becomes_charged,
    }


def _schedule(*rows: bytes) -> Drawn:
    """Return what random_schedule.js plays."""
    what, at, lasts, calls, fates, taps, hears, pauses, reads = rows
    return {
        "events": _events(what, at, lasts),
        "troubles": _troubles(calls),
        "requests": list(map(_request, fates, taps, hears)),
        "pauses": list(pauses),
        "reads": [READS_WITHIN * byte // BYTE for byte in reads],
    }


def _bytes(count: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=count, max_size=count)


schedules: st.SearchStrategy[Drawn] = st.builds(
    _schedule,
    *[_bytes(MOST_ACTIONS)] * 3,
    _bytes(CALLS),
    *[_bytes(REQUESTS)] * 3,
    st.binary(min_size=1, max_size=16),
    st.binary(min_size=1, max_size=4),
)


# === THE BROWSER: ONE CUSTOMER, THE CALLS THAT GO WRONG, AND THE CASHIER'S CLICKS === #


def _tenths(least: float, most: float) -> st.SearchStrategy[float]:
    return st.integers(round(least * 10), round(most * 10)).map(lambda tenths: tenths / 10)


def _plays(outcome: str) -> st.SearchStrategy[Drawn]:
    """Return what a customer does at the terminal."""
    always = {"outcome": st.just(outcome), "after": _tenths(0.2, 8)}
    rare = {"approve": {"tip": st.just(100)}}.get(outcome, {"approve_after": st.just(2.0)})
    usual = st.fixed_dictionaries(always)
    if outcome == "ignore":
        return usual
    return st.one_of(usual, usual, usual, usual, st.fixed_dictionaries(always | rare))


def _faults(operation: str) -> st.SearchStrategy[Drawn]:
    kinds = SALE_FAULTS if operation == "sale" else FAULTS
    rule = st.fixed_dictionaries({
        "operation": st.just(operation),
        "skip": st.sampled_from((0, 0, 1)),
        "times": st.sampled_from((1, 2, 5)),
    })  # fmt: skip
    return st.builds(lambda rule, kind: {**rule, **kind}, rule, st.sampled_from(kinds))


visits: st.SearchStrategy[Drawn] = st.fixed_dictionaries({
    "product": st.sampled_from(list(PRODUCTS)),
    "autopilot": st.sampled_from(
        ("approve", "approve", "approve", "decline", "cancel", "ignore")
    ).flatmap(_plays),
    "faults": st.lists(st.sampled_from(("sale", "session", "abort")).flatmap(_faults), max_size=2),
    # Seconds to wait, and what is clicked then.
    "clicks": st.lists(
        st.tuples(st.sampled_from((0.0, 0.3, 1.5, 4.0)), st.sampled_from(CLICKS)).map(list),
        min_size=2,
        max_size=9,
    ),
})  # fmt: skip
