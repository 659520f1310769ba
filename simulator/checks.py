"""Checks of values that come from outside, by the annotations of a dataclass.

Understood are bool, int and float (0 or more), str, dict, object (anything), ``list[...]``, unions,
and ``Annotated[type, container]``: a value out of the container.
"""

import dataclasses
from types import NoneType, UnionType
from typing import Annotated, Union, get_args, get_origin

from .errors import SimulatorError

_WORDS = {
    bool: "true or false",
    int: "a whole number, 0 or more",
    float: "a number, 0 or more",
    str: "a text",
    dict: "an object",
    NoneType: "null",
}


def check(cls, values, subject, noun="option", without=()):
    """Check values for fields of a dataclass, before any of them is used.

    :param cls: the dataclass
    :param dict values: by field name
    :param str subject: who has the fields, as an error message names it
    :param str noun: what an error message calls a field
    :param without: names of fields that may not be given
    :raises SimulatorError: naming the field that is unknown or has a wrong value
    """
    fields = {field.name: field.type for field in dataclasses.fields(cls)}
    known = sorted(set(fields).difference(without))
    for name, value in values.items():
        if name not in known:
            raise SimulatorError(f"{subject} has no {noun} {name!r}. Known: {', '.join(known)}.")
        if not _fits(fields[name], value):
            should_be = _describe(fields[name])
            raise SimulatorError(f"{subject}: {name!r} must be {should_be}, not {value!r}.")


def is_integer(value):
    """Tell whether a JSON value is a whole number (a bool is not)."""
    return isinstance(value, int) and not isinstance(value, bool)


def _fits(kind, value):
    arguments = get_args(kind)
    if get_origin(kind) in (Union, UnionType):
        return any(_fits(argument, value) for argument in arguments)
    if get_origin(kind) is Annotated:
        return _fits(arguments[0], value) and value in arguments[1]
    if get_origin(kind) is list:
        return isinstance(value, list) and all(_fits(arguments[0], item) for item in value)
    if kind is int:
        return is_integer(value) and value >= 0
    if kind is float:
        return (is_integer(value) or isinstance(value, float)) and value >= 0
    return isinstance(value, kind)


def _describe(kind):
    arguments = get_args(kind)
    if get_origin(kind) in (Union, UnionType):
        return " or ".join(_describe(argument) for argument in arguments)
    if get_origin(kind) is Annotated:
        allowed = arguments[1]
        if isinstance(allowed, range):
            return f"{allowed[0]} to {allowed[-1]}"
        return f"one of {', '.join(map(str, allowed))}"
    if get_origin(kind) is list:
        return f"a list, each item {_describe(arguments[0])}"
    return _WORDS[kind]
