"""What Viva allows in paying money back."""

from . import outcomes
from .errors import Refused
from .ledger import REFUND, SALE, TYPE_REFUND, TYPE_VOID

# Of the web API: "request to reverse aborted" (issue 2021).
NOT_CLEARED = 2055


def refusal(settings, session, terminal, parent, now):
    """Return the event id by which Viva refuses what a session asks for, or None.

    :param Transaction parent: what a refund refunds, or None
    :param float now: seconds since 1970
    """
    if session.kind == SALE:
        return outcomes.PREAUTH_DISABLED if session.echo.get("preauth") else None
    if not settings.refunds:
        return outcomes.REFUND_DISABLED
    if session.kind != REFUND:
        return None if settings.unreferenced_refunds else outcomes.REFUND_DISABLED
    if not terminal.can_refund:
        return outcomes.VOID_UNSUPPORTED
    if parent is None or parent.is_refund:
        return outcomes.NO_TRANSACTION
    if terminal.terminal_id != parent.terminal_id and not settings.refund_other_terminals:
        return outcomes.PARENT_UNREADABLE
    if _is_blocked(settings, parent, session.amount, now):
        return outcomes.NOT_REVERSIBLE
    if session.amount > parent.remaining or session.currency_code != parent.currency_code:
        return outcomes.INVALID_AMOUNT
    return None


def check_web_refund(settings, parent, amount, now):
    """Return the amount of a refund without a terminal, in minor units.

    :param Transaction parent: what it refunds, or None
    :param int amount: minor units; None is all that remains
    :raises Refused: 404 unknown, 400 more than what remains, 2055 not cleared yet
    """
    if parent is None or parent.is_refund:
        raise Refused(404, None, "Transaction not found")
    amount = parent.remaining if amount is None else amount
    if not 0 < amount <= parent.remaining:
        raise Refused(400, None, "The amount exceeds what can be refunded")
    if _is_blocked(settings, parent, amount, now):
        raise Refused(NOT_CLEARED, None, "Request to reverse aborted")
    return amount


def _is_blocked(settings, parent, amount, now):
    """Tell whether a sale cannot be refunded by this amount now, though it remains."""
    if parent.refunded and not settings.several_part_refunds:
        return True
    may_be_part = settings.part_refunds_before_clearing or not _is_same_day(parent.time, now)
    return amount != parent.amount and not may_be_part


def refund_type(parent, amount, now):
    """Tell a void (whole amount, same day) from a refund (viva-api reference, 5.2)."""
    is_whole = parent is not None and amount == parent.amount
    return TYPE_VOID if is_whole and _is_same_day(parent.time, now) else TYPE_REFUND


def _is_same_day(moment, other):
    """Tell whether two moments are on one day of UTC, after which sales are cleared here."""
    return moment // 86400 == other // 86400
