"""The comparison of both ledgers: what Viva charged and paid back, what Odoo recorded and booked."""

from collections import Counter

from ..shop import Odoo
from .refund_rules import RefundsOfSales, Row, find_excess, signed_minor
from .viva import Viva

ROW_FIELDS = [
    "session_id", "state", "reason", "review", "statement", "charged_minor", "transaction_id",
    "payment_uuid", "order_uuid", "terminal_id", "kind", "parent_id",
]  # fmt: skip
PAYMENT_FIELDS = ["amount", "viva_wallet_session_id", "transaction_id", "uuid"]
BOOKED = ("approved", "reversed")


class Referee:
    """Says what is wrong with the money of some orders, or of all."""

    def __init__(self, odoo: Odoo, viva: Viva):
        """Name whom to ask.

        :param odoo: as somebody who may read all payments.
        """
        self.odoo = odoo
        self.viva = viva

    def find_faults(self, orders: list[str], sessions: set[str]) -> list[str]:
        """Return one sentence for whatever breaks the money rule.

        :param orders: uuids.
        :param sessions: all session ids that these orders may have used.
        """
        # Money first: what moves after this is looked for the next time.
        moves = [entry for entry in self.viva.recent_ledger() if entry["session_id"] in sessions]
        rows = self._read("viva.wallet.transaction", ("order_uuid", "in", orders), ROW_FIELDS)
        payments = self._payments(("pos_order_id.uuid", "in", orders))
        return compare(moves, rows, payments)

    def find_all_faults(self, terminals: set[str]) -> list[str]:
        """Return the same for everything that these terminals ever did."""
        moves = [entry for entry in self.viva.ledger() if entry["terminal_id"] in terminals]
        names = sorted(terminals)
        rows = self._read("viva.wallet.transaction", ("terminal_id", "in", names), ROW_FIELDS)
        payments = self._payments(("payment_method_id.viva_wallet_terminal_id", "in", names))
        return compare(moves, rows, payments)

    def count_reviews(self, terminals: set[str]) -> Counter[str]:
        """Return how many rows there are for each reason to look at them."""
        names = sorted(terminals)
        rows = self._read("viva.wallet.transaction", ("terminal_id", "in", names), ROW_FIELDS)
        return Counter(row["review"] or "none" for row in rows)

    def _payments(self, condition: tuple) -> list[Row]:
        return self._read(
            "pos.payment",
            condition,
            PAYMENT_FIELDS,
            ("payment_method_id.use_payment_terminal", "=", "viva_wallet"),
            # An order that its till left unfinished has the payment, too, once the card is charged.
            "|",
            ("pos_order_id.state", "not in", ("draft", "cancel")),
            "&",
            ("pos_order_id.state", "=", "draft"),
            ("transaction_id", "!=", False),
        )

    def _read(
        self, model: str, condition: tuple, fields: list[str], *more: tuple | str
    ) -> list[Row]:
        return self.odoo.call(model, "search_read", [condition, *more], fields)


def compare(moves: list[Row], rows: list[Row], payments: list[Row]) -> list[str]:
    """Return one sentence for whatever breaks the money rule.

    :param moves: entries of the simulator's ledger, of whichever kind.
    :param rows: of `viva.wallet.transaction`.
    :param payments: on terminals, in orders that are paid, or whose money has moved.
    """
    return [
        *_check_rows(moves, rows),
        *_check_moves(moves, rows, payments),
        *_check_payments(rows, payments),
        *find_excess(moves),
    ]


def _check_rows(moves: list[Row], rows: list[Row]) -> list[str]:
    moved = {move["session_id"] for move in moves}
    faults = [f"{row['session_id']} is still {row['state']}." for row in rows
              if row["state"] in ("new", "sent")]  # fmt: skip
    faults += [f"{row['session_id']} is unknown and nobody is asked to look." for row in rows
               if row["state"] == "unknown" and not row["review"]]  # fmt: skip
    faults += [f"{row['session_id']} is {row['state']}, but no money moved." for row in rows
               if row["state"] in BOOKED and row["session_id"] not in moved]  # fmt: skip
    return faults


def _check_moves(moves: list[Row], rows: list[Row], payments: list[Row]) -> list[str]:
    by_session = {row["session_id"]: row for row in rows}
    booked = Counter(payment["viva_wallet_session_id"] for payment in payments)
    refunds = RefundsOfSales(rows)
    faults = []
    for move in moves:
        row = by_session.get(move["session_id"])
        if not row:
            faults.append(f"{move['session_id']} moved money, but is not in Odoo's ledger.")
        elif not row["review"]:
            fault = _find_difference(move, row, refunds) or _find_booking_fault(
                row, booked, refunds
            )
            faults += [f"{move['session_id']} {fault}"] if fault else []
    faults += [f"{uuid} was charged {count} times, and nobody is asked to look."
               for uuid, count in _moved_lines(moves, by_session).items() if count > 1]  # fmt: skip
    return faults


def _find_difference(move: Row, row: Row, refunds: RefundsOfSales) -> str | None:
    """Return what Odoo knows wrongly of money that moved."""
    kind = "sale" if move["kind"] == "sale" else "refund"
    expected = "reversed" if move["reversed"] else "approved"
    if row["kind"] != kind:
        return f"is a {kind} at Viva, a {row['kind']} in Odoo."
    if row["state"] != expected and not (
        row["state"] == "approved" and refunds.hide_reversal_of(row)
    ):
        return f"moved money, but is {row['state']} ({row['reason']})."
    if row["charged_minor"] != move["amount"]:
        return f"moved {move['amount']}, {row['charged_minor']} are known."
    if row["transaction_id"] != move["transaction_id"]:
        return "has another transaction id than at Viva."
    if refunds.sale_transaction_of(row) != (move["parent_transaction_id"] or False):
        return "pays back another sale than at Viva."
    return None


def _find_booking_fault(row: Row, booked: Counter[str], refunds: RefundsOfSales) -> str | None:
    times = booked[row["session_id"]]
    if times == 1 or (not times and refunds.are_settled_unbooked(row, booked)):
        return None
    return f"moved money and is booked {times} times."


def _moved_lines(moves: list[Row], by_session: dict[str, Row]) -> Counter[str]:
    """Return how often money moved for each payment line, without what is on review."""
    rows = [by_session.get(move["session_id"]) for move in moves]
    return Counter(row["payment_uuid"] for row in rows if row and not row["review"])


def _check_payments(rows: list[Row], payments: list[Row]) -> list[str]:
    faults = []
    by_session = {row["session_id"]: row for row in rows}
    on_review = {row["payment_uuid"] for row in rows if row["review"]}
    for payment in payments:
        row = by_session.get(payment["viva_wallet_session_id"])
        if payment["uuid"] in on_review:
            continue
        if not row or row["state"] != "approved":
            faults.append(f"Payment {payment['uuid']} is booked, but no money moved.")
        elif round(payment["amount"] * 100) != signed_minor(row):
            faults.append(f"Payment {payment['uuid']} has another amount than what moved.")
        elif payment["transaction_id"] != row["transaction_id"]:
            faults.append(f"Payment {payment['uuid']} lacks the transaction id of its money.")
    return faults
