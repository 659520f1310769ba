"""`dev/chaos`: random faults, clicks, kills and restarts against the money rule."""

import argparse
import signal

from ..report import run_main
from . import browser, client, server

COMMANDS = {"server": server.run, "client": client.run, "browser": browser.run}


def parse_options() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(prog="dev/chaos", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    against_server = commands.add_parser(
        "server", help="a real Odoo with several workers, over HTTP, in a tenth of the time"
    )
    _add_seeds(against_server, 200)
    _add_keep(against_server)
    against_server.add_argument(
        "--workers", type=int, default=6, help="HTTP workers of Odoo (default: 6)"
    )
    against_server.add_argument(
        "--tills", type=int, default=24, help="schedules at the same time (default: 24)"
    )
    against_client = commands.add_parser(
        "client", help="the till's state machine, with a clock of its own"
    )
    _add_seeds(against_client, 20_000)
    _add_keep(against_client)
    in_browser = commands.add_parser("browser", help="the real till, in Chromium")
    _add_seeds(in_browser, 24)
    return parser.parse_args()


def _add_seeds(parser: argparse.ArgumentParser, schedules: int) -> None:
    parser.add_argument(
        "--schedules", type=int, default=schedules, help=f"how many (default: {schedules})"
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="of the first; the others follow (default: 1)"
    )


def _add_keep(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--keep",
        type=lambda text: [int(number) for number in text.split(",")],
        metavar="N,N,...",
        help="play only these events of the schedule, as printed after a failure",
    )


def main() -> int:
    """Run a command and return the exit code: 1 when money was lost, doubled or stuck."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    options = parse_options()
    return COMMANDS[options.command](options)


if __name__ == "__main__":
    run_main(main)
