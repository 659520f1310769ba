"""What a bookkeeper reads about a payment on review: what is known, and what to do.

One table for each, by the reason of the review and by the kind of request.
"""

_SALE, _REFUND = "sale", "refund"


def label(transaction, name, key):
    """Return the label of a value of a selection field, in the language of the environment."""
    return dict(transaction._fields[name]._description_selection(transaction.env))[key]


def facts(transaction):
    """Return what is known about a row on review.

    :param transaction: `viva.wallet.transaction`.
    :return: empty when it was never on review.
    :rtype: str
    """
    return _text(_FACTS, transaction) if transaction.review else ""


def advice(transaction):
    """Return what to do about a row on review.

    :param transaction: `viva.wallet.transaction`.
    :return: empty when there is nothing to do.
    :rtype: str
    """
    return _text(_ADVICE, transaction) if transaction.review_state == "open" else ""


def _text(table, transaction):
    say = table[transaction.review][transaction.kind]
    row = transaction.sudo()
    return say(transaction.env._, row, _values(row))


def _values(row):
    """Return what the sentences mention."""

    def money(amount):
        return row.currency_id.format(amount)

    order = _order(row)
    return {
        "event": str(row.event_id),
        "asked": money(row.amount),
        "charged": money(row.charged_amount),
        "booked": money(row.payment_id.amount),
        "listed": money(row._to_major(row.listed_minor)),
        "terminal": row.terminal_id,
        "register": row.pos_config_id.name or row.cash_register_id,
        "detail": row.review_detail or "",
        "cashier": row.statement_cashier or row.statement_user_id.name or "",
        "method": row.payment_method_id.name or "Viva Wallet",
        "name": order.pos_reference or order.name or row.order_name or "",
    }


def _order(row):
    return row.order_id or row._order_of_uuid()


# === WHAT IS KNOWN === #


def _late_approval(_, row, v):
    if row.statement == "not_paid":
        return _(
            "%(cashier)s said that terminal %(terminal)s showed no payment, but Viva has charged "
            "%(charged)s.",
            **v,
        )
    return _(
        "Viva first reported that nothing was charged on terminal %(terminal)s, and later that "
        "%(charged)s was.",
        **v,
    )


def _late_refund(_, row, v):
    if row.statement == "not_paid":
        return _(
            "%(cashier)s said that nothing was paid back, but Viva has paid back %(charged)s.", **v
        )
    return _("Viva first reported that nothing was paid back, and later that %(charged)s was.", **v)


def _amount_differs(_, row, v):
    if row.listed_minor and row.listed_minor != row.charged_minor:
        return _(
            "Odoo knows of a charge of %(charged)s, but in Viva's list of the day it is %(listed)s.",
            **v,
        )
    if row.payment_id and v["booked"] != v["charged"]:
        return _("%(charged)s was charged, but %(booked)s is booked in Odoo.", **v)
    return _("%(asked)s was asked for, but %(charged)s was charged.", **v)


def _refund_differs(_, row, v):
    if row.payment_id:
        return _("%(charged)s was paid back, but %(booked)s is booked in Odoo.", **v)
    return _("%(asked)s was to be paid back, but %(charged)s was.", **v)


def _stated(_, row, v):
    if row.statement == "paid":
        return _(
            "Viva could not say whether %(asked)s was charged. %(cashier)s said that terminal "
            "%(terminal)s showed it as paid.",
            **v,
        )
    return _(
        "Viva could not say whether %(asked)s was charged. %(cashier)s said that terminal "
        "%(terminal)s showed it as not paid.",
        **v,
    )


def _stated_refund(_, row, v):
    if row.statement == "paid":
        return _(
            "Viva could not say whether %(asked)s was paid back. %(cashier)s said that it was.", **v
        )
    return _(
        "Viva could not say whether %(asked)s was paid back. %(cashier)s said that it was not.", **v
    )


def _no_payment(_, _row, v):
    if v["detail"]:
        return _(
            "%(charged)s was charged on terminal %(terminal)s, but Odoo could not book it: "
            "%(detail)s",
            **v,
        )
    return _(
        "%(charged)s was charged on terminal %(terminal)s, but no paid order in Odoo has it.", **v
    )


def _refund_not_booked(_, _row, v):
    if v["detail"]:
        return _("%(charged)s was paid back to a card, but Odoo could not book it: %(detail)s", **v)
    return _("%(charged)s was paid back to a card, but no paid order in Odoo has it.", **v)


def _not_charged(_, row, v):
    return _(
        "%(asked)s of order %(name)s is booked as paid by “%(method)s”, but Viva knows of no "
        "such charge.",
        **_as_booked(row, v),
    )


def _not_paid_back(_, row, v):
    return _(
        "%(asked)s of order %(name)s is booked as paid back by “%(method)s”, but Viva knows of "
        "no such refund.",
        **_as_booked(row, v),
    )


