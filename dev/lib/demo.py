"""`dev/demo`: a shop ready to sell on a simulated card terminal."""

import argparse
import os
import re
import sys
import time

import requests

from .databases import ensure_database
from .odoo import ensure_instance
from .paths import CHECKOUT
from .ports import require_free
from .report import SetupError, run_main, step
from .server import Server
from .shop import ADMIN, CASHIER, METHODS, Shop
from .stack import Stack

INSTANCE = "demo"
WATCH_SECONDS = 0.5
ANSWER_SECONDS = 30


def parse_options() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(prog="dev/demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8069, help="Odoo's port (default: 8069)")
    parser.add_argument(
        "--simulator-port", type=int, default=8090, help="the simulator's port (default: 8090)"
    )
    parser.add_argument("--database", default="demo", help="database to use (default: demo)")
    parser.add_argument("--fresh", action="store_true", help="start with a new database")
    parser.add_argument(
        "--with",
        dest="modules",
        default="",
        metavar="MODULE[,MODULE]",
        help="install these Odoo addons, too",
    )
    parser.add_argument(
        "--detach", action="store_true", help="leave it running and return; end it with --stop"
    )
    parser.add_argument("--stop", action="store_true", help="end a running demo")
    options = parser.parse_args()
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", options.database):
        parser.error("--database: use lower-case letters, digits, _ and -, starting with a letter")
    return options


def main() -> int:
    """Start or stop the demo and return the exit code."""
    options = parse_options()
    stack = Stack(
        ensure_instance(INSTANCE), port=options.port, simulator_port=options.simulator_port
    )
    was_running = stack.is_running()
    if options.stop:
        stack.stop()
        step("Demo stopped." if was_running else "No demo was running.")
        return 0
    if was_running:
        raise SetupError("The demo of this checkout runs already; end it with dev/demo --stop.")
    require_free(options.port, "--port")
    require_free(options.simulator_port, "--simulator-port")
    _run(stack, options)
    return 0


def _run(stack: Stack, options: argparse.Namespace) -> None:
    """Start the demo; unless detached, stay until it is stopped."""
    modules = tuple(filter(None, options.modules.split(",")))
    leave_running = False
    try:
        ensure_database(stack.instance, options.database, modules, options.fresh)
        step("Starting the simulator and Odoo")
        stack.add(_start_simulator(stack))
        shop = stack.start(options.database)
        settings = {"webhook_urls": [shop.webhook_url]}
        requests.post(
            f"{stack.viva.url}/_simulator/settings", json=settings, timeout=ANSWER_SECONDS
        )
        _tell(stack, shop, options.detach)
        leave_running = options.detach
        while not leave_running and stack.state.exists():  # gone after --stop
            for server in stack.servers:
                server.require_running()
            time.sleep(WATCH_SECONDS)
    finally:
        if not leave_running:
            stack.stop()


def _start_simulator(stack: Stack) -> Server:
    """Start the simulated Viva as a program of its own, which this one may leave running."""
    command = [sys.executable, "-m", "simulator", "--port", str(stack.viva.port)]
    log = stack.instance.folder / "simulator.log"
    server = Server("The simulator", command, os.environ, log, CHECKOUT)
    server.wait_for_answer(f"{stack.viva.url}/_simulator/health", ANSWER_SECONDS)
    return server


def _tell(stack: Stack, shop: Shop, is_detached: bool) -> None:
    terminals = list(METHODS.values())
    page = f"{stack.viva.url}/terminal"
    print(
        f"""
The shop is ready.

  Till:             {stack.url}/pos/ui/{shop.register_id}
  Card terminal:    {page}/{terminals[0]}   (second terminal: {page}/{terminals[1]})
  Odoo:             {stack.url}/odoo

  Cashier:          {" / ".join(CASHIER)}   (login / password)
  Administrator:    {" / ".join(ADMIN)}

  Stop it with:     {"dev/demo --stop" if is_detached else "Ctrl-C, or dev/demo --stop"}
""",
        flush=True,
    )


if __name__ == "__main__":
    run_main(main)
