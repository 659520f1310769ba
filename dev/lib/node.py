"""The JavaScript tools of dev/tools, installed into the cache folder."""

import shutil
from pathlib import Path

from .paths import CACHE, TOOLS, short_hash
from .process import run
from .report import step
from .stamp import is_current, mark_current, setup_lock

LISTS = ("package.json", "package-lock.json")


def ensure_node_tools() -> Path:
    """Return a folder whose `node_modules` holds the tools that dev/tools pins.

    :raise SetupError: when they cannot be installed.
    """
    version = "\n".join((TOOLS / name).read_text() for name in LISTS)
    folder = CACHE / f"node-{short_hash(version)}"
    with setup_lock():
        if is_current(folder, version):
            return folder
        step("Installing JavaScript tools (package.json)")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in LISTS:
            shutil.copy(TOOLS / name, folder)
        run(
            ["npm", "ci", "--silent", "--no-audit", "--no-fund"],
            cwd=folder,
            failure="JavaScript tools could not be installed; check the network and try again.",
        )
        mark_current(folder, version)
    return folder
