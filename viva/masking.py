"""Keep secrets, card data and personal data out of logs and out of stored answers.

What remains readable is what support needs: ids, amounts, references, brand, last four digits.
"""

import logging
import math
import re

MASK = "***"
MAX_DEPTH = 20
MAX_TEXT = 20_000

# Keys are compared in lower case without anything but letters and digits. The names are those of
# Viva's answers, webhooks and token calls (viva-api 1.2, 4, 7.1, 7.4).
_SECRET_KEYS = frozenset({
    "accesstoken", "apikey", "authorization", "bearer", "clientsecret", "cookie", "idtoken", "key",
    "password", "proxyauthorization", "refreshtoken", "secret", "setcookie", "token",
    "vivawalletapikey", "vivawalletclientsecret",
})  # fmt: skip
_PERSONAL_KEYS = frozenset({
    "cardexpirationdate", "cardexpiry", "cardexpirydate", "cardholder", "cardholdername",
    "cardtoken", "carduniquereference", "companyname", "cvc", "cvv", "email", "expirationdate",
    "expiry", "expirydate", "firstname", "fullname", "lastname", "mobile", "phone", "phonenumber",
    "track1", "track2",
})  # fmt: skip
_CARD_KEYS = frozenset({
    "cardnumber", "maskedpan", "pan", "primaryaccountnumber", "primaryaccountnumbermasked",
})  # fmt: skip
# Long numbers that are no card numbers, even when they pass the check of one.
_PLAIN_KEYS = frozenset({
    "correlationid", "messageid", "ordercode", "parentid", "parentsessionid", "referencenumber",
    "retrievalreferencenumber", "sessionid", "shortordercode", "terminalid", "tid", "transactionid",
})  # fmt: skip

_NOT_KEY = re.compile(r"[^a-z0-9]")
_SECRET_NAMES = (
    r"access[_-]?token|refresh[_-]?token|id[_-]?token|api[_-]?key|client[_-]?secret"
    r"|password|secret|token|key"
)
_PERSONAL_NAMES = (
    r"card[_-]?expir\w*|expir(?:y|ation)[_-]?date|card[_-]?holder(?:[_-]?name)?|full[_-]?name"
    r"|e[_-]?mail|phone|card[_-]?token"
)
_TEXT_RULES = (
    # Authorization: Basic abc / Bearer abc, wherever they stand.
    (re.compile(r"\b(Basic|Bearer)\s+[A-Za-z0-9._~+/=-]{4,}", re.IGNORECASE), rf"\1 {MASK}"),
    # JSON Web Tokens.
    (re.compile(r"\beyJ[\w-]{5,}(?:\.[\w-]*){1,2}"), MASK),
    # "access_token": "abc", 'apiKey': 'abc'
    (
        re.compile(
            rf"""(["'])({_SECRET_NAMES}|{_PERSONAL_NAMES})\1(\s*:\s*)(["'])(?:\\.|(?!\4)[^\\])*\4""",
            re.IGNORECASE,
        ),
        rf"\1\2\1\3\4{MASK}\4",
    ),
    # ?token=abc&..., client_secret=abc
    (
        re.compile(rf"\b({_SECRET_NAMES}|{_PERSONAL_NAMES})=[^&\s\"',;)]+", re.IGNORECASE),
        rf"\1={MASK}",
    ),
    # The secret of a webhook address of ours.
    (re.compile(r"(/pos_viva_wallet/notification/)[^\s?&\"']+"), rf"\1{MASK}"),
    # https://user:password@host
    (re.compile(r"(://)[^/\s:@]+:[^/\s@]*@"), rf"\1{MASK}@"),
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"), MASK),
    # 511580XXXXXX6241, 5115 80** **** 6241
    (re.compile(r"\b\d{4}[ -]?\d{0,2}(?:[ -]?[Xx*•]){4,12}[ -]?(\d{4})\b"), r"****\1"),
)
_CARD_NUMBER = re.compile(r"(?<![\w.])(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7})(?![\w.])")
_LAST_FOUR = re.compile(r"\d{4}\s*$", re.ASCII)


