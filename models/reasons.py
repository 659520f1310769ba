"""The sentences that a cashier reads: what happened, and what to do next."""

from . import refund_reasons

# Reasons that mean the same to a cashier.
SAME_AS = {
    "forbidden": "refused",
    "invalid_request": "refused",
    "lost": "unavailable",
    "no_token": "unavailable",
    "not_found": "refused",
    "not_json": "unavailable",
    "throttled": "unavailable",
    "timeout": "unavailable",
    "too_large": "unavailable",
    "wrong_state": "refused",
}

# Their sentences say already that the terminal may know better.
SAYS_TO_LOOK = {"error", "network_problem", "reader_problem"}


def text(transaction):
    """Return the sentence about a transaction, in the language of its environment.

    :param transaction: `viva.wallet.transaction`.
    :return: empty while the customer is expected to pay, or after the card was charged.
    :rtype: str
    """
    if transaction.kind == "refund":
        return refund_reasons.text(transaction)
    _ = transaction.env._
    if transaction.state == "failed":
        texts = _failure_texts(transaction.env)
        reason = SAME_AS.get(transaction.reason, transaction.reason)
        reason = reason if reason in texts else "error"
        sentences = [texts[reason](), _certainty(transaction, reason)]
        return _with_code(" ".join(filter(None, sentences)), transaction.event_id)
    if transaction.state == "reversed":
        return _(
            "Viva has undone this payment: the customer keeps the money. Take the payment again."
        )
    if transaction.state == "unknown":
        return _(
            "Viva cannot say whether the card was charged. Look at terminal %(terminal)s, or at its "
            "last receipt, before you take another payment.",
            terminal=transaction.terminal_id,
        )
    return ""


def refusal_text(env, reason, **details):
    """Return the sentence about a request that was not given to Viva.

    :param str reason: one of the reasons of `Refused`.
    :param details: what the sentence mentions.
    :rtype: str
    """
    _ = env._
    texts = {
        "terminal_busy": lambda: _(
            "Terminal %(terminal)s is busy with %(amount)s of register “%(register)s”. Finish or "
            "cancel that payment, then try again. Nothing was charged for this one.",
            **details,
        ),
        "order_busy": lambda: _(
            "%(amount)s of this order may be charged on terminal %(terminal)s at this moment. Finish "
            "or cancel that payment first. Nothing was charged for this one.",
            **details,
        ),
        "order_paid": lambda: _(
            "%(moved)s of this order has been charged to a card already, perhaps at another device. "
            "Leave the payment screen and open it again to see that payment. Nothing was charged "
            "for this one.",
            **details,
        ),
        "register_closed": lambda: _(
            "This register is not open any more. Reload the page and open it. Nothing was charged."
        ),
        "unsettled": lambda: _(
            "Viva has not said yet whether %(amount)s was charged on terminal %(terminal)s before. "
            "Look at the terminal. If it shows no payment, wait a moment and try again. Nothing "
            "was asked of it now.",
            **details,
        ),
        "not_configured": lambda: _(
            "This payment method has no Viva terminal in this register. Ask an administrator to "
            "check the payment method. Nothing was charged."
        ),
        "order_finished": lambda: _(
            "This order is already paid or cancelled. Reload the page. Nothing was charged."
        ),
        "amount_not_positive": lambda: _(
            "Only amounts above zero can be asked for on the terminal. Nothing was charged."
        ),
        "currency": lambda: _(
            "Viva does not take payments in %(currency)s. Pay otherwise. Nothing was charged.",
            **details,
        ),
        "invalid": lambda: _(
            "The till sent something that the server does not understand. Reload the page and try "
            "again. Nothing was charged."
        ),
    }
    return texts[reason]()


def _with_code(sentence, event_id):
    return f"{sentence} [{event_id}]" if event_id else sentence


def _certainty(transaction, reason):
    """Return what is known about the money of a failed payment."""
    _ = transaction.env._
    if reason in SAYS_TO_LOOK:
        return ""
    if not transaction.money_uncertain:
        return _("Nothing was charged.")
    return _("Look at the terminal before you try again: it may show the payment as made.")


def _failure_texts(env):
    _ = env._
    return {
        "aborted": lambda: _("Cancelled."),
        "busy": lambda: _(
            "The terminal is busy with another payment. Finish it there, then try again."
        ),
        "cancelled": lambda: _("Cancelled."),
        "capability": lambda: _(
            "This terminal cannot do that. Use another terminal, or pay otherwise."
        ),
        "credentials": lambda: _(
            "Viva does not accept the Client ID and Client secret of this payment method. Ask an "
            "administrator to check them."
        ),
        "declined": lambda: _("The card was declined. Try another card, or pay otherwise."),
        "error": lambda: _(
            "Viva reports an error and no charge. Look at the terminal before you try again."
        ),
        "expired_card": lambda: _("The card has expired. Try another card."),
        "fiscal": lambda: _(
            "The terminal demands the tax signature of the Greek authority (AADE). Ask Viva to "
            "adjust the terminal."
        ),
        "insert_card": lambda: _(
            "The card wants to be inserted, or tapped a second time. Try again."
        ),
        "insufficient_funds": lambda: _(
            "The card does not have enough funds. Try another card, or pay otherwise."
        ),
        "invalid_card": lambda: _("The terminal could not use this card. Try another card."),
        "limit_exceeded": lambda: _(
            "The amount is above the limit of the card. Try another card, or pay otherwise."
        ),
        "location_off": lambda: _(
            "Location services are off on the terminal. Switch them on, then try again."
        ),
        "network_problem": lambda: _(
            "The terminal has no connection. Check its network and its screen before you try again."
        ),
        "never_received": lambda: _("Viva does not know of the request."),
        "never_sent": lambda: _("The request was not sent. Try again."),
        "not_permitted": lambda: _("The card does not allow this payment. Try another card."),
        "offline_limit": lambda: _(
            "The terminal is offline and may not take this payment. Check its network, then try "
            "again."
        ),
        "reader_problem": lambda: _(
            "The card reader does not answer. Check it, and the terminal's screen, before you try "
            "again."
        ),
        "refused": lambda: _(
            "Viva did not accept the request. Ask an administrator to check the Terminal ID and the "
            "settings of this payment method."
        ),
        "timed_out": lambda: _(
            "No card was presented in time. Try again when the customer is ready."
        ),
        "try_another_card": lambda: _("Try another card."),
        "unavailable": lambda: _(
            "Viva does not answer at the moment. Wait a little, then try again."
        ),
        "unreachable": lambda: _(
            "Viva could not be reached. Check the internet connection of the server, then try "
            "again."
        ),
        "wrong_pin": lambda: _("The PIN was wrong. Try again, or another card."),
    }
