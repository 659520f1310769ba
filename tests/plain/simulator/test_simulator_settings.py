"""Settings can be changed, or say what is wrong; the product knows the usual ones by itself."""

from pathlib import Path

import pytest

from simulator import SimulatorError
from simulator.__main__ import DEFAULT_PORT
from simulator.settings import Settings
from viva import const

ROOT = Path(__file__).parents[3]


def test_wrong_setting_changes_nothing(sim):
    with pytest.raises(SimulatorError):
        sim.configure(session_seconds=5, colour=1)
    assert sim.state()["settings"]["session_seconds"] == 60


def test_merchant_can_be_changed(till, sim):
    sim.configure(client_secret="other")
    assert till.call(
        "POST",
        "/connect/token",
        data={"grant_type": "client_credentials"},
        auth=("simulator.apps.vivapayments.com", "other"),
    ).ok


def test_a_lag_is_no_negative_number(sim):
    with pytest.raises(SimulatorError, match="list_lag"):
        sim.configure(list_lag=-1)


def test_the_product_knows_what_the_simulator_accepts():
    settings = Settings()
    usual = {name: getattr(settings, name) for name in const.SIMULATOR_CREDENTIALS}
    assert usual == const.SIMULATOR_CREDENTIALS
    assert f"http://127.0.0.1:{DEFAULT_PORT}" == const.SIMULATOR_URL


@pytest.mark.parametrize("folder", ["models", "viva", "controllers", "wizard", "messages"])
def test_the_product_does_not_import_the_simulator(folder):
    for path in (ROOT / folder).rglob("*.py"):
        imports = [line for line in path.read_text().splitlines() if "import" in line]
        assert not [line for line in imports if "simulator " in line or "simulator." in line], path
