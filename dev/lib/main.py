"""Runs a command of `dev/` in the virtual environment that has the packages it imports.

Until then only Python's own library is there.
"""

import os
import sys

from .report import run_main
from .stamp import setup_lock
from .system import BASE_PROGRAMS, ensure_programs
from .venv import CHECK, RUN, ensure_python

CHECKS = (RUN, CHECK)
# The module of each command, and the lists in dev/tools that it needs.
COMMANDS = {
    "bench": ("bench", CHECKS),
    "chaos": ("chaos", CHECKS),
    "demo": ("demo", (RUN,)),
    "first-contact": ("first_contact", (RUN,)),
    "odoo": ("odoo_command", (RUN,)),
    "pictures": ("pictures", CHECKS),
    "test": ("check", CHECKS),
    "translations": ("translations", (RUN,)),
}


def main() -> int:
    """Hand over; this does not return."""
    module, lists = COMMANDS[sys.argv[1]]
    with setup_lock():
        ensure_programs(BASE_PROGRAMS)
        python = ensure_python(*lists)
    os.execv(python, [str(python), "-m", f"lib.{module}", *sys.argv[2:]])
    return 1


if __name__ == "__main__":
    run_main(main)
