"""What the customer at a terminal does, by hand, by a test or by autopilot."""

import dataclasses

from .cards import CARDS, CHIP, CONTACTLESS
from .errors import SimulatorError
from .outcomes import CANCELLED, DECLINED_BY_SERVER
from .settings import is_integer, is_number

APPROVE = "approve"
DECLINE = "decline"
CANCEL = "cancel"
IGNORE = "ignore"
OUTCOMES = (APPROVE, DECLINE, CANCEL, IGNORE)
ENTRIES = {"contactless": CONTACTLESS, "chip": CHIP}


@dataclasses.dataclass(frozen=True)
class Play:
    """One act of the customer; times are seconds, amounts minor units.

    :ivar outcome: "approve", "decline", "cancel" or "ignore"
    :ivar after: autopilot only: time between the request on the screen and the act
    :ivar card: code of the card presented; None takes the terminal's
    :ivar entry: "contactless" or "chip"
    :ivar tip: added by the customer
    :ivar amount: charge this total (tip included) instead of what was asked for
    :ivar event_id: reason of a decline
    :ivar transaction_event_id: the issuer's reason
    :ivar reverse_after: an approval is reversed by Viva after this time (issue 2486)
    :ivar approve_after: a failure turns into success after this time (issues 2373, 2461)
    """

    outcome: str = APPROVE
    after: float = 0
    card: str | None = None
    entry: str = "contactless"
    tip: int = 0
    amount: int | None = None
    event_id: int | None = None
    transaction_event_id: int = 0
    reverse_after: float | None = None
    approve_after: float | None = None

    @classmethod
    def parse(cls, values, what):
        """Make a play of JSON values.

        :param dict values: fields by name
        :param str what: how an error message names it
        :raises SimulatorError: naming the field that is unknown or wrong
        """
        known = {field.name for field in dataclasses.fields(cls)}
        for name in values:
            if name not in known:
                raise SimulatorError(
                    f"{what} has no option {name!r}. Known: {', '.join(sorted(known))}."
                )
        play = cls(**values)
        play.check(what)
        return play

    def check(self, what):
        """Raise SimulatorError when a field has a wrong value."""
        for name, (good, should_be) in _CHECKS.items():
            value = getattr(self, name)
            if not good(value):
                raise SimulatorError(f"{what}: {name!r} must be {should_be}, not {value!r}.")

    @property
    def failure(self):
        """Event id of a play that ends without a charge."""
        if self.event_id is not None:
            return self.event_id
        return CANCELLED if self.outcome == CANCEL else DECLINED_BY_SERVER

    def as_dict(self):
        """Return the fields that differ from the default, and the outcome."""
        default = Play()
        values = dataclasses.asdict(self)
        return {
            name: value
            for name, value in values.items()
            if name == "outcome" or value != getattr(default, name)
        }


def _is_time(value):
    return is_number(value) and value >= 0


def _is_amount(value):
    return is_integer(value) and value >= 0


def _or_none(check):
    return lambda value: value is None or check(value)


_TIME = "a number of seconds, 0 or more"
_AMOUNT = "a whole number of minor units, 0 or more"
_EVENT = "an event id (a whole number)"
_CHECKS = {
    "outcome": (lambda value: value in OUTCOMES, f"one of {', '.join(OUTCOMES)}"),
    "after": (_is_time, _TIME),
    "card": (
        lambda value: value is None or (isinstance(value, str) and value in CARDS),
        f"one of {', '.join(CARDS)}",
    ),
    "entry": (
        lambda value: isinstance(value, str) and value in ENTRIES,
        f"one of {', '.join(ENTRIES)}",
    ),
    "tip": (_is_amount, _AMOUNT),
    "amount": (_or_none(_is_amount), _AMOUNT),
    "event_id": (_or_none(lambda value: is_integer(value) and value > 0), _EVENT),
    "transaction_event_id": (is_integer, _EVENT),
    "reverse_after": (_or_none(_is_time), _TIME),
    "approve_after": (_or_none(_is_time), _TIME),
}
