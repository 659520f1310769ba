"""Webhooks: their real shapes, and their delivery from threads of their own.

Shapes: viva-api reference, 7.2 and 7.4 (developer.viva.com, "Webhooks for payments").
"""

import dataclasses
import http.client
import itertools
import json
import logging
import ssl
import threading
import time
import urllib.parse
import uuid

from . import currencies
from .sessions import iso

_logger = logging.getLogger(__name__)

PAYMENT_CREATED = 1796
REVERSAL_CREATED = 1797
TRANSACTION_FAILED = 1798
SESSION_CREATED = 1802
SESSION_FAILED = 1803


@dataclasses.dataclass
class Event:
    """Something to be told; ``session_id`` is for the simulator's own records only."""

    event_type: int
    data: dict
    session_id: str | None = None
    terminal_id: str | None = None


def payment_event(settings, transaction):
    """Return event 1796 for a charge, 1797 for a refund; amounts in major units."""
    if not transaction.is_refund:
        data = _payment_data(settings, transaction)
        return _event(PAYMENT_CREATED, data, transaction)
    data = _payment_data(settings, transaction, sign=-1)
    return _event(REVERSAL_CREATED, data, transaction)


def reversal_event(settings, transaction, now):
    """Return event 1797 for a charge that Viva undid by itself.

    :param float now: seconds since 1970
    """
    data = _payment_data(settings, transaction, sign=-1)
    data.update(
        TransactionId=transaction.reversal_id,
        ParentId=transaction.transaction_id,
        TransactionTypeId=7,
        StatusId="F",
        Systemic=True,
        InsDate=iso(now),
    )
    return _event(REVERSAL_CREATED, data, transaction)


def failure_event(settings, session, now):
    """Return event 1798 for a declined card; not sent for cancelled sessions (issue 2444).

    :param float now: seconds since 1970
    """
    data = _shared_data(settings, session, session.card, session.entry_mode)
    data.update(
        TransactionId=str(uuid.uuid4()),
        ParentId=None,
        OrderCode=0,
        StatusId="E",
        Amount=currencies.to_major(session.amount, session.currency_code),
        TipAmount=currencies.to_major(session.tip_amount, session.currency_code),
        TransactionTypeId=5,
        InsDate=iso(now),
        AuthorizationId=None,
        RetrievalReferenceNumber=None,
        ReferenceNumber=0,
        ResponseCode=str(session.transaction_event_id - 10000).zfill(2)
        if session.transaction_event_id > 10000
        else "05",
        ResponseEventId=session.transaction_event_id or 10005,
        AcquirerApproved=False,
    )
    return Event(TRANSACTION_FAILED, data, session.session_id, session.terminal_id)


def session_event(settings, session, body):
    """Return event 1802 or 1803: the session body with capital initials, minor units.

    :param dict body: as ``GET sessions/{id}`` returns it
    """
    data = {name[0].upper() + name[1:]: value for name, value in body.items()}
    data["MerchantId"] = settings.merchant_id
    event_type = SESSION_CREATED if session.success else SESSION_FAILED
    return Event(event_type, data, session.session_id, session.terminal_id)


def _event(event_type, data, transaction):
    return Event(event_type, data, transaction.session_id, transaction.terminal_id)


def _payment_data(settings, transaction, sign=1):
    data = _shared_data(settings, transaction, transaction.card, transaction.entry_mode)
    code = transaction.currency_code
    data.update(
        TransactionId=transaction.transaction_id,
        ParentId=transaction.parent and transaction.parent.transaction_id,
        OrderCode=int(transaction.order_code),
        StatusId="F",
        Amount=sign * currencies.to_major(transaction.amount, code),
        TipAmount=sign * currencies.to_major(transaction.tip_amount, code),
        TransactionTypeId=transaction.type_id,
        InsDate=iso(transaction.time),
        AuthorizationId=transaction.authorization_id,
        RetrievalReferenceNumber=str(transaction.retrieval_reference_number),
        ReferenceNumber=transaction.reference_number,
        ResponseCode="00",
        ResponseEventId=None,
        AcquirerApproved=True,
    )
    return data


