"""A till that sells: it speaks with Odoo over HTTP as the real one does, and does what a schedule says."""

import time

from ..shop import Odoo
from .calls import Calls
from .card_payment import POLL_SECONDS, CardPayment
from .order import Order, Payment
from .shop import Register


class Sale(CardPayment):
    """One order with one card payment, and with what was paid back of it while it was open."""

    def __init__(self, odoo: Odoo, register: Register, session_ids: list[str], amount: int):
        """Begin an order.

        :param session_ids: to be used one after the other.
        :param amount: in minor units.
        """
        order = Order(Calls(odoo), register, amount / 100)
        super().__init__(order, register.readers[0], session_ids, order.total)
        self.reversals: list[CardPayment] = []

    # === THE ORDER === #

    def save_draft(self) -> None:
        """Save the unfinished order with its card payments."""
        lines = [self, *self.reversals]
        self._save("draft", [line.as_payment(line.amount) for line in lines])

    def pay(self) -> None:
        """Complete the order, if the payment counts as made."""
        if not self.is_paid():
            return
        made = [line for line in (self, *self.reversals) if line.is_paid()]
        payments = [line.as_payment(line.charged()) for line in made]
        self._save("paid", [*payments, *self.order.cash_for_rest(payments, self.extras())])

    def force_paid(self) -> None:
        """Complete the order with the card payment, whatever became of it."""
        self._save("paid", [self.as_payment(self.amount)])

    def pay_cash(self) -> None:
        """Complete the order with cash instead, and forget the card payment."""
        self._save("paid", [self.order.cash(self.amount)])

    def cancel_order(self) -> None:
        """Cancel the order, if it has been saved."""
        self.order.cancel()

    def follow(self, saw_charge) -> str | None:
        """Ask until the outcomes are known, as the real till does, and finish the order.

        :param saw_charge: see `await_outcome`.
        :return: what was wrong, None when all went as it should.
        """
        for line in (self, *self.reversals):
            problem = line.await_outcome(saw_charge)
            if problem:
                return problem
        return finish_order(self, [self, *self.reversals])

    def _save(self, state: str, payments: list[Payment]) -> None:
        is_by_card = any(payment["uuid"] == self.payment_uuid for payment in payments)
        self.order.save(state, payments, self.extras() if is_by_card else [])


def finish_order(payment: CardPayment, lines: list[CardPayment]) -> str | None:
    """Save an order, now that its payments have ended.

    :param payment: the one that the order is about; it can `pay` and `pay_cash`.
    :param lines: all that the till asks about when the server refuses the order.
    :return: what was wrong, None when all went as it should.
    """
    begun = time.monotonic()
    while not payment.order.is_over:
        if payment.is_late(begun):
            return f"The order {payment.order.uuid} could not be saved: {payment.calls.log[-3:]}"
        if payment.is_paid():
            payment.pay()
        else:
            payment.pay_cash()
        if not payment.order.is_over:  # perhaps refused, because money moved after all
            time.sleep(POLL_SECONDS)
            for line in lines:
                line.status()
    return None
