"""A shop that can sell at once, made through Odoo's public API as an administrator would."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import requests

from .report import SetupError
from .till import Place

ANSWER_SECONDS = 60
ADMIN = ("admin", "admin")
CASHIER = ("cashier", "cashier")
REGISTER = "Viva Wallet demo shop"
# Remembers the register's id once the shop is complete.
REGISTER_PARAMETER = "pos_viva_wallet.demo_register"
# The values that the simulator accepts unless told otherwise.
CREDENTIALS = {
    "viva_wallet_merchant_id": "6f8b2d64-5c1e-4f0a-9d3b-2a7c51e0b9aa",
    "viva_wallet_api_key": "simulator-api-key",
    "viva_wallet_client_id": "simulator.apps.vivapayments.com",
    "viva_wallet_client_secret": "simulator-client-secret",
    "viva_wallet_test_mode": True,
}
FIRST_TERMINAL = 17000001
METHODS = {"Card (Viva Wallet)": "16000001", "Second terminal": "16000002"}
PRODUCTS = {
    "Coffee": 2.50,
    "Tea": 2.20,
    "Croissant": 1.90,
    "Sandwich": 5.40,
    "Lemonade": 3.10,
    "Olive oil 0.5 l": 12.80,
    "Gift box": 49.00,
    "Sweet": 0.01,
}


class Refused(SetupError):
    """Odoo answered with an error; `name` is that of its class."""

    def __init__(self, text: str, name: str):
        """Keep the name for whoever has to tell errors apart."""
        super().__init__(text)
        self.name = name


class Odoo:
    """Odoo as one logged-in user sees it: what the web client does, without the pages."""

    def __init__(self, url: str, database: str, login: str, password: str):
        """Log in.

        :raise Refused: when Odoo does not know login and password.
        """
        self.url = url
        self.browser = requests.Session()
        # Odoo's workers serve one request of a connection; a kept one could be that of a dead worker.
        self.browser.headers["Connection"] = "close"
        account = {"db": database, "login": login, "password": password}
        self.ask("/web/session/authenticate", account, f"log in as {login} / {password}")

    def call(self, model: str, method: str, *arguments: Any, **named: Any) -> Any:
        """Call a public method of a model.

        :raise Refused: when Odoo answers with an error.
        :raise OSError: when it does not answer.
        """
        params = {"model": model, "method": method, "args": arguments, "kwargs": named}
        return self.ask(f"/web/dataset/call_kw/{model}/{method}", params, f"call {model}.{method}")

    def ask(self, path: str, params: dict[str, Any], purpose: str) -> Any:
        """Call a route that speaks JSON-RPC; see `call`.

        :param purpose: ends the sentence "Odoo could not ...".
        """
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        reply = self.browser.post(self.url + path, json=body, timeout=ANSWER_SECONDS)
        reply.raise_for_status()
        answer = reply.json()
        if "error" in answer:
            data = answer["error"]["data"]
            raise Refused(f"Odoo could not {purpose}: {data['message']}", data["name"])
        return answer.get("result")

    def cookies(self) -> str:
        """Return the value of the header that proves who is logged in."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.browser.cookies)

    def find(self, model: str, *domain: tuple) -> int | None:
        """Return the id of the first record that fits, archived or not."""
        context = {"active_test": False}
        ids = self.call(model, "search", list(domain), limit=1, context=context)
        return ids[0] if ids else None

    def ensure(self, model: str, key: dict[str, Any], values: dict[str, Any]) -> int:
        """Return the id of the record with the given key, created with `values` if missing."""
        found = self.find(model, *((name, "=", value) for name, value in key.items()))
        return found or self.call(model, "create", {**key, **values})


@dataclass(frozen=True)
class Shop:
    """A shop that is open: its register, the address for Viva's webhooks, and who is logged in."""

    register_id: int
    webhook_url: str
    admin: Odoo
    cashier: Odoo


def ensure_shop(url: str, database: str, simulator_url: str) -> Shop:
    """Make what is missing of the shop and return it; nothing that a person changed is undone.

    :param url: Odoo's address.
    :param simulator_url: address of the stand-in for Viva.
    """
    admin = Odoo(url, database, *ADMIN)
    set_parameters(admin, {"pos_viva_wallet.simulator_url": simulator_url, "web.base.url": url})
    register = ensure_register(admin)
    cashier = Odoo(url, database, *CASHIER)
    open_registers(cashier, [register])
    return Shop(register, _webhook_url(admin, register), admin, cashier)


def ensure_register(admin: Odoo) -> int:
    """Make what is missing of the shop's records, and return the id of its register."""
    register = int(admin.call("ir.config_parameter", "get_param", REGISTER_PARAMETER) or 0)
    if not register:
        register = _make_shop(admin)
        set_parameters(admin, {REGISTER_PARAMETER: str(register)})
    return register


def open_registers(cashier: Odoo, registers: list[int]) -> None:
    """Open registers, so that a till starts with its products."""
    for register in registers:
        cashier.call("pos.config", "open_ui", [register])
    opening = [("config_id", "in", registers), ("state", "=", "opening_control")]
    for session in cashier.call("pos.session", "search", opening):
        cashier.call("pos.session", "set_opening_control", [session], 0, "")


