"""What a person in the back office waits for: a page with a list, as the web client loads it."""

import json
import time
import urllib.request
from collections.abc import Callable

from ..shop import ADMIN, Odoo

PAGES = {
    "Orders": ("point_of_sale.action_pos_pos_form", "pos.order", "list", ["name", "amount_total"]),
    "Payment methods": (
        "point_of_sale.action_pos_payment_method_form", "pos.payment.method", "list", ["name"],
    ),
}  # fmt: skip
ANSWER_SECONDS = 120
MOST_SECONDS = 60


class BackOffice:
    """An administrator who opens pages."""

    def __init__(self, url: str, database: str):
        """Log in."""
        self.odoo = Odoo(url, database, *ADMIN)

    def open_pages(self, times: int, pause: float) -> list[float]:
        """Open each of the pages so often, within a minute, and return the seconds that each took.

        :param pause: seconds between two pages.
        """
        taken = []
        begun = time.monotonic()
        for page in [*PAGES.values()] * times:
            if time.monotonic() - begun < MOST_SECONDS:
                taken.append(_timed(lambda page=page: self._open(*page)))
                time.sleep(pause)
        return taken

    def _open(self, action: str, model: str, view: str, fields: list[str]) -> None:
        self.odoo.browser.open(f"{self.odoo.url}/odoo", timeout=ANSWER_SECONDS).read()
        self._ask("/web/action/load", {"action_id": action})
        views = [[False, view], [False, "search"]]
        self.odoo.call(model, "get_views", views)
        specification = {name: {} for name in fields}
        self.odoo.call(model, "web_search_read", [], specification, limit=80)

    def _ask(self, path: str, params: dict[str, object]) -> None:
        request = urllib.request.Request(
            self.odoo.url + path,
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode(),
            headers={"Content-Type": "application/json"},
        )
        self.odoo.browser.open(request, timeout=ANSWER_SECONDS).read()


def _timed(work: Callable[[], None]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun
