"""What the referee knows of money that is paid back."""

from collections import Counter, defaultdict
from typing import Any

Row = dict[str, Any]


def signed_minor(row: Row) -> int:
    """Return what moved towards the shop, in minor units: below zero for a refund."""
    return -row["charged_minor"] if row["kind"] == "refund" else row["charged_minor"]


def find_excess(moves: list[Row]) -> list[str]:
    """Return a sentence for each sale of which Viva paid back more than was paid.

    That Viva itself undid the sale does not count: it may do so after a refund.
    """
    paid = {move["transaction_id"]: move["amount"] for move in moves if move["kind"] == "sale"}
    returned: Counter[str | None] = Counter()
    for move in moves:
        if move["kind"] != "sale" and not move["reversed"]:
            returned[move["parent_transaction_id"]] += move["amount"]
    return [
        f"{amount} were paid back of {paid.get(sale, 0)} that {sale} had paid."
        for sale, amount in returned.items()
        if amount > paid.get(sale, 0)
    ]


class RefundsOfSales:
    """The rows of sales and the refunds of each."""

    def __init__(self, rows: list[Row]):
        """Sort rows of `viva.wallet.transaction`."""
        self._by_id = {row["id"]: row for row in rows}
        self._refunds: dict[int, list[Row]] = defaultdict(list)
        for row in rows:
            if row["kind"] == "refund" and row["parent_id"]:
                self._refunds[row["parent_id"][0]].append(row)

    def sale_transaction_of(self, row: Row) -> str | bool:
        """Return Viva's id of the sale that a refund pays back; False for a sale."""
        sale = self._by_id.get(row["parent_id"][0]) if row["parent_id"] else None
        return sale["transaction_id"] if sale else False

    def hide_reversal_of(self, sale: Row) -> bool:
        """Tell whether a sale that Viva undid by itself may pass for one that we paid back.

        Viva's record does not say who undid it; and nothing is concluded about it while it is not
        known what became of a refund, of which a person is asked.
        """
        refunds = self._refunds[sale["id"]]
        return bool(refunds) and (
            self._returned(refunds) >= sale["charged_minor"]
            or any(refund["state"] == "unknown" for refund in refunds)
        )

    def are_settled_unbooked(self, row: Row, booked: Counter[str]) -> bool:
        """Tell whether a sale was paid back as a whole, and neither is booked anywhere."""
        sale = self._by_id.get(row["parent_id"][0]) if row["parent_id"] else row
        if not sale:
            return False
        refunds = self._refunds[sale["id"]]
        is_whole = bool(refunds) and self._returned(refunds) == sale["charged_minor"]
        return is_whole and not any(booked[each["session_id"]] for each in (sale, *refunds))

    @staticmethod
    def _returned(refunds: list[Row]) -> int:
        return sum(refund["charged_minor"] for refund in refunds if refund["state"] == "approved")
