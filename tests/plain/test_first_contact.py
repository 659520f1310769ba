"""The checks of `dev/first-contact`, played against the simulator."""

import json

import pytest
from lib.first_contact.account import Account
from lib.first_contact.checks import run_checks
from lib.first_contact.report import write

from simulator import Simulator
from viva.account import Credentials, Hosts
from viva.const import SIMULATOR_CREDENTIALS

TERMINAL = "16000001"


class PersonAtSimulator:
    """Does at once what a person would be told to do."""

    def __init__(self, simulator):
        self.simulator = simulator

    def do(self, action, _text):
        if action in ("sleep", "wake"):
            self.simulator.set_terminal(TERMINAL, asleep=action == "sleep")
            return
        assert self.simulator.wait_for(lambda viva: viva.terminal(TERMINAL)["active"])
        if action != "nothing":
            # What is declined is declined by its amount, as at Viva's demo.
            self.simulator.tap(TERMINAL)

    def sees(self, _question):
        return bool(self.simulator.terminal(TERMINAL)["active"])


@pytest.fixture
def examined(clean_process):
    """An account that was examined, and the report about it."""
    with Simulator(abort_seconds=0.05, session_seconds=3) as simulator:
        account = Account(
            Credentials(**SIMULATOR_CREDENTIALS),
            Hosts.simulator(simulator.url),
            TERMINAL,
            interval=0.05,
            patience=1.5,
        )
        results = run_checks(account, PersonAtSimulator(simulator))
        yield account, write(account, results)


def test_the_simulator_is_what_the_code_assumes(examined):
    account, _report = examined
    differing = [finding for finding in account.findings if finding.agrees is False]
    assert not differing
    assert len(account.findings) > 40


def test_the_report_has_no_secret(examined):
    account, report = examined
    assert len(account.exchanges) > 40
    for secret in (SIMULATOR_CREDENTIALS["api_key"], SIMULATOR_CREDENTIALS["client_secret"]):
        assert secret not in report
    assert "414746XXXXXX0133" not in report
    answers = report.split("```json\n")[1].split("\n```")[0].splitlines()
    assert len([json.loads(line) for line in answers]) == len(account.exchanges)
