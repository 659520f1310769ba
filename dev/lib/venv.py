"""The virtual environment in which Odoo, the simulator and the Python tools run."""

import shutil
import sys
from pathlib import Path

from .paths import CACHE, TOOLS, short_hash
from .process import run
from .report import step
from .stamp import is_current, mark_current

RUN = "odoo.txt"
CHECK = "requirements.txt"


def ensure_python(*lists: str) -> Path:
    """Return the Python of a virtual environment that has the packages of the given lists.

    :param lists: names of files in dev/tools.
    :raise SetupError: when a package cannot be installed.
    """
    version = f"{sys.version}\n" + "\n".join((TOOLS / name).read_text() for name in lists)
    folder = CACHE / f"python-{short_hash(version)}"
    python = folder / "bin" / "python"
    if is_current(folder, version):
        return python
    step(f"Installing Python packages ({', '.join(lists)})")
    shutil.rmtree(folder, ignore_errors=True)
    run(
        [sys.executable, "-m", "venv", folder],
        failure="A virtual environment could not be made; run: apt install python3-venv",
    )
    requirements = [part for name in lists for part in ("-r", TOOLS / name)]
    run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements],
        failure="Python packages could not be installed; check the network and try again.",
    )
    mark_current(folder, version)
    return python
