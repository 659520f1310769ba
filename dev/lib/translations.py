"""`dev/translations`: write the template of the translations anew, and bring it into each language.

New texts get an empty translation, for a person to fill in; texts that are gone are dropped.
"""

import argparse
from pathlib import Path

from .databases import POINT_OF_SALE, TEMPLATE, Baseline, install, start_from
from .odoo import ensure_instance
from .paths import ADDON, CHECKOUT
from .process import run
from .report import run_main, step

FOLDER = CHECKOUT / "i18n"
# Runs in `odoo shell`.
SCRIPT = Path(__file__).with_name("translations_shell.py")


def main() -> int:
    """Write the files and say which texts have no translation yet."""
    argparse.ArgumentParser(prog="dev/translations", description=__doc__).parse_args()
    instance = ensure_instance("translations")
    baseline = Baseline(instance, POINT_OF_SALE)
    baseline.ensure()
    start_from(baseline, instance)
    step("Collecting the texts")
    with instance.cluster.running():
        install(instance, TEMPLATE, (ADDON,))
        printed = run(
            instance.command("shell", "--database", TEMPLATE, "--no-http", "--log-level=error"),
            env={**instance.environment(), "TRANSLATIONS": str(FOLDER)},
            stdin=SCRIPT.read_text(),
            failure="The texts could not be collected; the end of Odoo's log:",
        )
    instance.remove()
    print(printed)
    return 0


if __name__ == "__main__":
    run_main(main)
