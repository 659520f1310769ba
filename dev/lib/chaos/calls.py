"""What a till asks of Odoo, and what came of it."""

import http.client
import time
from contextlib import contextmanager
from typing import Any

from ..report import SetupError
from ..shop import Odoo


class Calls:
    """The calls of one till about one order, with a log of them."""

    def __init__(self, odoo: Odoo):
        """Begin an empty log.

        :param odoo: as the cashier.
        """
        self.odoo = odoo
        self.log: list[str] = []
        self.lost_at = 0.0

    def make(self, model: str, method: str, *arguments: Any) -> Any:
        """Call a public method of a model."""
        return self.odoo.call(model, method, *arguments)

    def note(self, text: str) -> None:
        """Write something into the log."""
        self.log.append(text)

    @contextmanager
    def noted(self, what: str):
        """Have the block end, and the log tell why, when Odoo refuses or does not answer."""
        try:
            yield
        except SetupError as refusal:
            self.note(f"{what}: refused: {str(refusal).splitlines()[0]}")
        except (OSError, http.client.HTTPException, ValueError) as failure:
            self.lost_at = time.monotonic()
            self.note(f"{what}: lost: {failure}")
