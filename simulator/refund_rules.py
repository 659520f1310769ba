"""What Viva allows in paying money back."""

from . import outcomes
from .ledger import REFUND, SALE, TYPE_REFUND, TYPE_VOID


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
    if is_blocked(settings, parent, session.amount, now):
        return outcomes.NOT_REVERSIBLE
    if session.amount > parent.remaining or session.currency_code != parent.currency_code:
        return outcomes.INVALID_AMOUNT
    return None


def is_blocked(settings, parent, amount, now):
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
