"""Runs inside Odoo's Python: see `dev/chaos referee` and the stage `referee` of `dev/test`."""

import argparse
import sys


def parse_options() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(prog="dev/chaos referee")
    for name in ("database", "db-host", "db-user", "data-dir", "addons-path"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--verbose", action="store_true")
    from ..check_referee import add_options

    add_options(parser)
    return parser.parse_args()


def main() -> int:
    """Load Odoo and do what was asked for."""
    options = parse_options()
    from .clock import Clock

    clock = Clock()  # before the addon is loaded
    from .search import Search

    return Search(clock, options).run()


if __name__ == "__main__":
    sys.exit(main())
