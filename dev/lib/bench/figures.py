"""Figures as tables, and what was promised of them."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from statistics import median

from ..report import SetupError


def middle(values: Iterable[float | None]) -> float:
    """Return the median of what was seen, infinite when nothing was."""
    known = [value for value in values if value is not None]
    return median(known) if known else float("inf")


def high(values: Sequence[float]) -> float:
    """Return the value that 95 of 100 do not exceed."""
    return sorted(values)[int(0.95 * (len(values) - 1))] if values else float("inf")


def table(
    columns: dict[str, object], rows: dict[str, Callable[[object], str]], width: int = 24
) -> str:
    """Return a table: what each row says of the figures of each column.

    :param width: of a column.
    """
    first = max(map(len, rows)) + 2
    lines = [" " * first + "".join(name.rjust(width) for name in columns)]
    for title, cell in rows.items():
        cells = (cell(figures).rjust(width) for figures in columns.values())
        lines.append(title.ljust(first) + "".join(cells))
    return "\n".join(lines)


def verdict(promise: str, value: float, limit: float) -> str:
    """Return one line: kept or broken, and the figures it rests on."""
    word = "kept  " if value <= limit else "BROKEN"
    return f"{word}  {promise}: {value:.3f} (limit {limit:.3f})"


def prove(charges: Iterable[object], booked: Iterable[object]) -> None:
    """Compare what Viva charged with what Odoo has booked.

    :raise SetupError: when they differ.
    """
    charges, booked = Counter(charges), Counter(booked)
    if charges != booked:
        raise SetupError(
            f"Viva's ledger and Odoo's differ; only at Viva: {list((charges - booked).elements())};"
            f" only in Odoo: {list((booked - charges).elements())}"
        )
    print(f"All {charges.total()} charges at Viva are exactly those in Odoo.")


def counts(counter: Counter[str], of: int = 1) -> str:
    """Return numbers by name, most first; with `of`, for each of so many."""
    return ", ".join(
        f"{name} {number}" if of == 1 else f"{name} {number / of:.1f}"
        for name, number in counter.most_common()
    )
