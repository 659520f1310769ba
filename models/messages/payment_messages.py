"""What a cashier reads about a payment: what happened, whether money moved, what to do next.

What happened and what to do stand in one table each for failures and refusals, by reason and by
kind of request. Whether money moved is put between the two here, in one place.
"""

from .failures import FAILURES
from .message import ByKind
from .refusals import REFUSALS


def text(transaction):
    """Return what a cashier reads about a transaction, in the language of its environment.

    :param transaction: `viva.wallet.transaction`.
    :return: empty while the customer is expected to act, or after the money has moved.
    :rtype: str
    """
    if transaction.state == "failed":
        return _failure_text(transaction)
    if transaction.state == "reversed":
        return _reversed_text(transaction)
    return _unknown_text(transaction) if transaction.state == "unknown" else ""


def refusal_text(env, kind, reason, **details):
    """Return what a cashier reads about a request that was not given to Viva.

    :param str kind: "sale" or "refund".
    :param str reason: one of the reasons of `Refused`.
    :param details: what the message mentions.
    :rtype: str
    """
    _ = env._
    money = (
        _("Nothing was paid back this time.")
        if kind == "refund"
        else _("Nothing was charged this time.")
    )
    return _joined(_, _message(REFUSALS, kind, reason), money, details)


def _failure_text(transaction):
    message = _message(FAILURES, transaction.kind, _known_reason(transaction))
    money = "" if message.says_to_look else _money_text(transaction)
    sentence = _joined(transaction.env._, message, money, {})
    return f"{sentence} [{transaction.event_id}]" if transaction.event_id else sentence


def _known_reason(transaction):
    reason = transaction.reason
    if transaction.refund_way == "account" and reason == "refund_disabled":
        return "account_disabled"
    return reason if _message(FAILURES, transaction.kind, reason) else "error"


def _message(table, kind, reason):
    message = table.get(reason)
    return getattr(message, kind) if isinstance(message, ByKind) else message


def _joined(_, message, money, details):
    do = message.do(_, details) if message.do else ""
    return " ".join(filter(None, (message.what(_, details), money, do)))


def _money_text(transaction):
    """Return whether money moved by a request that failed."""
    _ = transaction.env._
    if transaction.kind == "refund":
        if not transaction.money_uncertain:
            return _("Nothing was paid back.")
        if transaction.refund_way == "account":
            return _(
                "The money may have been paid back all the same: look at the payment in Viva's own "
                "pages first."
            )
        return _("The money may have been paid back all the same: look at the terminal first.")
    if not transaction.money_uncertain:
        return _("Nothing was charged.")
    return _("The card may have been charged all the same: look at the terminal first.")


def _reversed_text(transaction):
    _ = transaction.env._
    if transaction.kind == "refund":
        return _("Viva has undone this refund: the customer did not get the money. Pay it back.")
    return _("Viva has undone this payment: the customer keeps the money. Take the payment again.")


def _unknown_text(transaction):
    _ = transaction.env._
    if transaction.kind != "refund":
        return _(
            "Viva cannot say whether the card was charged. Look at terminal %(terminal)s, or at its "
            "last receipt, before you take another payment.",
            terminal=transaction.terminal_id,
        )
    if transaction.refund_way == "account":
        return _(
            "Viva cannot say whether the money was paid back. Look at the payment in Viva's own "
            "pages before you pay it back once more."
        )
    return _(
        "Viva cannot say whether the money was paid back. Look at terminal %(terminal)s, or at its "
        "last receipt, before you pay it back once more.",
        terminal=transaction.terminal_id,
    )
