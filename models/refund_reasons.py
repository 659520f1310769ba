"""The sentences about money that was to be paid back: what happened, and what to do next."""

# Reasons that mean the same to a cashier.
SAME_AS = {
    "aborted": "cancelled",
    "expired_card": "declined",
    "forbidden": "refused",
    "insufficient_funds": "declined",
    "invalid_card": "declined",
    "invalid_request": "refused",
    "limit_exceeded": "declined",
    "lost": "unavailable",
    "no_token": "unavailable",
    "not_found": "parent_missing",
    "not_permitted": "declined",
    "throttled": "unavailable",
    "timeout": "unavailable",
    "try_another_card": "declined",
}

# After these, a refund through the Viva account may still succeed: what was in the way is the
# terminal, the card, or that the terminal does not know the sale.
OTHER_WAY_AFTER = frozenset(
    {
        "busy", "capability", "declined", "fiscal", "insert_card", "invalid_card", "location_off",
        "not_found", "offline_limit", "parent_missing", "reader_problem", "refund_disabled",
        "refused", "terminal_busy", "timed_out", "try_another_card", "unavailable", "wrong_pin",
    }
)  # fmt: skip


# Their sentences say already that the terminal may know better.
SAYS_TO_LOOK = {"error", "network_problem", "reader_problem"}


def text(refund):
    """Return the sentence about a refund, in the language of its environment.

    :param refund: `viva.wallet.transaction` of the kind "refund".
    :return: empty while it is under way, or after the money was paid back.
    :rtype: str
    """
    _ = refund.env._
    if refund.state == "failed":
        return _failure_text(refund)
    if refund.state == "reversed":
        return _("Viva has undone this refund: the customer did not get the money. Pay it back.")
    if refund.state != "unknown":
        return ""
    if refund.refund_way == "account":
        return _(
            "Viva cannot say whether the money was paid back. Look at the payment in Viva's own "
            "pages before you pay it back once more."
        )
    return _(
        "Viva cannot say whether the money was paid back. Look at terminal %(terminal)s, or at its "
        "last receipt, before you pay it back once more.",
        terminal=refund.terminal_id,
    )


def refusal_text(env, reason, **details):
    """Return the sentence about a refund that was not given to Viva.

    :param str reason: one of the reasons of `Refused`.
    :param details: what the sentence mentions.
    :rtype: str
    """
    _ = env._

    def below_zero():
        return _("Only amounts below zero can be paid back. Nothing was paid back.")

    texts = {
        "above_remaining": lambda: _(
            "Only %(remaining)s of the %(charged)s on this card can still be paid back. Enter that "
            "amount, and pay the rest back otherwise. Nothing was paid back now.",
            **details,
        ),
        "nothing_remains": lambda: _(
            "The whole %(charged)s on this card has been paid back already. Nothing was paid back "
            "now.",
            **details,
        ),
        "refund_open": lambda: _(
            "%(held)s of this card payment is being paid back already, and its outcome is not "
            "known yet, so only %(remaining)s can be paid back now. Wait for that outcome, or pay "
            "back otherwise. Nothing was paid back now.",
            **details,
        ),
        "order_paid": lambda: _(
            "%(moved)s of this refund has been paid back to a card already, perhaps at another "
            "device. Leave the payment screen and open it again to see that refund. Nothing was "
            "paid back for this one.",
            **details,
        ),
        "unsettled": lambda: _(
            "Viva has not said yet whether %(amount)s was paid back before. Look at terminal "
            "%(terminal)s. If it shows no refund, wait a moment and try again. Nothing was asked of "
            "it now.",
            **details,
        ),
        "parent_unknown": lambda: _(
            "Odoo knows of no card payment on a Viva terminal that this could pay back. Pay back "
            "otherwise. Nothing was paid back."
        ),
        "other_account": lambda: _(
            "This card payment was made with another Viva account. Choose the payment method that "
            "took it. Nothing was paid back."
        ),
        "other_currency": lambda: _(
            "This card payment was made in another currency. Pay back otherwise. Nothing was paid "
            "back."
        ),
        "unreferenced_forbidden": lambda: _(
            "Only a manager can pay money to a card that has not paid, and only where the payment "
            "method allows it. Nothing was paid back."
        ),
        "amount_not_negative": below_zero,
        "amount_not_positive": below_zero,
        "terminal_busy": lambda: _(
            "Terminal %(terminal)s is busy with %(amount)s of register “%(register)s”. Finish or "
            "cancel that payment, then try again. Nothing was paid back.",
            **details,
        ),
        "order_busy": lambda: _(
            "%(amount)s of this order may be moving on terminal %(terminal)s at this moment. Finish "
            "or cancel that payment first. Nothing was paid back for this one.",
            **details,
        ),
        "register_closed": lambda: _(
            "This register is not open any more. Reload the page and open it. Nothing was paid "
            "back."
        ),
        "not_configured": lambda: _(
            "This payment method has no Viva terminal in this register. Ask an administrator to "
            "check the payment method. Nothing was paid back."
        ),
        "order_finished": lambda: _(
            "This order is already paid or cancelled. Reload the page. Nothing was paid back."
        ),
        "currency": lambda: _(
            "Viva does not pay back in %(currency)s. Pay back otherwise. Nothing was paid back.",
            **details,
        ),
        "invalid": lambda: _(
            "The till sent something that the server does not understand. Reload the page and try "
            "again. Nothing was paid back."
        ),
    }
    return texts[reason]()


