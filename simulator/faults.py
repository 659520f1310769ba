"""Faults as data: rules that say which call of the Viva API goes wrong, and how."""

import dataclasses
import itertools

from .errors import SimulatorError
from .settings import is_integer, is_number

OPERATIONS = (
    "token", "devices", "sale", "refund", "session", "sessions", "abort", "webhook_key",
    "transaction", "web_refund", "webhook", "any",
)  # fmt: skip
ACTIONS = ("drop_before", "drop_after", "delay", "answer", "hang", "after_webhooks")
WHEN = ("before", "after")


@dataclasses.dataclass
class Rule:
    """One fault.

    :ivar operation: the call it concerns; "any" is every call to Viva, "webhook" a delivery
    :ivar action: what goes wrong: "drop_before" (closed, not handled), "drop_after" (handled, then
        closed), "delay", "answer" (something else), "hang" (silent, then closed),
        "after_webhooks" (the reply waits until the session's webhooks are delivered)
    :ivar terminal_id: only calls that concern this terminal
    :ivar session_id: only calls that concern this session
    :ivar event_type: only deliveries of this event
    :ivar skip: how many calls go through first
    :ivar times: how many are hit then; None is all
    :ivar seconds: of a delay or hang; the longest wait of after_webhooks
    :ivar when: a delay comes "before" or "after" handling
    :ivar handled: whether the call is carried out although "answer" or "hang" hides its reply
    :ivar status, body, headers: of an answer; a body that is text is sent as it is
    """

    operation: str = "any"
    action: str = "drop_before"
    terminal_id: str | None = None
    session_id: str | None = None
    event_type: int | None = None
    skip: int = 0
    times: int | None = 1
    seconds: float = 5
    when: str = "before"
    handled: bool = False
    status: int = 500
    body: object = None
    headers: dict = dataclasses.field(default_factory=dict)
    id: int = 0
    seen: int = 0
    hits: int = 0

    @classmethod
    def parse(cls, values):
        """Make a rule of JSON values.

        :raises SimulatorError: naming the field that is unknown or wrong
        """
        known = {field.name for field in dataclasses.fields(cls)} - {"id", "seen", "hits"}
        if not isinstance(values, dict):
            msg = "A fault is an object with at least an operation and an action."
            raise SimulatorError(msg)
        for name in values:
            if name not in known:
                raise SimulatorError(
                    f"A fault has no field {name!r}. Known: {', '.join(sorted(known))}."
                )
        for name in ("operation", "action"):
            if name not in values:
                raise SimulatorError(f"A fault needs the field {name!r}.")
        rule = cls(**values)
        for name, (good, should_be) in _CHECKS.items():
            value = getattr(rule, name)
            if not good(value):
                raise SimulatorError(f"The fault's {name!r} must be {should_be}, not {value!r}.")
        return rule

    def concerns(self, operation, terminal_id, session_id, event_type):
        """Tell whether a call is one that this rule is about."""
        by_any = self.operation == "any" and operation != "webhook"
        return (
            (by_any or self.operation == operation)
            and self.terminal_id in (None, terminal_id)
            and self.session_id in (None, session_id)
            and self.event_type in (None, event_type)
        )

    def take(self):
        """Count a call that concerns the rule and tell whether it is hit."""
        self.seen += 1
        if self.seen <= self.skip or (self.times is not None and self.hits >= self.times):
            return False
        self.hits += 1
        return True

    def as_dict(self):
        """Return all fields, for the control API."""
        return dataclasses.asdict(self)


class Faults:
    """The rules in force; the first that hits a call decides. Guarded by the caller's lock."""

    def __init__(self):
        self._ids = itertools.count(1)
        self.rules = []

    def add(self, rules):
        """Add rules.

        :param list rules: of dicts
        :return: list of int, the ids of the new rules
        :raises SimulatorError: and adds none, when one of them is wrong
        """
        parsed = [Rule.parse(values) for values in rules]
        for rule in parsed:
            rule.id = next(self._ids)
        self.rules.extend(parsed)
        return [rule.id for rule in parsed]

    def clear(self):
        """Remove all rules."""
        self.rules.clear()

    def match(self, operation, terminal_id=None, session_id=None, event_type=None):
        """Return the rule that hits this call, or None; every rule asked counts the call."""
        for rule in self.rules:
            if rule.concerns(operation, terminal_id, session_id, event_type) and rule.take():
                return rule
        return None


def _is_count(value):
    return is_integer(value) and value >= 0


def _is_text_or_none(value):
    return value is None or isinstance(value, str)


_CHECKS = {
    "operation": (lambda value: value in OPERATIONS, f"one of {', '.join(OPERATIONS)}"),
    "action": (lambda value: value in ACTIONS, f"one of {', '.join(ACTIONS)}"),
    "terminal_id": (_is_text_or_none, "a text"),
    "session_id": (_is_text_or_none, "a text"),
    "event_type": (lambda value: value is None or is_integer(value), "an event type"),
    "skip": (_is_count, "a whole number, 0 or more"),
    "times": (lambda value: value is None or _is_count(value), "a whole number or null"),
    "seconds": (lambda value: is_number(value) and value >= 0, "a number of seconds"),
    "when": (lambda value: value in WHEN, "before or after"),
    "handled": (lambda value: isinstance(value, bool), "true or false"),
    "status": (lambda value: is_integer(value) and 200 <= value <= 599, "200 to 599"),
    "headers": (lambda value: isinstance(value, dict), "an object"),
}
