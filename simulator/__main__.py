"""Command line: ``python -m simulator --host 127.0.0.1 --port 8090 [--webhook-url URL]``."""

import argparse
import ipaddress
import logging
import signal
import sys
import threading

from .app import Simulator
from .errors import SimulatorError

_WARNING = (
    "Warning: {host} can be reached from other machines; "
    "whoever reaches it can steer this simulator."
)


def main(arguments=None):
    """Run the simulator until it is interrupted.

    :return: int, the process's exit code
    """
    options = _parser().parse_args(arguments)
    stopped = _catch_signals()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        simulator = Simulator(options.host, options.port, webhook_urls=options.webhook_url)
        simulator.start()
    except SimulatorError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(
            f"Cannot listen on {options.host}:{options.port} ({error.strerror}). "
            "Stop what uses the port, or choose another with --port.",
            file=sys.stderr,
        )
        return 1
    if not _is_loopback(options.host):
        print(_WARNING.format(host=options.host), file=sys.stderr)
    print(f"Simulator ready: {simulator.url}/ (terminals), stop it with Ctrl+C", flush=True)
    stopped.wait()
    simulator.stop()
    return 0


def _parser():
    parser = argparse.ArgumentParser(
        prog="simulator", description="A fake Viva for training and tests."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=8090, help="port, 0 for any (%(default)s)")
    parser.add_argument(
        "--webhook-url",
        action="append",
        default=[],
        help="address that gets the webhooks; may be given several times",
    )
    return parser


def _is_loopback(host):
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _catch_signals():
    """Return an event that Ctrl+C or a polite kill sets."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    return stopped


if __name__ == "__main__":
    sys.exit(main())
