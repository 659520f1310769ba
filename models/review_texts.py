"""The sentences that a bookkeeper reads about a payment on review: what is known, what to do."""

from . import refund_review_texts


def label(transaction, name, key):
    """Return the label of a value of a selection field, in the language of the environment."""
    return dict(transaction._fields[name]._description_selection(transaction.env))[key]


def facts(transaction):
    """Return what is known about a row on review.

    :param transaction: `viva.wallet.transaction`.
    :return: empty when it was never on review.
    :rtype: str
    """
    if not transaction.review:
        return ""
    if transaction.kind == "refund":
        return refund_review_texts.facts(transaction.env._, _values(transaction))
    return _FACTS[transaction.review](transaction.env._, _values(transaction))


def advice(transaction):
    """Return what to do about a row on review.

    :param transaction: `viva.wallet.transaction`.
    :return: empty when there is nothing to do.
    :rtype: str
    """
    if transaction.review_state != "open":
        return ""
    if transaction.kind == "refund":
        return refund_review_texts.advice(transaction.env._, _values(transaction))
    return _ADVICE[transaction.review](transaction.env._, _values(transaction))


def _values(transaction):
    """Return what the sentences mention."""
    row = transaction.sudo()

    def money(amount):
        return row.currency_id.format(amount)

    order = row.order_id or row._order_of_uuid()
    return {
        "row": row,
        "event": str(row.event_id),
        "asked": money(row.amount),
        "charged": money(row.charged_amount),
        "booked": money(row.payment_id.amount),
        "listed": money(row._to_major(row.listed_minor)),
        "terminal": row.terminal_id,
        "register": row.pos_config_id.name or row.cash_register_id,
        "detail": row.review_detail or "",
        "cashier": row.statement_user_id.name or "",
        "method": row.payment_method_id.name or "Viva Wallet",
        "order": order,
        "name": order.pos_reference or order.name or row.order_name or "",
    }


def _plain(values):
    return {name: value for name, value in values.items() if isinstance(value, str)}


# === WHAT IS KNOWN === #


def _late_approval(_, v):
    if v["row"].statement == "not_paid":
        return _(
            "%(cashier)s said that terminal %(terminal)s showed no payment, but Viva has charged "
            "%(charged)s.",
            **_plain(v),
        )
    return _(
        "Viva first reported that nothing was charged on terminal %(terminal)s, and later that "
        "%(charged)s was.",
        **_plain(v),
    )


def _amount_differs(_, v):
    if v["row"].listed_minor and v["row"].listed_minor != v["row"].charged_minor:
        return _(
            "Odoo knows of a charge of %(charged)s, but in Viva's list of the day it is %(listed)s.",
            **_plain(v),
        )
    if v["row"].payment_id and v["booked"] != v["charged"]:
        return _("%(charged)s was charged, but %(booked)s is booked in Odoo.", **_plain(v))
    return _("%(asked)s was asked for, but %(charged)s was charged.", **_plain(v))


def _stated(_, v):
    if v["row"].statement == "paid":
        return _(
            "Viva could not say whether %(asked)s was charged. %(cashier)s said that terminal "
            "%(terminal)s showed it as paid.",
            **_plain(v),
        )
    return _(
        "Viva could not say whether %(asked)s was charged. %(cashier)s said that terminal "
        "%(terminal)s showed it as not paid.",
        **_plain(v),
    )


def _no_payment(_, v):
    if v["detail"]:
        return _(
            "%(charged)s was charged on terminal %(terminal)s, but Odoo could not book it: "
            "%(detail)s",
            **_plain(v),
        )
    return _(
        "%(charged)s was charged on terminal %(terminal)s, but no paid order in Odoo has it.",
        **_plain(v),
    )


