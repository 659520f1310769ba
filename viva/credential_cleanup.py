"""Clean up credentials that a person copied from Viva's web app, a mail or a PDF."""

import re
import uuid

# Line breaks, tabs, and characters that cannot be seen: none of them can be part of a credential.
_INVISIBLE = re.compile(r"[\r\n\t\v\f\u00a0\u00ad\u200b-\u200f\u2028\u2029\u2060\ufeff]")
_QUOTES = {'"': '"', "'": "'", "“": "”", "„": "“", "‘": "’", "«": "»", "`": "`"}
CLIENT_ID_END = ".apps.vivapayments.com"


def clean(value):
    """Return a pasted value without blanks around it, line breaks, and quotes around it.

    A quote at one end only is kept: an API key may hold any character.

    :param str value: as pasted
    :rtype: str
    """
    value = _INVISIBLE.sub("", value).strip()
    while len(value) > 2 and _QUOTES.get(value[0]) == value[-1]:
        value = value[1:-1].strip()
    return value


def is_client_id(value):
    """Tell whether a value looks like a Client ID of Viva (viva-api 1.2).

    :param str value: after :func:`clean`
    :rtype: bool
    """
    return value.lower().endswith(CLIENT_ID_END)


def is_merchant_id(value):
    """Tell whether a value looks like a Merchant ID of Viva: a UUID (viva-api 11).

    :param str value: after :func:`clean`
    :rtype: bool
    """
    try:
        return str(uuid.UUID(value)) == value.lower()
    except ValueError:
        return False
