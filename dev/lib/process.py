"""Running programs: quietly, with their output kept for when they fail."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from .report import SetupError

LAST_LINES = 12


def run(
    command: Sequence[str | Path],
    *,
    failure: str,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: str = "",
) -> str:
    """Run a program and return what it printed.

    :param failure: the sentence shown, followed by the program's last lines, when it fails.
    :param env: variables added to those of this process.
    :param stdin: what the program reads.
    :raise SetupError: when the program is missing or ends with an error.
    """
    try:
        result = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except FileNotFoundError as error:
        raise SetupError(f"{failure} The program {command[0]} was not found.") from error
    if result.returncode:
        raise SetupError(f"{failure}\n{last_lines(result.stdout)}")
    return result.stdout


def last_lines(text: str, count: int = LAST_LINES) -> str:
    """Return the last lines of a program's output, indented."""
    return "\n".join(f"    {line}" for line in text.strip().splitlines()[-count:])
