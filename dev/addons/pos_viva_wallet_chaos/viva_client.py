"""Points before and after each call to Viva about one payment."""

import functools

from odoo.addons.pos_viva_wallet.viva.client import VivaClient

from .points import reach

CALLS = {
    "start_sale": "post",
    "start_refund": "post",
    "read_session": "ask",
    "abort_session": "abort",
}


def add_points():
    """Wrap the calls of the client."""
    for name, point in CALLS.items():
        setattr(VivaClient, name, _with_points(getattr(VivaClient, name), point))


def _with_points(call, point):
    @functools.wraps(call)
    def wrapper(client, *args, **kwargs):
        session_id = kwargs.get("session_id") or args[0]
        reach(session_id, f"before_{point}")
        reply = call(client, *args, **kwargs)
        reach(session_id, f"after_{point}")
        return reply

    return wrapper
