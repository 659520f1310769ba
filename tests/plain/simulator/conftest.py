"""What tests of the simulator share: time, a fake Viva, a till, and a receiver of webhooks."""

import json
import threading

import pytest
from werkzeug.wrappers import Response

from simulator import ManualClock, Simulator
from simulator.server import Server
from simulator.testing import Till


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def sim(clock):
    with Simulator(clock=clock) as simulator:
        yield simulator


@pytest.fixture
def till(sim):
    till = Till(sim.url)
    till.login()
    yield till
    till.close()


class Receiver:
    """An Odoo that only writes down what it is told.

    :ivar status: what it answers
    :ivar gate: it answers while this is set
    """

    def __init__(self):
        self.messages = []
        self.headers = []
        self.status = 200
        self.gate = threading.Event()
        self.gate.set()
        self._server = Server("127.0.0.1", 0, self._handle)
        self._server.start()
        self.url = f"http://127.0.0.1:{self._server.port}/hook?token=secret"

    def stop(self):
        self.gate.set()
        self._server.stop()

    def _handle(self, request):
        self.gate.wait(10)
        self.messages.append(json.loads(request.get_data()))
        self.headers.append(dict(request.headers))
        return Response("", status=self.status)


@pytest.fixture
def new_receiver():
    """Return a function that starts another receiver."""
    receivers = []

    def start():
        receivers.append(Receiver())
        return receivers[-1]

    yield start
    for receiver in receivers:
        receiver.stop()


@pytest.fixture
def receiver(new_receiver):
    return new_receiver()


@pytest.fixture
def delivered():
    """Return a function that waits until so many deliveries are over, and returns them."""

    def wait(sim, count):
        def are_over(sim):
            deliveries = sim.deliveries()
            return len(deliveries) >= count and all(d["seconds"] is not None for d in deliveries)

        assert sim.wait_for(are_over), sim.deliveries()
        return sim.deliveries()

    return wait
