"""The money rule, told as sentences about what breaks it: Viva's ledger against what Odoo recorded
and booked.

Nothing here asks the addon what it thinks: rows and payments are read from the database.
"""

from collections import Counter, defaultdict
from typing import Any

ROWS = """
    SELECT id, session_id, kind, state, reason, money_uncertain, check_at, review_state, statement,
           charged_minor, transaction_id, payment_uuid, parent_id, terminal_id,
           extract(epoch FROM asked_at) AS asked
      FROM viva_wallet_transaction ORDER BY id
"""
PAYMENTS = """
    SELECT payment.uuid, round(payment.amount * 100)::int AS minor, payment.transaction_id,
           payment.viva_wallet_session_id AS session, ordered.state,
           method.use_payment_terminal = 'viva_wallet' AS is_ours,
           method.viva_wallet_terminal_id AS terminal_id
      FROM pos_payment payment
      JOIN pos_order ordered ON ordered.id = payment.pos_order_id
      JOIN pos_payment_method method ON method.id = payment.payment_method_id
  ORDER BY payment.id
"""
Row = dict[str, Any]


def compare(moves: list[Row], rows: list[Row], payments: list[Row]) -> list[str]:
    """Return one sentence for whatever breaks the money rule.

    :param moves: entries of the simulator's ledger, of whichever kind.
    :param rows: what `ROWS` finds.
    :param payments: what `PAYMENTS` finds.
    """
    books = _Books(moves, rows, payments)
    return [
        *books.wrong_moves(),
        *books.wrong_rows(),
        *books.wrong_bookings(),
        *books.uncovered_payments(),
    ]


def is_on_review(row: Row | None) -> bool:
    """Return whether somebody is asked to look at a row."""
    return row is not None and row["review_state"] == "open"


def short(text: object) -> str:
    """Return the beginning of an id, for a sentence."""
    return str(text)[:8]


class _Books:
    def __init__(self, moves: list[Row], rows: list[Row], payments: list[Row]):
        self.moves, self.rows, self.payments = moves, rows, payments
        self.by_id = {row["id"]: row for row in rows}
        self.by_session = {row["session_id"]: row for row in rows}
        self.by_transaction = {row["transaction_id"]: row for row in rows if row["transaction_id"]}

    def wrong_moves(self):
        """Yield what is not known, or known wrongly, of money that moved."""
        for move in self.moves:
            row = self.by_transaction.get(move["transaction_id"])
            fault = self._unknown(move) if row is None else self._difference(move, row)
            if fault:
                yield fault

    def _difference(self, move, row):
        name = short(row["session_id"])
        parent = self.by_id.get(row["parent_id"])
        if is_on_review(row):
            return None
        if row["kind"] != ("sale" if move["kind"] == "sale" else "refund"):
            return f"{name} is a {move['kind']} at Viva, a {row['kind']} in Odoo."
        if move["reversed"] and row["state"] != "reversed":
            return f"Viva undid {name}, and nobody is asked to look."
        if not move["reversed"] and row["state"] != "approved":
            return f"{name} moved money, but is {row['state']}."
        if row["charged_minor"] != move["amount"]:
            return f"{name} moved {move['amount']}, not {row['charged_minor']}."
        if (parent and parent["transaction_id"]) != move["parent_transaction_id"]:
            return f"{name} pays back another sale than at Viva."
        return None

    def _unknown(self, move):
        """Return what is wrong with a movement whose id no row has."""
        parent = self.by_transaction.get(move["parent_transaction_id"])
        row = self.by_session.get(move["session_id"] or move["merchant_reference"])
        if row and (is_on_review(row) or move["reversed"]):
            return None
        if row and row is not parent:
            return f"{short(row['session_id'])} moved {move['amount']}, but is {row['state']}."
        if not parent:
            return f"Viva moved {move['amount']}, which is in no ledger."
        if is_on_review(parent) or parent["state"] == "reversed":
            return None
        name = short(parent["session_id"])
        return f"{move['amount']} of {name} was paid back at Viva, and nobody is asked to look."

    def wrong_rows(self):
        """Yield what is stuck, and what claims to have moved money that did not move."""
        moved = {move["transaction_id"] for move in self.moves}
        for row in self.rows:
            name = short(row["session_id"])
            if row["state"] in ("new", "sent"):
                yield f"{name} is still {row['state']}."
            if row["state"] == "unknown" and not is_on_review(row):
                yield f"{name} is unknown and nobody is asked to look."
            if row["state"] in ("approved", "reversed") and row["transaction_id"] not in moved:
                yield f"{name} is {row['state']}, but no money moved."

    def wrong_bookings(self):
        """Yield what moved and is not booked exactly once, as what it is."""
        booked = defaultdict(list)
        for payment in self.payments:
            if payment["state"] != "cancel" and payment["session"]:
                booked[payment["session"]].append(payment)
        sure = [row for row in self.rows if row["state"] == "approved" and not is_on_review(row)]
        for row in sure:
            payments, name = booked[row["session_id"]], short(row["session_id"])
            if len(payments) != 1:
                if not self._is_settled(row, booked):
                    yield f"{name} is booked {len(payments)} times."
            elif payments[0]["minor"] != _signed(row):
                yield f"{name} is booked as {payments[0]['minor']}."
            elif payments[0]["transaction_id"] != row["transaction_id"]:
                yield f"The payment of {name} lacks the transaction id of its money."
        for line, count in Counter(row["payment_uuid"] for row in sure).items():
            if count > 1:
                yield f"The payment {short(line)} was charged {count} times."

    def _is_settled(self, row, booked):
        """Tell whether a charge was paid back as a whole and both are booked nowhere."""
        sale = self.by_id.get(row["parent_id"], row)
        refunds = [
            r for r in self.rows if r["parent_id"] == sale["id"] and r["state"] == "approved"
        ]
        returned = sum(refund["charged_minor"] for refund in refunds)
        return returned == sale["charged_minor"] and not any(
            booked[r["session_id"]] for r in [sale, *refunds]
        )

    def uncovered_payments(self):
        """Yield what is booked by terminal without money that moved."""
        for payment in self.payments:
            if not payment["is_ours"] or payment["state"] in ("draft", "cancel"):
                continue
            row = self.by_session.get(payment["session"])
            if row is None:
                yield f"Payment {short(payment['uuid'])} has no request behind it."
            elif row["state"] != "approved" and not (row["review_state"] or row["statement"]):
                yield f"Payment {short(payment['uuid'])} is booked, but {row['state']}."


def _signed(row: Row) -> int:
    """Return what moved towards the shop, in minor units: below zero for a refund."""
    return row["charged_minor"] if row["kind"] == "sale" else -row["charged_minor"]