def _shared_data(settings, source, card, entry_mode):
    terminal_id = source.terminal_id
    return {
        "MerchantId": settings.merchant_id,
        "TerminalId": int(terminal_id) if terminal_id.isdigit() else terminal_id,
        "MerchantTrns": source.merchant_reference,
        "CustomerTrns": source.customer_trns,
        "CurrencyCode": source.currency_code,
        "TotalFee": 0.0,
        "SourceCode": "Default",
        "SourceName": settings.shop_name,
        "ChannelId": str(uuid.uuid5(uuid.NAMESPACE_DNS, terminal_id)),
        "ClearanceDate": None,
        "CardNumber": card and card.masked_number,
        "CardToken": None,
        "CardUniqueReference": None,
        "CardExpirationDate": None,
        "CardTypeId": 1 if card and card.bank_id == "NET_MASTER" else 0,
        "BankId": card and card.bank_id,
        "BinId": None,
        "CardCountryCode": card and card.country_code,
        "CardIssuingBank": card and card.issuing_bank,
        "PanEntryMode": entry_mode,
        "Systemic": False,
        "IsManualRefund": False,
        "IsDcc": False,
        "Moto": False,
        "Switching": False,
        "DualMessage": False,
        "LoyaltyTriggered": False,
        "RedeemedAmount": 0.0,
        "TotalInstallments": 0,
        "CurrentInstallment": 0,
        "Email": None,
        "Phone": None,
        "FullName": None,
        "CompanyName": settings.shop_name,
        "DigitalWalletId": None,
        "ServiceId": None,
        "Tags": [],
        "ResellerId": None,
        "ResellerSourceCode": None,
    }


@dataclasses.dataclass
class Delivery:
    """One attempt to deliver one webhook to one address.

    :ivar status: HTTP status of the receiver; None while under way, or when it failed
    :ivar seconds: how long the receiver took
    """

    id: int
    url: str
    event: Event
    message: dict
    time: float
    status: int | None = None
    error: str | None = None
    seconds: float | None = None

    @property
    def is_over(self):
        """Whether the attempt has ended, well or not."""
        return self.seconds is not None

    def as_dict(self):
        """Return the attempt, for the control API."""
        return {
            "id": self.id,
            "url": self.url,
            "event_type": self.event.event_type,
            "session_id": self.event.session_id,
            "message_id": self.message["MessageId"],
            "retry_count": self.message["RetryCount"],
            "time": self.time,
            "status": self.status,
            "error": self.error,
            "seconds": self.seconds,
            "body": self.message,
        }


