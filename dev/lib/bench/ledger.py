"""The proof that both modules sell side by side: Viva's ledger against Odoo's payments."""

from typing import Any

from ..shop import ADMIN, Odoo
from .shop import Contender


def differences(
    odoo: Odoo, ledger: list[dict[str, Any]], contenders: tuple[Contender, ...]
) -> list[str]:
    """Return one sentence for each charge without its payment and each payment without its charge.

    A charge is known by the terminal and the order: our module writes the session into the payment,
    and the bundled one makes session ids that begin with the order's.

    :param ledger: of the simulator.
    """
    charges = {_charge_key(entry): entry["amount"] for entry in ledger}
    payments: dict[tuple[str, str], int] = {}
    for contender in contenders:
        payments |= _payments(odoo, contender)
    return [
        *(f"{_name(key)} is charged {charges[key]}, but there is no payment in Odoo."
          for key in charges.keys() - payments.keys()),
        *(f"{_name(key)} has a payment of {payments[key]} in Odoo, but was not charged."
          for key in payments.keys() - charges.keys()),
        *(f"{_name(key)} is charged {charges[key]}, but {payments[key]} is paid in Odoo."
          for key in charges.keys() & payments.keys() if charges[key] != payments[key]),
    ]  # fmt: skip


def open_admin(url: str, database: str) -> Odoo:
    """Log in as somebody who may read all payments."""
    return Odoo(url, database, *ADMIN)


def _charge_key(entry: dict[str, Any]) -> tuple[str, str]:
    return entry["terminal_id"], entry["session_id"].split(" ")[0]


def _payments(odoo: Odoo, contender: Contender) -> dict[tuple[str, str], int]:
    """Return the payments of a method in minor units, by terminal and session or order."""
    domain = [("payment_method_id.name", "=", contender.method)]
    fields = ["amount", "pos_order_id", "viva_wallet_session_id"]
    payments = odoo.call("pos.payment", "search_read", domain, fields)
    ids = [payment["pos_order_id"][0] for payment in payments]
    uuids = {order["id"]: order["uuid"] for order in odoo.call("pos.order", "read", ids, ["uuid"])}
    return {
        (
            contender.terminal,
            payment["viva_wallet_session_id"] or uuids[payment["pos_order_id"][0]],
        ): round(payment["amount"] * 100)
        for payment in payments
    }


def _name(key: tuple[str, str]) -> str:
    return f"Terminal {key[0]}, {key[1]}"
