"""Fixes taken out again, one at a time, to prove that the referee finds what they mend.

Each is a function that gets the server and returns what it puts in the place of methods and values:
``(owner, name, value)``. The number in its text is the row of the table in which the fault was told.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from unittest.mock import patch

MUTATIONS: dict[str, "Mutation"] = {}
LEDGER = "viva.wallet.transaction"


@dataclass
class Mutation:
    """A fix that is taken out, and the scenes that must find it."""

    name: str
    text: str
    scenes: tuple[str, ...]
    replacements: Callable


def mutation(*scenes: str):
    """Register a function as a mutation under its name."""

    def register(replacements):
        name = replacements.__name__
        text = replacements.__doc__.splitlines()[0]
        MUTATIONS[name] = Mutation(name, text, scenes, replacements)
        return replacements

    return register


@contextmanager
def applied(server, name: str | None) -> Iterator[None]:
    """Take a fix out for a block.

    :param name: of the mutation, None for none.
    """
    replacements = MUTATIONS[name].replacements(server) if name else ()
    with ExitStack() as block:
        for owner, attribute, value in replacements:
            block.enter_context(patch.object(owner, attribute, value))
        yield


@mutation("doubtful_retry", "doubtful_new_line", "declined_late")
def sends_before_the_answer(server):
    """1: any earlier answer is enough, not only one to a question asked after the wish."""
    ledger = server.registry[LEDGER]
    original = ledger._is_uncertain

    def is_uncertain(row, since=None):
        return original(row, since and datetime.min)

    return [(ledger, "_is_uncertain", is_uncertain)]


@mutation("declined_late")
def drops_wake_ups(server):
    """1b: a notification that comes while somebody has just asked is dropped."""
    ledger = server.registry[LEDGER]
    return [
        (ledger, "_note_news", lambda _row: False),
        (ledger, "_may_still_change", lambda _row: False),
    ]


@mutation("part_refunds")
def believes_a_young_list(server):
    """2: a refund through the account that the list does not show after a while was not made."""
    ledger = server.registry[LEDGER]

    def apply_not_listed(row):
        if row.state == "sent" and row._age() >= server.addon.timing.NOT_LISTED_AFTER:
            row._fail("never_received", money_uncertain=True)

    return [(ledger, "_apply_not_listed", apply_not_listed)]


@mutation("two_devices", "both_pay")
def knows_no_order(server):
    """3: what an order costs is not compared with what has been charged for it."""
    return [(server.registry[LEDGER], "_check_order_cost", lambda _rows, _wish: None)]


@mutation("doubtful_refund", "part_refunds")
def claims_too_much(_server):
    """4: each refund that Viva calls failed is said not to have been paid back."""
    from odoo.addons.pos_viva_wallet.models.messages import payment_messages

    return [(payment_messages, "_money_text", lambda _refund: "Nothing was paid back.")]


@mutation("cancel", "cancel_race")
def forgets_what_is_on_its_way(server):
    """5: a request counts as never received while it is on its way, and nobody stops it later."""
    ledger = server.registry[LEDGER]

    def apply_acceptance(row):
        if row.state == "sent" and not row.accepted_at:
            row.accepted_at = server.addon.timing.now()

    return [
        (ledger, "_is_in_transit", lambda _row: False),
        (ledger, "_apply_acceptance", apply_acceptance),
        (ledger, "_mark_uncertain_again", lambda _row: None),
    ]


@mutation("refund_at_viva", "refund_undone", "terminal_refund_undone")
def looks_at_sales_of_the_day(server):
    """6: what a list says of older charges, and of refunds, is not looked at."""
    ledger = server.registry[LEDGER]
    return [(ledger, "_suspect_touched", lambda _model, _methods, _reply: None)]


@mutation("other_account", "other_account_open")
def asks_the_wrong_account(server):
    """9: a row is asked about with whatever credentials the payment method has by now."""
    ledger = server.registry[LEDGER]
    return [
        (ledger, "_is_askable", lambda row: bool(row.sudo().payment_method_id)),
        (ledger, "_is_same_client", lambda _row: True),
    ]


@mutation("rights")
def trusts_a_late_refusal(_server):
    """10: a till takes the refusal of a repeated request for a proof that nothing was sent."""
    from ..till import Till

    return [(Till, "trusts_late_refusal", True)]


@mutation("unbookable", "unbookable_at_once")
def expects_rules_only(server):
    """11: only what Odoo forbids goes on review, not what breaks."""
    from odoo.exceptions import UserError

    ledger = server.registry[LEDGER]

    def book_safely(row, work):
        row.ensure_one()
        try:
            with row.env.cr.savepoint():
                work()
        except UserError:
            row._flag("no_payment")

    return [(ledger, "_book_or_flag", book_safely)]
