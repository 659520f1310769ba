"""The money: every movement on a card, once. The referee of all tests."""

import dataclasses
import itertools
import random
import uuid

from .cards import Card

SALE = "sale"
REFUND = "refund"
UNREFERENCED_REFUND = "unreferenced_refund"
WEB_REFUND = "web_refund"

TYPE_REFUND = 4
TYPE_CHARGE = 5
TYPE_VOID = 7


@dataclasses.dataclass
class Transaction:
    """One movement of money; amounts are positive minor units, ``kind`` gives the direction.

    :ivar amount: total, tip included
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
    type_id: int = TYPE_CHARGE
    session_id: str | None = None
    card: Card | None = None
    entry_mode: str = "00"
    parent: "Transaction | None" = None
    reversed: bool = False
    customer_trns: str | None = None
    transaction_id: str = ""
    reversal_id: str | None = None
    order_code: str = ""
    authorization_id: str = ""
    retrieval_reference_number: int = 0
    reference_number: int = 0
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
    def status_id(self):
        """Viva's letter: F finished, R (partly) refunded, X cancelled (reference, 8.3)."""
        if self.reversed:
            return "X"
        return "R" if self.refunded else "F"

    def as_ledger(self):
        """Return the movement as the control API shows it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "session_id": self.session_id,
            "transaction_id": self.transaction_id,
            "terminal_id": self.terminal_id,
            "amount": self.amount,
            "tip_amount": self.tip_amount,
            "currency_code": self.currency_code,
            "merchant_reference": self.merchant_reference,
            "parent_transaction_id": self.parent and self.parent.transaction_id,
            "reversed": self.reversed,
            "time": self.time,
        }


class Bank:
    """All movements, in order, and the numbers that banks give them."""

    def __init__(self):
        self._ids = itertools.count(1)
        self._random = random.Random()
        self.transactions = []

    def record(self, kind, **values):
        """Book a movement and return it.

        :param str kind: one of the kinds of this module
        :param values: further fields of Transaction
        :rtype: Transaction
        """
        transaction = Transaction(
            id=next(self._ids),
            kind=kind,
            transaction_id=str(uuid.uuid4()),
            order_code=str(self._random.randrange(10**15, 10**16)),
            authorization_id=f"{self._random.randrange(10**6):06d}",
            retrieval_reference_number=self._random.randrange(10**11, 10**12),
            reference_number=self._random.randrange(10**5, 10**6),
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