def mask(value):
    """Return a copy of JSON-like data with secrets, card and personal data masked.

    The copy is safe to store: its texts hold no NUL and no half characters, its numbers are finite,
    its depth is limited, its keys are strings.

    :param value: dict, list, tuple, str, number, bool or None; anything else becomes its masked
        text
    :return: the masked copy; tuples stay tuples
    """
    return _mask(value, "", 0)


def mask_text(text):
    """Return the text with secrets, card and personal data masked, shortened to 20,000 characters.

    :param str text: free text, such as a log line, an exception's text or an unparsed answer
    :rtype: str
    """
    text = clean_text(text[:MAX_TEXT])
    for pattern, replacement in _TEXT_RULES:
        text = pattern.sub(replacement, text)
    return _CARD_NUMBER.sub(_mask_card_number, text)


def clean_text(text):
    """Return the text without what PostgreSQL and UTF-8 refuse: NUL and half surrogate pairs.

    :param str text: any text, as decoded from JSON
    :rtype: str
    """
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def last_four(card_number):
    """Return the last four digits of a masked card number such as ``511580XXXXXX6241``.

    :param card_number: anything
    :return: four digits, or None when there are none at the end
    :rtype: str | None
    """
    if not isinstance(card_number, str):
        return None
    match = _LAST_FOUR.search(card_number[-40:])
    return match.group().strip() if match else None


class MaskingFilter(logging.Filter):
    """Mask every record of the logger it is attached to, arguments and text."""

    def filter(self, record):
        """Override of logging: render the record with masked arguments; always let it pass.

        :param logging.LogRecord record: is changed
        :rtype: bool
        """
        record.args = _mask_arguments(record.args)
        record.msg = mask_text(record.getMessage())
        record.args = ()
        return True


def get_logger(name):
    """Return the standard logger of that name, with masking attached once.

    :param str name: ``__name__`` of the module
    :rtype: logging.Logger
    """
    logger = logging.getLogger(name)
    if not any(isinstance(entry, MaskingFilter) for entry in logger.filters):
        logger.addFilter(MaskingFilter())
    return logger


def _mask_arguments(args):
    """Mask the arguments of a log record; numbers stay numbers, for ``%d``."""
    if isinstance(args, dict):
        return {name: _mask_argument(item, _normal(name)) for name, item in args.items()}
    return tuple(_mask_argument(item, "") for item in args or ())


def _mask_argument(value, key):
    return value if isinstance(value, (int, float)) else _mask(value, key, 0)


def _mask(value, key, depth):
    if depth > MAX_DEPTH:
        return MASK
    if key in _SECRET_KEYS or key in _PERSONAL_KEYS:
        return MASK if value not in (None, "") else value
    if key in _CARD_KEYS:
        return _mask_card(value)
    if isinstance(value, dict):
        return {
            mask_text(str(name)): _mask(item, _normal(name), depth + 1)
            for name, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        items = [_mask(item, key, depth + 1) for item in value]
        return tuple(items) if isinstance(value, tuple) else items
    return _mask_scalar(value, key)


def _mask_scalar(value, key):
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, int):
        return value if key in _PLAIN_KEYS or not _is_card_number(value) else _mask_card(value)
    if isinstance(value, str) and key in _PLAIN_KEYS:
        return clean_text(value[:MAX_TEXT])
    return mask_text(str(value))


def _mask_card(value):
    if value is None:
        return None
    digits = last_four(value if isinstance(value, str) else _short_number(value))
    return f"****{digits}" if digits else MASK


def _short_number(value):
    # str() of an enormous int raises (see sys.set_int_max_str_digits).
    return str(value) if isinstance(value, int) and abs(value) < 10**19 else ""


def _is_card_number(value):
    return 10**12 <= value < 10**19 and _passes_luhn(str(value))


def _mask_card_number(match):
    digits = re.sub(r"\D", "", match.group())
    return f"****{digits[-4:]}" if _passes_luhn(digits) else match.group()


def _passes_luhn(digits):
    total = 0
    for position, digit in enumerate(reversed(digits)):
        number = int(digit) * (1 + position % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def _normal(name):
    return _NOT_KEY.sub("", str(name).lower())
