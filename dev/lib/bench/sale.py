"""One sale, measured."""

import os
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from ..report import SetupError
from .shop import Contender
from .till import Till
from .viva import Viva, VivaError


@dataclass(frozen=True)
class Sale:
    """What one sale took; times in seconds.

    `request`: tap on the payment method until the terminal has the request;
    `paid`: approval at the terminal until the payment line says so, None when the receipt was faster;
    `receipt`: approval until the receipt is on the screen;
    `calls`: calls to Viva by operation, without those that come minutes later; `rpcs`: calls of the browser to Odoo by name;
    `server`: CPU time of the Odoo process; `session`: id by which Viva knows the payment.
    """

    request: float
    paid: float | None
    receipt: float
    calls: Counter[str]
    rpcs: Counter[str]
    server: float
    session: str


class Seller:
    """Sells, and measures what that takes."""

    def __init__(self, till: Till, viva: Viva, odoo_pid: int):
        """Name what is watched.

        :param odoo_pid: process id of Odoo, which runs as a single process.
        """
        self.till = till
        self.viva = viva
        self.odoo_pid = odoo_pid

    def sell(self, contender: Contender, product: str, wait: float) -> Sale:
        """Sell one product by card.

        :param wait: seconds that the customer takes to find the card.
        :raise SetupError: when a step did not happen.
        """
        try:
            return self._sell(contender, product, wait)
        except VivaError as error:
            raise SetupError(f"{error} The till shows:\n{self.till.describe()}") from error

    def _sell(self, contender: Contender, product: str, wait: float) -> Sale:
        tokens, cpu = self.viva.token_calls(), cpu_seconds(self.odoo_pid)
        tapped = self.till.ask("pay", product=product, method=contender.method)
        shown = self.viva.wait_for_request(contender.terminal)
        time.sleep(wait)
        approved = self.viva.tap(contender.terminal)["finished_at"]
        seen = self.till.ask("receipt")
        rpcs = self.till.ask("settle")["rpcs"]
        self.viva.wait_for_deliveries(shown["session_id"])
        calls = self.viva.calls_about(shown["session_id"])
        sale = Sale(
            request=shown["created_at"] - tapped["clicked"],
            paid=seen["paid"] - approved if "paid" in seen else None,
            receipt=seen["receipt"] - approved,
            calls=calls + Counter(token=self.viva.token_calls() - tokens),
            rpcs=Counter(rpcs),
            server=cpu_seconds(self.odoo_pid) - cpu,
            session=shown["session_id"],
        )
        self.till.ask("next")
        return sale


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used: fields 14 and 15 of proc(5) stat."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
