import socket

import pytest
from fake_viva import CREDENTIALS, FakeViva, Handler, Server, serving

from simulator import Simulator
from simulator.testing import Till
from viva import connections, timing, tokens
from viva.account import Credentials, Hosts
from viva.client import VivaClient


@pytest.fixture
def clean_process():
    """No token and no connection is left from or for another test."""
    tokens.forget_tokens()
    yield
    tokens.forget_tokens()
    connections.close_connections()


@pytest.fixture
def fake(clean_process):
    """A server that answers like Viva, or as planned."""
    server = Server(("127.0.0.1", 0), Handler)
    with serving(server, FakeViva(f"http://127.0.0.1:{server.server_port}")) as fake:
        yield fake


@pytest.fixture
def viva(fake):
    """A client of that server."""
    return VivaClient(CREDENTIALS, Hosts.simulator(fake.url))


@pytest.fixture
def clock(monkeypatch):
    """A clock that only moves by hand."""

    class Clock:
        now = 1000.0

    monkeypatch.setattr(timing, "monotonic", lambda: Clock.now)
    return Clock


@pytest.fixture
def closed_port():
    """A port at which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture
def hurry():
    """Everything is twenty times as fast."""
    timing.scale(1 / 20)
    yield
    timing.scale(1)


@pytest.fixture
def simulator(clean_process):
    """The simulator, in this process."""
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def simulator_client(simulator):
    """A client of the simulator."""
    settings = simulator.state()["settings"]
    names = ("merchant_id", "api_key", "client_id", "client_secret")
    credentials = Credentials(*(settings[name] for name in names))
    return VivaClient(credentials, Hosts.simulator(simulator.url))


@pytest.fixture
def simulator_till(simulator):
    """A till that is logged in at the simulator."""
    till = Till(simulator.url)
    till.login()
    yield till
    till.close()
