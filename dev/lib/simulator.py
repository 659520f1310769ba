"""The simulator as a server of its own (`python -m simulator`)."""

import json
import os
import urllib.request
from pathlib import Path

from .paths import CHECKOUT
from .ports import HOST
from .server import Server

START_SECONDS = 20


def simulator_url(port: int) -> str:
    """Return the simulator's address."""
    return f"http://{HOST}:{port}"


def start_simulator(python: Path, port: int, log: Path) -> Server:
    """Start the simulator in the background."""
    command = [str(python), "-m", "simulator", "--host", HOST, "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1"}
    return Server.start("The simulator", command, environment, log, CHECKOUT)


def wait_for_simulator(server: Server, port: int) -> None:
    """Wait until the simulator answers.

    :raise SetupError: when it does not.
    """
    server.wait_for_answer(f"{simulator_url(port)}/_simulator/health", START_SECONDS)


def set_webhook_url(port: int, url: str) -> None:
    """Tell the simulator where to send its webhooks."""
    request = urllib.request.Request(
        f"{simulator_url(port)}/_simulator/settings",
        data=json.dumps({"webhook_url": url}).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    urllib.request.urlopen(request, timeout=START_SECONDS).close()
