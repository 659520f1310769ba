"""The shop of the benchmark: the demo's shop, and in its register a method of pos_viva_com."""

from dataclasses import dataclass

from ..paths import ADDON
from ..shop import ADMIN, CREDENTIALS, METHODS, Odoo, Shop

BUNDLED_MODULES = ("pos_viva_com", "pos_viva_com_simulator")
BUNDLED_METHOD = "Card (Viva.com)"
# The demo's shop has the first two.
BUNDLED_TERMINAL = "16000003"


@dataclass(frozen=True)
class Contender:
    """A payment method to measure.

    `module`: the addon that it belongs to; `method`: its name on the till; `terminal`: its terminal;
    `webhook_url`: where Viva sends its notifications.
    """

    module: str
    method: str
    terminal: str
    webhook_url: str


def add_contenders(
    url: str, database: str, simulator_url: str, shop: Shop
) -> tuple[Contender, Contender]:
    """Add the bundled module's method to the demo's register; return ours and that one.

    :param url: Odoo's address.
    :param simulator_url: address of the stand-in for Viva.
    """
    admin = Odoo(url, database, *ADMIN)
    for parameter in ("pos_viva_wallet.simulator_url", "pos_viva_com_simulator.url"):
        admin.call("ir.config_parameter", "set_param", parameter, simulator_url)
    method, terminal = next(iter(METHODS.items()))
    ours = Contender(ADDON, method, terminal, shop.webhook_url)
    return ours, _bundled(admin, shop.register_id)


def _bundled(admin: Odoo, register: int) -> Contender:
    credentials = {
        name.replace("viva_wallet_", "viva_com_"): value for name, value in CREDENTIALS.items()
    }
    values = {
        **credentials,
        "viva_com_terminal_id": BUNDLED_TERMINAL,
        "payment_method_type": "terminal",
        "use_payment_terminal": "viva_com",
        "journal_id": admin.find("account.journal", ("type", "=", "bank")),
        "config_ids": [(4, register)],
    }
    method = admin.ensure("pos.payment.method", {"name": BUNDLED_METHOD}, values)
    # It renews its access token with the rights of whoever sells, which a cashier's do not suffice
    # for. The question about any session makes it fetch one.
    admin.call("pos.payment.method", "viva_com_get_payment_status", [method], "none")
    [stored] = admin.call("pos.payment.method", "read", [method], ["viva_com_webhook_endpoint"])
    return Contender(
        "pos_viva_com", BUNDLED_METHOD, BUNDLED_TERMINAL, stored["viva_com_webhook_endpoint"]
    )