def _as_booked(row, v):
    """Return the values with the amount that is booked by now: a person may have changed it."""
    amount = abs(row.payment_id.amount)
    return {**v, "asked": row.currency_id.format(amount)} if amount else v


_FACTS = {
    "late_approval": {_SALE: _late_approval, _REFUND: _late_refund},
    "amount_differs": {_SALE: _amount_differs, _REFUND: _refund_differs},
    "reversed": {
        _SALE: lambda _, row, v: _(
            "Viva has undone the charge of %(charged)s: the customer keeps the money.", **v
        ),
        _REFUND: lambda _, row, v: _(
            "Viva has undone the refund of %(charged)s: the customer did not get the money.", **v
        ),
    },
    "reversal_announced": {
        _SALE: lambda _, row, v: _(
            "Viva announced that the charge of %(charged)s was undone or refunded, but does not "
            "confirm that all of it was.",
            **v,
        ),
        _REFUND: lambda _, row, v: _(
            "Viva announced that the refund of %(charged)s was undone, but does not confirm it.",
            **v,
        ),
    },
    "unknown": {
        _SALE: lambda _, row, v: _(
            "Viva could not say whether %(asked)s was charged on terminal %(terminal)s.", **v
        ),
        _REFUND: lambda _, row, v: _("Viva could not say whether %(asked)s was paid back.", **v),
    },
    "stated": {_SALE: _stated, _REFUND: _stated_refund},
    "conflict": {
        _SALE: lambda _, row, v: _(
            "Viva said one thing about this payment of %(asked)s and then another.", **v
        ),
        _REFUND: lambda _, row, v: _(
            "Viva said one thing about this refund of %(asked)s and then another.", **v
        ),
    },
    "no_payment": {_SALE: _no_payment, _REFUND: _refund_not_booked},
    "not_charged": {_SALE: _not_charged, _REFUND: _not_paid_back},
    "no_row": {
        _SALE: lambda _, row, v: _(
            "Viva's list of the day shows a charge of %(charged)s on terminal %(terminal)s of which "
            "Odoo had no record.",
            **v,
        ),
        _REFUND: lambda _, row, v: _(
            "Viva shows a refund of %(charged)s of which Odoo had no record.", **v
        ),
    },
    "not_listed": {
        _SALE: lambda _, row, v: _(
            "Viva had confirmed a charge of %(charged)s on terminal %(terminal)s, but it is not in "
            "Viva's list of the day.",
            **v,
        ),
        _REFUND: lambda _, row, v: _(
            "Viva had confirmed a refund of %(charged)s, but it is not in Viva's list of the day.",
            **v,
        ),
    },
    "paid_twice": dict.fromkeys(
        (_SALE, _REFUND),
        lambda _, row, v: _(
            "%(charged)s was charged for order %(name)s, which the customer has paid online, too.",
            **v,
        ),
    ),
    "unusual": {
        _SALE: lambda _, row, v: _(
            "Viva confirms the charge of %(charged)s, but in a way that was never seen before "
            "(event %(event)s).",
            **v,
        ),
        _REFUND: lambda _, row, v: _(
            "Viva confirms the refund of %(charged)s, but in a way that was never seen before "
            "(event %(event)s).",
            **v,
        ),
    },
    "unaskable": {
        _SALE: lambda _, row, v: _(
            "Viva cannot be asked any more whether %(asked)s was charged on terminal %(terminal)s: "
            "“%(method)s” now belongs to another account at Viva, or is gone.",
            **v,
        ),
        _REFUND: lambda _, row, v: _(
            "Viva cannot be asked any more whether %(asked)s was paid back: “%(method)s” now "
            "belongs to another account at Viva, or is gone.",
            **v,
        ),
    },
}


# === WHAT TO DO === #


def _place_charge(_, row, v):
    """Return what to do about money of which it is not clear what it paid for."""
    order = _order(row)
    if row.payment_id and order.state not in ("draft", "cancel"):
        return _(
            "The charge is booked with order %(name)s. Make sure that the customer did not pay "
            "that order a second time; if so, refund one of the two.",
            **v,
        )
    if order and order.state == "cancel":
        return _(
            "Order %(name)s is cancelled. Refund the charge, or attach it to the order that the "
            "customer paid for.",
            **v,
        )
    if order:
        return _(
            "If the customer paid for order %(name)s with it, attach the charge to that order. "
            "Otherwise refund it.",
            **v,
        )
    return _(
        "Find the order that the customer paid for and attach the charge to it. If there is none, "
        "refund it."
    )


