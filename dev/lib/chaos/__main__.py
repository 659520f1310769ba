"""`dev/chaos`: random faults and clicks, killed workers, and the referee, against the money rule."""

import argparse

from .. import check_referee
from ..report import run_main
from . import browser, client, kills

COMMANDS = {"kills": kills.run, "client": client.run, "browser": browser.run}


def parse_options() -> tuple[argparse.Namespace, list[str]]:
    """Return what was asked for, and what is left for the referee to understand."""
    parser = argparse.ArgumentParser(prog="dev/chaos", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "referee",
        help="the server, with everything that can happen at once in every order",
        add_help=False,
    )
    commands.add_parser(
        "kills", help="a real Odoo, of which a worker is killed at each point of a payment"
    )
    at_till = commands.add_parser("client", help="the till's state machine, with its own clock")
    _add_drawn(at_till, 20_000)
    at_till.add_argument(
        "--save", action="store_true", help="play none, but write them down for dev/test hoot"
    )
    in_browser = commands.add_parser("browser", help="the real till, in Chromium")
    _add_drawn(in_browser, 24)
    options, rest = parser.parse_known_args()
    if rest and options.command != "referee":
        parser.error(f"unknown: {' '.join(rest)}")
    return options, rest


def _add_drawn(parser: argparse.ArgumentParser, count: int) -> None:
    parser.add_argument("--schedules", type=int, default=count, help=f"how many (default: {count})")
    parser.add_argument("--seed", type=int, default=1, help="they are drawn from (default: 1)")
    parser.add_argument(
        "--replay", metavar="JSON", help="play only this one, as printed after a failure"
    )


def main() -> int:
    """Run a command and return the exit code: 1 when money was lost, doubled or stuck."""
    options, rest = parse_options()
    if options.command == "referee":
        return check_referee.run(rest)
    return COMMANDS[options.command](options)


if __name__ == "__main__":
    run_main(main)
