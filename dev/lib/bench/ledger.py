"""The proof that both modules sell side by side: Viva's ledger against Odoo's payments."""

from collections import Counter
from typing import Any

from ..shop import ADMIN, Odoo
from .shop import Contender

# Terminal, session or order, minor units.
Row = tuple[str, str, int]


def differences(
    odoo: Odoo, ledger: list[dict[str, Any]], contenders: tuple[Contender, ...]
) -> list[str]:
    """Return one sentence for each charge without its payment and each payment without its charge.

    A charge is known by the terminal and the order: our module writes the session into the payment,
    and the bundled one makes session ids that begin with the order's.

    :param ledger: of the simulator.
    """
    charges = Counter((*_charge_key(entry), entry["amount"]) for entry in ledger)
    payments = Counter(row for contender in contenders for row in _payments(odoo, contender))
    return [
        *(f"{_name(row)}: charged, but there is no such payment in Odoo."
          for row in (charges - payments).elements()),
        *(f"{_name(row)}: booked in Odoo, but there is no such charge."
          for row in (payments - charges).elements()),
    ]  # fmt: skip


def open_admin(url: str, database: str) -> Odoo:
    """Log in as somebody who may read all payments."""
    return Odoo(url, database, *ADMIN)


def _charge_key(entry: dict[str, Any]) -> tuple[str, str]:
    return entry["terminal_id"], entry["session_id"].split(" ")[0]


def _payments(odoo: Odoo, contender: Contender) -> list[Row]:
    """Return the payments of a method."""
    domain = [("payment_method_id.name", "=", contender.method)]
    fields = ["amount", "pos_order_id", "viva_wallet_session_id"]
    payments = odoo.call("pos.payment", "search_read", domain, fields)
    ids = [payment["pos_order_id"][0] for payment in payments]
    uuids = {order["id"]: order["uuid"] for order in odoo.call("pos.order", "read", ids, ["uuid"])}
    return [
        (
            contender.terminal,
            payment["viva_wallet_session_id"] or uuids[payment["pos_order_id"][0]],
            round(payment["amount"] * 100),
        )
        for payment in payments
    ]


def _name(row: Row) -> str:
    terminal, known_as, amount = row
    return f"{amount} cents on terminal {terminal} for {known_as}"
