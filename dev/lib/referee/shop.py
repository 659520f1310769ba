"""The register in the database: made once, and brought back to its start between schedules."""

from dataclasses import dataclass

from ..shop import (
    ADMIN,
    METHODS,
    PRODUCTS,
    Odoo,
    ensure_register,
    ensure_user,
    open_registers,
    set_parameters,
)
from ..till import Place

SIMULATOR = "http://127.0.0.1:9"
OTHER_ACCOUNT = {
    "viva_wallet_merchant_id": "11111111-5c1e-4f0a-9d3b-2a7c51e0b9aa",
    "viva_wallet_client_id": "other.apps.vivapayments.com",
}
TERMINALS = tuple(METHODS.values())
CASHIERS = ("cashier", "other cashier")
# What schedules write; what is changed in the others is put back, see `clean`.
FILLED = (
    "viva_wallet_event", "viva_wallet_rate_limit", "viva_wallet_transaction", "pos_payment",
    "pos_order_line", "pos_order", "bus_bus", "mail_message", "mail_tracking_value",
    "ir_cron_trigger", "ir_cron_progress",
)  # fmt: skip
KEPT = ("pos_payment_method", "pos_session", "res_groups_users_rel")


@dataclass
class Shop:
    """Where the two tills sell, and the secrets of the webhook addresses of their terminals."""

    places: tuple[Place, Place]
    tokens: tuple[str, str]


class OwnOdoo(Odoo):
    """Odoo in this process, as a user sees it."""

    def __init__(self, server, login: str):
        """Log in; nobody asks for the password."""
        self._server, self._login = server, login

    def call(self, model, method, *arguments, **named):
        """Override to call the method itself, in a transaction of its own."""
        with self._server.admin() as env:
            user = env["res.users"].search([("login", "=", self._login)])
            records = env(user=user.id, su=False)[model]
            return self._server.call_kw(records, method, list(arguments), named)


def ensure_shop(server) -> Shop:
    """Make the register of the demo with two terminals and two cashiers, and open it."""
    admin = OwnOdoo(server, ADMIN[0])
    set_parameters(admin, {"pos_viva_wallet.simulator_url": SIMULATOR})
    register = ensure_register(admin)
    users = [ensure_user(admin, login, login) for login in CASHIERS]
    open_registers(OwnOdoo(server, CASHIERS[0]), [register])
    with server.admin() as env:
        config = env["pos.config"].browse(register)
        product = env["product.product"].search([("name", "=", next(iter(PRODUCTS)))]).id
        cash = config.payment_method_ids.filtered("is_cash_count").id
        cards = [
            env["pos.payment.method"].search([("viva_wallet_terminal_id", "=", terminal)])
            for terminal in TERMINALS
        ]
        places = tuple(
            Place(config.current_session_id.id, product, cash, user, card.id)
            for user, card in zip(users, cards, strict=True)
        )
        tokens = tuple(card.viva_wallet_webhook_token for card in cards)
        # One thread would wait for itself: say so instead.
        env.cr.execute(f"ALTER DATABASE \"{env.cr.dbname}\" SET lock_timeout = '2s'")
        for table in KEPT:
            env.cr.execute(f"DROP TABLE IF EXISTS referee_{table}")
            env.cr.execute(f"CREATE TABLE referee_{table} AS SELECT * FROM {table}")
    clean(server, has_changed_settings=True)
    return Shop(places, tokens)


def clean(server, has_changed_settings: bool) -> None:
    """Bring the database back to its start.

    :param has_changed_settings: whether a schedule has changed more than orders and payments.
    """
    with server.admin() as env:
        env.cr.execute("SET LOCAL session_replication_role = replica")
        env.cr.execute(";".join(f"DELETE FROM {table}" for table in FILLED))
        if has_changed_settings:
            for table in KEPT:
                env.cr.execute(
                    f"DELETE FROM {table}; INSERT INTO {table} SELECT * FROM referee_{table}"
                )
    if has_changed_settings:
        server.registry.clear_all_caches()
