"""Why a request failed, in the words for a cashier, by reason and kind: see `payment_messages`."""

from .message import (
    ByKind,
    Message,
    other_card,
    other_card_or_method,
    other_terminal_or_method,
    try_again,
    wait_and_try_again,
)

_CANCELLED = Message(lambda _, d: _("Cancelled."))
_REFUSED = Message(
    lambda _, d: _("Viva did not accept the request."),
    lambda _, d: _(
        "Ask an administrator to check the Terminal ID and the settings of this payment method."
    ),
)
_UNAVAILABLE = Message(
    lambda _, d: _("Viva does not answer at the moment."), wait_and_try_again
)  # fmt: skip
_REFUND_DECLINED = Message(
    lambda _, d: _("The card did not take the refund."),
    lambda _, d: _("Try again with the card that paid, or use another payment method."),
)
_PARENT_MISSING = Message(
    lambda _, d: _("Viva does not find the payment that this pays back."),
    lambda _, d: _("Use the terminal that took it, or another payment method."),
)

FAILURES = {
    "aborted": _CANCELLED,
    "account_disabled": ByKind(
        refund=Message(
            lambda _, d: _("Viva does not allow refunds through the account."),
            lambda _, d: _(
                "Ask an administrator to tick “Allow refunds” at Viva under Settings > API Access, "
                "or use another payment method."
            ),
        )
    ),
    "busy": Message(
        lambda _, d: _("The terminal is busy with another payment."),
        lambda _, d: _("Finish it there, then try again."),
    ),
    "cancelled": _CANCELLED,
    "capability": ByKind(
        Message(lambda _, d: _("This terminal cannot do that."), other_terminal_or_method),
        Message(lambda _, d: _("This terminal cannot pay money back."), other_terminal_or_method),
    ),
    "credentials": Message(
        lambda _, d: _("Viva does not accept the credentials of this payment method."),
        lambda _, d: _("Ask an administrator to check them."),
    ),
    "declined": ByKind(
        Message(lambda _, d: _("The card was declined."), other_card_or_method), _REFUND_DECLINED
    ),
    "error": ByKind(
        Message(
            lambda _, d: _("Viva reports an error and no charge."),
            lambda _, d: _("Look at the terminal before you try again."),
            says_to_look=True,
        ),
        Message(
            lambda _, d: _("Viva reports an error and no refund."),
            lambda _, d: _("Look at the terminal before you try again."),
            says_to_look=True,
        ),
    ),
    "expired_card": ByKind(
        Message(lambda _, d: _("The card has expired."), other_card), _REFUND_DECLINED
    ),
    "fiscal": Message(
        lambda _, d: _("The terminal demands the tax signature of the Greek authority (AADE)."),
        lambda _, d: _("Ask Viva to adjust the terminal, or use another payment method."),
    ),
    "forbidden": _REFUSED,
    "insert_card": Message(
        lambda _, d: _("The card wants to be inserted, or tapped a second time."), try_again
    ),
    "insufficient_funds": ByKind(
        Message(lambda _, d: _("The card does not have enough funds."), other_card_or_method),
        _REFUND_DECLINED,
    ),
    "invalid_card": ByKind(
        Message(lambda _, d: _("The terminal could not use this card."), other_card),
        _REFUND_DECLINED,
    ),
    "invalid_request": _REFUSED,
    "limit_exceeded": ByKind(
        Message(lambda _, d: _("The amount is above the limit of the card."), other_card_or_method),
        _REFUND_DECLINED,
    ),
    "location_off": Message(
        lambda _, d: _("Location services are off on the terminal."),
        lambda _, d: _("Switch them on, then try again."),
    ),
    "lost": _UNAVAILABLE,
    "network_problem": Message(
        lambda _, d: _("The terminal has no connection."),
        lambda _, d: _("Check its network and its screen before you try again."),
        says_to_look=True,
    ),
    "never_received": Message(lambda _, d: _("Viva does not know of the request."), try_again),
    "never_sent": Message(lambda _, d: _("The request was not sent."), try_again),
    "no_token": _UNAVAILABLE,
    "not_cleared": ByKind(
        refund=Message(
            lambda _, d: _("Viva does not pay back a part of this payment before it is cleared."),
            lambda _, d: _(
                "Pay it back as a whole, use another payment method, or try again tomorrow."
            ),
        )
    ),
    "not_found": ByKind(_REFUSED, _PARENT_MISSING),
    "not_json": _UNAVAILABLE,
    "not_permitted": ByKind(
        Message(lambda _, d: _("The card does not allow this payment."), other_card),
        _REFUND_DECLINED,
    ),
    "not_refundable": ByKind(
        refund=Message(
            lambda _, d: _(
                "Viva does not pay back this amount of this payment. A part can often be paid back "
                "only when the payment is cleared, from the next day on."
            ),
            lambda _, d: _("Pay it back as a whole, or use another payment method."),
        )
    ),
    "offline_limit": ByKind(
        Message(
            lambda _, d: _("The terminal is offline and may not take this payment."),
            lambda _, d: _("Check its network, then try again."),
        ),
        Message(
            lambda _, d: _("The terminal is offline and cannot pay money back."),
            lambda _, d: _("Check its network, then try again."),
        ),
    ),
    "parent_missing": ByKind(refund=_PARENT_MISSING),
    "reader_problem": Message(
        lambda _, d: _("The card reader does not answer."),
        lambda _, d: _("Check it, and the terminal's screen, before you try again."),
        says_to_look=True,
    ),
    "refund_disabled": ByKind(
        refund=Message(
            lambda _, d: _("Viva has not enabled refunds on terminals for this merchant."),
            lambda _, d: _(
                "Ask an administrator to have Viva enable them, or use another payment method."
            ),
        )
    ),
    "refused": _REFUSED,
    "throttled": _UNAVAILABLE,
    "timed_out": ByKind(
        Message(
            lambda _, d: _("No card was presented in time."),
            lambda _, d: _("Try again when the customer is ready."),
        ),
        Message(
            lambda _, d: _("No card was presented in time."),
            lambda _, d: _("Try again with the card that paid."),
        ),
    ),
    "timeout": _UNAVAILABLE,
    "too_large": _UNAVAILABLE,
    "try_another_card": ByKind(
        Message(lambda _, d: _("The terminal asks for another card."), other_card),
        _REFUND_DECLINED,
    ),
    "unavailable": _UNAVAILABLE,
    "unreachable": Message(
        lambda _, d: _("Viva could not be reached."),
        lambda _, d: _("Check the internet connection of the server, then try again."),
    ),
    "wrong_pin": ByKind(
        Message(
            lambda _, d: _("The PIN was wrong."),
            lambda _, d: _("Try again, or use another card."),
        ),
        Message(lambda _, d: _("The PIN was wrong."), try_again),
    ),
    "wrong_state": ByKind(
        _REFUSED,
        Message(
            lambda _, d: _("The payment that this pays back is not finished at Viva yet."),
            wait_and_try_again,
        ),
    ),
}

# After these, a refund through the Viva account may still succeed: what was in the way is the
# terminal, the card, or that the terminal does not know the sale.
ACCOUNT_MAY_REFUND_AFTER = frozenset(
    {
        "busy", "capability", "declined", "fiscal", "insert_card", "invalid_card", "location_off",
        "not_found", "offline_limit", "parent_missing", "reader_problem", "refund_disabled",
        "refused", "timed_out", "try_another_card", "unavailable", "wrong_pin",
    }
)  # fmt: skip
