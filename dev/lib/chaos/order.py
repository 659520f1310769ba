"""An order as a till keeps it and saves it."""

import threading
import time
import uuid
from typing import Any

from .calls import Calls
from .shop import Register

Payment = dict[str, Any]
Extra = dict[str, Any]


class Order:
    """An order of one product, or one that takes that product back."""

    def __init__(
        self,
        calls: Calls,
        register: Register,
        total: float,
        refunded: "Order | None" = None,
    ):
        """Begin an order that the server does not know yet.

        :param total: below zero for an order that takes something back.
        :param refunded: the order of which it takes something back.
        """
        self.calls = calls
        self.register = register
        self.total = total
        self.refunded = refunded
        self.uuid = str(uuid.uuid4())
        self.line_uuid = str(uuid.uuid4())
        self.is_over = False
        self._saving = threading.Lock()

    @property
    def name(self) -> str:
        """What the terminal shows of it."""
        return f"Chaos {self.uuid[:8]}"

    def cash(self, amount: float) -> Payment:
        """Return a payment in cash."""
        return {
            "uuid": str(uuid.uuid4()),
            "payment_method_id": self.register.cash,
            "amount": amount,
        }

    def cash_for_rest(self, payments: list[Payment], extras: list[Extra]) -> list[Payment]:
        """Return the payment in cash of what these payments leave to pay, or to pay back."""
        due = self.total + sum(extra["amount"] for extra in extras)
        rest = round(due - sum(payment["amount"] for payment in payments), 2)
        return [self.cash(rest)] if rest * self.total > 0 else []

    def save(self, state: str, payments: list[Payment], extras: list[Extra]) -> None:
        """Save the order, unless the server has it as finished.

        :param state: "draft" or "paid".
        :param extras: what a terminal charged on top.
        """
        with self._saving, self.calls.noted(f"save {state}"):
            domain = [("uuid", "=", self.uuid)]
            found = self.calls.make("pos.order", "search_read", domain, ["state", "payment_ids"])
            if found and found[0]["state"] != "draft":
                self.is_over = True
                return
            saved = self._saved_payments(found)
            lines = [] if found else [self._own_line()]
            order = self._values(state, payments, extras, saved, lines)
            self.calls.make("pos.order", "sync_from_ui", [order])
            self.calls.note(f"save {state}: done")
            self.is_over = state == "paid"

    def cancel(self) -> None:
        """Cancel the order, if it has been saved."""
        with self._saving, self.calls.noted("cancel_order"):
            found = self.calls.make("pos.order", "search", [("uuid", "=", self.uuid)])
            if found:
                self.calls.make("pos.order", "action_pos_order_cancel", found)

    def _saved_payments(self, found: list[dict[str, Any]]) -> dict[str, int]:
        if not found:
            return {}
        rows = self.calls.make("pos.payment", "read", found[0]["payment_ids"], ["uuid"])
        return {row["uuid"]: row["id"] for row in rows}

    def _own_line(self) -> dict[str, Any]:
        """Return the line of what is sold, or of what comes back of another order."""
        line = self._line(self.line_uuid, self.register.product, self.total)
        if not self.refunded:
            return line
        domain = [("uuid", "=", self.refunded.line_uuid)]
        original = self.calls.make("pos.order.line", "search", domain)
        return {
            **line,
            "qty": -1,
            "price_unit": -self.total,
            **({"refunded_orderline_id": original[0]} if original else {}),
        }

    @staticmethod
    def _line(line_uuid: str, product: int, price: float) -> dict[str, Any]:
        return {
            "uuid": line_uuid,
            "product_id": product,
            "qty": 1,
            "price_unit": price,
            "price_subtotal": price,
            "price_subtotal_incl": price,
        }

    def _values(
        self,
        state: str,
        payments: list[Payment],
        extras: list[Extra],
        saved: dict[str, int],
        lines: list[dict[str, Any]],
    ) -> dict[str, Any]:
        """Return the order as `sync_from_ui` takes it."""
        total = round(self.total + sum(extra["amount"] for extra in extras), 2)
        added = [self._line(extra["uuid"], extra["product_id"], extra["amount"])
                 for extra in extras]  # fmt: skip
        kept = {payment["uuid"] for payment in payments}
        paid = round(sum(payment["amount"] for payment in payments), 2)
        change = min(0, round(total - paid, 2)) if state == "paid" else 0
        return {
            "uuid": self.uuid,
            "access_token": self.uuid,
            "name": self.name,
            "session_id": self.register.session,
            "company_id": 1,
            "user_id": self.register.cashier,
            "state": state,
            "is_refund": self.total < 0,
            "amount_total": total,
            "amount_paid": paid,
            "amount_tax": 0,
            "amount_return": change,
            "date_order": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime()),
            "fiscal_position_id": False,
            "partner_id": False,
            "to_invoice": False,
            "lines": [(0, 0, line) for line in [*added, *lines]],
            "payment_ids": [
                *((2, saved[name]) for name in saved if name not in kept),
                *(
                    (1, saved[payment["uuid"]], payment)
                    if payment["uuid"] in saved
                    else (0, 0, payment)
                    for payment in payments
                ),
            ],
        }
