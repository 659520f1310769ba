"""A card terminal: what it is set to, and what its screen shows."""

import dataclasses

from .cards import CARDS, DEFAULT_CARD
from .errors import SimulatorError
from .plays import Play
from .sessions import CARD_READ, Session
from .settings import is_integer, is_number

DEFAULT_IDS = ("16000001", "16000002", "16000003")
_RESULT_SCREENS = {1000: "cancelled", 1003: "timed_out", 1016: "aborted"}


@dataclasses.dataclass
class Terminal:
    """A terminal; ``options`` lists what can be set.

    :ivar asleep: requests are accepted but never shown; they come up when it is woken
    :ivar wakes_late: seconds until a request is shown; None shows it at once
    :ivar endless_202: works as usual, but the API says "still being processed" for ever
    :ivar can_refund: False: referenced refunds end with event 5004
    :ivar autopilot: a customer who acts by himself, or None
    :ivar body_overrides: fields that are wrong in the session bodies it causes
    :ivar body_without: fields that are missing there
    :ivar queue: sessions it has not fetched
    :ivar active: the session on its screen
    :ivar last: the session whose result it showed last
    """

    terminal_id: str
    name: str = ""
    status_id: int = 1
    source_code: str = "Default"
    virtual_terminal_id: str = ""
    asleep: bool = False
    wakes_late: float | None = None
    endless_202: bool = False
    can_refund: bool = True
    autopilot: Play | None = None
    card: str = DEFAULT_CARD
    body_overrides: dict = dataclasses.field(default_factory=dict)
    body_without: list = dataclasses.field(default_factory=list)
    queue: list = dataclasses.field(default_factory=list)
    active: Session | None = None
    last: Session | None = None
    result_until: float = 0
    version: int = 0

    def set_options(self, values):
        """Change options.

        :param dict values: options by name
        :raises SimulatorError: naming the option that is unknown or wrong; nothing is changed
        """
        parsed = {}
        for name, value in values.items():
            if name not in OPTIONS:
                raise SimulatorError(
                    f"A terminal has no option {name!r}. Known: {', '.join(sorted(OPTIONS))}."
                )
            good, should_be = OPTIONS[name]
            if not good(value):
                raise SimulatorError(
                    f"Terminal {self.terminal_id}: {name!r} must be {should_be}, not {value!r}."
                )
            parsed[name] = value
        if parsed.get("autopilot") is not None:
            parsed["autopilot"] = Play.parse(parsed["autopilot"], "The autopilot")
        for name, value in parsed.items():
            setattr(self, name, value)

    def screen(self, now):
        """Return the name of what the screen shows.

        One of: idle, present, processing, approved, declined, cancelled, timed_out, aborted,
        asleep.

        :param float now: seconds since 1970
        """
        if self.active:
            return "processing" if self.active.state == CARD_READ else "present"
        if self.last and now < self.result_until:
            return result_screen(self.last)
        return "asleep" if self.asleep else "idle"

    def as_device(self):
        """Return the terminal as ``devices:search`` lists it (viva-api reference, 2.2)."""
        return {
            "terminalId": self.terminal_id,
            "statusId": self.status_id,
            "sourceCode": self.source_code,
            "virtualTerminalId": self.virtual_terminal_id,
        }

    def as_dict(self):
        """Return the terminal's options and what it is doing, for the control API."""
        return {
            "terminal_id": self.terminal_id,
            "name": self.name,
            "status_id": self.status_id,
            "source_code": self.source_code,
            "asleep": self.asleep,
            "wakes_late": self.wakes_late,
            "endless_202": self.endless_202,
            "can_refund": self.can_refund,
            "autopilot": self.autopilot and self.autopilot.as_dict(),
            "card": self.card,
            "body_overrides": self.body_overrides,
            "body_without": self.body_without,
            "queued": len(self.queue),
            "active": self.active and self.active.as_dict(),
            "last": self.last and self.last.as_dict(),
        }


def result_screen(session):
    """Return the name of the screen that shows a session's result, or None while it is open."""
    if not session.is_done:
        return None
    if session.success:
        return "approved"
    return _RESULT_SCREENS.get(session.event_id, "declined")


def _is_bool(value):
    return isinstance(value, bool)


def _is_text(value):
    return isinstance(value, str)


OPTIONS = {
    "name": (_is_text, "a text"),
    "status_id": (lambda value: is_integer(value) and 0 <= value <= 7, "0 to 7"),
    "source_code": (_is_text, "a text"),
    "virtual_terminal_id": (_is_text, "a text"),
    "asleep": (_is_bool, "true or false"),
    "wakes_late": (
        lambda value: value is None or (is_number(value) and value >= 0),
        "a number of seconds or null",
    ),
    "can_refund": (_is_bool, "true or false"),
    "endless_202": (_is_bool, "true or false"),
    "autopilot": (lambda value: value is None or isinstance(value, dict), "an object or null"),
    "card": (
        lambda value: isinstance(value, str) and value in CARDS,
        f"one of {', '.join(CARDS)}",
    ),
    "body_overrides": (lambda value: isinstance(value, dict), "an object"),
    "body_without": (
        lambda value: isinstance(value, list) and all(map(_is_text, value)),
        "a list of field names",
    ),
}
