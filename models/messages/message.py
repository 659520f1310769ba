"""What a table of messages is made of."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """One entry of a table.

    :param callable what: gets the translating function and the details, and returns what happened.
    :param callable do: the same for what to do next; None where that is plain.
    :param bool says_to_look: what to do is to look at the terminal, so no more than that is known
        about the money.
    """

    what: object
    do: object = None
    says_to_look: bool = False


@dataclass(frozen=True)
class ByKind:
    """An entry that is another one for a sale than for a refund.

    :param Message sale: None where only a refund can end like this.
    :param Message refund: None where only a sale can end like this.
    """

    sale: Message | None = None
    refund: Message | None = None


def other_method(_, _details):
    """What to do: another payment method."""
    return _("Use another payment method.")


def other_card(_, _details):
    """What to do: another card."""
    return _("Try another card.")


def other_card_or_method(_, _details):
    """What to do: another card or payment method."""
    return _("Try another card or another payment method.")


def other_terminal_or_method(_, _details):
    """What to do: another terminal or payment method."""
    return _("Use another terminal or another payment method.")


def try_again(_, _details):
    """What to do: the same once more."""
    return _("Try again.")


def wait_and_try_again(_, _details):
    """What to do: the same a little later."""
    return _("Wait a little, then try again.")
