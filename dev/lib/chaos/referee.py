"""The comparison of both ledgers: what Viva charged, what Odoo recorded, what Odoo booked."""

from collections import Counter
from typing import Any

from ..shop import Odoo
from .viva import Viva

ROW_FIELDS = [
    "session_id", "state", "reason", "review", "statement", "charged_minor", "transaction_id",
    "payment_uuid", "order_uuid", "terminal_id",
]  # fmt: skip
PAYMENT_FIELDS = ["amount", "viva_wallet_session_id", "transaction_id", "uuid"]
BOOKED = ("approved", "reversed")

Row = dict[str, Any]


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
        # Money first: what is charged after this is looked for the next time.
        charges = [entry for entry in self.viva.recent_ledger() if entry["session_id"] in sessions]
        rows = self._read("viva.wallet.transaction", ("order_uuid", "in", orders), ROW_FIELDS)
        payments = self._payments(("pos_order_id.uuid", "in", orders))
        return compare(charges, rows, payments)

    def find_all_faults(self, terminals: set[str]) -> list[str]:
        """Return the same for everything that these terminals ever did."""
        charges = [entry for entry in self.viva.ledger() if entry["terminal_id"] in terminals]
        names = sorted(terminals)
        rows = self._read("viva.wallet.transaction", ("terminal_id", "in", names), ROW_FIELDS)
        payments = self._payments(("payment_method_id.viva_wallet_terminal_id", "in", names))
        return compare(charges, rows, payments)

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


def compare(charges: list[Row], rows: list[Row], payments: list[Row]) -> list[str]:
    """Return one sentence for whatever breaks the money rule.

    :param charges: entries of the simulator's ledger.
    :param rows: of `viva.wallet.transaction`.
    :param payments: on terminals, in orders that are paid, or whose card was charged.
    """
    return [
        *_check_rows(charges, rows),
        *_check_charges(charges, rows, payments),
        *_check_payments(rows, payments),
    ]


def _check_rows(charges: list[Row], rows: list[Row]) -> list[str]:
    charged = {charge["session_id"] for charge in charges}
    faults = [f"{row['session_id']} is still {row['state']}." for row in rows
              if row["state"] in ("new", "sent")]  # fmt: skip
    faults += [f"{row['session_id']} is unknown and nobody is asked to look." for row in rows
               if row["state"] == "unknown" and not row["review"]]  # fmt: skip
    faults += [f"{row['session_id']} is {row['state']}, but there is no charge." for row in rows
               if row["state"] in BOOKED and row["session_id"] not in charged]  # fmt: skip
    return faults


def _check_charges(charges: list[Row], rows: list[Row], payments: list[Row]) -> list[str]:
    faults = []
    by_session = {row["session_id"]: row for row in rows}
    booked = Counter(payment["viva_wallet_session_id"] for payment in payments)
    for charge in charges:
        session = charge["session_id"]
        row = by_session.get(session)
        if not row:
            faults.append(f"{session} was charged, but is not in Odoo's ledger.")
        elif row["review"]:
            continue
        elif row["state"] != ("reversed" if charge["reversed"] else "approved"):
            faults.append(f"{session} was charged, but is {row['state']} ({row['reason']}).")
        elif row["charged_minor"] != charge["amount"]:
            faults.append(f"{session}: {charge['amount']} charged, {row['charged_minor']} known.")
        elif row["transaction_id"] != charge["transaction_id"]:
            faults.append(f"{session} has another transaction id than its charge.")
        elif booked[session] != 1:
            faults.append(f"{session} was charged and is booked {booked[session]} times.")
    faults += [f"{uuid} was charged {count} times, and nobody is asked to look."
               for uuid, count in _charged_lines(charges, by_session).items() if count > 1]  # fmt: skip
    return faults


def _charged_lines(charges: list[Row], by_session: dict[str, Row]) -> Counter[str]:
    """Return how often each payment line was charged, without what is on review."""
    rows = [by_session.get(charge["session_id"]) for charge in charges]
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
            faults.append(f"Payment {payment['uuid']} is booked, but was not charged.")
        elif round(payment["amount"] * 100) != row["charged_minor"]:
            faults.append(f"Payment {payment['uuid']} has another amount than its charge.")
        elif payment["transaction_id"] != row["transaction_id"]:
            faults.append(f"Payment {payment['uuid']} lacks the transaction id of its charge.")
    return faults
