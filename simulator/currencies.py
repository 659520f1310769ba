"""ISO 4217: the numeric code Viva uses, the letters a person reads, and the decimals."""

from decimal import Decimal

# By numeric code: (letters, decimals). Those of Europe, and a few with other decimals.
CURRENCIES = {
    **{
        numeric: (letters, 2)
        for letters, numeric in (
            ("ALL", "008"), ("BAM", "977"), ("BGN", "975"), ("CHF", "756"), ("CZK", "203"),
            ("DKK", "208"), ("EUR", "978"), ("GBP", "826"), ("GEL", "981"), ("HRK", "191"),
            ("HUF", "348"), ("MDL", "498"), ("MKD", "807"), ("NOK", "578"), ("PLN", "985"),
            ("RON", "946"), ("RSD", "941"), ("SEK", "752"), ("TRY", "949"), ("UAH", "980"),
            ("USD", "840"),
        )
    },
    "352": ("ISK", 0),
    "392": ("JPY", 0),
    "414": ("KWD", 3),
}  # fmt: skip


def alpha(numeric):
    """Return the letters of a currency, or the code itself when it is not in ISO 4217.

    :param str numeric: three digits, such as "978"
    """
    return CURRENCIES.get(numeric, (numeric, 2))[0]


def exponent(numeric):
    """Return how many decimals the currency has (2 for an unknown one).

    :param str numeric: three digits, such as "978"
    """
    return CURRENCIES.get(numeric, (numeric, 2))[1]


def to_major(minor, numeric):
    """Return an integer amount in minor units as Viva's decimal number of major units.

    Webhooks 1796/1797/1798 and the transaction list use major units (viva-api reference, 7.4, 8).

    :param int minor: amount in minor units, such as 4250
    :param str numeric: currency, such as "978"
    :rtype: float
    """
    return float(Decimal(minor).scaleb(-exponent(numeric)))
