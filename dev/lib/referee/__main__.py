"""Runs inside Odoo's Python: see `dev/chaos referee` and the stage `referee` of `dev/test`."""

import argparse
import sys


def parse_options(arguments: list[str]) -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(prog="dev/chaos referee")
    parser.add_argument(
        "--minutes", type=float, default=10, help="of random schedules (default: 10)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the random schedules (default: 1)")
    parser.add_argument("--scene", action="append", help="only this one; may be repeated")
    parser.add_argument("--stage", action="store_true", help="what dev/test plays")
    parser.add_argument(
        "--prove", action="store_true", help="play the stage once for each fix that is taken out"
    )
    parser.add_argument("--list", action="store_true", help="name the scenes")
    parser.add_argument(
        "--replay",
        nargs=2,
        metavar=("SCENE", "CHOICES"),
        help="play one schedule and tell all its steps; CHOICES as printed after a failure",
    )
    parser.add_argument("--mutation", help="take this fix out first")
    return parser.parse_args(arguments)


def main() -> int:
    """Load Odoo and do what was asked for."""
    split = sys.argv.index("--")
    options = parse_options(sys.argv[1:split])
    from .clock import Clock

    clock = Clock()  # before the addon is loaded
    from .search import Search

    return Search(clock, options, sys.argv[split + 1 :]).run()


if __name__ == "__main__":
    sys.exit(main())
