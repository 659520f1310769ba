"""Read the fields of a session (viva-api 4): texts safe to store, amounts in minor units, None for
what is not there or cannot be what it should be."""

from . import const
from .masking import clean_text, last_four, mask, mask_text
from .money import MAX_MINOR


def read(body, kind):
    """Return the fields of a session, by the names of `viva.outcome.Outcome`.

    :param dict body: of a session
    :param str kind: ``"sale"`` or ``"refund"``, of which the amounts have no sign
    :return: None for what is not there, or is not what it should be
    :rtype: dict
    """
    amount, tip = whole(body.get("amount")), whole(body.get("tipAmount"))
    surcharge = whole(body.get("surchargeAmount"))
    if kind == "refund":
        amount, tip, surcharge = amount and abs(amount), tip and abs(tip), None
    brand = _brand(body)
    return {
        "event_id": whole(body.get("eventId")),
        "message": message(body.get("message")),
        "transaction_id": _reference(body.get("transactionId")),
        "order_code": _reference(body.get("orderCode")),
        "authorization_code": _authorization(body, brand),
        "rrn": _retrieval_reference(body.get("retrievalReferenceNumber")),
        "card_brand": brand,
        "card_last4": last_four(body.get("primaryAccountNumberMasked")),
        "entry_mode": _entry_mode(body.get("panEntryMode")),
        "verification_method": text(body.get("verificationMethod")),
        "aid": text(body.get("aid")),
        "amount": amount,
        "tip_amount": tip,
        "surcharge_amount": surcharge if surcharge and surcharge > 0 else None,
        "instalments": _instalments(body.get("installments")),
        "further_details": _further_details(body),
        "currency_code": currency(body.get("currencyCode")),
    }


def _further_details(body):
    """Return what Viva says about a conversion of currencies and about loyalty, a value per line;
    its shape is not documented (viva-api-more 5)."""
    found = mask({name: body[name] for name in const.FURTHER_DETAILS if body.get(name)})
    return "\n".join(_flat(found))[: const.DETAIL_CHARACTERS] or None


def _flat(value, name=""):
    if isinstance(value, dict):
        parts = [(f"{name}.{key}" if name else str(key), part) for key, part in value.items()]
    elif isinstance(value, list):
        parts = [(name, part) for part in value]
    else:
        return [] if value in (None, "") else [f"{name}: {value}"]
    return [line for key, part in parts for line in _flat(part, key)]


def _instalments(value):
    """Return by how many instalments the customer pays; None when it is all at once."""
    number = whole(value)
    return number if number and 1 < number <= const.MAX_INSTALMENTS else None


def _authorization(body, brand):
    code = text(body.get("authorizationId"))
    # What comes without a card has zeros in its place (viva-api-more 2).
    is_placeholder = brand in const.CARDLESS_BRANDS and code and set(code) == {"0"}
    return None if is_placeholder else code


def whole(value):
    """Return a whole number that a database column can hold.

    :param value: int, or a string of digits; anything else is none
    :rtype: int or None
    """
    if isinstance(value, str) and len(value) <= 12 and value.isascii() and value.isdigit():
        value = int(value)
    if type(value) is int and abs(value) <= MAX_MINOR:
        return value
    return None


def currency(value):
    """Return an ISO 4217 numeric code as three digits.

    :param value: str or int; anything else is none
    :rtype: str or None
    """
    number = whole(value)
    return f"{number:03d}" if number is not None and 0 < number < 1000 else None


def text(value, limit=64):
    """Return a text, safe to store.

    :param value: str; anything else is none
    :param int limit: characters
    :rtype: str or None
    """
    if not isinstance(value, str):
        return None
    return clean_text(value).strip()[:limit] or None


def message(value):
    """Return what Viva says in words, without secrets and personal data.

    :param value: str; anything else is none
    :rtype: str or None
    """
    found = text(value, 2 * const.MESSAGE_CHARACTERS)
    return mask_text(found)[: const.MESSAGE_CHARACTERS] if found else None


def _reference(value):
    """Return a reference as text; what Viva sends for "none" (null, 0, "0", an empty GUID) is
    None."""
    if type(value) is int and 0 < value < 10**20:
        value = str(value)
    found = text(value)
    return None if found in (None, "0", const.EMPTY_GUID) else found


def _retrieval_reference(value):
    """Return the RRN: the 12 digits of ISO 8583, of which a JSON number loses leading zeros
    (viva-api 4)."""
    found = _reference(value)
    return found.zfill(12) if found and type(value) is int else found


def _brand(body):
    bank = text(body.get("bankId"))
    if bank and bank.upper() in const.BRAND_BY_BANK:
        return const.BRAND_BY_BANK[bank.upper()]
    return text(body.get("applicationLabel")) or text(body.get("cardType"))


def _entry_mode(value):
    code = text(value)
    if code is None or set(code) == {"0"}:
        return None
    return const.ENTRY_MODES.get(code[:2], code)