def add_places(shop: Shop, viva, count: int, per_register: int = 0) -> list[Place]:
    """Make so many terminals, each with its payment method, and return where their tills sell.

    :param viva: the simulator.
    :param per_register: how many a new register has; 0: all are added to the shop's register.
    """
    terminals = [str(FIRST_TERMINAL + number) for number in range(count)]
    for terminal in terminals:
        viva.add_terminal(terminal)
    # All at once: each creation empties the caches of all workers.
    links = {} if per_register else {"config_ids": [(4, shop.register_id)]}
    values = [{**_method(shop.admin, f"Terminal {name}", name), **links} for name in terminals]
    methods = shop.admin.call("pos.payment.method", "create", values)
    registers = [shop.register_id] * count
    if per_register:
        registers = _registers_of(shop, methods, per_register)
    return list(_places(shop, terminals, methods, registers))


def _registers_of(shop: Shop, methods: list[int], size: int) -> list[int]:
    """Make registers of so many methods each, open them, and return that of each method."""
    parts = [methods[first : first + size] for first in range(0, len(methods), size)]
    values = [
        {"name": f"Register {number}", "payment_method_ids": [(6, 0, part)]}
        for number, part in enumerate(parts, 1)
    ]
    registers = shop.admin.call("pos.config", "create", values)
    open_registers(shop.cashier, registers)
    return [register for register, part in zip(registers, parts, strict=True) for _method in part]


def _places(
    shop: Shop, terminals: list[str], methods: list[int], registers: list[int]
) -> Iterator[Place]:
    admin = shop.admin
    product = admin.find("product.product", ("name", "=", next(iter(PRODUCTS))))
    user = admin.find("res.users", ("login", "=", CASHIER[0]))
    cash = admin.find(
        "pos.payment.method", ("is_cash_count", "=", True), ("config_ids", "in", shop.register_id)
    )
    fields = ["current_session_id", "access_token"]
    known = {row["id"]: row for row in admin.call("pos.config", "read", registers, fields)}
    for terminal, method, register in zip(terminals, methods, registers, strict=True):
        session, channel = (known[register][name] for name in fields)
        yield Place(session[0], product, cash, user, method, terminal, channel)


def webhook_of(admin: Odoo, method: int) -> str:
    """Return the webhook address of a payment method; it serves all terminals of its merchant."""
    field = "viva_wallet_webhook_endpoint"
    [values] = admin.call("pos.payment.method", "read", [method], [field])
    return values[field] or ""


def set_parameters(admin: Odoo, parameters: dict[str, str]) -> None:
    for key, value in parameters.items():
        admin.call("ir.config_parameter", "set_param", key, value)


def _make_shop(admin: Odoo) -> int:
    _use_euro(admin)
    category = admin.ensure("pos.category", {"name": "Shop"}, {})
    for name, price in PRODUCTS.items():
        _ensure_product(admin, name, price, category)
    ensure_user(admin, *CASHIER)
    register = admin.ensure("pos.config", {"name": REGISTER}, {})
    _remove_other_cards(admin, register)
    for name, terminal in METHODS.items():
        values = {**_method(admin, name, terminal), "config_ids": [(4, register)]}
        admin.ensure("pos.payment.method", {"name": name}, values)
    return register


def _remove_other_cards(admin: Odoo, register: int) -> None:
    """Take the payment methods for cards without a terminal off a register: they only confuse."""
    domain = [
        ("config_ids", "in", register),
        ("is_cash_count", "=", False),
        ("use_payment_terminal", "=", False),
        ("split_transactions", "=", False),
    ]
    links = [(3, method) for method in admin.call("pos.payment.method", "search", domain)]
    admin.call("pos.config", "write", [register], {"payment_method_ids": links})


def _use_euro(admin: Odoo) -> None:
    """Viva's countries pay in euro; without journal entries the currency may still change."""
    euro = admin.find("res.currency", ("name", "=", "EUR"))
    admin.call("res.currency", "write", [euro], {"active": True})
    company = admin.find("res.company")
    admin.call("res.company", "write", [company], {"currency_id": euro, "name": "Viva Wallet demo"})


def _ensure_product(admin: Odoo, name: str, price: float, category: int) -> None:
    values = {
        "list_price": price,
        "available_in_pos": True,
        "taxes_id": [(5,)],
        "pos_categ_ids": [(4, category)],
    }
    admin.ensure("product.product", {"name": name}, values)


def ensure_user(admin: Odoo, login: str, password: str) -> int:
    """Make a cashier, unless there is one of that name, and return the id."""
    groups = [
        record_id(admin, "base", "group_user"),
        record_id(admin, "point_of_sale", "group_pos_user"),
    ]
    values = {"name": login.title(), "password": password, "group_ids": [(6, 0, groups)]}
    return admin.ensure("res.users", {"login": login}, values)


def record_id(admin: Odoo, module: str, name: str) -> int:
    """Return the id of the record that an addon knows by a name."""
    domain = [("module", "=", module), ("name", "=", name)]
    [data] = admin.call("ir.model.data", "search_read", domain, ["res_id"])
    return data["res_id"]


def _method(admin: Odoo, name: str, terminal: str) -> dict[str, Any]:
    return {
        **CREDENTIALS,
        "name": name,
        "viva_wallet_terminal_id": terminal,
        "payment_method_type": "terminal",
        "use_payment_terminal": "viva_wallet",
        "journal_id": admin.find("account.journal", ("type", "=", "bank")),
    }


def _webhook_url(admin: Odoo, register: int) -> str:
    own = admin.find(
        "pos.payment.method",
        ("use_payment_terminal", "=", "viva_wallet"),
        ("config_ids", "in", register),
    )
    return webhook_of(admin, own)
