"""The figures of the benchmark of many terminals, and what was promised of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

WIDTH = 52
COLUMN = 19
LONGEST_WITH_WEBHOOKS = 1.0
LONGEST_WITHOUT_WEBHOOKS = 3.0
LONGEST_WEBHOOK = 0.2
# A page counts as opening in its usual time within this factor and so many seconds.
SLOWER = 1.25
SLOWER_SECONDS = 0.1


@dataclass
class Figures:
    """What one phase showed; times in seconds.

    `start`: of the RPC that starts a sale; `whole`: from the start of a sale until the till knows
    its end, the customer's time included; `wrong`: session ids of sales that ended otherwise than
    Viva says; `lost`: of sales that ended, though the customer was there, without Viva ever having
    seen them; `known`: approval at the terminal until the ledger has it; `till`: ... until the till
    knows; `calls`: to Viva by operation; `busiest`: most calls to Viva within one second;
    `throttled`: calls that Viva refused (429); `seconds`: how long it took; `busy`: how long HTTP
    workers were at work, altogether; `pages`: opening a page of the back office; `rpcs`: calls of
    the tills; `trouble`: in the log, and failed calls of tills.
    """

    sales: int = 0
    start: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    known: list[float] = field(default_factory=list)
    till: list[float] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    busiest: int = 0
    throttled: int = 0
    rpcs: int = 0
    seconds: float = 0
    busy: float = 0
    pages: list[float] = field(default_factory=list)
    trouble: Counter[str] = field(default_factory=Counter)


def table(phases: dict[str, Figures], workers: int) -> str:
    """Return the table: for times median and 95th of a hundred.

    :param workers: how many HTTP workers there were.
    """
    lines = [" " * WIDTH + "".join(name.rjust(COLUMN) for name in phases)]
    rows = {
        "sales": lambda f: str(f.sales),
        "start_sale (s)": lambda f: _times(f.start),
        "a whole sale, with its customer (s)": lambda f: _times(f.whole),
        "the longest sale (s)": lambda f: f"{max(f.whole):.1f}" if f.whole else "-",
        "sales that ended otherwise than Viva says": lambda f: str(len(f.wrong)),
        "sales that ended and never reached Viva": lambda f: str(len(f.lost)),
        "approval until the ledger has it (s)": lambda f: _times(f.known),
        "approval until the till knows (s)": lambda f: _times(f.till),
        "RPCs of the till per sale": lambda f: _per(f.rpcs, f.sales),
        "calls to Viva per sale": lambda f: _per(f.calls.total(), f.sales),
        "calls to Viva per second, mean / most": _rate,
        "calls refused by Viva (429)": lambda f: str(f.throttled),
        "HTTP workers at work (% of their time)": lambda f: _share(f.busy, f.seconds * workers),
        "a page of the back office (s)": lambda f: _times(f.pages),
        "trouble": lambda f: _list(f.trouble) or "none",
    }
    for title, cell in rows.items():
        lines.append(title.ljust(WIDTH) + "".join(cell(f).rjust(COLUMN) for f in phases.values()))
    lines += [f"  {name}: calls to Viva: {_list(f.calls)}" for name, f in phases.items()]
    return "\n".join(lines)


def verdict(promise: str, value: float, limit: float) -> str:
    """Return one line: kept or broken, and the figures it rests on."""
    word = "kept  " if value <= limit else "BROKEN"
    return f"{word}  {promise}: {value:.3f} (limit {limit:.3f})"


def middle(values: Sequence[float]) -> float:
    """Return the median, infinite when nothing was seen."""
    return median(values) if values else float("inf")


def high(values: Sequence[float]) -> float:
    """Return the value that 95 of 100 do not exceed."""
    return sorted(values)[int(0.95 * (len(values) - 1))] if values else float("inf")


def _times(values: Sequence[float]) -> str:
    return f"{middle(values):.3f} / {high(values):.3f}" if values else "-"


def _per(number: int, sales: int) -> str:
    return f"{number / sales:.1f}" if sales else "-"


def _rate(figures: Figures) -> str:
    mean = figures.calls.total() / figures.seconds if figures.seconds else 0
    return f"{mean:.1f} / {figures.busiest}"


def _share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f}" if whole else "-"


def _list(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counter.most_common())
