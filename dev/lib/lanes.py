"""The addon's tests inside Odoo, divided into lanes that run side by side."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from .paths import ADDON, CHECKOUT

# The longest first: then none of them is left alone at the end.
NAMES = ("tours-1", "tours-2", "server-1", "server-2")
# What setting up a class takes, in tests of its kind.
SET_UP = {"server": 8, "tours": 1}


@dataclass(frozen=True)
class Lane:
    """Tests that one Odoo runs, one after the other.

    :ivar tags: the value of Odoo's --test-tags.
    :ivar is_patient: no tour fails when others get the processor first.
    """

    name: str
    tags: str
    is_patient: bool = False


def lanes(tags: str, left_out: tuple[str, ...] = ()) -> list[Lane]:
    """Return all lanes, which take about as long as each other.

    A lane leaves out a file only because another lane has it. So a test runs in one lane, and one
    that is not found here runs in all of them.

    :param tags: what to divide, in the language of --test-tags.
    :param left_out: files and classes that no lane has, such as "/tests/test_db.py", ":TestTours".
    """
    parts: dict[str, list[str]] = defaultdict(list)
    loads = dict.fromkeys(NAMES, 0)
    files = (CHECKOUT / "tests").glob("test_*.py")
    weights = {path: _weight(path) for path in files if f"/tests/{path.name}" not in left_out}
    tags = ",".join([tags, *(f"-/{ADDON}{name}" for name in left_out)])
    for path in sorted(weights, key=lambda path: (-weights[path], path.name)):
        lightest = min((name for name in NAMES if name.startswith(_kind(path))), key=loads.get)
        loads[lightest] += weights[path]
        parts[lightest].append(f"-/{ADDON}/tests/{path.name}")
    return [
        Lane(name, ",".join([tags, *_others(name, parts)]), is_patient=name.startswith("server"))
        for name in NAMES
        if parts[name]
    ]


def _others(lane: str, parts: dict[str, list[str]]) -> list[str]:
    """Return the tags that leave out of a lane what the other lanes have."""
    return sorted(tag for name, part in parts.items() if name != lane for tag in part)


def _kind(path: Path) -> str:
    return "tours" if path.name.startswith("test_tours") else "server"


def _weight(path: Path) -> int:
    text = path.read_text()
    return text.count("    def test_") + SET_UP[_kind(path)] * text.count("\nclass ")
