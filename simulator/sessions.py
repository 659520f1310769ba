"""A session: one request to a terminal and what became of it."""

import dataclasses

from . import cards, outcomes
from .customer_actions import IGNORE, CustomerAction
from .ledger import Transaction, iso

QUEUED = "queued"
SHOWN = "shown"
CARD_READ = "card_read"
DONE = "done"

_RESULTS = {
    outcomes.CANCELLED: "cancelled",
    outcomes.TIMED_OUT: "timed_out",
    outcomes.ABORTED: "aborted",
}
# What nothing here ever fills in, unless the request does.
_EMPTY = (
    "interappCallback", "loyaltyInfo", "dccDetails", "fiscalisationDetails",
    "aadeTransactionId", "aadeResultCommand", "isvDetails",
)  # fmt: skip


@dataclasses.dataclass
class Session:
    """A session as Viva keeps it; amounts are minor units, times seconds since 1970.

    :ivar state: "queued" (the terminal has not shown it), "shown", "card_read" or "done"
    :ivar tip_amount: the tip in the request; ``transaction.tip_amount`` is the one charged
    :ivar event_id: reason of the result (section 3 of the reference); None while open
    :ivar surcharge: added by the terminal for the kind of card
    :ivar max_instalments: that the request allows
    :ivar instalments: chosen by the customer; 0: all at once
    :ivar echo: fields of the request that the result repeats
    :ivar action: what the customer did last
    :ivar timers: functions that cancel what would happen by itself
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
    surcharge: int = 0
    max_instalments: int = 0
    instalments: int = 0
    abort_requested_at: float | None = None
    abort_ack_at: float | None = None
    abort_success: bool = False
    action: CustomerAction | None = None
    timers: list = dataclasses.field(default_factory=list)

    @property
    def is_done(self):
        """Whether the terminal has given a result."""
        return self.state == DONE

    @property
    def is_ignored(self):
        """Whether the customer does nothing."""
        return self.action is not None and self.action.outcome == IGNORE

    @property
    def result(self):
        """The result as a screen shows it, such as "approved"; None while the session is open."""
        if not self.is_done:
            return None
        return "approved" if self.success else _RESULTS.get(self.event_id, "declined")

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
            "installments": self.instalments,
            "surchargeAmount": self.surcharge or None,
            "preauth": False,
            "abortOperation": self.abort_requested_at is not None,
            "abortAckTime": iso(self.abort_ack_at),
            "abortSuccess": self.abort_success,
            "parentSessionId": self.parent_session_id,
            "showTransactionResult": True,
            "showReceipt": True,
            "skipSurcharge": False,
            **dict.fromkeys(_EMPTY),
            **self.echo,
        }

    def recorded(self):
        """Return the fields that a movement of money takes over."""
        names = (
            "session_id", "terminal_id", "currency_code", "merchant_reference", "customer_trns",
            "card", "entry_mode",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}

    def as_dict(self):
        """Return the session as the control API shows it."""
        names = (
            "session_id", "kind", "state", "terminal_id", "cash_register_id", "amount",
            "tip_amount", "currency_code", "merchant_reference", "parent_session_id", "created_at",
            "shown_at", "finished_at", "abort_requested_at", "abort_success", "success", "event_id",
        )  # fmt: skip
        return {
            **{name: getattr(self, name) for name in names},
            "message": outcomes.message(self.event_id) if self.is_done else None,
            "transaction_id": self.transaction and self.transaction.transaction_id,
            "charged": self.transaction and self.transaction.amount,
            "charged_tip": self.transaction and self.transaction.tip_amount,
            "card": self.card and self.card.label,
            "last_four": self.card and self.card.masked_number[-4:],
        }


def _transaction_fields(transaction):
    """Return the fields that are null or 0 when no money moved (issues 2370, 2461)."""
    if transaction and transaction.card and not transaction.card.is_read:
        return {**_recorded_fields(transaction), **_bank_fields(transaction)}
    return _recorded_fields(transaction)


def _bank_fields(transaction):
    """Return what is different where the customer's bank has paid (viva-api-more 2)."""
    reference = f"E2E{transaction.transaction_id.replace('-', '')}"
    return {"authorizationId": "000000", "retrievalReferenceNumber": reference}


def _recorded_fields(transaction):
    return {
        "transactionId": transaction and transaction.transaction_id,
        "transactionTypeId": transaction and transaction.type_id,
        "orderCode": transaction.order_code if transaction else "0",
        "shortOrderCode": transaction.order_code[:10] if transaction else "0",
        "authorizationId": transaction and transaction.authorization_id,
        "retrievalReferenceNumber": transaction and transaction.retrieval_reference_number,
        "referenceNumber": transaction.reference_number if transaction else 0,
    }
