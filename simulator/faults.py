"""Faults as data: rules that say which call of the Viva API goes wrong, and how."""

import dataclasses
import itertools
from typing import Annotated

from .checks import check
from .errors import SimulatorError

OPERATIONS = (
    "token", "devices", "sale", "refund", "session", "sessions", "abort", "webhook_key",
    "transaction", "web_refund", "webhook", "any",
)  # fmt: skip
ACTIONS = ("drop_before", "drop_after", "delay", "answer", "hang", "after_webhooks")


@dataclasses.dataclass
class Rule:
    """One fault; README.md says what each action does.

    :ivar operation: the call it concerns; "any" is every call to Viva, "webhook" a delivery
    :ivar terminal_id, session_id, event_type: only calls or deliveries about these
    :ivar skip: how many calls go through first
    :ivar times: how many are hit then; None is all
    :ivar seconds: of a delay or hang; the longest wait of after_webhooks
    :ivar when: a delay comes "before" or "after" handling
    :ivar handled: whether the call is carried out although "answer" or "hang" hides its reply
    :ivar status, body, headers: of an answer; a body that is text is sent as it is
    """

    operation: Annotated[str, OPERATIONS]
    action: Annotated[str, ACTIONS]
    terminal_id: str | None = None
    session_id: str | None = None
    event_type: int | None = None
    skip: int = 0
    times: int | None = 1
    seconds: float = 5
    when: Annotated[str, ("before", "after")] = "before"
    handled: bool = False
    status: Annotated[int, range(200, 600)] = 500
    body: object = None
    headers: dict = dataclasses.field(default_factory=dict)
    id: int = 0
    seen: int = 0
    hits: int = 0

    @classmethod
    def parse(cls, values):
        """Make a rule of JSON values.

        :raises SimulatorError: naming the field that is missing, unknown or wrong
        """
        if not isinstance(values, dict):
            raise SimulatorError("A fault is an object with at least an operation and an action.")
        for name in ("operation", "action"):
            if name not in values:
                raise SimulatorError(f"A fault needs the field {name!r}.")
        check(cls, values, "A fault", "field", without=("id", "seen", "hits"))
        return cls(**values)

    def concerns(self, operation, terminal_id, session_id, event_type):
        """Tell whether a call is one that this rule is about."""
        return (
            (self.operation == operation or (self.operation == "any" and operation != "webhook"))
            and self.terminal_id in (None, terminal_id)
            and self.session_id in (None, session_id)
            and self.event_type in (None, event_type)
        )

    def count(self):
        """Count a call that concerns the rule and tell whether it is hit."""
        self.seen += 1
        if self.seen <= self.skip or (self.times is not None and self.hits >= self.times):
            return False
        self.hits += 1
        return True


class Faults:
    """The rules in force; the first that hits a call decides. Guarded by the caller's lock."""

    def __init__(self):
        self._ids = itertools.count(1)
        self.rules = []

    def add(self, *rules):
        """Add rules.

        :param rules: dicts, see ``Rule``
        :return: list of int, their ids
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
            if rule.concerns(operation, terminal_id, session_id, event_type) and rule.count():
                return rule
        return None
