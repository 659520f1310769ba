"""Turn Viva's answers about a refund through the account into an outcome (viva-api 5.1, 8).

Such a refund has no session and no key against doubles: after a lost answer, only Viva's list of
transactions can tell whether it was made. Nothing here raises, whatever an answer contains.
"""

from dataclasses import dataclass

from . import const, money, outcome, transaction_record
from .masking import clean_text, last_four, mask_text
from .reply import CREDENTIALS, LOST, TIMEOUT, TOO_LARGE

# What surely means that a refund was refused, by HTTP status and by `ErrorCode`. Anything else may
# have been carried out: 502 "Transaction failed" was seen with a transaction id (#1093, #1080), and
# of most codes nothing is known.
_REFUSING_STATUS = {
    400: "not_refundable",
    401: CREDENTIALS,
    403: "refund_disabled",
    404: "parent_missing",
    422: "not_refundable",
    # There is no key against doubles, so it matters that Viva did not look at it.
    429: "throttled",
}
# 403 means several things, none of them a refund; only the text tells them apart (#761, #1298, #9).
_ERROR_FORBIDDEN = 403
_DISABLED = "disabled"
# "Request to reverse aborted": a part of a payment that is not cleared yet [#2021].
_ERROR_NOT_CLEARED = 2055
_REFUSING_ERRORS = {
    400: "not_refundable",
    401: CREDENTIALS,
    _ERROR_FORBIDDEN: "not_refundable",
    404: "parent_missing",
    422: "not_refundable",
    _ERROR_NOT_CLEARED: "not_cleared",
}
_ERROR_UNKNOWN = -1
_DONE = "F"
_IN_PROGRESS = "A"
_FAILED = "E"


@dataclass(frozen=True)
class ExpectedRefund:
    """What was asked for, to hold Viva's transactions against.

    :param session_id: ours, sent along as ``merchantTrns``
    :param parent_id: Viva's id of the sale's transaction
    :param amount: in minor units, positive
    :param currency: ISO 4217 alphabetic code
    :param others: transaction ids and session ids of what else was refunded of the same sale: an
        entry that carries one of them is not ours
    :param days: ``datetime.date`` of the days in whose list it may be
    :param explained: whether those others explain it when Viva says that the sale was changed
    """

    session_id: str
    parent_id: str
    amount: int
    currency: str
    others: frozenset = frozenset()
    days: tuple = ()
    explained: bool = False


def from_refund(reply, expected):
    """Turn the answer to ``DELETE /api/transactions/{id}`` into an outcome.

    Approved needs all of: HTTP 200, ``Success`` exactly true, no error code, status F and a
    transaction id (the refund's). Failed needs a refusal by HTTP status or ``ErrorCode`` of which
    it is known that nothing was carried out, and nothing that contradicts it: no transaction id of
    a refund, no success. After everything else Viva's list decides.

    :param viva.reply.Reply reply: the answer
    :param ExpectedRefund expected: what was asked for
    :return: ``"approved"``, ``"failed"`` (reason ``"throttled"``: may be sent again), ``"pending"``
        (status A) or ``"unclear"``
    :rtype: viva.outcome.Outcome
    """
    if not reply.sent:
        return outcome.Outcome(outcome.FAILED, reply.problem, const.MONEY_NONE)
    body = reply.body if isinstance(reply.body, dict) else {}
    refusal = _refusal(reply, body, expected)
    if refusal:
        return _with_error(outcome.FAILED, refusal, const.MONEY_NONE, body)
    if reply.status != 200 or reply.problem:
        return _with_error(
            outcome.UNCLEAR, reply.problem or "server_error", const.MONEY_MAYBE, body
        )
    if body.get("Success") is True and not _error_code(body):
        found = _from_record(body, transaction_record.entry(body), expected)
        if found:
            return found
    return _with_error(outcome.UNCLEAR, "no_verdict", const.MONEY_MAYBE, body)


def from_list(reply, expected):
    """Look for a refund in Viva's list of transactions.

    It is the entry that carries our session id as ``MerchantTrns``. As it is not documented that
    Viva keeps that text, an entry that refunds the same amount of the same sale, and belongs to no
    other refund of ours, counts as well, if there is only one.

    :param viva.reply.Reply reply: answer to ``VivaClient.list_transactions``
    :param ExpectedRefund expected: what was asked for
    :return: ``"approved"``, ``"pending"``, ``"failed"`` (our entry has status E, which was seen to
        turn into F: money ``"maybe"``), ``"missing"`` (a readable list in which nothing can be it)
        or ``"unclear"`` (something may be it)
    :rtype: viva.outcome.Outcome
    """
    records = transaction_record.records_of_day(reply)
    if records is None:
        return outcome.Outcome(outcome.UNCLEAR, reply.problem or "not_a_list")
    found = [(record, transaction_record.entry(record)) for record in records]
    found = [(record, entry) for record, entry in found if not _is_of_others(entry, expected)]
    ours = [(record, entry) for record, entry in found if _is_ours(entry, expected)]
    if ours:
        return _judge_ours(ours, expected)
    sale = expected.parent_id.lower()
    return _judge_similar([(r, e) for r, e in found if e.parent_id == sale], expected)


