"""Goes on with the commands of `dev/chaos` in the Python that has what they need."""

import os
import sys

from ..report import run_main
from ..stamp import setup_lock
from ..venv import CHECK, RUN, ensure_python


def main() -> int:
    """Hand over; this does not return."""
    with setup_lock():
        python = ensure_python(RUN, CHECK)
    os.execv(python, [str(python), "-m", "lib.chaos.commands", *sys.argv[1:]])
    return 1


if __name__ == "__main__":
    run_main(main)
