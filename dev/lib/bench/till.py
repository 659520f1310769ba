"""The till in Chromium, driven by till.mjs."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ..node import ensure_node_tools
from ..process import last_lines
from ..report import SetupError
from ..system import find_browser

SCRIPT = Path(__file__).with_name("till.mjs")
END_SECONDS = 15


class Till:
    """A browser in which a cashier sells; its commands are the methods of till.mjs."""

    def __init__(self, process: subprocess.Popen, log: Path):
        """Wrap the running script."""
        self.process = process
        self.log = log

    def ask(self, command: str, **options: Any) -> dict[str, Any]:
        """Have the till do something and return what it tells.

        :raise SetupError: when it could not; the text names a screenshot.
        """
        with suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps({"command": command, **options}) + "\n")
            self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SetupError(
                f"The browser ended by itself; its log is {self.log}:\n"
                f"{last_lines(self.log.read_text())}"
            )
        answer = json.loads(line)
        if "error" in answer:
            raise SetupError(f"The till could not {command}:\n{last_lines(answer['error'])}")
        return answer["result"]

    def describe(self) -> str:
        """Return what is on the screen, as lines for the message about a failure."""
        return last_lines("\n".join(self.ask("describe")["lines"]))

    def close(self) -> None:
        """Close the browser."""
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process.stdout.close()


@contextmanager
def running_till(folder: Path, script: Path = SCRIPT) -> Iterator[Till]:
    """Run a browser within a block.

    :param folder: where its log and, after a failure, its screenshot go.
    :param script: what extends till_page.mjs.
    """
    log, screenshot = folder / "browser.log", folder / "failure.png"
    screenshot.unlink(missing_ok=True)
    command = ["node", script, ensure_node_tools(), find_browser(), screenshot]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
            start_new_session=True,
        )
    till = Till(process, log)
    try:
        yield till
    finally:
        till.close()
