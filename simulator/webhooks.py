"""Webhooks: their messages.

Shapes: viva-api reference, 7.2 and 7.4 (developer.viva.com, "Webhooks for payments").
"""

import dataclasses
import uuid

from . import currencies
from .ledger import TYPE_CHARGE, TYPE_VOID, iso

PAYMENT_CREATED = 1796
REVERSAL_CREATED = 1797
TRANSACTION_FAILED = 1798
SESSION_CREATED = 1802
SESSION_FAILED = 1803

# What nothing here ever fills in.
_EMPTY = {
    **dict.fromkeys((
        "ClearanceDate", "CardToken", "CardUniqueReference", "CardExpirationDate", "BinId", "Email",
        "Phone", "FullName", "DigitalWalletId", "ServiceId", "ResellerId", "ResellerSourceCode",
    )),
    **dict.fromkeys((
        "Systemic", "IsManualRefund", "IsDcc", "Moto", "Switching", "DualMessage",
        "LoyaltyTriggered",
    ), False),
    **dict.fromkeys(("TotalInstallments", "CurrentInstallment"), 0),
    **dict.fromkeys(("TotalFee", "RedeemedAmount"), 0.0),
    "SourceCode": "Default",
    "Tags": [],
}  # fmt: skip


@dataclasses.dataclass
class Event:
    """What a webhook tells; ``session_id`` is for the simulator's own records only."""

    event_type: int
    data: dict
    session_id: str | None
    terminal_id: str

    def message(self, settings, url, now):
        """Return the event in the envelope of a webhook.

        :param str url: where it goes, or None
        :param float now: seconds since 1970
        """
        return {
            "Url": url,
            "EventData": self.data,
            "Created": iso(now),
            "CorrelationId": str(uuid.uuid4()),
            "EventTypeId": self.event_type,
            "Delay": None,
            "RetryCount": 0,
            "RetryDelayInSeconds": None,
            "MessageId": str(uuid.uuid4()),
            "RecipientId": settings.merchant_id,
            "MessageTypeId": 512,
        }


def payment_event(settings, transaction):
    """Return event 1796 for a charge, 1797 for a refund; amounts in major units."""
    event_type = REVERSAL_CREATED if transaction.is_refund else PAYMENT_CREATED
    data = {
        **_shared_data(settings, transaction),
        **transaction.as_web(),
        "ReferenceNumber": transaction.reference_number,
        "ResponseCode": "00",
        "ResponseEventId": None,
        "AcquirerApproved": True,
    }
    return Event(event_type, data, transaction.session_id, transaction.terminal_id)


def reversal_event(settings, transaction, now):
    """Return event 1797 for a charge that Viva undid by itself.

    :param float now: seconds since 1970
    """
    event = payment_event(settings, transaction)
    event.event_type = REVERSAL_CREATED
    event.data.update(
        TransactionId=transaction.reversal_id,
        ParentId=transaction.transaction_id,
        TransactionTypeId=TYPE_VOID,
        StatusId="F",
        Amount=-abs(event.data["Amount"]),
        TipAmount=-abs(event.data["TipAmount"]),
        Systemic=True,
        InsDate=iso(now),
    )
    return event


def failure_event(settings, session, now):
    """Return event 1798 for a declined card; not sent for cancelled sessions (issue 2444).

    :param float now: seconds since 1970
    """
    reason = session.transaction_event_id
    data = {
        **_shared_data(settings, session),
        "TransactionId": str(uuid.uuid4()),
        "ParentId": None,
        "OrderCode": 0,
        "StatusId": "E",
        "Amount": currencies.to_major(session.amount, session.currency_code),
        "TipAmount": currencies.to_major(session.tip_amount, session.currency_code),
        "TransactionTypeId": TYPE_CHARGE,
        "InsDate": iso(now),
        "AuthorizationId": None,
        "RetrievalReferenceNumber": None,
        "ReferenceNumber": 0,
        "ResponseCode": str(reason - 10000).zfill(2) if reason > 10000 else "05",
        "ResponseEventId": reason or 10005,
        "AcquirerApproved": False,
    }
    return Event(TRANSACTION_FAILED, data, session.session_id, session.terminal_id)


def session_event(settings, session, body):
    """Return event 1802 or 1803: the session body with capital initials, minor units.

    :param dict body: as ``GET sessions/{id}`` returns it
    """
    data = {name[0].upper() + name[1:]: value for name, value in body.items()}
    data["MerchantId"] = settings.merchant_id
    event_type = SESSION_CREATED if session.success else SESSION_FAILED
    return Event(event_type, data, session.session_id, session.terminal_id)


def _shared_data(settings, source):
    """Return what a transaction and a session have in common."""
    terminal_id, card = source.terminal_id, source.card
    return {
        **_EMPTY,
        "MerchantId": settings.merchant_id,
        "TerminalId": int(terminal_id) if terminal_id.isdigit() else terminal_id,
        "MerchantTrns": source.merchant_reference,
        "CustomerTrns": source.customer_trns,
        "CurrencyCode": source.currency_code,
        "SourceName": settings.shop_name,
        "CompanyName": settings.shop_name,
        "ChannelId": str(uuid.uuid5(uuid.NAMESPACE_DNS, terminal_id)),
        "CardNumber": card and card.masked_number,
        "CardTypeId": card.type_id if card else 0,
        "BankId": card and card.bank_id,
        "CardCountryCode": card and card.country_code,
        "CardIssuingBank": card and card.issuing_bank,
        "PanEntryMode": source.entry_mode,
    }
