"""One payment line on a terminal, as a till keeps it: a charge, or money that goes back."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .order import Extra, Order, Payment
from .shop import Reader

ENDED = ("approved", "failed", "reversed")
POLL_SECONDS = 0.6
# Long past the moment at which a payment becomes unknown; counted from the last call that got no
# answer, because Odoo may be starting.
FOLLOW_SECONDS = 45

Snapshot = dict[str, Any]


class CardPayment:
    """A payment line of an order.

    A call that the server did not answer, or refused, changes nothing here: the till goes on.
    """

    start_method = "start_sale"

    def __init__(self, order: Order, reader: Reader, session_ids: list[str], amount: float):
        """Begin a line that was not sent.

        :param session_ids: to be used one after the other.
        :param amount: below zero for money that goes back.
        """
        self.order = order
        self.calls = order.calls
        self.reader = reader
        self.session_ids = session_ids
        self.session_id = session_ids[0]
        self.attempt = 0
        self.amount = amount
        self.payment_uuid = str(uuid.uuid4())
        self.snapshot: Snapshot = {}

    # === THE CALLS OF A TILL === #

    def start(self) -> None:
        """Give the request to the terminal."""
        self._ask_till(self.start_method, self._values())

    def double_start(self) -> None:
        """Ask twice at the same moment."""
        self._twice(self.start)

    def new_request(self) -> None:
        """Ask under another session id, unless money is known to have moved."""
        if self.is_paid() or self.attempt + 1 >= len(self.session_ids):
            return
        self.attempt += 1
        self.session_id = self.session_ids[self.attempt]
        self.snapshot = {}
        self.start()

    def status(self) -> None:
        """Ask how the request stands."""
        self._ask_till("read_status", [self.session_id])

    def abort(self) -> None:
        """Ask the terminal to stop."""
        self._ask_till("abort", self._values())

    def double_abort(self) -> None:
        """Press Cancel twice at the same moment."""
        self._twice(self.abort)

    def state(self, paid: bool) -> None:
        """Say what the terminal shows."""
        self._ask_till("state_outcome", self.session_id, paid)

    # === WHAT IS KNOWN === #

    def is_paid(self) -> bool:
        """Return whether the till would take the payment as made."""
        if self.snapshot.get("state") == "unknown":
            return self.snapshot.get("statement") == "paid"
        return self.snapshot.get("state") == "approved"

    def is_final(self) -> bool:
        """Return whether the till would stop asking."""
        return self.snapshot.get("state") in ENDED or bool(self.snapshot.get("statement"))

    def charged(self) -> float:
        """Return what moved; before that is known, what was asked for."""
        return self.snapshot.get("charged") or self.amount

    def as_payment(self, amount: float) -> Payment:
        """Return the line as it is saved."""
        return {
            "uuid": self.payment_uuid,
            "payment_method_id": self.reader.method,
            "amount": amount,
            "viva_wallet_session_id": self.session_id,
            "payment_status": "done" if self.is_paid() else "waitingCard",
            **(self.snapshot.get("card") or {}),
        }

    def extras(self) -> list[Extra]:
        """Return what the terminal charged on top."""
        return (self.snapshot.get("extras") or []) if self.is_paid() else []

    # === TO THE END === #

    def await_outcome(self, saw_charge) -> str | None:
        """Ask until the outcome is known, as the real till does.

        :param saw_charge: tells for a session id whether Viva shows that its money moved.
        :return: what was wrong, None when all went as it should.
        """
        begun = time.monotonic()
        self.status()
        while not self.is_final():
            if self.is_late(begun):
                return f"The till still waits for {self.session_id}: {self.snapshot}"
            if self.snapshot.get("state") == "unknown":
                self.state(saw_charge(self.session_id))
            elif self.snapshot.get("state") == "not_recorded":
                self.abort()
            if not self.is_final():
                time.sleep(POLL_SECONDS)
                self.status()
        return None

    def is_late(self, begun: float) -> bool:
        """Return whether a till that lives would long be done with what it began at a moment."""
        return time.monotonic() > max(begun, self.calls.lost_at) + FOLLOW_SECONDS

    # === INSIDE === #

    def _values(self) -> dict[str, Any]:
        return {
            "session_id": self.session_id,
            "payment_method_id": self.reader.method,
            "pos_session_id": self.order.register.session,
            "amount": self.amount,
            "order_uuid": self.order.uuid,
            "order_name": self.order.name,
            "payment_uuid": self.payment_uuid,
        }

    @staticmethod
    def _twice(act) -> None:
        with ThreadPoolExecutor(2) as both:
            list(both.map(lambda _number: act(), range(2)))

    def _ask_till(self, method: str, *arguments: Any) -> None:
        """Call `viva.wallet.till`; the till goes on with the session that the answer names."""
        with self.calls.noted(method):
            answer = self.calls.make("viva.wallet.till", method, *arguments)
            if method == "read_status":
                answer = answer[arguments[0][0]]
            self.calls.note(f"{method}: {answer['state']} {answer.get('reason') or ''}")
            self.snapshot = answer
            self.session_id = answer["session_id"]
