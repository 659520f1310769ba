"""A card terminal: what it is set to, and what its screen shows."""

import dataclasses
from typing import Annotated

from .cards import CARDS, DEFAULT_CARD
from .checks import check
from .customer_actions import CustomerAction
from .sessions import CARD_READ, Session

DEFAULT_IDS = ("16000001", "16000002", "16000003")


@dataclasses.dataclass
class Options:
    """What can be set; README.md says what each option does."""

    name: str = ""
    status_id: Annotated[int, range(8)] = 1
    source_code: str = "Default"
    virtual_terminal_id: str = ""
    asleep: bool = False
    wakes_late: float | None = None
    endless_202: bool = False
    can_refund: bool = True
    autopilot: dict | None = None
    card: Annotated[str, tuple(CARDS)] = DEFAULT_CARD
    body_overrides: dict = dataclasses.field(default_factory=dict)
    body_without: list[str] = dataclasses.field(default_factory=list)


class Terminal(Options):
    """A terminal.

    :ivar CustomerAction autopilot: a customer who acts without being told to, or None
    :ivar list queue: sessions it has not fetched
    :ivar Session active: the session on its screen, or None
    :ivar Session last: the session whose result it showed last, or None
    :ivar float result_until: when that result goes from the screen
    """

    def __init__(self, terminal_id):
        super().__init__(f"Terminal {terminal_id}", virtual_terminal_id=f"VT{terminal_id}")
        self.terminal_id = terminal_id
        self.queue: list[Session] = []
        self.active: Session | None = None
        self.last: Session | None = None
        self.result_until = 0.0

    def set_options(self, values):
        """Change options.

        :param dict values: options by name
        :raises SimulatorError: naming the option that is unknown or wrong; nothing is changed
        """
        check(Options, values, "A terminal")
        values = dict(values)
        if values.get("autopilot") is not None:
            values["autopilot"] = CustomerAction.by_autopilot(values["autopilot"])
        for name, value in values.items():
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
            return self.last.result
        return "asleep" if self.asleep else "idle"

    def shown(self, now):
        """Return the session on the screen, open or just finished, or None."""
        return self.active or (self.last if self.last and now < self.result_until else None)

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
            **{field.name: getattr(self, field.name) for field in dataclasses.fields(Options)},
            "autopilot": self.autopilot and dataclasses.asdict(self.autopilot),
            "queued": len(self.queue),
            "active": self.active and self.active.as_dict(),
            "last": self.last and self.last.as_dict(),
        }
