"""Databases with the big addons already installed, copied instead of installed anew."""

import hashlib
import shutil
from pathlib import Path

from .odoo import Instance
from .odoo_source import OdooSource
from .paths import ADDON, CACHE, CHECKOUT, short_hash
from .ports import free_port
from .process import run
from .report import detail, step
from .stamp import is_current, mark_current, setup_lock

TEMPLATE = "template_shop"
# What Odoo does itself before tests with a browser, for `odoo shell`.
GENERATE_ASSETS = 'env["ir.qweb"]._pregenerate_assets_bundles(); env.cr.commit()'
POINT_OF_SALE = ("point_of_sale",)
# More than these are counted, not named.
MOST_NAMED = 6
# Files whose change asks for an update of a database.
DATABASE_FILES = (".py", ".xml", ".csv", ".sql")
NOT_IN_DATABASES = ("dev", "simulator", "static", "tests", "i18n", "doc", ".git")


class Baseline(Instance):
    """An instance that is never used itself: others start as copies of it.

    It belongs to the cache folder, not to one checkout, and holds nothing of this project.
    """

    def __init__(self, instance: Instance, modules: tuple[str, ...]):
        """Describe the baseline for an instance.

        :param instance: the instance that wants a copy.
        :param modules: technical names of the addons that its database has installed.
        """
        super().__init__("baseline", instance.source)
        self.modules = modules
        self.version = _version(instance.source, modules)
        name = f"baseline-{short_hash(self.version)}"
        self.folder = CACHE / name
        self.cluster = type(self.cluster)(name)

    def ensure(self) -> None:
        """Install the addons, unless an earlier run did."""
        with setup_lock():
            if self.cluster.exists() and is_current(self.folder, self.version):
                return
            step(f"Preparing a database with {_listed(self.modules)} (once)")
            self.remove()
            self.prepare()
            with self.cluster.running():
                install(self, TEMPLATE, self.modules)
                run(
                    assets_command(self, TEMPLATE),
                    env=self.environment(),
                    stdin=GENERATE_ASSETS,
                    failure="Odoo could not make its scripts and styles; the end of its log:",
                )
            mark_current(self.folder, self.version)


def ensure_database(
    instance: Instance, database: str, modules: tuple[str, ...] = (), is_fresh: bool = False
) -> None:
    """Have a database with the addon as it is now; what is in it stays.

    The instance's database server is started, and goes on running.

    :param modules: addons wanted beside this one.
    :param is_fresh: make it anew.
    """
    baseline = Baseline(instance, POINT_OF_SALE)
    baseline.ensure()
    if not (instance.cluster.exists() and is_current(instance.folder, baseline.version)):
        start_from(baseline, instance)
        mark_current(instance.folder, baseline.version)
    instance.cluster.start()
    stamp = instance.folder / f"{database}.addon"
    if is_fresh:
        drop_database(instance, database)
    if database not in instance.cluster.databases():
        copy_database(instance, TEMPLATE, database)
        stamp.unlink(missing_ok=True)
    wanted = f"{_addon_version()} {' '.join(modules)}"
    done = stamp.read_text() if stamp.is_file() else ""
    if done == wanted:
        return
    step(f"Installing {', '.join((ADDON, *modules))} in the database {database}")
    install(instance, database, (ADDON, *modules))
    if done:
        detail("updating, because the addon's files changed")
        install(instance, database, (ADDON,), option="-u")
    stamp.write_text(wanted)


def fresh_copy(instance: Instance, database: str, modules: tuple[str, ...] = ()) -> None:
    """Have a database as `ensure_database` does, in which nothing has happened yet."""
    untouched = f"{database}_untouched"
    ensure_database(instance, untouched, modules)
    copy_database(instance, untouched, database)


def _listed(modules: tuple[str, ...]) -> str:
    """Return names for a line on the screen."""
    return ", ".join(modules) if len(modules) <= MOST_NAMED else f"{len(modules)} addons of Odoo"


def _addon_version() -> str:
    """Return a text that changes when a file of the addon that a database depends on changes."""
    digest = hashlib.sha256()
    for path in sorted(_database_files(CHECKOUT)):
        digest.update(str(path).encode() + path.read_bytes())
    return digest.hexdigest()


def _database_files(folder: Path) -> list[Path]:
    return [
        path
        for part in folder.iterdir()
        if part.name not in NOT_IN_DATABASES
        for path in ([part] if part.is_file() else part.rglob("*"))
        if path.suffix in DATABASE_FILES
    ]


def _version(source: OdooSource, modules: tuple[str, ...]) -> str:
    return f"{source.version}\n{','.join(modules)}\nwith assets"


def install(
    instance: Instance, database: str, modules: tuple[str, ...], option: str = "-i"
) -> None:
    """Install (or with `option` "-u" update) addons in a database, which is made if needed.

    :raise SetupError: when an addon does not install; the end of Odoo's log is shown.
    """
    run(
        instance.command(
            option, ",".join(modules),
            "--database", database,
            "--stop-after-init",
            "--http-interface=127.0.0.1",
            f"--http-port={free_port()}",
            "--log-level=warn",
        ),
        env=instance.environment(),
        failure=f"Odoo could not install {', '.join(modules)}; the end of its log:",
    )  # fmt: skip


def assets_command(instance: Instance, database: str) -> list[str]:
    """Return the command that, when it reads `GENERATE_ASSETS`, makes all scripts and styles.

    Those that are made already are kept, and copies of the database have them as well.
    """
    return instance.command("shell", "--database", database, "--http-interface=127.0.0.1")


def start_from(baseline: Baseline, instance: Instance) -> None:
    """Make an instance a fresh copy of a baseline; what it held before is deleted."""
    instance.remove()
    baseline.cluster.copy_to(instance.cluster)
    instance.folder.mkdir(parents=True)
    shutil.copytree(baseline.data_folder, instance.data_folder)


def copy_database(instance: Instance, template: str, database: str) -> None:
    """Make a database as a copy of another one of a running instance, files included.

    A database of that name is replaced.
    """
    drop_database(instance, database)
    instance.cluster.query("postgres", f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
    files = instance.data_folder / "filestore"
    if (files / template).is_dir():
        shutil.copytree(files / template, files / database)


def drop_database(instance: Instance, database: str) -> None:
    """Delete a database of a running instance, and its files."""
    instance.cluster.drop_database(database)
    shutil.rmtree(instance.data_folder / "filestore" / database, ignore_errors=True)
