"""A till without a page: the course of `static/src/app/payment_flow.js` and what is around it.

How it calls the server, how it waits and by which clock is up to whoever sells with it: the referee,
the killed workers, the benchmark.
"""

import itertools
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

# As `LIMIT` and `DELAY` of the JavaScript, in seconds; fewer questions, so that schedules stay short.
REQUEST, QUESTION = 60.0, 20.0
PAUSES = (1.0, 1.0, 3.0, 5.0, 5.0, 10.0, 10.0, 10.0, 15.0)
UNKNOWN, CANCELLING, ABORT_AGAIN = 15.0, 2.0, 5.0
OVER = ("approved", "failed", "reversed")


class Lost(Exception):
    """The server could not be asked, or its answer did not come."""


class Refusal(Lost):
    """The server answered with an error; where it does not matter which, that is no answer."""

    def __init__(self, text: str, is_about_rights: bool):
        """Say whether the cashier may not do what was asked for."""
        super().__init__(text)
        self.is_about_rights = is_about_rights


@dataclass(eq=False)
class Line:
    """A payment line of a terminal, as one device has it."""

    order: "Order"
    method: int
    amount: float
    uuid: str = ""
    session: str | None = None
    phase: str = "none"
    snapshot: dict = field(default_factory=dict)
    parent: str | None = None
    way: str | None = None
    wants_cancel: bool = False
    is_woken: bool = False
    is_left: bool = False

    @property
    def is_paid(self) -> bool:
        """Whether it counts towards what the order costs."""
        return self.phase in ("approved", "stated paid")


@dataclass(eq=False)
class Order:
    """An order as one device has it."""

    total: float
    uuid: str
    line_uuid: str
    refunded: "Order | None" = None
    lines: list = field(default_factory=list)
    cash: list = field(default_factory=list)
    ids: dict = field(default_factory=dict)
    extras: list = field(default_factory=list)
    is_paid: bool = False

    def copy(self):
        """Return it as another device has loaded it: what it has heard of until now."""
        return Order(self.total, self.uuid, self.line_uuid, self.refunded, ids=dict(self.ids))


@dataclass(frozen=True)
class Place:
    """Where a till sells: ids of the register's session, of a product, of its cash method, of the
    cashier and of the terminal's payment method; the terminal, and the channel of its register.
    """

    session: int
    product: int
    cash: int
    user: int
    method: int
    terminal: str = ""
    channel: str = ""


