"""The simulator's settings, with the same names in Python and over HTTP."""

import dataclasses
from typing import Annotated

from .checks import check
from .errors import SimulatorError

WEBHOOK_EVENTS = (1796, 1797, 1798, 1802, 1803)


@dataclasses.dataclass
class Settings:
    """What can be set; times are seconds, amounts minor units. README.md says what each does."""

    merchant_id: str = "6f8b2d64-5c1e-4f0a-9d3b-2a7c51e0b9aa"
    api_key: str = "simulator-api-key"
    client_id: str = "simulator.apps.vivapayments.com"
    client_secret: str = "simulator-client-secret"
    webhook_key: str = "5A1C0FFEE5A1C0FFEE5A1C0FFEE5A1C0FFEE5A1C"
    shop_name: str = "Training shop"
    webhook_urls: list[str] = dataclasses.field(default_factory=list)
    events: list[Annotated[int, WEBHOOK_EVENTS]] = dataclasses.field(
        default_factory=lambda: list(WEBHOOK_EVENTS)
    )
    webhook_delay: float = 0
    webhook_copies: int = 1
    webhook_order: Annotated[str, ("normal", "reversed")] = "normal"
    webhook_timeout: float = 10
    calls_per_second: float = 0
    retry_after: float = 1
    session_seconds: float = 60
    token_seconds: float = 3600
    abort_seconds: float = 0.3
    result_seconds: float = 5
    list_lag: float = 0
    demo_declines: bool = True
    minimum_amount: int = 1
    surcharge_in_amount: bool = True
    currencies: list[str] = dataclasses.field(default_factory=list)
    refund_needs_card: bool = True
    refunds: bool = True
    unreferenced_refunds: bool = True
    web_refunds: bool = True
    part_refunds_before_clearing: bool = True
    several_part_refunds: bool = True
    refund_other_terminals: bool = True
    web_refund_reference: bool = True

    def changed(self, values):
        """Return a copy with new values.

        :param dict values: settings by name; ``webhook_url`` stands for a single address
        :raises SimulatorError: naming the setting that is unknown or has a wrong value
        """
        values = dict(values)
        if "webhook_url" in values:
            url = values.pop("webhook_url")
            values["webhook_urls"] = [url] if url else []
        check(Settings, values, "The simulator", "setting")
        if not all(
            url.startswith(("http://", "https://")) for url in values.get("webhook_urls", ())
        ):
            raise SimulatorError("'webhook_urls' must be addresses with http:// or https://.")
        return dataclasses.replace(self, **values)
