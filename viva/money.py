"""Exact conversion between amounts and the integer minor units that Viva's ECR API wants.

Viva refuses ``510.00000000000006`` and once truncated ``229.99999999999997`` (odoo#184048,
github.com/VivaPayments/API #2357): amounts never travel as floats.
"""

import math
import re
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple


class Currency(NamedTuple):
    """A currency that Viva settles in, or did.

    :param numeric: ISO 4217 numeric code
    :param exponent: how many decimals it has
    :param until: last day on which a terminal takes it; None: still does
    :param successor: ISO 4217 alphabetic code of what replaced it
    :param rate: how much of it is one of its successor
    """

    numeric: str
    exponent: int
    until: date | None = None
    successor: str = ""
    rate: str = ""


# By ISO 4217 alphabetic code: the European currencies that Viva settles in. The list is ours, from
# the countries Viva serves; the currency of the merchant's account decides (viva-api 2.3). Those
# that ended stay: old sales were made in them.
CURRENCIES = {
    # Bulgaria has the euro since 2026-01-01 (viva-api-more 8).
    "BGN": Currency("975", 2, date(2025, 12, 31), "EUR", "1.95583"),
    "CHF": Currency("756", 2),
    "CZK": Currency("203", 2),
    "DKK": Currency("208", 2),
    "EUR": Currency("978", 2),
    "GBP": Currency("826", 2),
    "HUF": Currency("348", 2),
    "NOK": Currency("578", 2),
    "PLN": Currency("985", 2),
    "RON": Currency("946", 2),
    "SEK": Currency("752", 2),
}

# The largest number of minor units on either side of zero: a 32-bit integer, what a database column
# holds.
MAX_MINOR = 2**31 - 1

# How far a float may be from a whole number of minor units, in major units: float noise of summed
# order lines is a millionth of this, the smallest real mistake (a tenth of a cent) a thousand times
# it.
FLOAT_NOISE = Decimal("0.000001")

_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_ALPHA_BY_NUMBER = {int(currency.numeric): alpha for alpha, currency in CURRENCIES.items()}


class UnsupportedCurrency(ValueError):
    """The currency is not one that Viva settles in."""


class InvalidAmount(ValueError):
    """The amount cannot be said exactly in the currency's minor units."""


def taken_on(day):
    """Return the currencies in which terminals take payments on a day.

    :param datetime.date day: in UTC
    :return: ISO 4217 alphabetic codes, sorted
    :rtype: list
    """
    return sorted(
        alpha
        for alpha, currency in CURRENCIES.items()
        if currency.until is None or day <= currency.until
    )


def ended(alpha, day):
    """Return what is known of a currency that has ended.

    :param str alpha: ISO 4217 alphabetic code, of any currency
    :param datetime.date day: in UTC
    :return: None when it has not ended, or was never one that Viva settles in
    :rtype: Currency | None
    """
    is_ended = alpha in CURRENCIES and alpha not in taken_on(day)
    return CURRENCIES[alpha] if is_ended else None


def to_minor(amount, currency_code):
    """Convert an amount in major units to minor units, exactly.

    :param amount: float, int, Decimal or str such as ``"12.34"``, in major units; may be negative
    :param str currency_code: ISO 4217 alphabetic code, such as ``"EUR"``
    :return: the amount in minor units
    :rtype: int
    :raises UnsupportedCurrency: when Viva does not settle in the currency
    :raises InvalidAmount: when the amount is not a finite number, is too large, or has more
        decimals than the currency
    """
    exponent = _currency(currency_code).exponent
    number = _decimal(amount)
    if abs(number) > MAX_MINOR:
        raise InvalidAmount(_too_large(amount))
    whole = number.quantize(Decimal(1).scaleb(-exponent), rounding=ROUND_HALF_EVEN)
    noise = FLOAT_NOISE if isinstance(amount, float) else 0
    if abs(number - whole) > noise:
        raise InvalidAmount(
            f"The amount {amount!r} has more decimals than {currency_code} knows. "
            f"Round it to {exponent} decimals."
        )
    minor = int(whole.scaleb(exponent))
    if abs(minor) > MAX_MINOR:
        raise InvalidAmount(_too_large(amount))
    return minor


def to_major(minor, currency_code):
    """Convert minor units to major units.

    :param int minor: amount in minor units
    :param str currency_code: ISO 4217 alphabetic code
    :return: the amount in major units, with the currency's decimals
    :rtype: decimal.Decimal
    :raises UnsupportedCurrency: when Viva does not settle in the currency
    """
    return Decimal(minor).scaleb(-_currency(currency_code).exponent)


def numeric_code(alpha):
    """Return the ISO 4217 numeric code as the string that Viva wants, such as ``"978"``.

    :param str alpha: ISO 4217 alphabetic code
    :rtype: str
    :raises UnsupportedCurrency: when Viva does not settle in the currency
    """
    return _currency(alpha).numeric


def alpha_code(numeric):
    """Return the ISO 4217 alphabetic code for a numeric one, such as ``"EUR"``.

    :param numeric: ISO 4217 numeric code, str or int (Viva was seen to send both)
    :rtype: str
    :raises UnsupportedCurrency: when Viva does not settle in the currency
    """
    try:
        return _ALPHA_BY_NUMBER[int(numeric)]
    except (KeyError, TypeError, ValueError, OverflowError):
        raise UnsupportedCurrency(_unsupported(numeric)) from None


def _currency(alpha):
    if isinstance(alpha, str) and alpha in CURRENCIES:
        return CURRENCIES[alpha]
    raise UnsupportedCurrency(_unsupported(alpha))


def _unsupported(code):
    return (
        f"Viva terminals do not settle in the currency {code!r}. "
        f"Use a register in one of: {', '.join(sorted(CURRENCIES))}."
    )


def _too_large(amount):
    return f"The amount {amount!r} is too large for a card terminal. Split the payment."


def _decimal(amount):
    if isinstance(amount, bool):
        raise InvalidAmount(f"{amount!r} is not an amount. Give a number.")
    if isinstance(amount, float) and math.isfinite(amount):
        return Decimal(repr(amount))
    if isinstance(amount, int):
        return Decimal(amount)
    if isinstance(amount, Decimal) and amount.is_finite():
        return amount
    if isinstance(amount, str) and len(amount) <= 40 and _PLAIN_NUMBER.fullmatch(amount.strip()):
        return Decimal(amount.strip())
    raise InvalidAmount(f"{amount!r} is not a finite amount. Give a number.")
