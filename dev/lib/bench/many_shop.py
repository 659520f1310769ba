"""A big shop for the benchmark of many terminals: registers, each with several of them."""

from dataclasses import asdict, dataclass
from typing import Any

from ..shop import ADMIN, CASHIER, CREDENTIALS, Odoo
from .viva import Viva

TILLS_PER_REGISTER = 5
FIRST_TERMINAL = 17000001


@dataclass(frozen=True)
class Place:
    """Where one till stands.

    `channel`: on which the server wakes the till; `session`: id of the register's opened session.
    """

    terminal: str
    method: int
    register: int
    session: int
    channel: str


def open_places(url: str, database: str, viva: Viva, count: int) -> list[Place]:
    """Make payment methods and registers for so many terminals, and open the registers.

    :param url: Odoo's address.
    """
    admin = Odoo(url, database, *ADMIN)
    terminals = [str(FIRST_TERMINAL + number) for number in range(count)]
    for terminal in terminals:
        viva.add_terminal(terminal)
    methods = _create_methods(admin, terminals)
    registers = _create_registers(admin, methods)
    sessions = _open(Odoo(url, database, *CASHIER), registers)
    tokens = {
        register["id"]: register["access_token"]
        for register in admin.call("pos.config", "read", registers, ["access_token"])
    }
    places = []
    for number, (terminal, method) in enumerate(zip(terminals, methods, strict=True)):
        register = registers[number // TILLS_PER_REGISTER]
        places.append(Place(terminal, method, register, sessions[register], tokens[register]))
    return places


def webhook_url(url: str, database: str, method: int) -> str:
    """Return the webhook address of a method; one address serves all of a merchant's terminals."""
    field = "viva_wallet_webhook_endpoint"
    [values] = Odoo(url, database, *ADMIN).call("pos.payment.method", "read", [method], [field])
    return values[field]


def as_json(places: list[Place]) -> list[dict[str, Any]]:
    """Return the places as plain values."""
    return [asdict(place) for place in places]


def _create_methods(admin: Odoo, terminals: list[str]) -> list[int]:
    journal = admin.find("account.journal", ("type", "=", "bank"))
    values = [
        {
            **CREDENTIALS,
            "name": f"Terminal {terminal}",
            "viva_wallet_terminal_id": terminal,
            "payment_method_type": "terminal",
            "use_payment_terminal": "viva_wallet",
            "journal_id": journal,
        }
        for terminal in terminals
    ]
    return admin.call("pos.payment.method", "create", values)


def _create_registers(admin: Odoo, methods: list[int]) -> list[int]:
    values = [
        {
            "name": f"Register {first // TILLS_PER_REGISTER + 1}",
            "payment_method_ids": [(6, 0, methods[first : first + TILLS_PER_REGISTER])],
        }
        for first in range(0, len(methods), TILLS_PER_REGISTER)
    ]
    return admin.call("pos.config", "create", values)


def _open(cashier: Odoo, registers: list[int]) -> dict[int, int]:
    """Open the registers; return the ids of their sessions."""
    for register in registers:
        cashier.call("pos.config", "open_ui", [register])
    domain = [("config_id", "in", registers), ("state", "=", "opening_control")]
    opened = cashier.call("pos.session", "search_read", domain, ["config_id"])
    for session in opened:
        cashier.call("pos.session", "set_opening_control", [session["id"]], 0, "")
    return {session["config_id"][0]: session["id"] for session in opened}
