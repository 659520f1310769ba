"""The comparison of both ledgers: what Viva charged and paid back, what Odoo recorded and booked."""

from collections import Counter
from typing import Any

from ..shop import Odoo
from .viva import Viva

ROW_FIELDS = [
    "session_id", "state", "reason", "review", "charged_minor", "transaction_id", "payment_uuid",
    "kind", "parent_id",
]  # fmt: skip
PAYMENT_FIELDS = ["amount", "viva_wallet_session_id", "transaction_id", "uuid"]

Row = dict[str, Any]


def find_faults(odoo: Odoo, viva: Viva, terminals: set[str]) -> list[str]:
    """Return one sentence for whatever breaks the money rule at some terminals.

    :param odoo: as somebody who may read all payments.
    """
    # Money first: what moves after this is looked for the next time.
    moves = [entry for entry in viva.ledger() if entry["terminal_id"] in terminals]
    names = sorted(terminals)
    rows = odoo.call(
        "viva.wallet.transaction", "search_read", [("terminal_id", "in", names)], ROW_FIELDS
    )
    domain = [
        ("payment_method_id.viva_wallet_terminal_id", "in", names),
        # An order that its till left unfinished has the payment, too, once the card is charged.
        "|",
        ("pos_order_id.state", "not in", ("draft", "cancel")),
        "&",
        ("pos_order_id.state", "=", "draft"),
        ("transaction_id", "!=", False),
    ]
    return compare(moves, rows, odoo.call("pos.payment", "search_read", domain, PAYMENT_FIELDS))


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
    ]


def _check_rows(moves: list[Row], rows: list[Row]) -> list[str]:
    moved = {move["session_id"] for move in moves}
    faults = []
    for row in rows:
        if row["state"] in ("new", "sent"):
            faults.append(f"{row['session_id']} is still {row['state']}.")
        if row["state"] == "unknown" and not row["review"]:
            faults.append(f"{row['session_id']} is unknown and nobody is asked to look.")
        if row["state"] in ("approved", "reversed") and row["session_id"] not in moved:
            faults.append(f"{row['session_id']} is {row['state']}, but no money moved.")
    return faults


def _check_moves(moves: list[Row], rows: list[Row], payments: list[Row]) -> list[str]:
    by_session = {row["session_id"]: row for row in rows}
    sales = {row["id"]: row["transaction_id"] for row in rows}
    booked = Counter(payment["viva_wallet_session_id"] for payment in payments)
    lines: Counter[str] = Counter()
    faults = []
    for move in moves:
        row = by_session.get(move["session_id"])
        if not row:
            faults.append(f"{move['session_id']} moved money, but is not in Odoo's ledger.")
        elif not row["review"]:
            lines[row["payment_uuid"]] += 1
            fault = _find_difference(move, row, sales)
            if not fault and booked[row["session_id"]] != 1:
                fault = f"moved money and is booked {booked[row['session_id']]} times."
            faults += [f"{move['session_id']} {fault}"] if fault else []
    faults += [f"{uuid} was charged {count} times, and nobody is asked to look."
               for uuid, count in lines.items() if count > 1]  # fmt: skip
    return faults


def _find_difference(move: Row, row: Row, sales: dict[int, str]) -> str | None:
    """Return what Odoo knows wrongly of money that moved.

    :param sales: Viva's ids of all rows.
    """
    kind = "sale" if move["kind"] == "sale" else "refund"
    if row["kind"] != kind:
        return f"is a {kind} at Viva, a {row['kind']} in Odoo."
    if row["state"] != ("reversed" if move["reversed"] else "approved"):
        return f"moved money, but is {row['state']} ({row['reason']})."
    if row["charged_minor"] != move["amount"]:
        return f"moved {move['amount']}, {row['charged_minor']} are known."
    if row["transaction_id"] != move["transaction_id"]:
        return "has another transaction id than at Viva."
    parent = sales.get(row["parent_id"][0]) if row["parent_id"] else None
    if parent != move["parent_transaction_id"]:
        return "pays back another sale than at Viva."
    return None


def _check_payments(rows: list[Row], payments: list[Row]) -> list[str]:
    by_session = {row["session_id"]: row for row in rows}
    on_review = {row["payment_uuid"] for row in rows if row["review"]}
    faults = []
    for payment in payments:
        row = by_session.get(payment["viva_wallet_session_id"])
        if payment["uuid"] in on_review:
            continue
        if not row or row["state"] != "approved":
            faults.append(f"Payment {payment['uuid']} is booked, but no money moved.")
        elif round(payment["amount"] * 100) != _signed(row):
            faults.append(f"Payment {payment['uuid']} has another amount than what moved.")
        elif payment["transaction_id"] != row["transaction_id"]:
            faults.append(f"Payment {payment['uuid']} lacks the transaction id of its money.")
    return faults


def _signed(row: Row) -> int:
    """Return what moved towards the shop, in minor units: below zero for a refund."""
    return -row["charged_minor"] if row["kind"] == "refund" else row["charged_minor"]
