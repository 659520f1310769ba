"""What the customer at a terminal does, by hand, by a test or by autopilot."""

import dataclasses
from typing import Annotated

from .cards import CARDS, ENTRIES
from .checks import check
from .errors import SimulatorError
from .outcomes import CANCELLED, DECLINED_BY_SERVER

APPROVE = "approve"
INSERT = "insert"
DECLINE = "decline"
CANCEL = "cancel"
IGNORE = "ignore"
OUTCOMES = (APPROVE, INSERT, DECLINE, CANCEL, IGNORE)
# What the customer can be told to do, by its name in the control API.
ACTIONS = {"tap": APPROVE, **{outcome: outcome for outcome in OUTCOMES}}


@dataclasses.dataclass(frozen=True)
class CustomerAction:
    """One action of the customer; times are seconds, amounts minor units.

    :ivar after: autopilot only: time between the request on the screen and the action
    :ivar card: code of the card presented; None takes the terminal's
    :ivar tip: added by the customer
    :ivar surcharge: added by the terminal for the kind of card
    :ivar instalments: chosen by the customer, as far as the request allows it; 0: all at once
    :ivar amount: charge this total (tip included) instead of what was asked for
    :ivar event_id: reason of a decline
    :ivar transaction_event_id: the issuer's reason
    :ivar reverse_after: an approval is reversed by Viva after this time (issue 2486)
    :ivar approve_after: a failure turns into success after this time (issues 2373, 2461)
    """

    outcome: Annotated[str, OUTCOMES] = APPROVE
    after: float = 0
    card: Annotated[str, tuple(CARDS)] | None = None
    entry: Annotated[str, tuple(ENTRIES)] = "contactless"
    tip: int = 0
    surcharge: int = 0
    instalments: int = 0
    amount: int | None = None
    event_id: Annotated[int, range(1, 100_000)] | None = None
    transaction_event_id: int = 0
    reverse_after: float | None = None
    approve_after: float | None = None

    @classmethod
    def by_hand(cls, name, options):
        """Make an action that is done now.

        :param str name: one of ``ACTIONS``
        :param dict options: the fields but ``outcome`` and ``after``
        :raises SimulatorError: naming the action or option that is unknown or wrong
        """
        if name not in ACTIONS:
            known = ", ".join([*ACTIONS, "settings"])
            raise SimulatorError(f"A terminal does not know {name!r}. Known: {known}.")
        check(cls, options, name, without=("outcome", "after"))
        return cls(ACTIONS[name], **options)

    @classmethod
    def by_autopilot(cls, options):
        """Make an action that is done some time after each request.

        :param dict options: the fields
        :raises SimulatorError: naming the option that is unknown or wrong
        """
        check(cls, options, "The autopilot")
        return cls(**options)

    @property
    def failure(self):
        """Event id of an action that ends without a charge."""
        return self.event_id or (CANCELLED if self.outcome == CANCEL else DECLINED_BY_SERVER)
