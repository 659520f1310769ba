"""What a till does: the course of `static/src/app/payment_flow.js` and what is around it, in Python.

Its methods run in the script of a cashier (an actor without process). Each call to the server is
served by a worker while the script waits; the answer may get lost.
"""

import itertools
import uuid
from dataclasses import dataclass, field

# As `LIMIT` and `DELAY` of the JavaScript, in seconds; fewer questions, so that schedules stay short.
REQUEST, QUESTION = 60.0, 20.0
PAUSES = (1.0, 1.0, 3.0, 5.0, 5.0, 10.0, 10.0, 10.0, 15.0)
UNKNOWN, CANCELLING = 15.0, 2.0
MOST_QUESTIONS = 40
OVER = ("approved", "failed", "reversed")


class Lost(Exception):
    """The server could not be asked, or its answer did not come."""


class Refusal(Lost):
    """The server answered with an error; where it does not matter which, that is no answer."""


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
    def is_charged(self):
        return self.phase == "approved" and self.snapshot.get("state") == "approved"


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


class Till:
    """One device of the register."""

    # Whether the refusal of a later delivery, too, is taken for proof that nothing was sent.
    trusts_late_refusal = False

    def __init__(self, world, number: int):
        """Switch it on.

        :param number: 0 or 1; which cashier and terminal.
        """
        self.world, self.kernel, self.shop = world, world.kernel, world.shop
        self.name = f"till {number + 1}"
        self.user = world.shop.cashiers[number]
        self.method = world.shop.cards[number]
        self.orders: list[Order] = []

    # === CALLS === #

    def rpc(self, method, *args, model="viva.wallet.till", limit=QUESTION):
        """Call the server and return its answer.

        :raise Lost: when there is none in time.
        :raise Refusal: when the server raised an error.
        """
        call = Rpc(self, method)
        actor = self.world.server.call(
            f"{self.name} {method}", self.user, model, method, args, call.take
        )
        call.actor = actor
        self.world.rpcs.append(call)
        self.kernel.pause(call.is_over, self.kernel.clock.now() + limit)
        self.world.rpcs.remove(call)
        if not call.is_answered or call.is_lost:
            self.kernel.note(f"{self.name} {method}: no answer")
            raise Lost
        if call.error:
            self.kernel.note(f"{self.name} {method}: {type(call.error).__name__} {call.error}")
            raise Refusal(str(call.error)) from call.error
        return call.result

    # === ORDERS === #

    def new_order(self, total: float, refunded: Order | None = None) -> Order:
        """Begin an order; below zero it takes something back."""
        order = Order(total, str(uuid.uuid4()), str(uuid.uuid4()), refunded)
        self.world.costs[order.uuid] = total
        return self.take_order(order)

    def take_order(self, order: Order) -> Order:
        """Work on an order, also one that another device has begun."""
        self.orders.append(order)
        return order

    def new_line(self, order: Order, amount: float, method=None, parent=None, way=None) -> Line:
        """Add a payment line, not sent yet."""
        line = Line(order, method or self.method, amount, str(uuid.uuid4()), parent=parent, way=way)
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

    def pay(self, line: Line, statement=None) -> str:
        """Ask the terminal and wait for the outcome, as *Send* or *Retry* do.

        :param statement: what the cashier says once the outcome is not known; None leaves it open.
        :return: how it ended: approved, failed, unknown, stated paid, stated not_paid.
        """
        line.session = str(uuid.uuid4())
        line.phase, line.snapshot, line.wants_cancel = "starting", {}, False
        self.kernel.note(f"{self.name} sends {line.amount} as {line.session[:8]}")
        self.world.wish(self, line)
        return self._follow(line, "start", statement)

    def resume(self, line: Line, statement=None) -> str:
        """Follow a request that was made before, and return how it ended."""
        return self._follow(line, "wait", statement)

    def _follow(self, line: Line, mode: str, statement) -> str:
        failures, aborted_at, is_shared = 0, None, mode != "start"
        deliveries = itertools.count(1)
        for question in itertools.count():
            if question > MOST_QUESTIONS or line.is_left:
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
            if not is_shared and line.phase not in OVER and self.world.is_sharing:
                is_shared = True
                self.kernel.spawn(f"{self.name} shares", lambda: self.save(line.order, "draft"))
            if line.phase == "not recorded":
                line.wants_cancel, aborted_at = True, None
                continue
            self._wait(line, self._pause_of(line, question))
        return line.phase

    @staticmethod
    def _pause_of(line, question):
        if line.phase == "unknown":
            return UNKNOWN
        return CANCELLING if line.wants_cancel else PAUSES[min(question, len(PAUSES) - 1)]

    def _wait(self, line, seconds):
        already = line.wants_cancel
        line.is_woken = False
        until = self.kernel.clock.now() + seconds
        self.kernel.pause(lambda: line.is_woken or line.wants_cancel != already, until)

    def _ask(self, line, mode, aborted_at, deliveries):
        now = self.kernel.clock.now()
        if (
            line.wants_cancel
            and line.phase != "unknown"
            and (aborted_at is None or now - aborted_at >= 5)
        ):
            return self.rpc("abort", self._sale(line), limit=REQUEST), "wait", now
        if mode == "start":
            snapshot = self._start(line, next(deliveries))
            return snapshot, "wait", aborted_at
        return self.rpc("read_status", [line.session])[line.session], mode, aborted_at

    def _start(self, line, delivery):
        method = "start_refund" if line.amount < 0 else "start_sale"
        try:
            snapshot = self.rpc(method, self._sale(line), limit=REQUEST)
        except Refusal as error:
            if type(error.__cause__).__name__ != "AccessError":
                raise
            snapshot = {"session_id": line.session, "state": "failed", "refused": True}
            snapshot["text"] = str(error)
        is_proof = delivery == 1 or self.trusts_late_refusal
        if not snapshot.get("refused") or is_proof:
            return {**snapshot, "is_guess": delivery > 1 and bool(snapshot.get("refused"))}
        # Nothing is known but why: the server is asked what became of it.
        return self.rpc("read_status", [line.session])[line.session]

    def _apply(self, line, snapshot, statement):
        self.world.claim(self, line, snapshot)
        line.snapshot, line.session = snapshot, snapshot["session_id"]
        state = snapshot["state"]
        if state == "unknown" and snapshot.get("statement"):
            line.phase = f"stated {snapshot['statement']}"
        elif (state == "unknown" or snapshot.get("silent")) and statement is not None:
            line.phase = state
            self._apply_statement(line, statement)
        elif state == "not_recorded":
            line.phase = "not recorded"
        else:
            line.phase = state
        if state == "approved":
            self._complete(line, snapshot)

    def _apply_statement(self, line, statement):
        try:
            snapshot = self.rpc("state_outcome", line.session, statement == "paid")
        except Lost:
            return
        self.world.stated.add(line.session)
        self._apply(line, snapshot, None)

    @staticmethod
    def _complete(line, snapshot):
        line.amount = snapshot["charged"]
        known = {extra["uuid"] for extra in line.order.extras}
        line.order.extras += [e for e in snapshot.get("extras") or () if e["uuid"] not in known]

    def cancel(self, line: Line) -> None:
        """Press *Cancel*; whoever follows the line sends the abort."""
        self.kernel.note(f"{self.name} cancels {line.session and line.session[:8]}")
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
            "pos_session_id": self.shop.session,
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
        paid = sum(line.amount for line in order.lines if self._counts(line))
        paid += sum(payment["amount"] for payment in order.cash)
        if round(abs(paid) - abs(self._cost(order)), 2) < 0:
            return False
        return self.save(order, "paid")

    @staticmethod
    def _counts(line):
        return line.phase in ("approved", "stated paid")

    def _values(self, order, state):
        payments = [self._payment(line) for line in order.lines]
        payments += [
            {"uuid": p["uuid"], "amount": p["amount"], "payment_method_id": self.shop.cash}
            for p in order.cash
        ]
        if state == "paid":
            counted = {line.uuid for line in order.lines if self._counts(line)}
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
            "session_id": self.shop.session,
            "company_id": 1,
            "user_id": self.user,
            "state": state,
            "is_refund": order.total < 0,
            "amount_total": total,
            "amount_paid": paid,
            "amount_tax": 0,
            "amount_return": min(0, round(total - paid, 2)) if state == "paid" else 0,
            "date_order": self.kernel.clock.moment().strftime("%Y-%m-%d %H:%M:%S"),
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
        line = self._product_line(order.line_uuid, self.shop.product, sign, abs(order.total))
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
                    self.kernel.spawn(
                        f"{self.name} looks again", lambda line=line: self.review(line)
                    )

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


class Rpc:
    """A call of a till that the server has not answered yet."""

    def __init__(self, till, method):
        self.till, self.method = till, method
        self.actor = None
        self.result = self.error = None
        self.is_answered = self.is_lost = False

    def take(self, result, error):
        """Take the answer."""
        self.result, self.error, self.is_answered = result, error, True

    def is_over(self):
        """Whether there is nothing to wait for any more."""
        kernel = self.till.kernel
        # The answer leaves when its transaction is over.
        return self.is_lost or kernel.is_settled(self.actor)
