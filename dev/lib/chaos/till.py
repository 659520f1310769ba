"""A till that speaks with Odoo over HTTP as the real one does, and does what a schedule says."""

import http.client
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from ..report import SetupError
from ..shop import Odoo
from .shop import Register

ENDED = ("approved", "failed", "reversed")
POLL_SECONDS = 0.6
# Long past the moment at which a payment becomes unknown; counted from the last call that got no
# answer, because Odoo may be starting.
FOLLOW_SECONDS = 45

Snapshot = dict[str, Any]


class Sale:
    """One order with one card payment, as a till keeps it.

    A call that the server did not answer, or refused, changes nothing here: the till goes on.
    """

    def __init__(self, odoo: Odoo, register: Register, session_ids: list[str], amount: int):
        """Begin an order.

        :param session_ids: to be used one after the other.
        :param amount: in minor units.
        """
        self.odoo = odoo
        self.register = register
        self.session_ids = session_ids
        self.session_id = session_ids[0]
        self.attempt = 0
        self.amount = amount / 100
        self.order_uuid = str(uuid.uuid4())
        self.payment_uuid = str(uuid.uuid4())
        self.snapshot: Snapshot = {}
        self.calls: list[str] = []
        self.is_over = False
        self.lost_at = 0.0
        self.saving = threading.Lock()

    # === THE CALLS OF A TILL === #

    def start(self) -> None:
        """Ask for the payment."""
        self._ask_till("start_sale", self._values())

    def double_start(self) -> None:
        """Ask twice at the same moment."""
        self._twice(self.start)

    def new_request(self) -> None:
        """Ask under another session id, unless the card is known to be charged."""
        if self.is_paid() or self.attempt + 1 >= len(self.session_ids):
            return
        self.attempt += 1
        self.session_id = self.session_ids[self.attempt]
        self.snapshot = {}
        self.start()

    def status(self) -> None:
        """Ask how the payment stands."""
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

    def save_draft(self) -> None:
        """Save the unfinished order with its card payment."""
        self._save("draft", [self._card(self.amount)])

    def pay(self) -> None:
        """Complete the order, if the payment counts as made."""
        if not self.is_paid():
            return
        charged = self.snapshot.get("charged") or self.amount
        rest = round(self.amount - charged, 2)
        payments = [self._card(charged)]
        if rest > 0:
            payments.append(self._cash(rest))
        self._save("paid", payments)

    def force_paid(self) -> None:
        """Complete the order with the card payment, whatever became of it."""
        self._save("paid", [self._card(self.amount)])

    def pay_cash(self) -> None:
        """Complete the order with cash instead, and forget the card payment."""
        self._save("paid", [self._cash(self.amount)])

    def cancel_order(self) -> None:
        """Cancel the order, if it has been saved."""
        with self.saving, self._noted("cancel_order"):
            found = self._call("pos.order", "search", [("uuid", "=", self.order_uuid)])
            if found:
                self._call("pos.order", "action_pos_order_cancel", found)

    # === TO THE END === #

    def is_paid(self) -> bool:
        """Return whether the till would take the payment as made."""
        if self.snapshot.get("state") == "unknown":
            return self.snapshot.get("statement") == "paid"
        return self.snapshot.get("state") == "approved"

    def is_final(self) -> bool:
        """Return whether the till would stop asking."""
        return self.snapshot.get("state") in ENDED or bool(self.snapshot.get("statement"))

    def follow(self, saw_charge) -> str | None:
        """Ask until the outcome is known, as the real till does, and finish the order.

        :param saw_charge: tells for a session id whether its terminal shows it as paid.
        :return: what was wrong, None when all went as it should.
        """
        begun = time.monotonic()
        self.status()
        while not self.is_final():
            if self._is_late(begun):
                return f"The till still waits for {self.session_id}: {self.snapshot}"
            if self.snapshot.get("state") == "unknown":
                self.state(saw_charge(self.session_id))
            elif self.snapshot.get("state") == "not_recorded":
                self.abort()
            if not self.is_final():
                time.sleep(POLL_SECONDS)
                self.status()
        return self._finish()

    def _finish(self) -> str | None:
        """Save the order, now that its payment has ended."""
        begun = time.monotonic()
        while not self.is_over:
            if self._is_late(begun):
                return f"The order {self.order_uuid} could not be saved: {self.calls[-3:]}"
            if self.is_paid():
                self.pay()
            else:
                self.pay_cash()
            if not self.is_over:  # perhaps refused, because the card was charged after all
                time.sleep(POLL_SECONDS)
                self.status()
        return None

    def _is_late(self, begun: float) -> bool:
        return time.monotonic() > max(begun, self.lost_at) + FOLLOW_SECONDS

    # === INSIDE === #

    def _values(self) -> dict[str, Any]:
        return {
            "session_id": self.session_id,
            "payment_method_id": self.register.method,
            "pos_session_id": self.register.session,
            "amount": self.amount,
            "order_uuid": self.order_uuid,
            "order_name": f"Chaos {self.order_uuid[:8]}",
            "payment_uuid": self.payment_uuid,
        }

    @staticmethod
    def _twice(act) -> None:
        with ThreadPoolExecutor(2) as both:
            list(both.map(lambda _number: act(), range(2)))

    def _ask_till(self, method: str, *arguments: Any) -> None:
        """Call `viva.wallet.till`; the till goes on with the session that the answer names."""
        with self._noted(method):
            answer = self._call("viva.wallet.till", method, *arguments)
            if method == "read_status":
                answer = answer[arguments[0][0]]
            self.calls.append(f"{method}: {answer['state']} {answer.get('reason') or ''}")
            self.snapshot = answer
            self.session_id = answer["session_id"]

    def _call(self, model: str, method: str, *arguments: Any) -> Any:
        return self.odoo.call(model, method, *arguments)

    @contextmanager
    def _noted(self, what: str):
        try:
            yield
        except SetupError as refusal:
            self.calls.append(f"{what}: refused: {str(refusal).splitlines()[0]}")
        except (OSError, http.client.HTTPException, ValueError) as failure:
            self.lost_at = time.monotonic()
            self.calls.append(f"{what}: lost: {failure}")

    def _card(self, amount: float) -> dict[str, Any]:
        return {
            "uuid": self.payment_uuid,
            "payment_method_id": self.register.method,
            "amount": amount,
            "viva_wallet_session_id": self.session_id,
            "payment_status": "done" if self.is_paid() else "waitingCard",
            **(self.snapshot.get("card") or {}),
        }

    def _cash(self, amount: float) -> dict[str, Any]:
        return {
            "uuid": str(uuid.uuid4()),
            "payment_method_id": self.register.cash,
            "amount": amount,
        }

    def _save(self, state: str, payments: list[dict[str, Any]]) -> None:
        with self.saving, self._noted(f"save {state}"):
            domain = [("uuid", "=", self.order_uuid)]
            found = self._call("pos.order", "search_read", domain, ["state", "payment_ids"])
            if found and found[0]["state"] != "draft":
                self.is_over = True
                return
            saved = self._saved_payments(found)
            order = self._order(state, payments, saved, is_new=not found)
            self._call("pos.order", "sync_from_ui", [order])
            self.calls.append(f"save {state}: done")
            self.is_over = state == "paid"

    def _saved_payments(self, found: list[dict[str, Any]]) -> dict[str, int]:
        if not found:
            return {}
        rows = self._call("pos.payment", "read", found[0]["payment_ids"], ["uuid"])
        return {row["uuid"]: row["id"] for row in rows}

    def _extras(self, payments: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return what the terminal charged on top, if that is among the payments."""
        is_by_card = any(payment["uuid"] == self.payment_uuid for payment in payments)
        return (self.snapshot.get("extras") or []) if is_by_card and self.is_paid() else []

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

    def _order(
        self, state: str, payments: list[dict[str, Any]], saved: dict[str, int], is_new: bool
    ) -> dict[str, Any]:
        """Return the order as `sync_from_ui` takes it."""
        extras = self._extras(payments)
        total = round(self.amount + sum(extra["amount"] for extra in extras), 2)
        lines = [
            self._line(extra["uuid"], extra["product_id"], extra["amount"]) for extra in extras
        ]
        if is_new:
            lines.append(self._line(str(uuid.uuid4()), self.register.product, self.amount))
        kept = {payment["uuid"] for payment in payments}
        paid = round(sum(payment["amount"] for payment in payments), 2)
        change = min(0, round(total - paid, 2)) if state == "paid" else 0
        return {
            "uuid": self.order_uuid,
            "access_token": self.order_uuid,
            "name": f"Chaos {self.order_uuid[:8]}",
            "session_id": self.register.session,
            "company_id": 1,
            "user_id": self.register.cashier,
            "state": state,
            "amount_total": total,
            "amount_paid": paid,
            "amount_tax": 0,
            "amount_return": change,
            "date_order": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime()),
            "fiscal_position_id": False,
            "partner_id": False,
            "to_invoice": False,
            "lines": [(0, 0, line) for line in lines],
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
