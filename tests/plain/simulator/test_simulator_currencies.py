"""Currencies and major units."""

import pytest

from simulator import currencies


@pytest.mark.parametrize(
    ("code", "letters", "exponent"),
    [("978", "EUR", 2), ("392", "JPY", 0), ("414", "KWD", 3), ("008", "ALL", 2), ("000", "000", 2)],
)
def test_currencies(code, letters, exponent):
    assert (currencies.alpha(code), currencies.exponent(code)) == (letters, exponent)


@pytest.mark.parametrize("minor", [1, 10, 29, 58, 115, 229, 999999999])
def test_major_units_are_exact(minor):
    assert round(currencies.to_major(minor, "978") * 100) == minor
    assert repr(currencies.to_major(229, "978")) == "2.29"
