"""The tests that run inside Odoo: Python and tours, Hoot, and both beside other addons."""

import re
import subprocess

from .databases import TEMPLATE, Baseline, copy_database, start_from
from .odoo import Instance
from .paths import ADDON, CHECKOUT_CACHE
from .ports import HOST, free_port
from .process import last_lines
from .report import SetupError, detail

BASE = ("point_of_sale",)
NEIGHBOURS = ("pos_viva_com", "pos_restaurant", "pos_self_order", "pos_online_payment")
HOOT_HELPER = "pos_viva_wallet_hoot"
HOOT_TAGS = "/web:WebSuite.test_unit_desktop[@pos_viva_wallet]"
# Beside the instance, which every stage makes anew.
LOGS = CHECKOUT_CACHE / "logs"
SUMMARY = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
SKIPPED = re.compile(r"INFO \S+ \S+ skipped (\S+) : (.*)$", re.MULTILINE)
HOOT_SUMMARY = re.compile(r"\[HOOT\] Passed (\d+) tests")
# Debian's package of Odoo lacks this file, which our code has nothing to do with.
EXPECTED_ERROR = "selfie_segmentation"
LOGGED_ERROR = re.compile(r"^\S+ \S+ \d+ (ERROR|CRITICAL) ", re.MULTILINE)


def odoo(instance: Instance, tags: str) -> tuple[int, int]:
    """Run the Python tests and tours with only what the addon needs."""
    return _run_tests(instance, "odoo", BASE, tags)


def beside(instance: Instance, tags: str) -> tuple[int, int]:
    """Run them again beside the addons that share our models and screens."""
    return _run_tests(instance, "beside", (*BASE, *NEIGHBOURS), tags)


def hoot(instance: Instance, _tags: str) -> tuple[int, int]:
    """Run the unit tests of the till in Odoo's own runner."""
    _copy_of(instance, BASE)
    with instance.cluster.running():
        copy_database(instance, TEMPLATE, "test")
        _odoo(instance, "hoot-install", "-i", f"{ADDON},{HOOT_HELPER}")
        log, code = _odoo(instance, "hoot", "--test-tags", HOOT_TAGS)
    passed = sum(int(count) for count in HOOT_SUMMARY.findall(log))
    _, failed = _counts(log)
    return passed, failed or _unexpected(log, code)


def _run_tests(
    instance: Instance, stage: str, installed: tuple[str, ...], tags: str
) -> tuple[int, int]:
    _copy_of(instance, installed)
    with instance.cluster.running():
        copy_database(instance, TEMPLATE, "test")
        log, code = _odoo(instance, stage, "-i", ADDON, "--test-tags", tags)
    passed, failed = _counts(log)
    return passed, failed or _unexpected(log, code)


def _copy_of(instance: Instance, installed: tuple[str, ...]) -> None:
    baseline = Baseline(instance, installed)
    baseline.ensure()
    start_from(baseline, instance)


def _odoo(instance: Instance, name: str, *arguments: str) -> tuple[str, int]:
    """Run Odoo on the database "test" and return its log and exit code."""
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / f"{name}.log"
    command = instance.command(
        "--database", "test",
        *arguments,
        "--stop-after-init",
        f"--http-interface={HOST}",
        f"--http-port={free_port()}",
        "--max-cron-threads=0",
        f"--screenshots={LOGS / 'screenshots'}",
    )  # fmt: skip
    detail(f"log: {path}")
    with path.open("w") as log:
        code = subprocess.run(
            command,
            env=instance.environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    return path.read_text(errors="replace"), code


def _counts(log: str) -> tuple[int, int]:
    """Return how many tests passed and failed, and show those that failed or were skipped."""
    found = SUMMARY.findall(log)
    if not found:
        raise SetupError(f"Odoo ran no test; the end of its log:\n{last_lines(log)}")
    failed = sum(int(failures) + int(errors) for failures, errors, _ in found)
    total = sum(int(count) for _, _, count in found)
    for name in re.findall(r"(?:FAIL|ERROR): (\S+)", log):
        detail(f"failed: {name}")
    skipped = SKIPPED.findall(log)
    for name, reason in skipped:
        detail(f"skipped: {name} ({reason})")
    return total - failed - len(skipped), failed


def _unexpected(log: str, code: int) -> int:
    """Return how many errors Odoo logged that no test asked for."""
    lines = [
        line for line in log.splitlines() if LOGGED_ERROR.match(line) and EXPECTED_ERROR not in line
    ]
    for line in lines[:10]:
        detail(line[:300])
    if code and not lines:
        detail(f"Odoo ended with code {code}:\n{last_lines(log)}")
    return len(lines) or int(code != 0)