class Till:
    """One device of a register."""

    # Whether the refusal of a later delivery, too, is taken for proof that nothing was sent.
    trusts_late_refusal = False
    # Whether an order is saved as soon as the terminal is busy with it.
    is_sharing = False
    # What a second of the real till lasts here.
    pace = 1.0
    most_questions = 40

    def __init__(self, place: Place, name: str):
        """Switch it on."""
        self.place, self.name = place, name
        self.orders: list[Order] = []

    # === WHAT IT STANDS ON === #

    def rpc(self, method: str, *args: Any, model="viva.wallet.till", limit=QUESTION) -> Any:
        """Call the server and return its answer.

        :raise Lost: when there is none in time.
        :raise Refusal: when the server answered with an error.
        """
        raise NotImplementedError

    def now(self) -> float:
        """Return the seconds since 1970."""
        raise NotImplementedError

    def wait(self, condition: Callable[[], bool], seconds: float) -> None:
        """Wait until something holds, at most for so long."""
        raise NotImplementedError

    def spawn(self, name: str, work: Callable[[], object]) -> None:
        """Do something beside what the till does."""
        raise NotImplementedError

    def note(self, text: str) -> None:
        """Write down what happens, for whoever looks into a failure."""

    def request(self, line: Line) -> None:
        """Take note that the till is about to ask for money."""

    def claim(self, snapshot: dict[str, Any]) -> None:
        """Take note of what the till is told about a payment."""

    def stated(self, line: Line) -> None:
        """Take note that the cashier has said what became of a payment."""

    # === ORDERS === #

    def new_order(self, total: float, refunded: Order | None = None) -> Order:
        """Begin an order; below zero it takes something back."""
        order = Order(total, str(uuid.uuid4()), str(uuid.uuid4()), refunded)
        return self.take_order(order)

    def take_order(self, order: Order) -> Order:
        """Work on an order, also one that another device has begun."""
        self.orders.append(order)
        return order

    def new_line(self, order: Order, amount: float, method=None, parent=None, way=None) -> Line:
        """Add a payment line, not sent yet."""
        line = Line(
            order, method or self.place.method, amount, str(uuid.uuid4()), parent=parent, way=way
        )
        order.lines.append(line)
        return line

    def delete_line(self, line: Line) -> None:
        """Remove a line, as far as the till allows it."""
        if line.phase in ("none", "failed", "stated not_paid"):
            line.order.lines.remove(line)

    def pay_cash(self, order: Order, amount: float) -> None:
        """Take the rest, or all, in cash."""
        order.cash.append({"uuid": str(uuid.uuid4()), "amount": amount})

    # === PAYING === #

    def prepare(self, line: Line) -> None:
        """Give a line the id of its next request."""
        line.session = str(uuid.uuid4())
        line.phase, line.snapshot, line.wants_cancel = "starting", {}, False

    def pay(self, line: Line, statement=None) -> str:
        """Ask the terminal and wait for the outcome, as *Send* or *Retry* do.

        :param statement: what the cashier says once the outcome is not known ("paid" or "not_paid",
            or a function that tells it of the session); None leaves it open.
        :return: how it ended: approved, failed, unknown, stated paid, stated not_paid.
        """
        self.prepare(line)
        return self.send(line, statement)

    def send(self, line: Line, statement=None) -> str:
        """Do what `pay` does with a line that was prepared."""
        self.note(f"{self.name} sends {line.amount} as {line.session[:8]}")
        self.request(line)
        return self._follow(line, "start", statement)

    def resume(self, line: Line, statement=None) -> str:
        """Follow a request that was made before, and return how it ended."""
        return self._follow(line, "wait", statement)

    def _follow(self, line: Line, mode: str, statement) -> str:
        failures, aborted_at, is_shared = 0, None, mode != "start"
        deliveries = itertools.count(1)
        for question in itertools.count():
            if question > self.most_questions or line.is_left:
                return line.phase
            try:
                snapshot, mode, aborted_at = self._ask(line, mode, aborted_at, deliveries)
                failures = 0
            except Lost:
                failures += 1
                self._wait(line, min(2.0 ** (failures - 1), 8.0))
                continue
            self._apply(line, snapshot, statement)
            if line.phase in OVER or line.phase.startswith("stated"):
                return line.phase
            if line.phase == "unknown" and statement is None:
                return line.phase
            if not is_shared and self.is_sharing:
                is_shared = True
                self.spawn(f"{self.name} shares", lambda: self.save(line.order, "draft"))
            if line.phase == "not_recorded":
                line.wants_cancel, aborted_at = True, None
                continue
            self._wait(line, self.pause_of(line, question))
        return line.phase

    def pause_of(self, line: Line, question: int) -> float:
        """Return the seconds until the next question."""
        if line.phase == "unknown":
            return UNKNOWN
        return CANCELLING if line.wants_cancel else PAUSES[min(question, len(PAUSES) - 1)]

    def _wait(self, line, seconds):
        already = line.wants_cancel
        line.is_woken = False
        self.wait(lambda: line.is_woken or line.wants_cancel != already, self.pace * seconds)

    def _ask(self, line, mode, aborted_at, deliveries):
        now = self.now()
        is_aborting = aborted_at is not None and now - aborted_at < ABORT_AGAIN * self.pace
        if line.wants_cancel and line.phase != "unknown" and not is_aborting:
            return self.rpc("abort", self._sale(line), limit=REQUEST), "wait", now
        if mode == "start":
            snapshot = self.start(line, next(deliveries))
            return snapshot, "wait", aborted_at
        return self.rpc("read_status", [line.session])[line.session], mode, aborted_at

    def start(self, line: Line, delivery: int = 1) -> dict[str, Any]:
        """Ask the server once for money, and return its answer.

        :param delivery: how often it has been asked, this time included.
        """
        method = "start_refund" if line.amount < 0 else "start_sale"
        try:
            snapshot = self.rpc(method, self._sale(line), limit=REQUEST)
        except Refusal as error:
            if not error.is_about_rights:
                raise
            snapshot = {"session_id": line.session, "state": "failed", "refused": True}
            snapshot["text"] = str(error)
        is_proof = delivery == 1 or self.trusts_late_refusal
        if not snapshot.get("refused") or is_proof:
            return {**snapshot, "is_guess": delivery > 1 and bool(snapshot.get("refused"))}
        # Nothing is known but why: the server is asked what became of it.
        return self.rpc("read_status", [line.session])[line.session]

    def _apply(self, line, snapshot, statement):
        self.claim(snapshot)
        line.snapshot, line.session = snapshot, snapshot["session_id"]
        state = snapshot["state"]
        line.phase = state
        if state == "unknown" and snapshot.get("statement"):
            line.phase = f"stated {snapshot['statement']}"
        elif (state == "unknown" or snapshot.get("silent")) and statement is not None:
            self._apply_statement(line, statement)
        if state == "approved":
            self._complete(line, snapshot)

    def _apply_statement(self, line, statement):
        try:
            said = statement(line.session) if callable(statement) else statement
            snapshot = self.rpc("state_outcome", line.session, said == "paid")
        except Lost:
            return
        self.stated(line)
        self._apply(line, snapshot, None)

    @staticmethod
    def _complete(line, snapshot):
        line.amount = snapshot["charged"]
        known = {extra["uuid"] for extra in line.order.extras}
        line.order.extras += [e for e in snapshot.get("extras") or () if e["uuid"] not in known]

    def cancel(self, line: Line) -> None:
        """Press *Cancel*; whoever follows the line sends the abort."""
        self.note(f"{self.name} cancels {line.session and line.session[:8]}")
        line.wants_cancel = True

    def review(self, line: Line) -> None:
        """Ask once whether Viva has changed its mind, as the till does when it is told of news."""
        try:
            snapshot = self.rpc("read_status", [line.session])[line.session]
        except Lost:
            return
        if snapshot["state"] == "approved" and line.phase != "approved":
            self._apply(line, snapshot, None)

    def _sale(self, line):
        order = line.order
        sale = {
            "session_id": line.session,
            "payment_method_id": line.method,
            "pos_session_id": self.place.session,
            "amount": line.amount,
            "tip": 0,
            "order_uuid": order.uuid,
            "order_name": f"Order {order.uuid[:8]}",
            "payment_uuid": line.uuid,
            "order_total": self._cost(order),
            "order_payments": [payment.uuid for payment in order.lines]
            + [payment["uuid"] for payment in order.cash],
        }
        if line.amount < 0:
            sale |= {"kind": "refund", "parent_session_id": line.parent, "way": line.way or False}
        return sale

    @staticmethod
    def _cost(order):
        return round(order.total + sum(extra["amount"] for extra in order.extras), 2)

    # === SAVING === #

    def save(self, order: Order, state: str) -> bool:
        """Save an order as "draft" or "paid"; return whether the server has it."""
        try:
            answer = self.rpc(
                "sync_from_ui", [self._values(order, state)], model="pos.order", limit=REQUEST
            )
        except Lost:
            return False
        for name in ("pos.payment", "pos.order.line"):
            order.ids |= {record["uuid"]: record["id"] for record in answer[name]}
        order.is_paid = state == "paid"
        return True

    def finish(self, order: Order) -> bool:
        """Save an order as paid, if its payments come to what it costs."""
        paid = sum(line.amount for line in order.lines if line.is_paid)
        paid += sum(payment["amount"] for payment in order.cash)
        if round(abs(paid) - abs(self._cost(order)), 2) < 0:
            return False
        return self.save(order, "paid")

    def _values(self, order, state):
        payments = [self._payment(line) for line in order.lines]
        payments += [
            {"uuid": p["uuid"], "amount": p["amount"], "payment_method_id": self.place.cash}
            for p in order.cash
        ]
        if state == "paid":
            counted = {line.uuid for line in order.lines if line.is_paid}
            counted |= {payment["uuid"] for payment in order.cash}
            payments = [payment for payment in payments if payment["uuid"] in counted]
        total, paid = self._cost(order), round(sum(p["amount"] for p in payments), 2)
        lines = [self._order_line(order)]
        lines += [
            self._product_line(e["uuid"], e["product_id"], 1, e["amount"]) for e in order.extras
        ]
        return {
            "uuid": order.uuid,
            "access_token": order.uuid,
            "name": f"Order {order.uuid[:8]}",
            "session_id": self.place.session,
            "company_id": 1,
            "user_id": self.place.user,
            "state": state,
            "is_refund": order.total < 0,
            "amount_total": total,
            "amount_paid": paid,
            "amount_tax": 0,
            "amount_return": min(0, round(total - paid, 2)) if state == "paid" else 0,
            "date_order": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(self.now())),
            "fiscal_position_id": False,
            "partner_id": False,
            "to_invoice": False,
            "lines": [self._command(order, line) for line in lines],
            "payment_ids": [self._command(order, payment) for payment in payments],
        }

    @staticmethod
    def _command(order, values):
        record_id = order.ids.get(values["uuid"])
        return (1, record_id, values) if record_id else (0, 0, values)

    def _order_line(self, order):
        sign = -1 if order.total < 0 else 1
        line = self._product_line(order.line_uuid, self.place.product, sign, abs(order.total))
        original = order.refunded and order.refunded.ids.get(order.refunded.line_uuid)
        return {**line, "refunded_orderline_id": original} if original else line

    @staticmethod
    def _product_line(line_uuid, product, quantity, price):
        return {
            "uuid": line_uuid,
            "product_id": product,
            "qty": quantity,
            "price_unit": price,
            "price_subtotal": quantity * price,
            "price_subtotal_incl": quantity * price,
        }

    def _payment(self, line):
        card = line.snapshot.get("card") or {}
        status = {"approved": "done", "stated paid": "done", "failed": "retry", "none": "pending"}
        return {
            **card,
            "uuid": line.uuid,
            "amount": line.amount,
            "payment_method_id": line.method,
            "payment_status": status.get(line.phase, "waitingCard"),
            "viva_wallet_session_id": line.session or False,
            "viva_wallet_parent_session_id": line.parent or False,
        }

    # === NEWS === #

    def hear(self, session_id: str) -> None:
        """Take a message of the server that there is news of a payment."""
        for order in self.orders:
            for line in order.lines:
                if line.session != session_id or order.is_paid:
                    continue
                line.is_woken = True
                if line.phase == "failed":
                    self.spawn(f"{self.name} looks again", partial(self.review, line))

    def reload(self) -> None:
        """Load the page anew: what was not saved is found by the server."""
        for order in self.orders:
            try:
                found = self.rpc("read_orders", [order.uuid])
            except Lost:
                continue
            for payment in found:
                self._recover(order, payment)

    def _recover(self, order, payment):
        line = next((line for line in order.lines if line.uuid == payment["payment_uuid"]), None)
        if line and line.phase in ("approved", "sent", "unknown"):
            return
        if not line:
            line = Line(
                order, payment["payment_method_id"], payment["amount"], payment["payment_uuid"]
            )
            order.lines.append(line)
        line.session = payment["session_id"]
        self._apply(line, payment, None)
