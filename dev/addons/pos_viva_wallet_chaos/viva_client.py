"""Points before and after each call to Viva about one payment."""

from odoo.addons.pos_viva_wallet.viva import question
from odoo.addons.pos_viva_wallet.viva.client import VivaClient

from .points import with_points

CALLS = {
    "start_sale": "post",
    "start_refund": "post",
    "start_unreferenced_refund": "post",
    "refund_transaction": "post",
    "read_session": "ask",
    "abort_session": "abort",
}


def add_points():
    """Wrap the calls of the client, and the question about a refund through the account."""
    for name, point in CALLS.items():
        setattr(VivaClient, name, with_points(getattr(VivaClient, name), point, _session_id))
    question.ask_account = with_points(question.ask_account, "ask", _session_id_expected)


def _session_id(_client, *args, **kwargs):
    """Return what a call of the client is about; a refund through the account only refers to it."""
    if "request" in kwargs:
        return kwargs["request"].session_id
    return kwargs.get("session_id") or kwargs.get("merchant_reference") or args[0]


def _session_id_expected(_client, expected):
    return expected.session_id
