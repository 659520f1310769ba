"""A shop that can sell at once, made through Odoo's public API as an administrator would."""

import json
import urllib.request
from dataclasses import dataclass
from typing import Any

from .report import SetupError

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


@dataclass(frozen=True)
class Shop:
    """What was made: the till's register, and the address for Viva's webhooks."""

    register_id: int
    webhook_url: str


class Odoo:
    """Odoo as one logged-in user sees it: what the web client does, without the pages."""

    def __init__(self, url: str, database: str, login: str, password: str):
        """Log in.

        :raise SetupError: when Odoo does not know login and password.
        """
        self.url = url
        processor = urllib.request.HTTPCookieProcessor()
        self.cookies = processor.cookiejar
        self.browser = urllib.request.build_opener(processor)
        account = {"db": database, "login": login, "password": password}
        self._ask("/web/session/authenticate", account, f"log in as {login} / {password}")

    def call(self, model: str, method: str, *arguments: Any, **named: Any) -> Any:
        """Call a public method of a model.

        :raise SetupError: when Odoo refuses.
        """
        params = {"model": model, "method": method, "args": arguments, "kwargs": named}
        return self._ask(f"/web/dataset/call_kw/{model}/{method}", params, f"call {model}.{method}")

    def _ask(self, path: str, params: dict[str, Any], purpose: str) -> Any:
        request = urllib.request.Request(
            self.url + path,
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with self.browser.open(request, timeout=ANSWER_SECONDS) as response:
            answer = json.load(response)
        if "error" in answer:
            reason = answer["error"]["data"]["message"]
            raise SetupError(
                f"The demo's shop could not {purpose}: {reason} (dev/demo --fresh starts with a"
                " new database.)"
            )
        return answer.get("result")

    def find(self, model: str, *domain: tuple) -> int | None:
        """Return the id of the first record that fits, archived or not."""
        context = {"active_test": False}
        ids = self.call(model, "search", list(domain), limit=1, context=context)
        return ids[0] if ids else None

    def ensure(self, model: str, key: dict[str, Any], values: dict[str, Any]) -> int:
        """Return the id of the record with the given key, created with `values` if missing."""
        found = self.find(model, *((name, "=", value) for name, value in key.items()))
        return found or self.call(model, "create", {**key, **values})


def ensure_shop(url: str, database: str, simulator_url: str) -> Shop:
    """Make what is missing of the shop and return it; nothing that a person changed is undone.

    :param url: Odoo's address.
    :param simulator_url: address of the stand-in for Viva.
    """
    admin = Odoo(url, database, *ADMIN)
    _set_parameters(admin, {"pos_viva_wallet.simulator_url": simulator_url, "web.base.url": url})
    register = int(admin.call("ir.config_parameter", "get_param", REGISTER_PARAMETER) or 0)
    if not register:
        register = _open_shop(admin)
        _set_parameters(admin, {REGISTER_PARAMETER: str(register)})
    _ensure_session(Odoo(url, database, *CASHIER), register)
    return Shop(register, _webhook_url(admin, register))


def _set_parameters(admin: Odoo, parameters: dict[str, str]) -> None:
    for key, value in parameters.items():
        admin.call("ir.config_parameter", "set_param", key, value)


def _open_shop(admin: Odoo) -> int:
    _use_euro(admin)
    category = admin.ensure("pos.category", {"name": "Shop"}, {})
    for name, price in PRODUCTS.items():
        _ensure_product(admin, name, price, category)
    _ensure_cashier(admin)
    register = admin.ensure("pos.config", {"name": REGISTER}, {})
    for name, terminal in METHODS.items():
        _ensure_method(admin, name, terminal, register)
    return register


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


def _ensure_cashier(admin: Odoo) -> None:
    login, password = CASHIER
    groups = [
        _record(admin, "base", "group_user"),
        _record(admin, "point_of_sale", "group_pos_user"),
    ]
    values = {"name": "Cashier", "password": password, "group_ids": [(6, 0, groups)]}
    admin.ensure("res.users", {"login": login}, values)


def _record(admin: Odoo, module: str, name: str) -> int:
    """Return the id of the record that an addon knows by a name."""
    domain = [("module", "=", module), ("name", "=", name)]
    [data] = admin.call("ir.model.data", "search_read", domain, ["res_id"])
    return data["res_id"]


def _ensure_method(admin: Odoo, name: str, terminal: str, register: int) -> None:
    values = {
        **CREDENTIALS,
        "viva_wallet_terminal_id": terminal,
        "payment_method_type": "terminal",
        "use_payment_terminal": "viva_wallet",
        "journal_id": admin.find("account.journal", ("type", "=", "bank")),
        "config_ids": [(4, register)],
    }
    admin.ensure("pos.payment.method", {"name": name}, values)


def _ensure_session(cashier: Odoo, register: int) -> None:
    """Open the register, so that the till starts with its products."""
    cashier.call("pos.config", "open_ui", [register])
    opening = [("config_id", "=", register), ("state", "=", "opening_control")]
    for session in cashier.call("pos.session", "search", opening):
        cashier.call("pos.session", "set_opening_control", [session], 0, "")


def _webhook_url(admin: Odoo, register: int) -> str:
    field = "viva_wallet_webhook_endpoint"
    domain = [("use_payment_terminal", "=", "viva_wallet"), ("config_ids", "in", register)]
    [values] = admin.call("pos.payment.method", "search_read", domain, [field], limit=1)
    return values[field] or ""
