"""The money: every movement on a card, once. All tests compare their own books with it."""

import dataclasses
import random
import uuid
from datetime import UTC, datetime

from . import currencies
from .cards import Card

SALE = "sale"
REFUND = "refund"
UNREFERENCED_REFUND = "unreferenced_refund"
WEB_REFUND = "web_refund"

TYPE_REFUND = 4
TYPE_CHARGE = 5
TYPE_VOID = 7

_numbers = random.Random()


def iso(moment):
    """Return a moment as ISO 8601 in UTC, or None.

    :param float moment: seconds since 1970, or None
    """
    return moment and datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")


@dataclasses.dataclass
class Transaction:
    """One movement of money; amounts are positive minor units, ``kind`` gives the direction.

    :ivar amount: total, tip included
    :ivar type_id: Viva's kind of movement, one of ``TYPE_...``
    :ivar parent: the sale that this refunds
    :ivar reversed: undone by Viva itself, some time after it was made
    """

    id: int
    kind: str
    terminal_id: str
    amount: int
    tip_amount: int
    currency_code: str
    merchant_reference: str
    time: float
    type_id: int
    transaction_id: str
    order_code: str
    authorization_id: str
    retrieval_reference_number: int
    reference_number: int
    session_id: str | None = None
    card: Card | None = None
    entry_mode: str = "00"
    parent: "Transaction | None" = None
    reversed: bool = False
    reversal_id: str | None = None
    customer_trns: str | None = None
    refunded: int = 0

    @property
    def remaining(self):
        """What can still be refunded, in minor units."""
        return 0 if self.reversed else self.amount - self.refunded

    @property
    def is_refund(self):
        """Whether the money goes back to the card."""
        return self.kind != SALE

    @property
    def parent_id(self):
        """Viva's id of the sale that this refunds, or None."""
        return self.parent and self.parent.transaction_id

    def as_ledger(self):
        """Return the movement as the control API shows it."""
        names = (
            "id", "kind", "session_id", "transaction_id", "terminal_id", "amount", "tip_amount",
            "currency_code", "merchant_reference", "reversed", "time",
        )  # fmt: skip
        return {
            **{name: getattr(self, name) for name in names},
            "parent_transaction_id": self.parent_id,
        }

    def as_web(self):
        """Return the fields that the web API and the webhooks 1796 and 1797 have in common.

        Amounts are major units, of a refund negative. Status: F finished, R (partly) refunded,
        X cancelled (viva-api reference, 8.3).
        """
        sign = -1 if self.is_refund else 1
        return {
            "TransactionId": self.transaction_id,
            "ParentId": self.parent_id,
            "OrderCode": int(self.order_code),
            "StatusId": "X" if self.reversed else "R" if self.refunded else "F",
            "Amount": sign * currencies.to_major(self.amount, self.currency_code),
            "TipAmount": sign * currencies.to_major(self.tip_amount, self.currency_code),
            "TransactionTypeId": self.type_id,
            "InsDate": iso(self.time),
            "AuthorizationId": self.authorization_id,
            "RetrievalReferenceNumber": str(self.retrieval_reference_number),
        }


class Ledger:
    """All movements, in order, and the numbers that banks give them."""

    def __init__(self):
        self.transactions = []

    def record(self, kind, **values):
        """Book a movement and return it.

        :param str kind: one of the kinds of this module
        :param values: further fields of Transaction
        :rtype: Transaction
        """
        transaction = Transaction(
            id=len(self.transactions) + 1,
            kind=kind,
            transaction_id=str(uuid.uuid4()),
            order_code=str(_numbers.randrange(10**15, 10**16)),
            authorization_id=f"{_numbers.randrange(10**6):06d}",
            retrieval_reference_number=_numbers.randrange(10**11, 10**12),
            reference_number=_numbers.randrange(10**5, 10**6),
            **values,
        )
        if transaction.parent:
            transaction.parent.refunded += transaction.amount
        self.transactions.append(transaction)
        return transaction

    def reverse(self, transaction):
        """Undo a movement, as Viva does by itself after a lost connection (issue 2486)."""
        transaction.reversed = True
        transaction.reversal_id = str(uuid.uuid4())
        if transaction.parent:
            transaction.parent.refunded -= transaction.amount

    def find(self, transaction_id):
        """Return the movement with Viva's id, or None."""
        return next((t for t in self.transactions if t.transaction_id == transaction_id), None)

    def of_session(self, session_id):
        """Return the movement a session made, or None."""
        return next((t for t in self.transactions if t.session_id == session_id), None)
