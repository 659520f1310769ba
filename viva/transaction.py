"""Read Viva's own record of a transaction (web API, Basic auth): does the charge still stand?

A session says how a payment ended and is not known to change when the charge is undone later; the
record of the transaction has a status (viva-api 8.3).
"""

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

_STATUS = {"X": UNDONE, "R": REFUNDED, "F": STANDS, "C": STANDS}


def from_reply(reply, transaction_id):
    """Turn the answer to ``GET /api/transactions/{id}`` into what became of the charge.

    :param viva.client.Reply reply: the answer
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
    fates = {
        _fate(record.get("StatusId"))
        for record in records
        if _is_same(record.get("TransactionId"), transaction_id)
    }
    return fates.pop() if len(fates) == 1 else UNCLEAR


def fates_of_day(reply):
    """Return what became of the transactions of a day.

    :param viva.client.Reply reply: the answer to ``GET /api/transactions?date=``
    :return: fates, see :func:`from_reply`, by id in lower case; none when there is no answer that
        can be understood
    :rtype: dict
    """
    return {
        record["TransactionId"].lower(): _fate(record.get("StatusId"))
        for record in _records(reply) or ()
        if isinstance(record.get("TransactionId"), str)
    }


def _records(reply):
    if reply.status != 200 or reply.problem or not isinstance(reply.body, dict):
        return None
    records = reply.body.get("Transactions")
    if reply.body.get("Success") is False or not isinstance(records, list):
        return None
    return [record for record in records if isinstance(record, dict)]


def _fate(status):
    return _STATUS.get(status, UNCLEAR) if isinstance(status, str) else UNCLEAR


def _is_same(value, transaction_id):
    return isinstance(value, str) and value.lower() == transaction_id.lower()
