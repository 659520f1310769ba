"""Programs that come from Debian's own packages."""

import glob
import os
import shutil
from pathlib import Path

from .process import run
from .report import SetupError, detail, step

# Program -> the package it comes in.
BASE_PROGRAMS = {"postgres": "postgresql", "dpkg-deb": "dpkg"}
TEST_PROGRAMS = {"chromium": "chromium", "node": "nodejs", "npm": "npm"}

# Odoo's test runner looks for these, in this order (odoo/tests/common.py).
BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
CLUSTER_SETTINGS = Path("/etc/postgresql-common/createcluster.d/pos_viva_wallet.conf")


def is_root() -> bool:
    """Return whether this process may install packages."""
    return os.geteuid() == 0


def postgres_folder() -> Path | None:
    """Return the folder of the newest installed PostgreSQL server's programs."""
    candidates = [Path(path).parent for path in glob.glob("/usr/lib/postgresql/*/bin/postgres")]
    newest = max(candidates, key=lambda path: int(path.parent.name), default=None)
    if newest:
        return newest
    found = shutil.which("postgres")
    return Path(found).resolve().parent if found else None


def find_browser() -> str | None:
    """Return the browser that Odoo's tests will use."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def _is_present(program: str) -> bool:
    if program == "postgres":
        return postgres_folder() is not None
    if program == "chromium":
        return find_browser() is not None
    return shutil.which(program) is not None


def ensure_programs(programs: dict[str, str]) -> None:
    """Install the packages of missing programs, or say which to install.

    :param programs: program -> Debian package.
    :raise SetupError: when this user may not install packages, or the installation failed.
    """
    missing = sorted({package for name, package in programs.items() if not _is_present(name)})
    if not missing:
        return
    if not is_root() or not shutil.which("apt-get"):
        raise SetupError(
            f"Missing system packages; run: sudo apt install {' '.join(missing)} (then try again)."
        )
    step(f"Installing system packages: {' '.join(missing)}")
    _install(missing)
    still_missing = [name for name in programs if not _is_present(name)]
    if still_missing:
        raise SetupError(
            f"{', '.join(still_missing)} still missing after installing {' '.join(missing)};"
            " install by hand and try again."
        )


def _install(packages: list[str]) -> None:
    detail("refreshing package lists")
    run(
        ["apt-get", "update", "-qq"],
        failure="The package lists could not be fetched; check the network and try again.",
    )
    if "postgresql" in packages:
        _install_packages(["postgresql-common"])
        packages = [name for name in packages if name != "postgresql"]
        _install_postgresql()
    if packages:
        _install_packages(packages)


def _install_packages(packages: list[str]) -> None:
    detail(f"installing {' '.join(packages)}")
    run(
        ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages],
        failure=f"Installing {' '.join(packages)} failed; install by hand and try again.",
        env={"DEBIAN_FRONTEND": "noninteractive"},
    )


def _install_postgresql() -> None:
    """Install the server's programs without the system-wide cluster that nobody here asked for."""
    CLUSTER_SETTINGS.parent.mkdir(parents=True, exist_ok=True)
    CLUSTER_SETTINGS.write_text("create_main_cluster = false\n")
    try:
        _install_packages(["postgresql"])
    finally:
        CLUSTER_SETTINGS.unlink(missing_ok=True)
