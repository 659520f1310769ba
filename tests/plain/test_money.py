from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva import money


@pytest.mark.parametrize("code", sorted(money.CURRENCIES))
def test_every_amount_up_to_two_thousand(code):
    exponent = money.CURRENCIES[code][1]
    unit = 10**exponent
    for minor in range(1, 2000 * unit + 1):
        amount = minor / unit
        assert money.to_minor(amount, code) == minor
    assert money.to_major(minor, code) == 2000


def test_every_amount_survives_the_noise_of_a_float_sum():
    for minor in range(1, 200_001):
        assert money.to_minor((minor * 3) / 100 - (minor * 2) / 100, "EUR") == minor


@pytest.mark.parametrize(
    ("amount", "minor"),
    [
        (510.00000000000006, 51000),
        (229.99999999999997, 23000),
        (0.1 + 0.2, 30),
        (0.01, 1),
        (0.0, 0),
        (-0.0, 0),
        (-12.34, -1234),
        (1e-9, 0),
        (7, 700),
        (Decimal("12.340"), 1234),
        (" 12.3 ", 1230),
        (21474836.47, 2**31 - 1),
    ],
)
def test_to_minor(amount, minor):
    assert money.to_minor(amount, "EUR") == minor


@pytest.mark.parametrize(
    "amount",
    [
        float("nan"), float("inf"), float("-inf"), Decimal("NaN"), Decimal("sNaN"),
        Decimal("Infinity"),
        "NaN", "1e3", "1_000", "1,5", "", " ", "١٢", "1." + "0" * 60, None, True, [], b"1",
        10.005, 0.001,
        Decimal("10.001"), Decimal("10.0000000001"), "10.005", 21474836.48, 1e300, 10**400,
        Decimal("1e999999"),
    ],
)  # fmt: skip
def test_what_is_not_exact_is_refused(amount):
    with pytest.raises(money.InvalidAmount) as caught:
        money.to_minor(amount, "EUR")
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("code", ["USD", "eur", "", None, 978, "978", []])
def test_unknown_currencies_are_refused(code):
    for call in (lambda: money.to_minor(1, code), lambda: money.numeric_code(code)):
        with pytest.raises(money.UnsupportedCurrency):
            call()


def test_codes_lead_there_and_back():
    for alpha, (numeric, *_rest) in money.CURRENCIES.items():
        assert money.numeric_code(alpha) == numeric
        assert money.alpha_code(numeric) == alpha
        assert money.alpha_code(int(numeric)) == alpha
    assert money.numeric_code("HUF") == "348"
    assert money.CURRENCIES["HUF"][1] == 2


def test_a_currency_that_ended():
    last, next_day = date(2025, 12, 31), date(2026, 1, 1)
    assert "BGN" in money.taken_on(last)
    assert "BGN" not in money.taken_on(next_day)
    assert money.ended("BGN", last) is None
    assert money.ended("BGN", next_day).successor == "EUR"
    assert money.ended("EUR", next_day) is None
    assert money.ended("USD", next_day) is None


@pytest.mark.parametrize("code", ["840", 840, "", None, "x", [], float("inf"), float("nan")])
def test_unknown_numeric_codes_are_refused(code):
    with pytest.raises(money.UnsupportedCurrency):
        money.alpha_code(code)


@given(st.integers(-money.MAX_MINOR, money.MAX_MINOR), st.sampled_from(sorted(money.CURRENCIES)))
def test_major_and_minor_are_inverse(minor, code):
    assert money.to_minor(money.to_major(minor, code), code) == minor
    assert money.to_minor(float(money.to_major(minor, code)), code) == minor
