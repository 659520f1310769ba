"""Read Viva's records of transactions (web API, Basic auth): does a charge still stand?

A session says how a payment ended and is not known to change when the charge is undone later; the
record of the transaction has a status (viva-api 8.3).

Which of a record's fields are flat and which are nested differs between public samples
(viva-first-contact 1), so both are understood; ids are compared in lower case.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from . import const, money
from .masking import clean_text

# The charge was undone as a whole (status X: a void, or a reversal by Viva itself).
UNDONE = "undone"
# Refunded, wholly or in part (status R); the record does not say which.
REFUNDED = "refunded"
# The money is kept.
STANDS = "stands"
# Viva has no such transaction: seen after automatic reversals (#2487), so it proves nothing.
MISSING = "missing"
# No answer, or none that can be understood.
UNCLEAR = "unclear"

# Types of transactions that give money back (viva-api 8.3).
GIVING_BACK = frozenset({"4", "7", "8", "11", "13", "18", "19", "84"})

_PARENT = (
    "ParentId",
    "ParentTransactionId",
    "Parent",
    "Parent.TransactionId",
    "Parent.Id",
    "ParentTransaction.TransactionId",
)
_STATUS = {"X": UNDONE, "R": REFUNDED, "F": STANDS, "C": STANDS}


def from_reply(reply, transaction_id):
    """Turn the answer to ``GET /api/transactions/{id}`` into what became of the charge.

    :param viva.reply.Reply reply: the answer
    :param str transaction_id: that was asked about; records of others are not looked at
    :return: :data:`UNDONE`, :data:`REFUNDED`, :data:`STANDS`, :data:`MISSING` or :data:`UNCLEAR`
    :rtype: str
    """
    if reply.status == 404 and not reply.problem:
        return MISSING
    records = _records(reply)
    if records is None:
        return UNCLEAR
    if not records:
        return MISSING
    standings = {
        _standing(record.get("StatusId"))
        for record in records
        if _is_same(record.get("TransactionId"), transaction_id)
    }
    return standings.pop() if len(standings) == 1 else UNCLEAR


@dataclass(frozen=True)
class Entry:
    """One transaction of Viva's list of a day. None where nothing was said.

    :param transaction_id: in lower case
    :param parent_id: of the transaction that it refunds or undoes, in lower case
    :param status: as Viva writes it, in upper case: ``F``, ``A``, ``E``, ``R``, ``X`` ...
    :param standing: :data:`STANDS`, :data:`REFUNDED`, :data:`UNDONE` or :data:`UNCLEAR`
    :param amount: in major units, with Viva's sign (``decimal.Decimal``)
    :param gives_back: whether it gives money back: True, False, or None when that is not clear
    :param reference: ``MerchantTrns``, which is our session id in our own requests
    :param order_code: of Viva
    """

    transaction_id: str | None = None
    parent_id: str | None = None
    status: str | None = None
    standing: str = UNCLEAR
    amount: Decimal | None = None
    gives_back: bool | None = None
    reference: str | None = None
    order_code: str | None = None

    def minor(self, currency):
        """Return the amount without its sign in minor units, None when it cannot be said exactly.

        :param str currency: ISO 4217 alphabetic code
        :rtype: int or None
        """
        try:
            return None if self.amount is None else abs(money.to_minor(self.amount, currency))
        except ValueError:
            return None


def entries_of_day(reply):
    """Return the transactions of a day.

    :param viva.reply.Reply reply: the answer to ``GET /api/transactions?date=``
    :return: list of :class:`Entry`; None when there is no answer that can be understood, which is
        no proof that something is not in it
    :rtype: list | None
    """
    records = records_of_day(reply)
    return None if records is None else [entry(record) for record in records]


def records_of_day(reply):
    """Return the transactions of a day as Viva writes them.

    :param viva.reply.Reply reply: the answer to ``GET /api/transactions?date=``
    :return: list of dicts; None, see :func:`entries_of_day`
    :rtype: list | None
    """
    records = _records(reply)
    if records is None or len(records) != len(reply.body["Transactions"]):
        return None
    return records


def find_changes(entries, transaction_ids):
    """Find what Viva's list says to have happened to transactions of ours, whatever their age.

    That is the transaction itself when it was refunded or undone (a refund of ours can be, too),
    and each transaction whose parent it is (a refund of a charge, the undoing of a refund), unless
    that one failed or was undone itself.

    :param list entries: of :func:`entries_of_day`
    :param transaction_ids: of charges and refunds of ours, in any case
    :return: lists of :class:`Entry`, by transaction id in lower case, only of those to which
        something happened
    :rtype: dict
    """
    ours = {transaction_id.lower() for transaction_id in transaction_ids}
    found = {}
    for listed in entries:
        if listed.transaction_id in ours and listed.standing in (UNDONE, REFUNDED):
            found.setdefault(listed.transaction_id, []).append(listed)
        is_without_effect = listed.status == "E" or listed.standing == UNDONE
        if listed.parent_id in ours and not is_without_effect:
            found.setdefault(listed.parent_id, []).append(listed)
    return found


def entry(record):
    """Read one transaction, of whatever list.

    :param dict record: of Viva
    :rtype: Entry
    """
    status = text(record, "StatusId")
    status = status and status.upper()
    amount = _amount(field(record, "Amount"))
    parent_id = _id(record, *_PARENT)
    return Entry(
        transaction_id=_id(record, "TransactionId"),
        parent_id=parent_id,
        status=status,
        standing=_standing(status),
        amount=amount,
        gives_back=_gives_back(record, amount, parent_id),
        reference=text(record, "MerchantTrns", "Order.MerchantTrns", "Payment.MerchantTrns"),
        order_code=text(record, "OrderCode", "Order.OrderCode"),
    )


def field(record, *paths):
    """Return the first of some values that is there.

    :param dict record: of Viva
    :param str paths: names, or names within nested objects, such as ``Order.OrderCode``
    :return: str, number or bool; None when none is there
    """
    for path in paths:
        value = record
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        if value is not None and not isinstance(value, (dict, list)):
            return value
    return None


def text(record, *paths):
    """Return the first of some texts or ids that is there, safe to store; None when none is.

    :param dict record: of Viva
    :param str paths: see :func:`field`
    :rtype: str or None
    """
    for path in paths:
        value = field(record, path)
        if type(value) is int and 0 <= value < 10**20:
            value = str(value)
        found = clean_text(value).strip()[:64] if isinstance(value, str) else None
        if found:
            return found
    return None


def _id(record, *paths):
    for path in paths:
        found = text(record, path)
        if found not in (None, "0", const.EMPTY_GUID):
            return found.lower()
    return None


def _amount(value):
    """Return an amount as it is written, exactly; a float as the shortest number that it is."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = Decimal(str(value).strip()[:40])
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) <= money.MAX_MINOR else None


def _gives_back(record, amount, parent_id):
    """Tell whether money goes back.

    Reports differ on the sign of a refund (viva-first-contact 2), so a positive amount proves
    nothing. A record with a parent may also be a capture, which has a type of its own.
    """
    type_id = text(record, "TransactionTypeId", "TransactionType.TransactionTypeId")
    if type_id in GIVING_BACK or (amount is not None and amount < 0):
        return True
    if not parent_id:
        return False
    return True if type_id is None else None


def _records(reply):
    if reply.status != 200 or reply.problem or not isinstance(reply.body, dict):
        return None
    records = reply.body.get("Transactions")
    if reply.body.get("Success") is False or not isinstance(records, list):
        return None
    return [record for record in records if isinstance(record, dict)]


def _standing(status):
    return _STATUS.get(status, UNCLEAR) if isinstance(status, str) else UNCLEAR


def _is_same(value, transaction_id):
    return isinstance(value, str) and value.lower() == transaction_id.lower()