def _is_of_others(entry, expected):
    others = {other.lower() for other in expected.others}
    return bool({entry.transaction_id, (entry.reference or "").lower()} & others)


def _is_ours(entry, expected):
    return (entry.reference or "").lower() == expected.session_id.lower()


def _judge_ours(found, expected):
    """Judge entries with our reference, which no other transaction has."""
    if any(entry.parent_id not in (None, expected.parent_id.lower()) for _record, entry in found):
        return outcome.Outcome(outcome.UNCLEAR, "contradiction")
    standing = [(record, entry) for record, entry in found if entry.status != _FAILED]
    if not standing:
        return outcome.Outcome(outcome.FAILED, "error")
    return _judge_one(standing, expected)


def _judge_similar(found, expected):
    """Judge entries that refund something of the same sale and have no reference of ours.

    Those that failed (E) moved nothing, and are perhaps of an earlier attempt.
    """
    standing = [(record, entry) for record, entry in found if entry.status != _FAILED]
    if not standing:
        return outcome.Outcome(outcome.MISSING, "not_found")
    same = [
        (record, entry)
        for record, entry in standing
        if entry.gives_back and _amount(entry, expected, None) == expected.amount
    ]
    return _judge_one(same, expected)


def _judge_one(found, expected):
    if len(found) != 1:
        return outcome.Outcome(outcome.UNCLEAR, "ambiguous")
    [(record, entry)] = found
    return _from_record(record, entry, expected) or outcome.Outcome(outcome.UNCLEAR, "no_verdict")


def _refusal(reply, body, expected):
    """Return why a refund was surely refused, None when it may have been carried out."""
    entry = transaction_record.entry(body)
    is_contradicted = (
        entry.transaction_id not in (None, expected.parent_id.lower())
        or entry.status not in (None, _FAILED)
        or body.get("Success") is True
    )
    if is_contradicted or reply.problem in (TIMEOUT, LOST, TOO_LARGE):
        return None
    code = _error_code(body)
    if code and code not in _REFUSING_ERRORS:
        return None
    if code == _ERROR_FORBIDDEN and _DISABLED in (_message(body) or "").lower():
        return "refund_disabled"
    if reply.status == 200:
        return _REFUSING_ERRORS.get(code)
    return CREDENTIALS if reply.problem == CREDENTIALS else _REFUSING_STATUS.get(reply.status)


def _with_error(state, reason, certainty, body):
    code = _error_code(body)
    return outcome.Outcome(
        state,
        reason,
        certainty,
        event_id=code if code > 999 else None,  # smaller ones only repeat the HTTP status
        message=_message(body),
    )


def _error_code(body):
    """Return the error code, 0 for none, -1 for one that is no number that we can keep."""
    code = body.get("ErrorCode")
    if code is None or code == "":
        return 0
    if isinstance(code, str) and code.isascii() and code.isdigit() and len(code) <= 9:
        code = int(code)
    return code if type(code) is int and 0 <= code <= money.MAX_MINOR else _ERROR_UNKNOWN


def _from_record(record, entry, expected):
    """Return the outcome that a transaction of Viva tells, None when it tells none."""
    if entry.status == _IN_PROGRESS:
        return outcome.Outcome(outcome.PENDING, "processing")
    if entry.status != _DONE or entry.transaction_id in (None, expected.parent_id.lower()):
        return None
    amount = _amount(entry, expected, expected.amount)
    return outcome.Outcome(
        outcome.APPROVED,
        None,
        const.MONEY_MOVED,
        transaction_id=transaction_record.text(record, "TransactionId"),
        order_code=entry.order_code,
        authorization_code=transaction_record.text(record, "AuthorizationId"),
        rrn=transaction_record.text(record, "RetrievalReferenceNumber"),
        card_last4=last_four(transaction_record.field(record, "CardNumber", "CreditCard.Number")),
        amount=amount,
        amount_differs=amount != expected.amount,
    )


def _amount(entry, expected, default):
    """Return an amount as positive minor units; where none can be read, `default`.

    Viva's web API has major units (viva-api 8.1), which is not documented for the answer to a
    refund: a whole number that is exactly what was asked for in minor units is that.
    """
    amount = entry.amount
    if amount is not None and amount.as_tuple().exponent == 0 and abs(amount) == expected.amount:
        return expected.amount
    return entry.minor(expected.currency) or default


def _message(body):
    text = body.get("ErrorText") or body.get("detail") or body.get("Message")
    if not isinstance(text, str):
        return None
    return mask_text(clean_text(text).strip())[: const.MESSAGE_CHARACTERS] or None
