"""Run the checks with a person at the keyboard."""

import argparse
import getpass
import os
from pathlib import Path

from viva.account import DEMO, Credentials, Hosts, is_loopback_url

from ..report import SetupError, detail, run_main, step
from .account import Account
from .checks import run_checks
from .report import write

REPORT = Path("first-contact.md")
# The four values, by the variable that may hold each, as Viva's pages call them.
VALUES = {
    "VIVA_MERCHANT_ID": "Merchant ID",
    "VIVA_API_KEY": "API Key",
    "VIVA_CLIENT_ID": "Client ID",
    "VIVA_CLIENT_SECRET": "Client secret",
}


class PersonAtKeyboard:
    """Tells a person what to do, and waits for the Enter key."""

    def do(self, _action: str, text: str) -> None:
        """See `Person`."""
        input(f"    {text} Then press Enter. ")

    def sees(self, question: str) -> bool:
        """See `Person`."""
        return input(f"    {question} (y/n) ").strip().lower().startswith("y")


def main() -> int:
    """Ask for the credentials, run the checks and write the report."""
    options = _parser().parse_args()
    if options.simulator and not is_loopback_url(options.simulator):
        raise SetupError("The simulator must run on this machine, such as http://127.0.0.1:8090.")
    hosts = Hosts.simulator(options.simulator) if options.simulator else DEMO
    account = Account(_credentials(), hosts, options.terminal)
    step("This asks a terminal of a DEMO account for 1.00 several times, once for 10.00 and 99.06,")
    detail("and pays part of it back. Nothing is asked of a live account.")
    results = run_checks(account, PersonAtKeyboard())
    options.report.write_text(write(account, results))
    differing = sum(finding.agrees is False for finding in account.findings)
    step(f"{len(account.findings)} things looked at, {differing} differ; see {options.report}")
    detail("It has no secrets, and of cards the last four digits. Please attach it to an issue.")
    return int(differing > 0)


def _credentials() -> Credentials:
    values = [
        os.environ.get(name) or getpass.getpass(f"    {label} of the demo account: ").strip()
        for name, label in VALUES.items()
    ]
    if not all(values):
        raise SetupError(f"All four values are needed: {', '.join(VALUES.values())}.")
    return Credentials(*values)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dev/first-contact",
        description="Ten checks of a demo account at Viva: what differs from what the code assumes. "
        f"The credentials are asked for, or taken from {', '.join(VALUES)}.",
    )
    parser.add_argument("--terminal", required=True, help="terminal id, eight digits")
    parser.add_argument(
        "--simulator", metavar="URL", help="ask a simulator of this machine instead"
    )
    parser.add_argument(
        "--report", type=Path, default=REPORT, help="file to write (default: %(default)s)"
    )
    return parser


if __name__ == "__main__":
    run_main(main)
