"""The command line."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import requests

ROOT = Path(__file__).parents[3]


def run_command(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "simulator", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_command_line_starts_and_stops():
    process = run_command("--port", "0", "--webhook-url", "http://127.0.0.1:1/hook")
    try:
        url = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())[0]
        settings = requests.get(f"{url}/_simulator/state", timeout=10).json()["settings"]
        assert settings["webhook_urls"] == ["http://127.0.0.1:1/hook"]
        os.kill(process.pid, signal.SIGTERM)
        _out, errors = process.communicate(timeout=10)
        assert (process.returncode, errors) == (0, "")
    finally:
        process.kill()


def test_command_line_warns_outside_loopback():
    process = run_command("--port", "0", "--host", "0.0.0.0")
    try:
        assert "http://" in process.stdout.readline()
        os.kill(process.pid, signal.SIGINT)
        _out, errors = process.communicate(timeout=10)
        assert len(errors.splitlines()) == 1
        assert "can be reached from other machines" in errors
    finally:
        process.kill()


def test_command_line_says_when_the_port_is_taken(sim):
    process = run_command("--port", str(sim.port))
    _out, errors = process.communicate(timeout=10)
    assert process.returncode == 1
    assert "choose another with --port" in errors
