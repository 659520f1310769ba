"""Read a notification of Viva.

It only says what to ask Viva about. It proves nothing, for there is no signature (viva-api 0.7).
"""

import json
from dataclasses import dataclass

from . import const
from .masking import clean_text


@dataclass(frozen=True)
class Notification:
    """What a notification points at. Texts are safe to store and limited in length; None where
    nothing was said.

    :param event_type: one of :data:`viva.const.WEBHOOK_EVENTS`
    :param session_id: only in 1802 and 1803
    :param merchant_reference: ``MerchantTrns`` of 1796-1798, what the request called
        merchantReference
    :param transaction_id: of Viva
    :param parent_id: for a reversal: the transaction that it undoes
    """

    event_type: int
    session_id: str | None = None
    merchant_reference: str | None = None
    transaction_id: str | None = None
    parent_id: str | None = None


def parse_webhook(body):
    """Parse the body of a webhook request.

    :param bytes body: as received
    :return: the notification, or None when it is too large, not understood, or of a type that is
        not ours
    :rtype: Notification | None
    """
    envelope = _envelope(body)
    if not isinstance(envelope, dict):
        return None
    event_type = _integer(envelope.get("EventTypeId"))
    data = envelope.get("EventData")
    if event_type not in const.WEBHOOK_EVENTS or not isinstance(data, dict):
        return None
    return Notification(
        event_type=event_type,
        session_id=_text(data.get("SessionId")),
        merchant_reference=_text(data.get("MerchantTrns"), 2048),
        transaction_id=_text(data.get("TransactionId")),
        parent_id=_text(data.get("ParentId")),
    )


def key_from_reply(reply):
    """Return the merchant's webhook verification key from the answer to ``VivaClient.webhook_key``.

    :param viva.reply.Reply reply: the answer, ``{"Key": "..."}`` (viva-api 7.1)
    :return: the key, or None when there is none
    :rtype: str | None
    """
    if reply.status != 200 or not isinstance(reply.body, dict):
        return None
    return _text(reply.body.get("Key"), 512)


def _envelope(body):
    if not isinstance(body, (bytes, bytearray)) or len(body) > const.WEBHOOK_BYTES:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _integer(value):
    if isinstance(value, str) and len(value) <= 9 and value.isascii() and value.isdigit():
        return int(value)
    return value if type(value) is int else None


def _text(value, limit=128):
    if type(value) is int and abs(value) < 10**20:
        value = str(value)
    if not isinstance(value, str):
        return None
    return clean_text(value).strip()[:limit] or None
