"""The stage that places everything that can happen at once in every order, and looks at the money."""

import argparse
import hashlib
import json
import subprocess
from pathlib import Path

from .databases import TEMPLATE, Baseline, install, start_from
from .odoo import TEST_ADDONS, Instance
from .odoo_source import OdooSource
from .paths import ADDON, CHECKOUT, DEV, addons_folder
from .postgres import USER
from .report import detail, step
from .setup import ensure_instance
from .side_by_side import log_path, run_program
from .stamp import is_current, mark_current
from .venv import CHECK

INSTANCE = "referee"
PROGRAM = "lib.referee"
# What the stage counts: one line for each scene.
RESULT = "REFEREE "
# What a database is made from.
SOURCES = (
    "__manifest__.py",
    "hooks.py",
    "models",
    "data",
    "security",
    "views",
    "wizard",
    "migrations",
)


def referee(_instance: Instance, _tags: str) -> tuple[int, int]:
    """Play all scenes: each order of steps up to a bound, then random ones."""
    instance = ensure_instance(INSTANCE, CHECK)
    with _running(instance):
        log, code = run_program(
            "referee", _command(instance, "--stage"), env=_environment(instance), cwd=DEV
        )
    results = [
        json.loads(line.removeprefix(RESULT))
        for line in log.splitlines()
        if line.startswith(RESULT)
    ]
    failed = [result for result in results if result["faults"]]
    for result in failed:
        detail(f"failed: {result['scene']}: {' '.join(result['faults'])}")
        for command in result["again"]:
            detail(f"again: {command}")
    if code not in (0, 1) or not results:
        detail(f"The referee ended with code {code}; its log is {log_path('referee')}")
        return len(results) - len(failed), max(len(failed), 1)
    return len(results) - len(failed), len(failed)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what `dev/chaos referee` understands."""
    parser.add_argument(
        "--minutes", type=float, default=10, help="of random schedules (default: 10)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the random schedules (default: 1)")
    parser.add_argument("--scene", action="append", help="only this one; may be repeated")
    parser.add_argument("--stage", action="store_true", help="what dev/test plays")
    parser.add_argument(
        "--prove", action="store_true", help="play the stage once for each fix that is taken out"
    )
    parser.add_argument(
        "--all", action="store_true", help="with --replay: also what could have happened instead"
    )
    parser.add_argument("--list", action="store_true", help="name the scenes")
    parser.add_argument(
        "--replay",
        nargs=2,
        metavar=("SCENE", "CHOICES"),
        help="play one schedule and tell all its steps; CHOICES as printed after a failure",
    )
    parser.add_argument("--mutation", help="take this fix out first")


def run(options: argparse.Namespace) -> int:
    """Play what the options ask for and return the exit code."""
    instance = ensure_instance(INSTANCE, CHECK)
    with _running(instance):
        arguments = _arguments(options)
        return subprocess.call(_command(instance, *arguments), env=_environment(instance), cwd=DEV)


def _arguments(options: argparse.Namespace) -> list[str]:
    arguments = [f"--minutes={options.minutes}", f"--seed={options.seed}"]
    for scene in options.scene or ():
        arguments += ["--scene", scene]
    for name in ("stage", "prove", "list", "all"):
        arguments += [f"--{name}"] if getattr(options, name) else []
    if options.mutation:
        arguments += ["--mutation", options.mutation]
    if options.replay:
        arguments += ["--replay", *options.replay]
    return arguments


def _running(instance: Instance):
    """Return a block in which the database server runs, with the addon as it is now installed."""
    baseline = Baseline(instance, ("point_of_sale",))
    baseline.ensure()
    version = f"{baseline.version}\n{_addon_version()}"
    if not (instance.cluster.exists() and is_current(instance.folder, version)):
        step("Preparing the database of the referee")
        start_from(baseline, instance)
        with instance.cluster.running():
            install(instance, TEMPLATE, (ADDON,))
        mark_current(instance.folder, version)
    return instance.cluster.running()


def _addon_version() -> str:
    digest = hashlib.sha256()
    for name in SOURCES:
        path = CHECKOUT / name
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.suffix in (".py", ".xml", ".csv", ".sql"):
                digest.update(str(file).encode() + file.read_bytes())
    return digest.hexdigest()


def _command(instance: Instance, *arguments: str) -> list[str]:
    return [
        str(instance.python), "-m", PROGRAM,
        f"--database={TEMPLATE}",
        f"--db-host={instance.cluster.socket}",
        f"--db-user={USER}",
        f"--data-dir={instance.data_folder}",
        f"--addons-path={_addons_path(instance.source)}",
        *arguments,
    ]  # fmt: skip


def _addons_path(source: OdooSource) -> str:
    folders: list[Path] = [*source.addons, addons_folder(), TEST_ADDONS]
    return ",".join(map(str, folders))


def _environment(instance: Instance) -> dict[str, str]:
    variables = instance.environment()
    return {
        **variables,
        "PYTHONPATH": f"{DEV}:{variables['PYTHONPATH']}",
        # Sets of texts have the same order in each run.
        "PYTHONHASHSEED": "0",
    }
