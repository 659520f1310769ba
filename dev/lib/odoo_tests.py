"""Stages `odoo`, `hoot` and `beside`: tests that need a running Odoo.

Each run works on a throw-away copy of a prepared database server, so nothing is left behind and
runs do not meet.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from . import odoo_log
from .databases import TEMPLATE, Baseline, ensure_module, start_from
from .odoo import Instance
from .paths import ADDON, CHECKOUT_CACHE
from .ports import free_port
from .process import last_lines
from .report import detail
from .results import StageResult

SHOP = ("point_of_sale",)
NEIGHBOURS = ("pos_viva_com", "pos_restaurant", "pos_self_order", "pos_online_payment")
HOOT_HELPER = "pos_viva_wallet_hoot"
HOOT_TAGS = f"/web:WebSuite.test_unit_desktop[@{ADDON}]"
# A run that takes longer hangs.
RUN_SECONDS = 1200
SHOWN_RECORDS = 6
SHOWN_LINES = 40
LOGS = CHECKOUT_CACHE / "test-logs"


class OdooTests:
    """The Odoo stages of one `dev/test`."""

    def __init__(self, instance: Instance, tags: str):
        """Describe the stages.

        :param instance: any instance; it tells which Odoo and Python to use.
        :param tags: Odoo's test tags for the stages `odoo` and `beside`.
        """
        self.like = instance
        self.tags = tags
        self.alone: Instance | None = None
        self.cleanup = ExitStack()
        LOGS.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> "OdooTests":
        """Start with no instance; the first stage that needs one makes it."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Delete what the stages used."""
        self.cleanup.close()

    def run_odoo(self) -> StageResult:
        """Run the Odoo tests and tours with nothing else installed."""
        return self._run_python_tests("odoo", self._alone(), self._modules())

    def run_hoot(self) -> StageResult:
        """Run the JavaScript unit tests, in the database of the stage `odoo` if that ran."""
        instance = self._alone()
        for module in self._modules():
            ensure_module(instance, TEMPLATE, module)
        return self._run_hoot(instance)

    def run_beside(self) -> StageResult:
        """Run the Odoo tests again, with the addons installed that ours shares models with."""
        self.cleanup.close()
        self.alone = None
        with self._instance("beside", SHOP + NEIGHBOURS) as instance:
            return self._run_python_tests("beside", instance, (ADDON,))

    def _alone(self) -> Instance:
        if self.alone is None:
            self.alone = self.cleanup.enter_context(self._instance("test", SHOP))
        return self.alone

    def _modules(self) -> tuple[str, ...]:
        return (ADDON, HOOT_HELPER) if self.like.source.is_debian else (ADDON,)

    @contextmanager
    def _instance(self, name: str, modules: tuple[str, ...]) -> Iterator[Instance]:
        baseline = Baseline(self.like, modules)
        baseline.ensure()
        instance = Instance(f"{name}-{os.getpid()}", self.like.python, self.like.source)
        try:
            start_from(baseline, instance)
            with instance.cluster.running():
                yield instance
        finally:
            instance.remove()

    def _run_python_tests(
        self, stage: str, instance: Instance, modules: tuple[str, ...]
    ) -> StageResult:
        result = StageResult(stage)
        text = self._run_odoo(result, instance, "-i", ",".join(modules), f"--test-tags={self.tags}")
        passed, failed = odoo_log.count_tests(text)
        result.failed += failed
        self._judge(result, text)
        result.passed += passed - result.skipped
        return result.require_tests()

    def _run_hoot(self, instance: Instance) -> StageResult:
        result = StageResult("hoot")
        text = self._run_odoo(result, instance, f"--test-tags={HOOT_TAGS}")
        result.passed, failed = odoo_log.count_hoot(text)
        result.failed += failed
        self._judge(result, text)
        return result.require_tests()

    def _run_odoo(self, result: StageResult, instance: Instance, *arguments: str) -> str:
        """Run Odoo to its end and return its log."""
        log = LOGS / f"{result.name}.log"
        screenshots = LOGS / f"{result.name}-screenshots"
        shutil.rmtree(screenshots, ignore_errors=True)
        command = instance.command(
            "--database", TEMPLATE,
            "--stop-after-init",
            f"--http-port={free_port()}",
            f"--screenshots={screenshots}",
            *arguments,
        )  # fmt: skip
        detail(f"log: {log}")
        code = _call(command, instance.environment(), log)
        text = log.read_text(errors="replace")
        if code is None:
            result.add_problem(f"Odoo did not end within {RUN_SECONDS} seconds; it was stopped.")
        elif code and not any(odoo_log.count_tests(text)):
            result.add_problem(f"Odoo ended with code {code} before any test ran.")
        return text

    def _judge(self, result: StageResult, text: str) -> None:
        """Add what the log shows beside the counts."""
        records = odoo_log.read_log(text)
        skipped = odoo_log.skipped_tests(records)
        result.skipped = len(skipped)
        for line in skipped:
            detail(line)
        bad = [record.text for record in records if record.is_bad]
        if bad and not result.failed:
            result.add_problem("All tests passed, but Odoo's log has errors:")
        result.problems += [last_lines(record, SHOWN_LINES) for record in bad[:SHOWN_RECORDS]]


def _call(command: list[str], environment: dict[str, str], log: Path) -> int | None:
    """Run a command to its end; None when it had to be stopped."""
    with log.open("wb") as output:
        try:
            return subprocess.call(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=RUN_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return None