_FACTS = {
    "late_approval": _late_approval,
    "amount_differs": _amount_differs,
    "reversed": lambda _, v: _(
        "Viva has undone the charge of %(charged)s: the customer keeps the money.", **_plain(v)
    ),
    "reversal_announced": lambda _, v: _(
        "Viva announced that the charge of %(charged)s was undone or refunded, but does not "
        "confirm that all of it was.",
        **_plain(v),
    ),
    "unknown": lambda _, v: _(
        "Viva could not say whether %(asked)s was charged on terminal %(terminal)s.", **_plain(v)
    ),
    "stated": _stated,
    "conflict": lambda _, v: _(
        "Viva said one thing about this payment of %(asked)s and then another.", **_plain(v)
    ),
    "no_payment": _no_payment,
    "not_charged": lambda _, v: _(
        "%(asked)s of order %(name)s is booked as paid by “%(method)s”, but Viva knows of no such "
        "charge.",
        **_plain(v),
    ),
    "no_row": lambda _, v: _(
        "Viva's list of the day shows a charge of %(charged)s on terminal %(terminal)s of which "
        "Odoo had no record.",
        **_plain(v),
    ),
    "not_listed": lambda _, v: _(
        "Viva had confirmed a charge of %(charged)s on terminal %(terminal)s, but it is not in "
        "Viva's list of the day.",
        **_plain(v),
    ),
    "unusual": lambda _, v: _(
        "Viva confirms the charge of %(charged)s, but in a way that was never seen before (event "
        "%(event)s).",
        **_plain(v),
    ),
    "unaskable": lambda _, v: _(
        "Viva cannot be asked any more whether %(asked)s was charged on terminal %(terminal)s: "
        "“%(method)s” now belongs to another account at Viva, or is gone.",
        **_plain(v),
    ),
}


# === WHAT TO DO === #


def _place_charge(_, v):
    """Return what to do about money of which it is not clear what it paid for."""
    if v["row"].payment_id and v["order"].state not in ("draft", "cancel"):
        return _(
            "The charge is booked with order %(name)s. Make sure that the customer did not pay "
            "that order a second time; if so, refund one of the two.",
            **_plain(v),
        )
    if v["order"] and v["order"].state == "cancel":
        return _(
            "Order %(name)s is cancelled. Refund the charge, or attach it to the order that the "
            "customer paid for.",
            **_plain(v),
        )
    if v["order"]:
        return _(
            "If the customer paid for order %(name)s with it, attach the charge to that order. "
            "Otherwise refund it.",
            **_plain(v),
        )
    return _(
        "Find the order that the customer paid for and attach the charge to it. If there is none, "
        "refund it."
    )


def _collect(_, v):
    """Return what to do about an order that is paid in Odoo by money that is not there."""
    if v["order"] and v["order"].state not in ("draft", "cancel"):
        return _(
            "Order %(name)s counts as paid in Odoo. Ask the customer to pay again, or refund the "
            "order in Odoo so that the books agree.",
            **_plain(v),
        )
    return _("No paid order has it. Make sure that the customer left with nothing unpaid.")


def _look_up(_, v):
    if v["row"].statement == "paid":
        return _(
            "Look for the payment in Viva (Sales > Sales Transactions). If it is not there, "
            "order %(name)s was not paid: ask the customer for the money.",
            **_plain(v),
        )
    if v["row"].statement == "not_paid":
        return _(
            "Look for the payment in Viva (Sales > Sales Transactions). If it is there, the "
            "customer paid: refund it, unless nothing else was paid for order %(name)s.",
            **_plain(v),
        )
    return _(
        "Look for the payment in Viva (Sales > Sales Transactions) or at the last receipt of "
        "terminal %(terminal)s. Odoo goes on asking Viva: this closes by itself when Viva answers.",
        **_plain(v),
    )


def _look_up_elsewhere(_, v):
    return _(
        "Look for the payment in the pages of the account at Viva that terminal %(terminal)s "
        "belonged to, and make order %(name)s agree with it.",
        **_plain(v),
    )


def _compare_amounts(_, v):
    return _(
        "Compare with the receipt of the terminal. If the customer paid too much, refund the "
        "difference; if too little, ask for the rest."
    )


_ADVICE = {
    "late_approval": _place_charge,
    "amount_differs": _compare_amounts,
    "reversed": _collect,
    "reversal_announced": lambda _, v: _(
        "Look for the payment in Viva (Sales > Sales Transactions). If it was refunded there, "
        "refund order %(name)s in Odoo, too.",
        **_plain(v),
    ),
    "unknown": _look_up,
    "stated": _look_up,
    "conflict": lambda _, v: _(
        "Look for the payment in Viva (Sales > Sales Transactions) and make order %(name)s agree "
        "with it.",
        **_plain(v),
    ),
    "no_payment": _place_charge,
    "not_charged": lambda _, v: _(
        "Find out how the customer paid for order %(name)s. If by another charge that is on "
        "review, attach that one to this order; if not at all, ask for the money.",
        **_plain(v),
    ),
    "no_row": _place_charge,
    "not_listed": lambda _, v: _(
        "Ask Viva's support about the transaction. If the money does not come, ask the customer "
        "to pay order %(name)s again.",
        **_plain(v),
    ),
    "unusual": lambda _, v: _(
        "Look for the payment in Viva (Sales > Sales Transactions). If it is there, nothing else is "
        "to do."
    ),
    "unaskable": _look_up_elsewhere,
}
