"""The register in the database: made once, and brought back to its start between schedules."""

from dataclasses import dataclass

CREDENTIALS = {
    "viva_wallet_merchant_id": "6f8b2d64-5c1e-4f0a-9d3b-2a7c51e0b9aa",
    "viva_wallet_api_key": "simulator-api-key",
    "viva_wallet_client_id": "simulator.apps.vivapayments.com",
    "viva_wallet_client_secret": "simulator-client-secret",
}
OTHER_ACCOUNT = {
    "viva_wallet_merchant_id": "11111111-5c1e-4f0a-9d3b-2a7c51e0b9aa",
    "viva_wallet_client_id": "other.apps.vivapayments.com",
}
TERMINALS = ("16000001", "16000002")
# What schedules write; what is changed in the others is put back, see `Shop`.
FILLED = (
    "viva_wallet_event", "viva_wallet_rate_limit", "viva_wallet_transaction", "pos_payment",
    "pos_order_line", "pos_order", "bus_bus", "mail_message", "mail_tracking_value",
    "ir_cron_trigger", "ir_cron_progress",
)  # fmt: skip
KEPT = ("pos_payment_method", "pos_session", "res_groups_users_rel")


@dataclass
class Shop:
    """What a till knows: ids."""

    config: int
    session: int
    product: int
    cash: int
    cards: tuple[int, int]
    cashiers: tuple[int, int]
    tokens: tuple[str, str]


def ensure_shop(server) -> Shop:
    """Make a register with two terminals and two cashiers, and open it."""
    with server.admin() as env:
        parameters = env["ir.config_parameter"].sudo()
        if not parameters.get_param("referee.config"):
            parameters.set_param("referee.config", _make(env))
    with server.admin() as env:
        config = env["pos.config"].browse(
            int(env["ir.config_parameter"].sudo().get_param("referee.config"))
        )
        cards = config.payment_method_ids.filtered(
            lambda method: method.use_payment_terminal == "viva_wallet"
        ).sorted("id")
        shop = Shop(
            config.id,
            config.current_session_id.id,
            env["product.product"].search([("default_code", "=", "REFEREE")]).id,
            config.payment_method_ids.filtered("is_cash_count").id,
            tuple(cards.ids),
            tuple(env["res.users"].search([("login", "like", "referee%")], order="login").ids),
            tuple(cards.mapped("viva_wallet_webhook_token")),
        )
        _forbid_waiting(env.cr)
    _keep(server)
    return shop


def _make(env) -> int:
    euro = env.ref("base.EUR")
    euro.active = True
    env.company.currency_id = euro
    env["ir.config_parameter"].set_param("pos_viva_wallet.simulator_url", "http://127.0.0.1:9")
    env["product.product"].create(
        {
            "name": "Referee", "default_code": "REFEREE", "type": "service",
            "available_in_pos": True, "taxes_id": False,
        }
    )  # fmt: skip
    users = [
        env["res.users"].create(
            {
                "name": f"Cashier {number}",
                "login": f"referee{number}",
                "group_ids": [
                    (
                        6,
                        0,
                        [env.ref("base.group_user").id, env.ref("point_of_sale.group_pos_user").id],
                    )
                ],
            }
        )
        for number in (1, 2)
    ]
    bank = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", env.company.id)], limit=1
    )
    drawer = env["account.journal"].create({"name": "Referee", "type": "cash", "code": "REF"})
    methods = env["pos.payment.method"].create(
        [
            {"name": "Cash", "journal_id": drawer.id},
            *(
                {
                    **CREDENTIALS,
                    "name": f"Terminal {terminal}",
                    "viva_wallet_test_mode": True,
                    "viva_wallet_terminal_id": terminal,
                    "payment_method_type": "terminal",
                    "use_payment_terminal": "viva_wallet",
                    "journal_id": bank.id,
                }
                for terminal in TERMINALS
            ),
        ]
    )
    config = env["pos.config"].create(
        {"name": "Referee", "payment_method_ids": [(6, 0, methods.ids)]}
    )
    config.with_user(users[0]).open_ui()
    config.current_session_id.with_user(users[0]).set_opening_control(0, "")
    return config.id


def _forbid_waiting(cr) -> None:
    """One thread would wait for itself: say so instead."""
    cr.execute(f"ALTER DATABASE \"{cr.dbname}\" SET lock_timeout = '2s'")


def _keep(server) -> None:
    with server.admin() as env:
        for table in KEPT:
            env.cr.execute(f"DROP TABLE IF EXISTS referee_{table}")
            env.cr.execute(f"CREATE TABLE referee_{table} AS SELECT * FROM {table}")
        for table in FILLED:
            env.cr.execute(f"DELETE FROM {table}")


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
