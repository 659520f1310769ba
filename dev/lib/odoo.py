"""An Odoo instance of this checkout: its database server, its files, and the command that runs it."""

import os
import shutil
import sys
from pathlib import Path

from .odoo_source import OdooSource, ensure_odoo
from .paths import CACHE, CHECKOUT, CHECKOUT_CACHE, TOOLS, addons_folder, instance_folder
from .postgres import USER, Cluster
from .stamp import setup_lock

# Addons that only tests need.
TEST_ADDONS = CHECKOUT / "dev" / "addons"
# Odoo logs an error about this file, which Debian's package of it lacks.
MISSING_IN_ODOO = "selfie_segmentation"


class Instance:
    """Everything that one named Odoo needs to run, apart from other instances."""

    def __init__(self, name: str, source: OdooSource):
        """Describe an instance; nothing is made or started.

        :param name: the instance's name within this checkout.
        :param source: the Odoo to run.
        """
        self.name = name
        self.source = source
        self.folder = instance_folder(name)
        self.cluster = Cluster(f"{CHECKOUT_CACHE.name}-{name}")

    @property
    def data_folder(self) -> Path:
        """The folder in which Odoo keeps its files."""
        return self.folder / "files"

    def prepare(self) -> None:
        """Make the instance's folder, and its database cluster when there is none."""
        self.data_folder.mkdir(parents=True, exist_ok=True)
        if not self.cluster.exists():
            self.cluster.create()

    def remove(self) -> None:
        """Stop the database server and delete the instance."""
        self.cluster.remove()
        shutil.rmtree(self.folder, ignore_errors=True)

    def command(self, *arguments: str) -> list[str]:
        """Return the command line that runs Odoo.

        :param arguments: options, or a sub-command such as `shell` followed by its options.
        """
        sub_command = list(arguments[:1]) if arguments and not arguments[0].startswith("-") else []
        program = [sys.executable, str(TOOLS / "odoo_program.py"), *sub_command]
        return [*program, *self.options(), *arguments[len(sub_command) :]]

    def options(self) -> list[str]:
        """Return Odoo's options that say where things lie."""
        addons = [*self.source.addons, addons_folder(), TEST_ADDONS]
        return [
            "--config=/dev/null",
            f"--data-dir={self.data_folder}",
            f"--addons-path={','.join(str(folder) for folder in addons)}",
            f"--db_host={self.cluster.socket}",
            f"--db_user={USER}",
        ]

    def environment(self) -> dict[str, str]:
        """Return the variables that Odoo runs with."""
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(str(folder) for folder in self.source.python_path),
            # Compiled once for all runs, and not into the checkout.
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(CACHE / "bytecode"),
            "PYTHONUNBUFFERED": "1",
            "TZ": "UTC",
        }


def ensure_instance(name: str) -> Instance:
    """Return an instance that can run, fetching Odoo when it is missing.

    :param name: the instance's name within this checkout.
    :raise SetupError: when it could not be fetched.
    """
    with setup_lock():
        return Instance(name, ensure_odoo())
