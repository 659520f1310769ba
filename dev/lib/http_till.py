"""A till that speaks with a running Odoo, in real time."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from .shop import Odoo, Refused
from .till import QUESTION, Lost, Order, Place, Refusal, Till

# Odoo saves the orders of one register one at a time.
_saving = threading.Lock()


class HttpTill(Till):
    """One device of a register."""

    def __init__(self, odoo: Odoo, place: Place, pace: float = 1.0):
        """Switch it on.

        :param odoo: as the cashier.
        :param pace: what a second of the real till lasts here.
        """
        super().__init__(place, f"till {place.terminal}")
        self.odoo, self.pace = odoo, pace
        self.log: list[str] = []
        self._news = threading.Event()

    def rpc(self, method: str, *args: Any, model="viva.wallet.till", limit=QUESTION) -> Any:
        """Override to call Odoo over HTTP."""
        try:
            return self.odoo.call(model, method, *args)
        except Refused as refusal:
            self.note(f"{method}: refused: {str(refusal).splitlines()[0]}")
            is_about_rights = refusal.name.endswith(".AccessError")
            raise Refusal(str(refusal), is_about_rights) from refusal
        except (OSError, ValueError) as failure:
            self.note(f"{method}: lost: {failure}")
            raise Lost from failure

    def now(self) -> float:
        """Override to tell the real time."""
        return time.time()

    def wait(self, condition: Callable[[], bool], seconds: float) -> None:
        """Override to wait for news, or until the time is over."""
        if not condition():
            self._news.wait(seconds)
        self._news.clear()

    def spawn(self, name: str, work: Callable[[], object]) -> None:
        """Override to use a thread."""
        threading.Thread(target=work, name=name, daemon=True).start()

    def note(self, text: str) -> None:
        """Override to remember it."""
        self.log.append(text)

    def claim(self, snapshot: dict[str, Any]) -> None:
        """Override to remember it."""
        self.note(f"is told: {snapshot['state']} {snapshot.get('reason') or ''}")

    def cancel(self, line) -> None:
        """Override to do it at once."""
        super().cancel(line)
        self._news.set()

    def hear(self, session_id: str) -> None:
        """Override to look at once."""
        super().hear(session_id)
        self._news.set()

    def save(self, order: Order, state: str) -> bool:
        """Override to notice an order that was saved already, although the answer got lost."""
        domain = [("order_id.uuid", "=", order.uuid), ("order_id.state", "!=", "draft")]
        with _saving, suppress(Lost):
            lines = self.rpc("search_read", domain, ["uuid"], model="pos.order.line")
            if not lines:
                return super().save(order, state)
            order.ids |= {line["uuid"]: line["id"] for line in lines}
            order.is_paid = True
            return True
        return False
