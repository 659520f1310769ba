"""The results as a table, and what was promised of them."""

from collections import Counter
from collections.abc import Callable, Sequence
from statistics import mean, median

from .sale import Sale

WIDTH = 46
COLUMN = 24
# Without webhooks a till that asks every second knows after half of one, and then prints.
LONGEST_WITHOUT_WEBHOOKS = 1.0
MOST_CALLS = 4

Figure = Callable[[Sale], float | None]

ROWS: tuple[tuple[str, Figure, int], ...] = (
    ("tap until the terminal has the request (s)", lambda sale: sale.request, 3),
    ("approval until the line says paid (s)", lambda sale: sale.paid, 3),
    ("approval until the receipt shows (s)", lambda sale: sale.receipt, 3),
    ("calls to Viva per sale", lambda sale: sale.calls.total(), 0),
    ("RPCs of the till per sale", lambda sale: sale.rpcs.total(), 0),
    ("server seconds per sale (CPU of Odoo)", lambda sale: sale.server, 2),
)


def table(results: dict[str, dict[str, list[Sale]]]) -> str:
    """Return the table: median, least and most of each figure.

    :param results: "with webhooks" or "without webhooks" -> module -> its sales.
    """
    lines = []
    for mode, modules in results.items():
        lines.append(mode.ljust(WIDTH) + "".join(name.rjust(COLUMN) for name in modules))
        lines.append(" " * WIDTH + "median (min .. max)".rjust(COLUMN) * len(modules))
        for title, figure, digits in ROWS:
            cells = (_cell([figure(sale) for sale in sales], digits) for sales in modules.values())
            lines.append(title.ljust(WIDTH) + "".join(cell.rjust(COLUMN) for cell in cells))
        lines += [f"  {name}: {_operations(sales)}" for name, sales in modules.items()]
        lines.append("")
    return "\n".join(lines)


def _cell(values: Sequence[float | None], digits: int) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "not seen"
    if not digits and median(known) % 1:
        digits = 1
    middle, least, most = (
        f"{value:.{digits}f}" for value in (median(known), min(known), max(known))
    )
    return f"{middle} ({least} .. {most})"


def _operations(sales: Sequence[Sale]) -> str:
    """Return the mean number of calls of each kind."""
    calls, rpcs = Counter(), Counter()
    for sale in sales:
        calls.update(sale.calls)
        rpcs.update(sale.rpcs)
    count = len(sales)
    viva = ", ".join(f"{name} {number / count:.1f}" for name, number in calls.most_common())
    odoo = ", ".join(f"{name} {number / count:.1f}" for name, number in rpcs.most_common())
    return f"Viva: {viva}; RPCs: {odoo}"


def verdicts(results: dict[str, dict[str, list[Sale]]], later_calls: int) -> list[str]:
    """Return one line for each promise: kept or broken, and the figures it rests on.

    :param later_calls: of our scheduled job to Viva about each sale.
    """
    with_webhooks, without = results["with webhooks"], results["without webhooks"]
    ours, bundled = (
        [*first, *second]
        for first, second in zip(with_webhooks.values(), without.values(), strict=True)
    )
    our_webhooks, bundled_webhooks = with_webhooks.values()
    our_polling, _bundled_polling = without.values()
    return [
        _verdict(
            "tap until request: no slower than pos_viva_com",
            _median(ours, lambda sale: sale.request),
            _median(bundled, lambda sale: sale.request),
        ),
        _verdict(
            "approval until paid with webhooks: at most the time of pos_viva_com",
            _median(our_webhooks, lambda sale: sale.paid),
            _median(bundled_webhooks, lambda sale: sale.paid),
        ),
        _verdict(
            "approval until receipt without webhooks: at most 1 s",
            _median(our_polling, lambda sale: sale.receipt),
            LONGEST_WITHOUT_WEBHOOKS,
        ),
        _verdict(
            f"calls to Viva per sale with webhooks, on average, {later_calls} later check included:"
            f" at most {MOST_CALLS}",
            mean(sale.calls.total() for sale in our_webhooks) + later_calls,
            MOST_CALLS,
        ),
    ]


def _median(sales: Sequence[Sale], figure: Figure) -> float:
    return median(value for sale in sales if (value := figure(sale)) is not None)


def _verdict(promise: str, value: float, limit: float) -> str:
    return f"{'kept  ' if value <= limit else 'BROKEN'}  {promise}: {value:.3f} (limit {limit:.3f})"
