"""Connections: kept open, and closed at the end."""

import http.client

import pytest
import requests

from simulator import Simulator
from simulator.testing import Till


def test_stop_closes_port_and_connections():
    sim = Simulator().start()
    till = Till(sim.url)
    till.login()
    sim.stop()
    with pytest.raises(requests.ConnectionError):
        till.login()
    till.close()


def test_connection_is_kept_alive(sim):
    connection = http.client.HTTPConnection("127.0.0.1", sim.port, timeout=10)
    connection.connect()
    socket = connection.sock
    for _ in range(3):
        connection.request("GET", "/ecr/v1/sessions/x")
        assert connection.getresponse().read()
        assert connection.sock is socket
    connection.close()
