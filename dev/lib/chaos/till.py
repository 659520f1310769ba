"""A till that speaks with Odoo over HTTP as the real one does: one order with one card payment."""

import http.client
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..report import SetupError
from ..shop import Odoo

POLL_SECONDS = 0.6
# Long past the moment at which a payment becomes unknown; counted from the last call that got no
# answer.
FOLLOW_SECONDS = 45

Values = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where a till sells: ids of the register's session, of its cash method, of the product and the
    cashier; and of the payment method of a terminal.

    `saving`: held while an order is saved, because a register saves one at a time.
    """

    session: int
    cash: int
    product: int
    cashier: int
    saving: threading.Lock
    method: int
    terminal: str


class Till:
    """An order, and the request for its money: of the customer, or back to the card.

    A call that the server did not answer, or refused, changes nothing here: the till goes on.
    """

    def __init__(self, odoo: Odoo, place: Place, amount: int, sold: "Till | None", way: str):
        """Begin an order that was not sent.

        :param odoo: as the cashier.
        :param amount: minor units.
        :param sold: what it pays back.
        :param way: see `start_refund` of the server.
        """
        self.odoo = odoo
        self.place = place
        self.sold = sold
        self.way = way
        self.amount = (-amount if sold else amount) / 100
        self.session_id, self.order_uuid, self.payment_uuid, self.line_uuid = (
            str(uuid.uuid4()) for _id in range(4)
        )
        self.snapshot: Values = {}
        self.is_over = False
        self.log: list[str] = []
        self._lost_at = 0.0

    # === ITS CALLS === #

    def start(self) -> None:
        """Give the request to the terminal."""
        self._ask_till("start_refund" if self.sold else "start_sale", self._request())

    def ask(self) -> None:
        """Ask how the request stands."""
        self._ask_till("read_status", [self.session_id])

    def abort(self) -> None:
        """Ask the terminal to stop."""
        self._ask_till("abort", self._request())

    def save(self) -> None:
        """Complete the order: with the card if that counts as paid, else in cash."""
        with self.place.saving, self._noted("save"):
            domain = [("uuid", "=", self.order_uuid), ("state", "!=", "draft")]
            self.is_over = bool(self.odoo.call("pos.order", "search", domain))
            if not self.is_over:
                self.odoo.call("pos.order", "sync_from_ui", [self._order()])
                self.is_over = True

    def follow(self, has_moved: Callable[[str], bool]) -> list[str]:
        """Ask until the outcome is known, as the real till does, and complete the order.

        :param has_moved: tells whether the terminal shows that the money of a session moved.
        :return: what was wrong.
        """
        begun = time.monotonic()
        while not self.is_over:
            if time.monotonic() > max(begun, self._lost_at) + FOLLOW_SECONDS:
                return [f"The till got stuck: {self.snapshot} {self.log[-3:]}"]
            self.ask()
            state = self.snapshot.get("state")
            if state == "not_recorded":
                self.abort()
            elif state == "unknown" and not self.snapshot.get("statement"):
                self._ask_till("state_outcome", self.session_id, has_moved(self.session_id))
            elif state not in (None, "new", "sent"):
                self.save()
            if not self.is_over:
                time.sleep(POLL_SECONDS)
        return []

    # === INSIDE === #

    @property
    def _is_paid(self) -> bool:
        if self.snapshot["state"] == "unknown":
            return self.snapshot["statement"] == "paid"
        return self.snapshot["state"] == "approved"

    def _request(self) -> Values:
        request = {
            "session_id": self.session_id,
            "payment_method_id": self.place.method,
            "pos_session_id": self.place.session,
            "amount": self.amount,
            "order_uuid": self.order_uuid,
            "order_name": f"Chaos {self.order_uuid[:8]}",
            "payment_uuid": self.payment_uuid,
        }
        if not self.sold:
            return request
        return {
            **request,
            "kind": "refund",
            "parent_session_id": self.sold.session_id,
            "way": self.way,
        }

    def _ask_till(self, method: str, *arguments: Any) -> None:
        """Call `viva.wallet.till`; the till goes on with the session that the answer names."""
        with self._noted(method):
            answer = self.odoo.call("viva.wallet.till", method, *arguments)
            if method == "read_status":
                answer = answer[self.session_id]
            self.log.append(f"{method}: {answer['state']} {answer.get('reason') or ''}")
            self.snapshot = answer
            self.session_id = answer["session_id"]

    @contextmanager
    def _noted(self, what: str):
        """Have the block end, and the log tell why, when Odoo refuses or does not answer."""
        try:
            yield
        except SetupError as refusal:
            self.log.append(f"{what}: refused: {str(refusal).splitlines()[0]}")
        except (OSError, http.client.HTTPException, ValueError) as failure:
            self._lost_at = time.monotonic()
            self.log.append(f"{what}: lost: {failure}")

    def _order(self) -> Values:
        """Return the order as `sync_from_ui` takes it."""
        return {
            "uuid": self.order_uuid,
            "access_token": self.order_uuid,
            "name": f"Chaos {self.order_uuid[:8]}",
            "session_id": self.place.session,
            "company_id": 1,
            "user_id": self.place.cashier,
            "state": "paid",
            "is_refund": bool(self.sold),
            "amount_total": self.amount,
            "amount_paid": self.amount,
            "amount_tax": 0,
            "amount_return": 0,
            "date_order": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime()),
            "fiscal_position_id": False,
            "partner_id": False,
            "to_invoice": False,
            "lines": [(0, 0, self._line())],
            "payment_ids": [(0, 0, self._card() if self._is_paid else self._cash())],
        }

    def _line(self) -> Values:
        line = {
            "uuid": self.line_uuid,
            "product_id": self.place.product,
            "qty": -1 if self.sold else 1,
            "price_unit": abs(self.amount),
            "price_subtotal": self.amount,
            "price_subtotal_incl": self.amount,
        }
        if not self.sold:
            return line
        domain = [("uuid", "=", self.sold.line_uuid)]
        [original] = self.odoo.call("pos.order.line", "search", domain)
        return {**line, "refunded_orderline_id": original}

    def _card(self) -> Values:
        card = {
            **self._cash(),
            "uuid": self.payment_uuid,
            "payment_method_id": self.place.method,
            "viva_wallet_session_id": self.session_id,
            "payment_status": "done",
            **(self.snapshot.get("card") or {}),
        }
        return (
            {**card, "viva_wallet_parent_session_id": self.sold.session_id} if self.sold else card
        )

    def _cash(self) -> Values:
        return {
            "uuid": str(uuid.uuid4()),
            "payment_method_id": self.place.cash,
            "amount": self.amount,
        }
