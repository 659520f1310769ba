"""The tests that run inside Odoo: Python and tours, Hoot, and both beside other addons."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from .databases import (
    GENERATE_ASSETS,
    POINT_OF_SALE,
    TEMPLATE,
    Baseline,
    assets_command,
    copy_database,
    start_from,
)
from .lanes import Lane, lanes
from .neighbours import neighbours
from .odoo import MISSING_IN_ODOO, Instance
from .paths import ADDON
from .ports import HOST
from .process import last_lines
from .report import detail, progress
from .side_by_side import LOGS, log_path, run_program, side_by_side

STAGES = ("odoo", "hoot", "beside", "matrix")
ALL_TESTS = f"/{ADDON}"
# Not repeated beside other addons, for time: what happens between the ledger and Viva, in models that
# no other addon knows, and what servers and networks do to it. The stage `odoo` has it.
SAME_EVERYWHERE = (
    "/tests/test_access_log.py",
    "/tests/test_applying.py",
    "/tests/test_certainty.py",
    "/tests/test_currencies.py",
    "/tests/test_db.py",
    "/tests/test_notifications.py",
    "/tests/test_payment_messages.py",
    "/tests/test_pos_payment_method_webhook.py",
    "/tests/test_question.py",
    "/tests/test_record_call.py",
    "/tests/test_refund_by_account.py",
    "/tests/test_request.py",
    "/tests/test_review_messages.py",
    "/tests/test_secret_paths.py",
    "/tests/test_setup.py",
    "/tests/test_snapshot.py",
    "/tests/test_takeover.py",
    "/tests/test_timeline.py",
    "/tests/test_transaction.py",
    "/tests/test_translations.py",
    "/tests/test_verification_key.py",
    "/tests/test_viva_wallet_event.py",
    "/tests/test_viva_wallet_rate_limit.py",
    "/tests/test_webhook.py",
    "/tests/test_webhook_fuzz.py",
    ":TestFaultTours",
)
HOOT_HELPER = "pos_viva_wallet_hoot"
HOOT_TAGS = "/web:WebSuite.test_unit_desktop[@pos_viva_wallet]"
SUMMARY = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
SKIPPED = re.compile(r"INFO \S+ \S+ skipped (\S+) : (.*)$", re.MULTILINE)
HOOT_SUMMARY = re.compile(r"\[HOOT\] Passed (\d+) tests")
LOGGED_ERROR = re.compile(r"^\S+ \S+ \d+ (ERROR|CRITICAL) ", re.MULTILINE)


def ensure_baselines(instance: Instance, stages: Iterable[str]) -> None:
    """Prepare what these stages copy, unless an earlier run did."""
    for stage in stages:
        if stage in STAGES:
            _baseline(instance, stage).ensure()


def odoo(instance: Instance, tags: str) -> tuple[int, int]:
    """Run the Python tests and tours with only what the addon needs."""
    return _run_tests(instance, "odoo", tags)


def beside(instance: Instance, tags: str) -> tuple[int, int]:
    """Run those that may differ there beside all addons of Odoo that share our models and screens."""
    return _run_tests(instance, "beside", tags)


def hoot(instance: Instance, _tags: str) -> tuple[int, int]:
    """Run the unit tests of the till in Odoo's own runner."""
    with fresh_instance(instance, "hoot") as copy:
        run_odoo(copy, TEMPLATE, "hoot-install", "-i", f"{ADDON},{HOOT_HELPER}")
        log, code = run_odoo(copy, TEMPLATE, "hoot", "--test-tags", HOOT_TAGS)
    passed = sum(int(count) for count in HOOT_SUMMARY.findall(log))
    _, failed = count_tests(log)
    return passed, failed or unexpected_errors(log, code)


