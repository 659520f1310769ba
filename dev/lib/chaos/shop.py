"""Many registers, each with a terminal of its own, and a plain cashier at each."""

from dataclasses import dataclass
from typing import Any

from ..shop import ADMIN, CASHIER, CREDENTIALS, Odoo
from .viva import Viva

PRODUCT = "Chaos"
FIRST_TERMINAL = 17000000


@dataclass(frozen=True)
class Register:
    """What a till knows: ids of its session, of the card method and of the cash method, the product
    that it sells and the user who sells; and the terminal beside it."""

    config: int
    session: int
    method: int
    cash: int
    product: int
    cashier: int
    terminal: str


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
    terminals = [str(FIRST_TERMINAL + number) for number in range(count)]
    for terminal in terminals:
        viva.add_terminal(terminal)
    configs = _create(admin, "pos.config", [{"name": f"Register {name}"} for name in terminals])
    methods = _create_methods(admin, terminals, configs)
    drawers = _create_drawers(admin, configs)
    return [
        Register(config, _open(cashier, config), method, drawer, product, user, terminal)
        for config, method, drawer, terminal in zip(
            configs, methods, drawers, terminals, strict=True
        )
    ]


def _create(admin: Odoo, model: str, values: list[dict[str, Any]]) -> list[int]:
    """Create many records at once: each creation empties the caches of all workers."""
    return admin.call(model, "create", values)


def _create_methods(admin: Odoo, terminals: list[str], configs: list[int]) -> list[int]:
    bank = admin.find("account.journal", ("type", "=", "bank"))
    values = [
        {
            **CREDENTIALS,
            "name": f"Terminal {terminal}",
            "viva_wallet_terminal_id": terminal,
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
