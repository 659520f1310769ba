"""Tills that pay back: what comes back in an order of its own, or a card payment of an open order."""

import threading
import uuid
from typing import Any

from ..shop import Odoo
from .calls import Calls
from .card_payment import CardPayment
from .order import Order, Payment
from .schedule import RefundPlan
from .shop import Reader, Register
from .till import Sale, finish_order


class PaidBack(CardPayment):
    """A payment line that pays back, of which the till decides first whether it is sent at all."""

    start_method = "start_refund"

    def __init__(
        self,
        order: Order,
        reader: Reader,
        session_ids: list[str],
        amount: float,
        way: str | bool,
    ):
        """Begin a line that was not sent.

        :param way: see `start_refund` of the server.
        """
        super().__init__(order, reader, session_ids, amount)
        self.way = way
        self.has_begun = False
        self._choosing = threading.Lock()

    def start(self) -> None:
        """Pay back, if there is something to pay back; what was sent is sent again as it was."""
        with self._choosing:
            self.has_begun = self.has_begun or self._is_there_something()
        if self.has_begun:
            super().start()

    def new_request(self) -> None:
        """Ask under another session id, as for a line that was sent before."""
        if self.has_begun:
            super().new_request()

    def as_payment(self, amount: float) -> Payment:
        """Return the line as it is saved, with the charge that it pays back."""
        parent = self._parent_session_id()
        return {**super().as_payment(amount), "viva_wallet_parent_session_id": parent}

    def _is_there_something(self) -> bool:
        """Do what the till does before it sends a line."""
        raise NotImplementedError

    def _parent_session_id(self) -> str:
        """Return which charge is paid back."""
        raise NotImplementedError

    def _values(self) -> dict[str, Any]:
        return {
            **super()._values(),
            "kind": "refund",
            "parent_session_id": self._parent_session_id(),
            "way": self.way,
        }


class Refund(PaidBack):
    """One order that takes back what was sold, with one payment line back to the card."""

    def __init__(
        self,
        odoo: Odoo,
        register: Register,
        session_ids: list[str],
        plan: RefundPlan,
        sale: Sale,
        others: list[CardPayment],
    ):
        """Begin an order.

        :param session_ids: to be used one after the other.
        :param sale: of which it takes something back.
        :param others: all refunds of the schedule, this one among them.
        """
        order = Order(Calls(odoo), register, -plan.amount / 100, refunded=sale.order)
        reader = register.readers[plan.reader]
        super().__init__(order, reader, session_ids, order.total, plan.way)
        self.plan = plan
        self.sale = sale
        self.others = others
        self.chosen_session_id = ""
        self.is_forgotten = False

    # === THE CALLS OF A TILL === #

    def start(self) -> None:
        """Pay back, unless the till has forgotten it."""
        if not self.is_forgotten:
            super().start()

    def other_way(self) -> None:
        """Pay back by the way that is still open after the first one failed."""
        if self.snapshot.get("other_way"):
            self.way = self.snapshot["other_way"]
            self.new_request()

    def status(self) -> None:
        """Ask how the refund stands, unless the till has forgotten it."""
        if not self.is_forgotten:
            super().status()

    def forget(self) -> None:
        """Lose everything: this till is never seen again."""
        self.is_forgotten = True

    # === THE ORDER === #

    def save_draft(self) -> None:
        """Save the unfinished order with its payment line."""
        self._save("draft", [self.as_payment(self.amount)])

    def pay(self) -> None:
        """Complete the order, if the money counts as paid back."""
        if self.is_paid():
            self._save_with_cash(self.charged())

    def force_paid(self) -> None:
        """Complete the order with the payment line, whatever became of it."""
        self._save_with_cash(self.amount)

    def pay_cash(self) -> None:
        """Pay back in cash instead, and forget the payment line."""
        self._save("paid", [self.order.cash(self.order.total)])

    def cancel_order(self) -> None:
        """Cancel the order, if it has been saved."""
        self.order.cancel()

    def follow(self, saw_charge) -> str | None:
        """Ask until the outcome is known, as the real till does, and finish the order.

        :param saw_charge: see `await_outcome`.
        :return: what was wrong, None when all went as it should.
        """
        if self.is_forgotten or not self.has_begun:
            return None
        return self.await_outcome(saw_charge) or finish_order(self, [self])

    # === INSIDE === #

    def _is_there_something(self) -> bool:
        """Look for the card that paid, and ask for no more than remains of it."""
        if not self.plan.looks or self.plan.parent != "sale":
            return True
        cards = self._usable_cards()
        if not cards:
            self.calls.note("no card to pay back to")
            return False
        self.chosen_session_id = cards[0]["session_id"]
        self.amount = -min(-self.amount, cards[0]["remaining"])
        return True

    def _parent_session_id(self) -> str:
        if self.plan.parent == "unknown":
            return str(uuid.uuid4())
        if self.plan.parent == "refund":
            return next(other.session_id for other in self.others if other is not self)
        return self.chosen_session_id or self.sale.session_id

    def _usable_cards(self) -> list[dict[str, Any]]:
        """Return what the server lists as refundable, nothing without an answer."""
        with self.calls.noted("list_refundable"):
            request = {
                "pos_session_id": self.order.register.session,
                "payment_method_id": self.reader.method,
                "order_uuids": [self.order.uuid, self.sale.order.uuid],
            }
            listed = self.calls.make("viva.wallet.till", "list_refundable", request)
            return [card for card in listed["cards"]
                    if card["remaining"] > 0 and not card["obstacle"]]  # fmt: skip
        return []

    def _save_with_cash(self, amount: float) -> None:
        payments = [self.as_payment(amount)]
        self._save("paid", [*payments, *self.order.cash_for_rest(payments, [])])

    def _save(self, state: str, payments: list[Payment]) -> None:
        if not self.is_forgotten:
            self.order.save(state, payments, [])


class Reversal(PaidBack):
    """A card payment that is paid back while its order is open: one more line of that order.

    What becomes of the order is the business of its sale.
    """

    def __init__(self, register: Register, session_ids: list[str], plan: RefundPlan, sale: Sale):
        """Begin without a line: it is there once somebody presses *Reverse*.

        :param session_ids: to be used one after the other.
        """
        super().__init__(sale.order, register.readers[0], session_ids, -sale.amount, plan.way)
        self.sale = sale

    def _is_there_something(self) -> bool:
        """Press *Reverse*: the till shows it for a charged payment of an open order."""
        if not self.sale.is_paid() or self.order.is_over:
            return False
        self.amount = -self.sale.charged()
        self.sale.reversals.append(self)
        return True

    def _parent_session_id(self) -> str:
        return self.sale.session_id
