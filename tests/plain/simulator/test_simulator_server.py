"""Connections: kept open, closed at the end, and secure if there is a certificate."""

import http.client
from pathlib import Path

import pytest
import requests
from werkzeug.serving import make_ssl_devcert

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


def test_https(tmp_path):
    certificate, key = map(Path, make_ssl_devcert(str(tmp_path / "made"), host="localhost"))
    both = tmp_path / "both.pem"
    both.write_text(certificate.read_text() + key.read_text())
    with Simulator("localhost", certificate=both) as sim:
        assert sim.url.startswith("https://localhost:")
        answer = requests.get(f"{sim.url}/_simulator/health", timeout=10, verify=certificate)
        assert answer.json() == {"ok": True}
