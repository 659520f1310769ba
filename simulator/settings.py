"""The simulator's settings, with the same names in Python, on the command line and over HTTP."""

import dataclasses

from .errors import SimulatorError

WEBHOOK_EVENTS = (1796, 1797, 1798, 1802, 1803)
WEBHOOK_ORDERS = ("normal", "reversed")


@dataclasses.dataclass
class Settings:
    """What can be set; times are seconds, amounts minor units.

    :ivar merchant_id: merchant that all terminals belong to (Basic user of the web API)
    :ivar api_key: Basic password of the web API
    :ivar client_id: OAuth client of the POS API
    :ivar client_secret: its secret
    :ivar webhook_key: what ``GET /api/messages/config/token`` returns
    :ivar shop_name: shown on the terminals
    :ivar webhook_urls: addresses that get every webhook
    :ivar events: event types that are switched on
    :ivar webhook_delay: wait before a webhook is sent
    :ivar webhook_copies: how often each is sent (0 never, 2 doubles)
    :ivar webhook_order: "normal", or "reversed" within what one event causes
    :ivar webhook_timeout: how long a receiver may take
    :ivar calls_per_second: further calls are refused (429); 0 for no limit
    :ivar retry_after: seconds that a refused call is told to wait; 0 for not being told
    :ivar session_seconds: an unpaid session ends with event 1003 after this time on the screen
    :ivar token_seconds: lifetime of an access token
    :ivar abort_seconds: time until the terminal carries out an accepted abort
    :ivar result_seconds: how long a terminal shows a result
    :ivar demo_declines: whether sales of 99.01 to 99.99 are declined, as in Viva's demo
    :ivar minimum_amount: smaller amounts are refused (Viva's demo: 30 for euros)
    :ivar currencies: numeric codes that are taken; empty means every ISO 4217 code
    :ivar refund_needs_card: whether a refund waits for a card at the terminal
    :ivar refunds: whether the merchant may refund (else event 1014)
    :ivar unreferenced_refunds: whether refunds without a sale are allowed (else event 1014)
    :ivar web_refunds: whether "Allow refunds" is ticked for ``DELETE /api/transactions``
    :ivar part_refunds_before_clearing: whether a part can be refunded on the UTC day of the sale
        (else event 1008, on the web error 2055)
    :ivar several_part_refunds: whether a sale can be refunded more than once (else event 1008)
    :ivar refund_other_terminals: whether another terminal than the sale's can refund it (else
        event 1101)
    :ivar list_lag: entries younger than this are not in the lists of a day yet
    :ivar web_refund_reference: whether a web refund keeps its ``merchantTrns`` (else the sale's)
    """

    merchant_id: str = "6f8b2d64-5c1e-4f0a-9d3b-2a7c51e0b9aa"
    api_key: str = "simulator-api-key"
    client_id: str = "simulator.apps.vivapayments.com"
    client_secret: str = "simulator-client-secret"
    webhook_key: str = "5A1C0FFEE5A1C0FFEE5A1C0FFEE5A1C0FFEE5A1C"
    shop_name: str = "Training shop"
    webhook_urls: list[str] = dataclasses.field(default_factory=list)
    events: list[int] = dataclasses.field(default_factory=lambda: list(WEBHOOK_EVENTS))
    webhook_delay: float = 0
    webhook_copies: int = 1
    webhook_order: str = "normal"
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
        known = {field.name for field in dataclasses.fields(self)}
        for name in values:
            if name not in known:
                raise SimulatorError(
                    f"There is no setting {name!r}. Known: {', '.join(sorted(known))}, webhook_url."
                )
        settings = dataclasses.replace(self, **values)
        settings.check()
        return settings

    def check(self):
        """Raise SimulatorError when a value has the wrong type or is out of range."""
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            problem = _CHECKS[field.name](value) if field.name in _CHECKS else None
            problem = problem or _TYPE_CHECKS[field.type](value)
            if problem:
                raise SimulatorError(f"The setting {field.name!r} must be {problem}.")

    def as_dict(self):
        """Return all settings as plain values."""
        return dataclasses.asdict(self)


def is_number(value):
    """Tell whether a JSON value is a number (a bool is not)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_integer(value):
    """Tell whether a JSON value is a whole number (a bool is not)."""
    return isinstance(value, int) and not isinstance(value, bool)


def _check_text(value):
    return None if isinstance(value, str) and value else "a text that is not empty"


def _check_integer(value):
    return None if is_integer(value) and value >= 0 else "a whole number, 0 or more"


def _check_number(value):
    return None if is_number(value) and value >= 0 else "a number, 0 or more"


def _check_bool(value):
    return None if isinstance(value, bool) else "true or false"


def _check_list_of(kind, what):
    def check(value):
        good = isinstance(value, list) and all(
            isinstance(item, kind) and not isinstance(item, bool) for item in value
        )
        return None if good else f"a list of {what}"

    return check


def _check_events(value):
    if isinstance(value, list) and all(event in WEBHOOK_EVENTS for event in value):
        return None
    return f"a list of event types out of {', '.join(map(str, WEBHOOK_EVENTS))}"


def _check_urls(value):
    if isinstance(value, list) and all(
        isinstance(url, str) and url.startswith(("http://", "https://")) for url in value
    ):
        return None
    return "an address (or, webhook_urls, a list) that starts with http:// or https://"


def _check_order(value):
    return None if value in WEBHOOK_ORDERS else f"one of {', '.join(WEBHOOK_ORDERS)}"


_TYPE_CHECKS = {
    str: _check_text,
    int: _check_integer,
    float: _check_number,
    bool: _check_bool,
    list[int]: _check_list_of(int, "whole numbers"),
    list[str]: _check_list_of(str, "texts"),
}
_CHECKS = {"events": _check_events, "webhook_urls": _check_urls, "webhook_order": _check_order}
