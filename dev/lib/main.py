"""Runs a command of `dev/` in the virtual environment that has the packages it imports.

Until then only Python's own library is there.
"""

import os
import sys

from .report import run_main
from .stamp import setup_lock
from .system import BASE_PROGRAMS, ensure_programs
from .venv import CHECK, RUN, ensure_python

# The lists in dev/tools that a command needs; the others need those of Odoo.
LISTS = {"bench": (RUN, CHECK), "chaos": (RUN, CHECK), "check": (RUN, CHECK)}


def main() -> int:
    """Hand over; this does not return."""
    module = sys.argv[1]
    with setup_lock():
        ensure_programs(BASE_PROGRAMS)
        python = ensure_python(*LISTS.get(module, (RUN,)))
    os.execv(python, [str(python), "-m", f"lib.{module}", *sys.argv[2:]])
    return 1


if __name__ == "__main__":
    run_main(main)