class Outbox:
    """Sends webhooks and remembers every attempt.

    :param engine: gives settings, lock and the condition that is notified
    :param faults: rules for the operation "webhook"
    :param on_webhook: gets the terminal's id and each message that would be sent, as often as it
        would; without addresses, too
    """

    def __init__(self, clock, faults, on_webhook=None):
        self._clock = clock
        self._faults = faults
        self._on_webhook = on_webhook
        self.engine = None
        self.reset()

    def reset(self):
        """Forget all attempts; those under way go on unrecorded."""
        self._ids = itertools.count(1)
        self.deliveries = []
        self.pending = {}
        self._generation = object()

    def send(self, events):
        """Send what one happening causes, in order, in a thread of its own. Needs the lock.

        :param list events: of Event
        """
        settings = self.engine.settings
        events = [event for event in events if event.event_type in settings.events]
        if settings.webhook_order == "reversed":
            events.reverse()
        if self._on_webhook:
            for event in events:
                message = self._message(settings, None, event)
                for _copy in range(settings.webhook_copies):
                    self._on_webhook(event.terminal_id, message)
            return
        messages = [
            (url, event, self._message(settings, url, event))
            for event in events
            for url in settings.webhook_urls
            for _copy in range(min(settings.webhook_copies, 1))
        ]
        messages = [message for message in messages for _copy in range(settings.webhook_copies)]
        self._dispatch(messages, settings.webhook_delay)

    def redeliver(self, delivery_id=None):
        """Repeat an attempt with the same message id, as Viva does an hour later.

        :param int delivery_id: None repeats all that failed and were not repeated since
        :return: number of messages sent again
        """
        with self.engine.lock:
            if delivery_id is None:
                again = self._failed()
            else:
                again = [d for d in self.deliveries if d.id == delivery_id]
            self._dispatch(
                [
                    (d.url, d.event, {**d.message, "RetryCount": d.message["RetryCount"] + 1})
                    for d in again
                ],
                0,
            )
            return len(again)

    def is_busy(self, session_id):
        """Tell whether a webhook of this session is still to be delivered. Needs the lock."""
        return self.pending.get(session_id, 0) > 0

    def _failed(self):
        last = {}
        for delivery in self.deliveries:
            last[(delivery.url, delivery.message["MessageId"])] = delivery
        return [d for d in last.values() if d.is_over and not (d.status and 200 <= d.status < 300)]

    def _message(self, settings, url, event):
        return {
            "Url": url,
            "EventData": event.data,
            "Created": iso(self._clock.now()),
            "CorrelationId": str(uuid.uuid4()),
            "EventTypeId": event.event_type,
            "Delay": None,
            "RetryCount": 0,
            "RetryDelayInSeconds": None,
            "MessageId": str(uuid.uuid4()),
            "RecipientId": settings.merchant_id,
            "MessageTypeId": 512,
        }

    def _dispatch(self, messages, delay):
        if not messages:
            return
        for _url, event, _message in messages:
            self.pending[event.session_id] = self.pending.get(event.session_id, 0) + 1
        generation = self._generation

        def start():
            threading.Thread(
                target=self._deliver_all,
                args=(messages, generation),
                name="simulator-webhooks",
                daemon=True,
            ).start()

        if delay:
            self._clock.call_later(delay, start)
        else:
            start()

    def _deliver_all(self, messages, generation):
        for url, event, message in messages:
            with self.engine.lock:
                if generation is not self._generation:
                    return
                rule = self._faults.match(
                    "webhook", event.terminal_id, event.session_id, event.event_type
                )
            if rule and rule.action in ("delay", "hang"):
                self._clock.wait(rule.seconds)
            if rule is None or rule.action == "delay":
                self._deliver(url, event, message, generation)
            self._settle(event, generation)

    def _settle(self, event, generation):
        with self.engine.lock:
            if generation is self._generation:
                self.pending[event.session_id] -= 1
                self.engine.changed.notify_all()

    def _deliver(self, url, event, message, generation):
        delivery = Delivery(0, url, event, message, self._clock.now())
        with self.engine.lock:
            if generation is self._generation:
                delivery.id = next(self._ids)
                self.deliveries.append(delivery)
            timeout = self.engine.settings.webhook_timeout
        started = time.monotonic()
        try:
            status, error = post(url, message, timeout), None
        except (OSError, http.client.HTTPException, ValueError) as failure:
            status, error = None, f"{type(failure).__name__}: {failure}"
        with self.engine.lock:
            delivery.status, delivery.error = status, error
            delivery.seconds = time.monotonic() - started
            self.engine.changed.notify_all()


def post(url, message, timeout):
    """POST a message as Viva does: JSON, no User-Agent, redirects not followed.

    :param float timeout: seconds for connecting and for each answer
    :return: int, the HTTP status
    :raises OSError, http.client.HTTPException, ValueError: when there is no answer
    """
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=timeout, context=ssl.create_default_context()
        )
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    target = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
    try:
        connection.request(
            "POST",
            target,
            json.dumps(message).encode(),
            {"Content-Type": "application/json; charset=utf-8"},
        )
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()