def _book_refund(_, row, v):
    order = _order(row)
    if order and order.state == "draft":
        return _(
            "Open order %(name)s in the till and validate it. If the money was also paid back by "
            "another payment method, the customer has got it twice.",
            **v,
        )
    if order and order.state != "cancel":
        return _(
            "Look at order %(name)s: if the money was also paid back by another payment method, the "
            "customer has got it twice. Otherwise only this entry in the books is missing.",
            **v,
        )
    return _(
        "Book the refund in Odoo: refund the goods in the till with a payment method that moves no "
        "money, or have an accountant enter it."
    )


def _collect(_, row, v):
    """Return what to do about an order that is paid in Odoo by money that is not there."""
    order = _order(row)
    if order and order.state not in ("draft", "cancel"):
        return _(
            "Order %(name)s counts as paid in Odoo. Ask the customer to pay again, or refund the "
            "order in Odoo so that the books agree.",
            **v,
        )
    return _("No paid order has it. Make sure that the customer left with nothing unpaid.")


def _pay_back(_, _row, _v):
    return _(
        "Pay the customer back by another payment method, or have an accountant correct the books."
    )


def _look_up(_, row, v):
    if row.statement == "paid":
        return _(
            "Look for the payment in Viva (Sales > Sales Transactions). If it is not there, "
            "order %(name)s was not paid: ask the customer for the money.",
            **v,
        )
    if row.statement == "not_paid":
        return _(
            "Look for the payment in Viva (Sales > Sales Transactions). If it is there, the "
            "customer paid: refund it, unless nothing else was paid for order %(name)s.",
            **v,
        )
    return _(
        "Look for the payment in Viva (Sales > Sales Transactions) or at the last receipt of "
        "terminal %(terminal)s. Odoo goes on asking Viva: this closes by itself when Viva answers.",
        **v,
    )


def _look_up_refund(_, _row, _v):
    return _(
        "Look for the refund in Viva (Sales > Sales Transactions). Odoo goes on asking Viva, too."
    )


def _look_up_refund_elsewhere(_, _row, _v):
    return _(
        "Look for the refund in the pages of the account at Viva that made it, and make Odoo agree "
        "with it."
    )


_ADVICE = {
    "late_approval": {_SALE: _place_charge, _REFUND: _book_refund},
    "amount_differs": {
        _SALE: lambda _, row, v: _(
            "Compare with the receipt of the terminal. If the customer paid too much, refund the "
            "difference; if too little, ask for the rest."
        ),
        _REFUND: lambda _, row, v: _(
            "Compare with Viva (Sales > Sales Transactions), and book the difference or settle it "
            "with the customer."
        ),
    },
    "reversed": {_SALE: _collect, _REFUND: _pay_back},
    "reversal_announced": {
        _SALE: lambda _, row, v: _(
            "Look for the payment in Viva (Sales > Sales Transactions). If it was refunded there, "
            "refund order %(name)s in Odoo, too.",
            **v,
        ),
        _REFUND: _look_up_refund,
    },
    "unknown": {_SALE: _look_up, _REFUND: _look_up_refund},
    "stated": {_SALE: _look_up, _REFUND: _look_up_refund},
    "conflict": {
        _SALE: lambda _, row, v: _(
            "Look for the payment in Viva (Sales > Sales Transactions) and make order %(name)s "
            "agree with it.",
            **v,
        ),
        _REFUND: _look_up_refund,
    },
    "no_payment": {_SALE: _place_charge, _REFUND: _book_refund},
    "not_charged": {
        _SALE: lambda _, row, v: _(
            "Find out how the customer paid for order %(name)s. If by another charge that is on "
            "review, attach that one to this order; if not at all, ask for the money.",
            **v,
        ),
        _REFUND: _pay_back,
    },
    "no_row": {_SALE: _place_charge, _REFUND: _book_refund},
    "not_listed": {
        _SALE: lambda _, row, v: _(
            "Ask Viva's support about the transaction. If the money does not come, ask the customer "
            "to pay order %(name)s again.",
            **v,
        ),
        _REFUND: _look_up_refund,
    },
    "paid_twice": dict.fromkeys(
        (_SALE, _REFUND),
        lambda _, row, v: _(
            "Refund one of the two: the charge in Viva (Sales > Sales Transactions), or the online "
            "payment at its provider. Then mark this entry as settled."
        ),
    ),
    "unusual": {
        _SALE: lambda _, row, v: _(
            "Look for the payment in Viva (Sales > Sales Transactions). If it is there, nothing "
            "else is to do."
        ),
        _REFUND: lambda _, row, v: _(
            "Look for the refund in Viva (Sales > Sales Transactions). If it is there, nothing else "
            "is to do."
        ),
    },
    "unaskable": {
        _SALE: lambda _, row, v: _(
            "Look for the payment in the pages of the account at Viva that terminal %(terminal)s "
            "belonged to, and make order %(name)s agree with it.",
            **v,
        ),
        _REFUND: _look_up_refund_elsewhere,
    },
}
