"""The part of :mod:`viva.outcome` that is about refunds through the account (viva-api 5.1, 8).

Such a refund has no session and no key against doubles: after a lost answer, only Viva's list of
transactions can tell whether it was made. Nothing here raises, whatever an answer contains.
"""

from dataclasses import dataclass

from . import const, money, outcome
from .masking import clean_text, last_four, mask_text

# "Request to reverse aborted": a part of a payment that is not cleared yet [#2021].
_ERROR_NOT_CLEARED = 2055
_STATUS_REASONS = {401: "credentials", 403: "refund_disabled", 404: "parent_missing"}
_ERROR_REASONS = {404: "parent_missing", _ERROR_NOT_CLEARED: "not_cleared"}
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
    :param explained: whether a sale that is not untouched is no wonder, because of those others
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
    transaction id (the refund's). A refusal is told by the HTTP status or by ``ErrorCode``.

    :param viva.client.Reply reply: the answer
    :param ExpectedRefund expected: what was asked for
    :return: ``"approved"``, ``"failed"``, ``"pending"`` (status A) or ``"unclear"``
    :rtype: viva.outcome.Outcome
    """
    if not reply.sent:
        return outcome.Outcome(outcome.FAILED, reply.problem, const.MONEY_NONE)
    if reply.status is None or reply.status >= 500 or reply.status in (408, 425, 429):
        return outcome.Outcome(outcome.UNCLEAR, reply.problem or "server_error")
    body = reply.body if isinstance(reply.body, dict) else {}
    if 400 <= reply.status < 500:
        return _refused(_STATUS_REASONS.get(reply.status), body)
    if reply.status != 200 or reply.problem:
        return outcome.Outcome(outcome.UNCLEAR, reply.problem or "unexpected_status")
    code = _error_code(body)
    if code or body.get("StatusId") == _FAILED:
        return _refused(_ERROR_REASONS.get(code), body)
    found = _from_entry(body, expected) if body.get("Success") is True else None
    return found or outcome.Outcome(outcome.UNCLEAR, "no_verdict")


def from_list(reply, expected):
    """Look for a refund in Viva's list of transactions.

    It is the entry that carries our session id as ``MerchantTrns``. As it is not documented that
    Viva keeps that text, an entry that refunds the same amount of the same sale, and belongs to no
    other refund of ours, counts as well.

    :param viva.client.Reply reply: answer to ``VivaClient.list_transactions``
    :param ExpectedRefund expected: what was asked for
    :return: ``"approved"``, ``"pending"``, ``"missing"`` (a readable list without it) or
        ``"unclear"``
    :rtype: viva.outcome.Outcome
    """
    entries = _entries(reply)
    if entries is None:
        return outcome.Outcome(outcome.UNCLEAR, reply.problem or "not_a_list")
    refunds = [entry for entry in entries if _is_refund_of(entry, expected)]
    ours = [entry for entry in refunds if _text(entry, "MerchantTrns") == expected.session_id]
    for entry in ours or refunds:
        found = _from_entry(entry, expected)
        if found and (ours or not found.amount_differs):
            return found
    return outcome.Outcome(outcome.MISSING, "not_found")


def _entries(reply):
    if reply.status != 200 or reply.problem or not isinstance(reply.body, dict):
        return None
    entries = reply.body.get("Transactions")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return None
    return entries


def _is_refund_of(entry, expected):
    if {_text(entry, "TransactionId"), _text(entry, "MerchantTrns")} & expected.others:
        return False
    amount = entry.get("Amount")
    if not isinstance(amount, (int, float)) or amount >= 0:
        return False
    parent_id = _text(entry, "ParentId")
    if parent_id:
        return parent_id.lower() == expected.parent_id.lower()
    return _text(entry, "MerchantTrns") == expected.session_id


def _refused(reason, body):
    code = _error_code(body)
    return outcome.Outcome(
        outcome.FAILED,
        reason or "not_refundable",
        const.MONEY_NONE,
        event_id=code if code > 999 else None,  # smaller ones only repeat the HTTP status
        message=_message(body),
    )


def _error_code(body):
    code = body.get("ErrorCode")
    return code if type(code) is int and 0 < code <= money.MAX_MINOR else 0


def _from_entry(entry, expected):
    """Return the outcome that a transaction of Viva tells, None when it tells none."""
    status, transaction_id = entry.get("StatusId"), _text(entry, "TransactionId")
    if status == _IN_PROGRESS:
        return outcome.Outcome(outcome.PENDING, "processing")
    if status != _DONE or not transaction_id:
        return None
    amount = _amount(entry.get("Amount"), expected)
    return outcome.Outcome(
        outcome.APPROVED,
        None,
        const.MONEY_MOVED,
        transaction_id=transaction_id,
        order_code=_text(entry, "OrderCode"),
        authorization_code=_text(entry, "AuthorizationId"),
        rrn=_text(entry, "RetrievalReferenceNumber"),
        card_last4=last_four(entry.get("CardNumber")),
        amount=amount,
        amount_differs=amount != expected.amount,
    )


def _amount(value, expected):
    """Return an amount as positive minor units; where none can be read, what was asked for.

    Viva's web API speaks in major units (viva-api 8.1), which is not said for this answer: an
    integer that is exactly what was asked for in minor units is that.
    """
    if type(value) is int and abs(value) == expected.amount:
        return expected.amount
    try:
        return abs(money.to_minor(value, expected.currency)) or expected.amount
    except ValueError:
        return expected.amount


def _message(body):
    text = body.get("ErrorText") or body.get("detail") or body.get("Message")
    if not isinstance(text, str):
        return None
    return mask_text(clean_text(text).strip())[: const.MESSAGE_CHARACTERS] or None


def _text(entry, name):
    value = entry.get(name)
    if type(value) is int and 0 < value < 10**20:
        value = str(value)
    if not isinstance(value, str):
        return None
    return clean_text(value).strip()[:64] or None
