"""The addon's tests inside Odoo, divided into lanes that run side by side."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .paths import ADDON, CHECKOUT

TESTS = CHECKOUT / "tests"
SERVER_LANES = 2
TOUR_LANES = 2
# What setting up a class takes, in tests of its kind.
SERVER_SET_UP = 8
TOUR_SET_UP = 1


@dataclass(frozen=True)
class Lane:
    """Tests that one Odoo runs, one after the other.

    :ivar tags: the value of Odoo's --test-tags.
    :ivar is_patient: no tour fails when others get the processor first.
    """

    name: str
    tags: str
    is_patient: bool = False


def lanes(tags: str) -> list[Lane]:
    """Return all lanes, those with tours and those without by turns.

    A lane leaves out a class only because another lane has it. So a test runs in one lane, and one
    that is not found here runs in all of them.

    :param tags: what to divide, in the language of --test-tags.
    """
    tours = _classes(TESTS.glob("test_tours*.py"))
    tests = _classes(TESTS.glob("test_*.py"))
    server = {name: count for name, count in tests.items() if name not in tours}
    impatient = _parts("tours", tours, TOUR_SET_UP, TOUR_LANES)
    patient = _parts("server", server, SERVER_SET_UP, SERVER_LANES)
    parts = {**impatient, **patient}
    return [
        Lane(name, ",".join([tags, *_left_out(name, parts)]), is_patient=name in patient)
        for name in sorted(parts, key=lambda name: name.rpartition("-")[2])
    ]


def _left_out(lane: str, parts: dict[str, set[str]]) -> list[str]:
    """Return the tags that leave out of a lane what the other lanes have."""
    others = set().union(*(names for other, names in parts.items() if other != lane))
    return [f"-/{ADDON}:{name}" for name in sorted(others)]


def _classes(files: Iterable[Path]) -> dict[str, int]:
    """Return how many tests each class has; Odoo's tags cannot tell two of one name apart."""
    counts: dict[str, int] = {}
    for path in sorted(files):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                counts[node.name] = counts.get(node.name, 0) + _count_tests(node)
    return counts


def _count_tests(node: ast.ClassDef) -> int:
    return sum(
        isinstance(part, ast.FunctionDef) and part.name.startswith("test") for part in node.body
    )


def _parts(kind: str, counts: dict[str, int], set_up: int, size: int) -> dict[str, set[str]]:
    """Divide classes into parts that take about as long as each other."""
    parts: dict[str, set[str]] = {f"{kind}-{number}": set() for number in range(1, size + 1)}
    loads = dict.fromkeys(parts, 0)
    weights = {name: count + set_up for name, count in counts.items() if count}
    for name in sorted(weights, key=lambda name: (-weights[name], name)):
        lightest = min(loads, key=loads.__getitem__)
        parts[lightest].add(name)
        loads[lightest] += weights[name]
    return {lane: names for lane, names in parts.items() if names}
