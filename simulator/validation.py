"""Validation of request bodies, with errors in the shape of Viva's framework (pydantic).

Shape: viva-api reference, 1.4 (seen in odoo#170531 and odoo#184048).
"""

from .checks import is_integer
from .errors import Refused
from .outcomes import Header

_URL = "https://errors.pydantic.dev/2.7/v/"


class Fields:
    """Reads the fields of a JSON object and collects what is wrong with them.

    :param dict body: the object
    :param str where: "body" or "query", the first part of each error's ``loc``
    """

    def __init__(self, body, where="body"):
        self._body = body
        self._where = where
        self._errors = []

    def text(self, name, required=True):
        """Return a text field, None when it is optional and missing."""
        return self._read(name, required, None, _typed(str, "string_type", "string"))

    def integer(self, name, required=True, default=0, at_least=0):
        """Return a whole number; neither 12.0 nor true nor "12" is one."""
        return self._read(name, required, default, lambda value: _integer_problem(value, at_least))

    def flag(self, name, default=False):
        """Return an optional bool."""
        return self._read(name, False, default, _typed(bool, "bool_type", "boolean"))

    def choice(self, name, choices):
        """Return an optional text out of ``choices``."""
        problem = ("enum", f"Input should be {', '.join(map(repr, choices))}")
        return self._read(name, False, None, lambda value: None if value in choices else problem)

    def done(self):
        """Raise Refused with 422 and the list of errors when there was any."""
        if self._errors:
            raise Refused(422, Header.INVALID, self._errors)

    def _read(self, name, required, default, find_problem):
        """Return a field, or the default; ``find_problem`` gives the (type, message) of an error."""
        if name not in self._body and required:
            self._add("missing", name, "Field required", self._body)
        value = self._body.get(name)
        if name not in self._body or (value is None and not required):
            return default
        problem = find_problem(value)
        if problem:
            self._add(problem[0], name, problem[1], value)
        return value

    def _add(self, kind, name, message, value):
        self._errors.append(error(kind, [self._where, name], message, value))


def _typed(kind, error_type, word):
    """Return what tells the problem of a value that is of another type."""
    problem = (error_type, f"Input should be a valid {word}")
    return lambda value: None if isinstance(value, kind) else problem


def _integer_problem(value, at_least):
    if isinstance(value, float):
        text = "Input should be a valid integer, got a number with a fractional part"
        return "int_from_float", text
    if not is_integer(value):
        return "int_type", "Input should be a valid integer"
    if value < at_least:
        return "greater_than_equal", f"Input should be greater than or equal to {at_least}"
    return None


def error(kind, location, message, value):
    """Return one error as pydantic describes it."""
    return {"type": kind, "loc": location, "msg": message, "input": value, "url": _URL + kind}


def json_object(request):
    """Return the JSON object in a request's body.

    :raises Refused: with 415 when it does not say that it is JSON (#2471), with 422 when it is none,
        or no object
    """
    if not request.is_json:
        raise Refused(415, Header.INVALID, "Unsupported media type: application/json is expected")
    body = request.get_json(silent=True)
    if isinstance(body, dict):
        return body
    if body is None and request.get_data() != b"null":
        detail = error("json_invalid", ["body"], "JSON decode error", {})
    else:
        text = "Input should be a valid dictionary"
        detail = error("model_attributes_type", ["body"], text, body)
    raise Refused(422, Header.INVALID, [detail])
