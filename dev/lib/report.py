"""What the person at the keyboard sees: progress lines, and one sentence when something is wrong."""

import sys
from collections.abc import Callable


class SetupError(Exception):
    """Something that the person can put right; its text says what happened and what to do."""


def step(text: str) -> None:
    """Print one progress line."""
    print(f"==> {text}", flush=True)


def detail(text: str) -> None:
    """Print one line below a progress line."""
    print(f"    {text}", flush=True)


def run_main(main: Callable[[], int]) -> None:
    """Run a command and end the process with its exit code; a `SetupError` ends as one sentence."""
    try:
        code = main()
    except SetupError as error:
        print(f"dev: {error}", file=sys.stderr, flush=True)
        code = 1
    except KeyboardInterrupt:
        print("dev: stopped.", file=sys.stderr, flush=True)
        code = 130
    sys.exit(code)
