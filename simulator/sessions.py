"""A session: one request to a terminal and what became of it."""

import dataclasses
from datetime import UTC, datetime

from . import cards, outcomes
from .bank import Transaction
from .plays import Play

QUEUED = "queued"
SHOWN = "shown"
CARD_READ = "card_read"
DONE = "done"


def iso(moment):
    """Return a moment as ISO 8601 in UTC, or None.

    :param float moment: seconds since 1970, or None
    """
    return moment and datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")


@dataclasses.dataclass
class Session:
    """A session as Viva keeps it; amounts are minor units, times seconds since 1970.

    :ivar state: "queued" (the terminal has not shown it), "shown", "card_read" or "done"
    :ivar tip_amount: the tip in the request; ``transaction.tip_amount`` is the one charged
    :ivar event_id: reason of the result (section 3 of the reference); None while open
    :ivar play: what the customer was told to do, as far as it matters later
    """

    session_id: str
    kind: str
    terminal_id: str
    cash_register_id: str
    amount: int
    currency_code: str
    created_at: float
    tip_amount: int = 0
    merchant_reference: str | None = None
    customer_trns: str | None = None
    parent_session_id: str | None = None
    echo: dict = dataclasses.field(default_factory=dict)
    state: str = QUEUED
    shown_at: float | None = None
    finished_at: float | None = None
    card: cards.Card | None = None
    entry_mode: str = cards.NO_CARD
    success: bool = False
    event_id: int | None = None
    transaction_event_id: int = 0
    transaction: Transaction | None = None
    abort_requested_at: float | None = None
    abort_ack_at: float | None = None
    abort_success: bool = False
    play: Play | None = None
    timers: list = dataclasses.field(default_factory=list)

    @property
    def is_done(self):
        """Whether the terminal has given a result."""
        return self.state == DONE

    def cancel_timers(self):
        """Stop what was going to happen by itself."""
        for timer in self.timers:
            timer.cancel()
        self.timers.clear()

    def body(self):
        """Return the result as ``GET /ecr/v1/sessions/{id}`` does (reference, section 4)."""
        transaction = self.transaction
        return {
            "sessionId": self.session_id,
            "terminalId": self.terminal_id,
            "tid": self.terminal_id,
            "cashRegisterId": self.cash_register_id,
            "amount": transaction.amount if transaction else self.amount,
            "tipAmount": transaction.tip_amount if transaction else self.tip_amount,
            "surchargeAmount": None,
            "currencyCode": self.currency_code,
            "merchantReference": self.merchant_reference,
            "customerTrns": self.customer_trns,
            "success": self.success,
            "eventId": self.event_id,
            "transactionEventId": self.transaction_event_id,
            "message": outcomes.message(self.event_id),
            **_transaction_fields(transaction),
            **cards.session_fields(self.card, self.entry_mode),
            "transactionDateTime": iso(transaction and transaction.time),
            "installments": 0,
            "preauth": False,
            "abortOperation": self.abort_requested_at is not None,
            "abortAckTime": iso(self.abort_ack_at),
            "abortSuccess": self.abort_success,
            "parentSessionId": self.parent_session_id,
            "showTransactionResult": True,
            "showReceipt": True,
            "skipSurcharge": False,
            "interappCallback": None,
            **self.echo,
            "loyaltyInfo": None,
            "dccDetails": None,
            "fiscalisationDetails": None,
            "aadeTransactionId": None,
            "aadeResultCommand": None,
            "isvDetails": None,
        }

    def as_dict(self):
        """Return the session as the control API shows it."""
        return {
            "session_id": self.session_id,
            "kind": self.kind,
            "state": self.state,
            "terminal_id": self.terminal_id,
            "cash_register_id": self.cash_register_id,
            "amount": self.amount,
            "tip_amount": self.tip_amount,
            "currency_code": self.currency_code,
            "merchant_reference": self.merchant_reference,
            "parent_session_id": self.parent_session_id,
            "created_at": self.created_at,
            "shown_at": self.shown_at,
            "finished_at": self.finished_at,
            "abort_requested_at": self.abort_requested_at,
            "abort_success": self.abort_success,
            "success": self.success,
            "event_id": self.event_id,
            "message": (self.event_id is not None and outcomes.message(self.event_id)) or None,
            "transaction_id": self.transaction and self.transaction.transaction_id,
            "charged": self.transaction and self.transaction.amount,
            "charged_tip": self.transaction and self.transaction.tip_amount,
            "card": self.card and self.card.label,
            "last_four": self.card and self.card.masked_number[-4:],
        }


def _transaction_fields(transaction):
    """Return the fields that are null or 0 when no money moved (issues 2370, 2461)."""
    return {
        "transactionId": transaction and transaction.transaction_id,
        "transactionTypeId": transaction and transaction.type_id,
        "orderCode": transaction.order_code if transaction else "0",
        "shortOrderCode": transaction.order_code[:10] if transaction else "0",
        "authorizationId": transaction and transaction.authorization_id,
        "retrievalReferenceNumber": transaction and transaction.retrieval_reference_number,
        "referenceNumber": transaction.reference_number if transaction else 0,
    }
