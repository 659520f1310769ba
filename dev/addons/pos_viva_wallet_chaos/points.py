"""Named points on the way of a payment through the server, at which a worker can be killed.

A file named `<session id>.<point>` in the folder of the environment variable
`POS_VIVA_WALLET_CHAOS` says that the worker dies when that payment gets there, once, as by `kill -9`.
"""

import functools
import os
import signal
from pathlib import Path

VARIABLE = "POS_VIVA_WALLET_CHAOS"


def reach(session_id, point):
    """Die, if that is ordered for a payment that has come to a point."""
    folder = os.environ.get(VARIABLE)
    if not folder:  # the addon is being installed
        return
    try:
        (Path(folder) / f"{session_id}.{point}").unlink()
    except FileNotFoundError:  # nothing ordered, or another process was faster
        return
    os.kill(os.getpid(), signal.SIGKILL)


def with_points(call, name, session_id_of):
    """Return a call to Viva with a point before and one after it.

    :param session_id_of: tells of the arguments which payment the call is about.
    """

    @functools.wraps(call)
    def wrapper(*args, **kwargs):
        session_id = session_id_of(*args, **kwargs)
        reach(session_id, f"before_{name}")
        reply = call(*args, **kwargs)
        reach(session_id, f"after_{name}")
        return reply

    return wrapper
