"""The smallest schedule that still fails."""

from collections.abc import Callable


def shrink(count: int, fails: Callable[[list[int]], bool]) -> list[int]:
    """Return the numbers of the events without which nothing fails any more.

    Halves are dropped first, then ever smaller parts, down to single events (Zeller's ddmin).

    :param count: of the events.
    :param fails: plays a schedule with only the given events and tells whether that fails.
    """
    kept = list(range(count))
    size = max(1, count // 2)
    while True:
        smaller = _drop(kept, size, fails)
        if len(smaller) < len(kept):
            kept = smaller
        elif size == 1:
            return kept
        else:
            size = max(1, size // 2)


def _drop(kept: list[int], size: int, fails: Callable[[list[int]], bool]) -> list[int]:
    """Drop every part of a size that is not needed."""
    start = 0
    while start < len(kept):
        rest = kept[:start] + kept[start + size :]
        if rest and fails(rest):
            kept = rest
        else:
            start += size
    return kept
