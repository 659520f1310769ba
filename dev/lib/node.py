"""The JavaScript tools, installed from dev/tools/package-lock.json into the cache folder."""

import shutil
from pathlib import Path

from .paths import CACHE, TOOLS, short_hash
from .process import run
from .report import step
from .stamp import is_current, mark_current

LOCKED = ("package.json", "package-lock.json")
# A module's imports are looked up beside it, so the settings must lie beside the tools.
SETTINGS = ("eslint.config.mjs", "prettier.json")


def ensure_node_tools() -> Path:
    """Return the folder with the tools and their settings.

    :raise SetupError: when they cannot be installed.
    """
    version = (TOOLS / "package-lock.json").read_text()
    folder = CACHE / f"node-{short_hash(version)}"
    if not is_current(folder, version):
        step("Installing JavaScript tools")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _copy(LOCKED, folder)
        run(
            ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"],
            cwd=folder,
            failure="JavaScript tools could not be installed; check the network and try again.",
        )
        mark_current(folder, version)
    _copy(SETTINGS, folder)
    return folder


def _copy(names: tuple[str, ...], folder: Path) -> None:
    for name in names:
        shutil.copy(TOOLS / name, folder / name)
