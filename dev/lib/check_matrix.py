"""The same scenes beside each addon of Odoo that changes the Point of Sale, one at a time."""

import time

from .check_odoo import count_tests, fresh_instance, run_odoo, unexpected_errors
from .databases import TEMPLATE, copy_database, drop_database
from .neighbours import neighbours
from .odoo import Instance
from .paths import ADDON
from .report import SetupError, progress
from .side_by_side import side_by_side

STAGE = "matrix"
# Most scripts and styles, which differ in each database, belong to pages that no scene opens.
HELPER = "pos_viva_wallet_till_assets"
SCENES = f"/{ADDON}:TestScenes"
# A browser and an Odoo each.
LANES = 3


def matrix(instance: Instance, modules: str) -> tuple[int, int]:
    """Play the scenes once beside each addon, each in a database of its own.

    :param modules: names of addons with commas between them; empty: all that this Odoo has.
    :raise SetupError: when Odoo has no addon of such a name.
    """
    names = _chosen(instance, modules)
    with fresh_instance(instance, STAGE) as copy:
        run_odoo(copy, TEMPLATE, f"{STAGE}-install", "-i", f"{ADDON},{HELPER}")
        lanes = [names[first::LANES] for first in range(LANES)]
        counts = side_by_side(lambda lane: [_play_beside(copy, name) for name in lane], lanes)
    return tuple(map(sum, zip(*(count for lane in counts for count in lane), strict=True)))


def _chosen(instance: Instance, modules: str) -> tuple[str, ...]:
    known = neighbours(instance.source)
    wanted = tuple(filter(None, modules.split(",")))
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise SetupError(f"Odoo has no addon for the Point of Sale named {', '.join(unknown)}.")
    return wanted or known


def _play_beside(instance: Instance, module: str) -> tuple[int, int]:
    """Install one addon, play the scenes, and return how many passed and failed."""
    begun = time.monotonic()
    copy_database(instance, TEMPLATE, module)
    arguments = ("-i", module, "-u", ADDON, "--test-tags", SCENES)
    log, code = run_odoo(instance, module, f"{STAGE}-{module}", *arguments)
    company = _installed(instance, module)
    drop_database(instance, module)
    passed, failed = count_tests(log)
    failed = failed or unexpected_errors(log, code)
    progress(
        f"{module}: {passed} passed, {failed} failed, {time.monotonic() - begun:.0f} s{company}"
    )
    return passed, failed


def _installed(instance: Instance, module: str) -> str:
    """Return, for a line on the screen, which other addons of the table came along."""
    query = "SELECT name FROM ir_module_module WHERE state = 'installed' ORDER BY name"
    installed = set(instance.cluster.query(module, query).split())
    others = [name for name in neighbours(instance.source) if name in installed - {module}]
    return f" (with {', '.join(others)})" if others else ""