def _run_tests(instance: Instance, stage: str, tags: str) -> tuple[int, int]:
    """Run all tests in lanes, or those that the person chose in one go."""
    left_out = SAME_EVERYWHERE if stage == "beside" else ()
    parts = lanes(tags, left_out) if tags == ALL_TESTS else [Lane("chosen", tags)]
    with fresh_instance(instance, stage) as copy:
        installed = _install_with_assets(copy, stage)
        for lane in parts:
            copy_database(copy, TEMPLATE, lane.name)
        ended = side_by_side(lambda lane: _run_lane(copy, stage, lane), parts)
    counts = [count_tests(log) for log, _ in ended]
    failed = sum(lane_failed for _, lane_failed in counts)
    return sum(passed for passed, _ in counts), failed or sum(
        unexpected_errors(log, code) for log, code in [installed, *ended]
    )


def _run_lane(instance: Instance, stage: str, lane: Lane) -> tuple[str, int]:
    # Updating, for Odoo runs only the tests of what it has just installed or updated.
    arguments = ("-u", ADDON, "--test-tags", lane.tags)
    name = f"{stage}-{lane.name}"
    return run_odoo(instance, lane.name, name, *arguments, is_patient=lane.is_patient)


@contextmanager
def fresh_instance(instance: Instance, stage: str) -> Iterator[Instance]:
    """Run the database server of a new instance, in which a stage finds what it needs."""
    copy = Instance(f"{instance.name}-{stage}", instance.source)
    start_from(_baseline(copy, stage), copy)
    with copy.cluster.running():
        yield copy


def _baseline(instance: Instance, stage: str) -> Baseline:
    """Return the database that a stage starts from."""
    others = neighbours(instance.source) if stage == "beside" else ()
    return Baseline(instance, (*POINT_OF_SALE, *others))


def _install_with_assets(instance: Instance, stage: str) -> tuple[str, int]:
    """Install the addon once for all lanes, and return Odoo's log of it and its exit code."""
    installed = run_odoo(instance, TEMPLATE, f"{stage}-install", "-i", ADDON)
    # Without them each lane would make its own, and only be slower.
    run_program(
        f"{stage}-assets",
        assets_command(instance, TEMPLATE),
        env=instance.environment(),
        stdin=GENERATE_ASSETS,
    )
    return installed


def run_odoo(
    instance: Instance, database: str, name: str, *arguments: str, is_patient: bool = False
) -> tuple[str, int]:
    """Run Odoo and return its log and exit code."""
    command = instance.command(
        "--database", database,
        *arguments,
        "--stop-after-init",
        f"--http-interface={HOST}",
        "--http-port=0",  # a free one, chosen when Odoo gets to it
        "--max-cron-threads=0",
        f"--screenshots={LOGS / 'screenshots'}",
    )  # fmt: skip
    progress(f"log: {log_path(name)}")
    return run_program(name, command, env=instance.environment(), is_patient=is_patient)


def count_tests(log: str) -> tuple[int, int]:
    """Return how many tests passed and failed, and show those that failed or were skipped."""
    found = SUMMARY.findall(log)
    if not found:
        detail(f"Odoo ran no test; the end of its log:\n{last_lines(log)}")
        return 0, 1
    failed = sum(int(failures) + int(errors) for failures, errors, _ in found)
    total = sum(int(count) for _, _, count in found)
    for name in re.findall(r"(?:FAIL|ERROR): (\S+)", log):
        detail(f"failed: {name}")
    skipped = SKIPPED.findall(log)
    for name, reason in skipped:
        detail(f"skipped: {name} ({reason})")
    return total - failed - len(skipped), failed


def unexpected_errors(log: str, code: int) -> int:
    """Return how many errors Odoo logged that no test asked for."""
    lines = [
        line
        for line in log.splitlines()
        if LOGGED_ERROR.match(line) and MISSING_IN_ODOO not in line
    ]
    for line in lines[:10]:
        detail(line[:300])
    if code and not lines:
        detail(f"Odoo ended with code {code}:\n{last_lines(log)}")
    return len(lines) or int(code != 0)
