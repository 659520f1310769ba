"""The demo's register, with a terminal of its own for each till of a run."""

import threading

from ..shop import CASHIER, CREDENTIALS, Odoo, Shop
from .till import Place
from .viva import Viva

PRODUCT = "Chaos"
FIRST_TERMINAL = 17000000


def make_places(admin: Odoo, viva: Viva, shop: Shop, count: int) -> list[Place]:
    """Add so many terminals to the demo's register, which is open."""
    product = admin.call(
        "product.product",
        "create",
        {"name": PRODUCT, "type": "service", "available_in_pos": True, "taxes_id": [(5,)]},
    )
    cash = admin.find(
        "pos.payment.method", ("is_cash_count", "=", True), ("config_ids", "in", shop.register_id)
    )
    user = admin.find("res.users", ("login", "=", CASHIER[0]))
    terminals = [str(FIRST_TERMINAL + number) for number in range(count)]
    for terminal in terminals:
        viva.add_terminal(terminal)
    methods = _create_methods(admin, terminals, shop.register_id)
    session = admin.find("pos.session", ("config_id", "=", shop.register_id))
    saving = threading.Lock()
    return [Place(session, cash, product, user, saving, *each)
            for each in zip(methods, terminals, strict=True)]  # fmt: skip


def _create_methods(admin: Odoo, terminals: list[str], register: int) -> list[int]:
    """Create all at once: each creation empties the caches of all workers."""
    journal = admin.find("account.journal", ("type", "=", "bank"))
    values = [
        {
            **CREDENTIALS,
            "name": f"Terminal {terminal}",
            "viva_wallet_terminal_id": terminal,
            "payment_method_type": "terminal",
            "use_payment_terminal": "viva_wallet",
            "journal_id": journal,
            "config_ids": [(4, register)],
        }
        for terminal in terminals
    ]
    return admin.call("pos.payment.method", "create", values)