def _failure_text(refund):
    known = _known(refund)
    sentences = (_failures(refund.env)[known](), _certainty(refund, known))
    sentence = " ".join(filter(None, sentences))
    return f"{sentence} [{refund.event_id}]" if refund.event_id else sentence


def _certainty(refund, known):
    """Return what is known about the money of a failed refund."""
    _ = refund.env._
    if known in SAYS_TO_LOOK:
        return ""
    if not refund.money_uncertain:
        return _("Nothing was paid back.")
    if refund.refund_way == "account":
        return _(
            "Look at the payment in Viva's own pages before you pay it back once more: it may have "
            "been paid back."
        )
    return _("Look at the terminal before you try again: it may show the refund as made.")


def _known(refund):
    reason = SAME_AS.get(refund.reason, refund.reason)
    if refund.refund_way == "account" and reason == "refund_disabled":
        return "account_disabled"
    return reason if reason in _failures(refund.env) else "error"


def _failures(env):
    _ = env._
    return {
        "account_disabled": lambda: _(
            "Viva does not allow refunds through the account. Ask an administrator to tick “Allow "
            "refunds” at Viva under Settings > API Access, or pay back otherwise."
        ),
        "busy": lambda: _(
            "The terminal is busy with another payment. Finish it there, then try again."
        ),
        "cancelled": lambda: _("Cancelled."),
        "capability": lambda: _(
            "This terminal cannot pay money back. Use another terminal, or pay back otherwise."
        ),
        "credentials": lambda: _(
            "Viva does not accept the credentials of this payment method. Ask an administrator to "
            "check them."
        ),
        "declined": lambda: _(
            "The card did not take the refund. Try again with the card that paid, or pay back "
            "otherwise."
        ),
        "error": lambda: _(
            "Viva reports an error and no refund. Look at the terminal before you try again."
        ),
        "fiscal": lambda: _(
            "The terminal demands the tax signature of the Greek authority (AADE). Ask Viva to "
            "adjust the terminal, or pay back otherwise."
        ),
        "insert_card": lambda: _(
            "The card wants to be inserted, or tapped a second time. Try again."
        ),
        "location_off": lambda: _(
            "Location services are off on the terminal. Switch them on, then try again."
        ),
        "network_problem": lambda: _(
            "The terminal has no connection. Check its network and its screen before you try again."
        ),
        "never_received": lambda: _("Viva does not know of the request."),
        "never_sent": lambda: _("The request was not sent. Try again."),
        "not_cleared": lambda: _(
            "Viva does not pay back a part of this payment before it is cleared. Pay it back as a "
            "whole, pay back otherwise, or try again tomorrow."
        ),
        "not_refundable": lambda: _(
            "Viva does not pay back this amount of this payment. A part can often be paid back only "
            "when the payment is cleared, from the next day on. Pay it back as a whole or otherwise."
        ),
        "offline_limit": lambda: _(
            "The terminal is offline and cannot pay money back. Check its network, then try again."
        ),
        "parent_missing": lambda: _(
            "Viva does not find the payment that this pays back. Use the terminal that took it, or "
            "pay back otherwise."
        ),
        "reader_problem": lambda: _(
            "The card reader does not answer. Check it, and the terminal's screen, before you try "
            "again."
        ),
        "refund_disabled": lambda: _(
            "Viva has not enabled refunds on terminals for this merchant. Ask an administrator to "
            "have Viva enable them, or pay back otherwise."
        ),
        "refused": lambda: _(
            "Viva did not accept the request. Ask an administrator to check the Terminal ID and the "
            "settings of this payment method."
        ),
        "timed_out": lambda: _("No card was presented in time. Try again with the card that paid."),
        "unavailable": lambda: _(
            "Viva does not answer at the moment. Wait a little, then try again."
        ),
        "unreachable": lambda: _(
            "Viva could not be reached. Check the internet connection of the server, then try "
            "again."
        ),
        "wrong_pin": lambda: _("The PIN was wrong. Try again."),
        "wrong_state": lambda: _(
            "The payment that this pays back is not finished at Viva yet. Wait a little, then try "
            "again."
        ),
    }
