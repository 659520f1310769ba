"""`dev/odoo`: run Odoo by hand on a private database server, with this checkout on the addons path."""

import argparse
import subprocess

from .odoo import ensure_instance
from .report import run_main, step

DESCRIPTION = """Run Odoo 19 by hand with this checkout as the addon pos_viva_wallet, on a private
database server that runs as long as Odoo does. Everything after the options of this command is
given to Odoo, for example:
  dev/odoo -d my -i pos_viva_wallet --stop-after-init
  dev/odoo shell -d my
  dev/odoo --instance demo shell -d demo        (the database of dev/demo)"""


def main() -> int:
    """Run Odoo with the given arguments and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="dev/odoo",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--instance",
        default="hand",
        help="databases and files to use; instances know nothing of each other (default: hand)",
    )
    options, arguments = parser.parse_known_args()
    instance = ensure_instance(options.instance)
    instance.prepare()
    if not any(argument.split("=")[0] in ("-d", "--database") for argument in arguments):
        step("No database named with -d: Odoo will offer its database manager.")
    with instance.cluster.running():
        return subprocess.call(instance.command(*arguments), env=instance.environment())


if __name__ == "__main__":
    run_main(main)
