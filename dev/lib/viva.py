"""What whoever sells waits for at the simulated Viva; see simulator/README.md."""

from typing import Any

from simulator import Simulator

from .report import SetupError

SECONDS = 20


def wait_for_request(viva: Simulator, terminal: str) -> dict[str, Any]:
    """Return the session that a terminal shows, as soon as it does.

    :raise SetupError: when none comes.
    """
    session = viva.wait_for(lambda viva: viva.terminal(terminal)["active"], SECONDS)
    if not session:
        raise SetupError(f"Nothing reached the terminal {terminal} in {SECONDS} seconds.")
    return session


def wait_for_deliveries(viva: Simulator, session: str) -> None:
    """Wait until both events of a sale (1796, 1802) have arrived at each address.

    :raise SetupError: when one is still under way after a long time.
    """

    def have_arrived(viva: Simulator) -> bool:
        expected = 2 * len(viva.state()["settings"]["webhook_urls"])
        own = [entry for entry in viva.deliveries() if entry["session_id"] == session]
        return sum(entry["seconds"] is not None for entry in own) >= expected

    if not viva.wait_for(have_arrived, SECONDS):
        raise SetupError(f"Webhooks are not delivered after {SECONDS} seconds.")
