"""The times of server and till: what the till relies on is what the server does."""

import re
from pathlib import Path

import pytest

from viva import timing

TILL = Path(__file__).parents[2] / "static" / "src" / "app" / "timing.js"
SERVER = re.search(r"const SERVER = Object\.freeze\(\{(.*?)\}\);", TILL.read_text(), re.DOTALL)[1]


@pytest.mark.parametrize(("name", "seconds"), re.findall(r"(\w+): ([0-9.]+) \* SECOND", SERVER))
def test_the_till_knows_the_times_of_the_server(name, seconds):
    assert getattr(timing, name) == float(seconds)


def test_one_factor_scales_all_and_keeps_their_orders():
    before = {name: getattr(timing, name) for name in timing._SECONDS}
    try:
        timing.scale(0.1)
        for name, seconds in before.items():
            assert getattr(timing, name) == pytest.approx(seconds / 10)
        timing.scale(1)
        assert {name: getattr(timing, name) for name in before} == before
    finally:
        timing.scale(1)


def test_no_time_stands_anywhere_else():
    """What is called ..._SECONDS, ..._AFTER or ..._INTERVAL is a time."""
    root = TILL.parents[3]
    pattern = re.compile(r"^(?:[A-Z_]+_(?:SECONDS|AFTER|INTERVAL|LAG)) = [0-9]", re.MULTILINE)
    places = [
        path.name
        for folder in ("viva", "models", "controllers", "wizard")
        for path in sorted((root / folder).glob("*.py"))
        if path.name != "timing.py" and pattern.search(path.read_text())
    ]
    assert places == ["db.py"]  # of the database, not of Viva
