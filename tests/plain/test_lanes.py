"""The lanes of `dev/test`: no test is lost between them."""

import re

import pytest

from dev.lib.check_odoo import ALL_TESTS, SAME_EVERYWHERE
from dev.lib.lanes import lanes
from dev.lib.neighbours import NAME
from dev.lib.paths import CHECKOUT

FILES = {f"/tests/{path.name}" for path in (CHECKOUT / "tests").glob("test_*.py")}


def files_of(lane):
    """Return the files of which a lane runs the tests."""
    return FILES - set(re.findall(r"-/pos_viva_wallet(/tests/\w+\.py)", lane.tags))


@pytest.mark.parametrize("left_out", [(), SAME_EVERYWHERE])
def test_each_file_is_in_one_lane(left_out):
    played = [name for lane in lanes(ALL_TESTS, left_out) for name in files_of(lane)]
    assert sorted(played) == sorted(FILES - set(left_out))


def test_what_is_left_out_exists():
    text = "".join((CHECKOUT / name[1:]).read_text() for name in sorted(FILES))
    for name in SAME_EVERYWHERE:
        assert name in FILES or f"class {name[1:]}(" in text, name


@pytest.mark.parametrize(
    ("name", "is_neighbour"),
    [
        ("pos_hr", True),
        ("l10n_fr_pos_cert", True),
        ("l10n_es_edi_tbai_pos", True),
        ("l10n_account_withholding_tax_pos", True),
        ("spreadsheet_dashboard_pos_hr", False),
        ("l10n_it_edi", False),
    ],
)
def test_names_of_neighbours(name, is_neighbour):
    assert bool(NAME.fullmatch(name)) == is_neighbour
