"""Named points on the way of a payment through the server, at which a worker can be killed.

A file named `<session id>.<point>` in the folder of the environment variable
`POS_VIVA_WALLET_CHAOS` says what happens when that payment gets there, once: an empty file kills
the worker as `kill -9` does, a number lets it sleep for so many seconds.
"""

import os
import signal
import time
from pathlib import Path

VARIABLE = "POS_VIVA_WALLET_CHAOS"


def reach(session_id, point):
    """Do what is ordered for a payment that has come to a point."""
    folder = os.environ.get(VARIABLE)
    if not folder:  # the addon is being installed
        return
    order = Path(folder) / f"{session_id}.{point}"
    try:
        seconds = order.read_text()
        order.unlink()
    except FileNotFoundError:  # nothing ordered, or another process was faster
        return
    if seconds:
        time.sleep(float(seconds))
    else:
        os.kill(os.getpid(), signal.SIGKILL)
