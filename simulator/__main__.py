"""Command line: ``python -m simulator --host 127.0.0.1 --port 8090 [--webhook-url URL]``."""

import argparse
import ipaddress
import logging
import signal
import sys
import threading

from .app import Simulator
from .errors import SimulatorError

DEFAULT_PORT = 8090


def main():
    """Run the simulator until it is interrupted.

    :return: int, the process's exit code
    """
    options = _parser().parse_args()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        simulator = Simulator(
            options.host, options.port, options.certificate, webhook_urls=options.webhook_url
        ).start()
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
        print(
            f"Warning: {options.host} can be reached from other machines; "
            "whoever reaches it can steer this simulator.",
            file=sys.stderr,
        )
    print(f"Simulator ready: {simulator.url}/ (terminals), stop it with Ctrl+C", flush=True)
    stopped.wait()
    simulator.stop()
    return 0


def _parser():
    parser = argparse.ArgumentParser(
        prog="simulator",
        description="A fake Viva for training and tests.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="port, 0 for any")
    parser.add_argument("--certificate", help="file with a certificate and its key, for HTTPS")
    parser.add_argument(
        "--webhook-url", action="append", default=[], help="gets the webhooks; may be repeated"
    )
    return parser


def _is_loopback(host):
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


if __name__ == "__main__":
    sys.exit(main())
