"""Many registers, each with two terminals of its own, and a plain cashier at each."""

from dataclasses import dataclass
from typing import Any

from ..shop import ADMIN, CASHIER, CREDENTIALS, Odoo
from .viva import Viva

PRODUCT = "Chaos"
# Of the first register, one number for each of its terminals, with the way by which money goes back.
TERMINALS = ((17000000, "terminal"), (18000000, "account"))


@dataclass(frozen=True)
class Reader:
    """A terminal, and the id of the payment method by which a till uses it."""

    method: int
    terminal: str


@dataclass(frozen=True)
class Register:
    """What a till knows: ids of its session and of the cash method, the product that it sells and the
    user who sells; and the terminals beside it."""

    config: int
    session: int
    cash: int
    product: int
    cashier: int
    readers: tuple[Reader, ...]


def open_registers(url: str, database: str, viva: Viva, count: int) -> list[Register]:
    """Make registers and have the demo's cashier open them."""
    admin = Odoo(url, database, *ADMIN)
    cashier = Odoo(url, database, *CASHIER)
    product = admin.call(
        "product.product",
        "create",
        {"name": PRODUCT, "type": "service", "available_in_pos": True, "taxes_id": [(5,)]},
    )
    user = admin.find("res.users", ("login", "=", CASHIER[0]))
    names = [{"name": f"Register {number}"} for number in range(count)]
    configs = _create(admin, "pos.config", names)
    readers = [_create_readers(admin, viva, first, way, configs) for first, way in TERMINALS]
    drawers = _create_drawers(admin, configs)
    return [
        Register(config, _open(cashier, config), drawer, product, user, own)
        for config, drawer, own in zip(configs, drawers, zip(*readers, strict=True), strict=True)
    ]


def _create(admin: Odoo, model: str, values: list[dict[str, Any]]) -> list[int]:
    """Create many records at once: each creation empties the caches of all workers."""
    return admin.call(model, "create", values)


def _create_readers(
    admin: Odoo, viva: Viva, first: int, way: str, configs: list[int]
) -> list[Reader]:
    """Return a terminal for each register.

    :param first: terminal id of the first; the others follow.
    :param way: by which its payment method pays back.
    """
    terminals = [str(first + number) for number in range(len(configs))]
    for terminal in terminals:
        viva.add_terminal(terminal)
    methods = _create_methods(admin, terminals, way, configs)
    return [Reader(*reader) for reader in zip(methods, terminals, strict=True)]


def _create_methods(admin: Odoo, terminals: list[str], way: str, configs: list[int]) -> list[int]:
    bank = admin.find("account.journal", ("type", "=", "bank"))
    values = [
        {
            **CREDENTIALS,
            "name": f"Terminal {terminal}",
            "viva_wallet_terminal_id": terminal,
            "viva_wallet_refund_way": way,
            "payment_method_type": "terminal",
            "use_payment_terminal": "viva_wallet",
            "journal_id": bank,
            "config_ids": [(4, config)],
        }
        for terminal, config in zip(terminals, configs, strict=True)
    ]
    return _create(admin, "pos.payment.method", values)


def _create_drawers(admin: Odoo, configs: list[int]) -> list[int]:
    """Return a cash method for each register; Odoo wants a journal of its own for each."""
    values = [{"name": f"Drawer {config}", "type": "cash", "code": f"D{config}"}
              for config in configs]  # fmt: skip
    journals = _create(admin, "account.journal", values)
    methods = [
        {"name": f"Cash {config}", "journal_id": journal, "config_ids": [(4, config)]}
        for journal, config in zip(journals, configs, strict=True)
    ]
    return _create(admin, "pos.payment.method", methods)


def _open(cashier: Odoo, config: int) -> int:
    """Open a register and return its session."""
    cashier.call("pos.config", "open_ui", [config])
    [session] = cashier.call(
        "pos.session", "search", [("config_id", "=", config), ("state", "=", "opening_control")]
    )
    cashier.call("pos.session", "set_opening_control", [session], 0, "")
    return session
