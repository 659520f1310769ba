"""Validation of request bodies, with errors in the shape of Viva's framework (pydantic).

Shape: viva-api reference, 1.4 (seen in odoo#170531 and odoo#184048).
"""

from .errors import Refused
from .outcomes import Header
from .settings import is_integer

_URL = "https://errors.pydantic.dev/2.7/v/"
_MISSING = object()


class Fields:
    """Reads the fields of a JSON object and collects what is wrong with them.

    :param dict body: the object
    :param str where: "body" or "query", the first part of each error's ``loc``
    """

    def __init__(self, body, where="body"):
        self._body = body
        self._where = where
        self._errors = []

    def text(self, name, required=True, default=None):
        """Return a text field."""
        return self._read(name, required, default, self._check_text)

    def integer(self, name, required=True, default=0, at_least=None):
        """Return a whole number; neither 12.0 nor true nor "12" is one."""
        return self._read(
            name, required, default, lambda name, value: self._check_integer(name, value, at_least)
        )

    def flag(self, name, default=False):
        """Return an optional bool."""
        return self._read(name, False, default, self._check_flag)

    def choice(self, name, choices):
        """Return an optional text out of ``choices``."""
        return self._read(
            name, False, None, lambda name, value: self._check_choice(name, value, choices)
        )

    def done(self):
        """Raise Refused with 422 and the list of errors when there was any."""
        if self._errors:
            raise Refused(422, Header.INVALID, self._errors)

    def _read(self, name, required, default, check):
        value = self._body.get(name, _MISSING)
        if value is _MISSING or (value is None and not required):
            if required:
                self._add("missing", name, "Field required", self._body)
            return default
        check(name, value)
        return value

    def _check_text(self, name, value):
        if not isinstance(value, str):
            self._add("string_type", name, "Input should be a valid string", value)

    def _check_integer(self, name, value, at_least):
        if isinstance(value, float):
            self._add(
                "int_from_float",
                name,
                "Input should be a valid integer, got a number with a fractional part",
                value,
            )
        elif not is_integer(value):
            self._add("int_type", name, "Input should be a valid integer", value)
        elif at_least is not None and value < at_least:
            self._add(
                "greater_than_equal",
                name,
                f"Input should be greater than or equal to {at_least}",
                value,
            )

    def _check_flag(self, name, value):
        if not isinstance(value, bool):
            self._add("bool_type", name, "Input should be a valid boolean", value)

    def _check_choice(self, name, value, choices):
        if value not in choices:
            names = ", ".join(f"'{choice}'" for choice in choices)
            self._add("enum", name, f"Input should be {names}", value)

    def _add(self, kind, name, message, value):
        self._errors.append(
            {
                "type": kind,
                "loc": [self._where, name],
                "msg": message,
                "input": value,
                "url": _URL + kind,
            }
        )


def json_object(request):
    """Return the JSON object in a request's body.

    :raises Refused: with 422 when it is no JSON, or no object
    """
    try:
        body = request.get_json(force=True)
    except Exception as error:
        raise _invalid({}, "json_invalid", "JSON decode error") from error
    if not isinstance(body, dict):
        raise _invalid(body, "model_attributes_type", "Input should be a valid dictionary")
    return body


def _invalid(value, kind, message):
    detail = {"type": kind, "loc": ["body"], "msg": message, "input": value, "url": _URL + kind}
    return Refused(422, Header.INVALID, [detail])
