"""`dev/bench`: sells in Chromium with this addon and with Odoo's own, and compares what it takes."""

import argparse

from ..report import run_main
from ..system import TEST_PROGRAMS, ensure_programs
from . import contest, ledger_size, many


def parse_options() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(prog="dev/bench", description=__doc__)
    parser.add_argument(
        "--sales",
        type=int,
        help="sales of each module in each mode (default: 20; with --terminals: 3 of each till)",
    )
    parser.add_argument("--seed", type=int, default=1, help="of products and waits (default: 1)")
    parser.add_argument(
        "--terminals",
        type=int,
        default=0,
        metavar="N",
        help="instead of comparing: so many tills sell at the same time, without browsers, and"
        " Viva gets slow",
    )
    parser.add_argument(
        "--limit",
        type=int,
        nargs="+",
        metavar="CALLS",
        default=[15, 5],
        help="with --terminals: calls per second that Viva takes from a merchant, a phase each"
        " (default: 15 5)",
    )
    parser.add_argument(
        "--ledger",
        type=int,
        default=0,
        metavar="ROWS",
        help="measure the list of transactions and a sale with so many of them, instead of selling",
    )
    options = parser.parse_args()
    if options.sales is None:
        options.sales = 3 if options.terminals else 20
    if options.sales < 1:
        parser.error("--sales: at least 1")
    if min(options.limit) < 1:
        parser.error("--limit: at least 1")
    return options


def main() -> int:
    """Run the benchmark and return the exit code: 1 when money and payments differ."""
    options = parse_options()
    if options.terminals:
        many.run(options)
    elif options.ledger:
        ledger_size.run(options)
    else:
        ensure_programs(TEST_PROGRAMS)
        contest.run(options)
    return 0


if __name__ == "__main__":
    run_main(main)
