"""The sentences that a bookkeeper reads about a refund on review: what is known, what to do."""


def facts(_, values):
    """Return what is known about a refund on review.

    :param callable _: translates.
    :param dict values: what the sentences mention, see `review_texts`.
    :rtype: str
    """
    review = values["row"].review
    if review == "late_approval" and values["row"].statement == "not_paid":
        review = "late_approval_stated"
    if review == "stated":
        review = f"stated_{values['row'].statement}"
    if review == "amount_differs" and values["row"].payment_id:
        review = "booked_differs"
    if review == "no_payment" and values["detail"]:
        review = "not_booked"
    return _FACTS[review](_, values)


def advice(_, values):
    """Return what to do about a refund on review.

    :param callable _: translates.
    :param dict values: what the sentences mention, see `review_texts`.
    :rtype: str
    """
    return _ADVICE[values["row"].review](_, values)


_FACTS = {
    "late_approval": lambda _, v: _(
        "Viva first reported that nothing was paid back, and later that %(charged)s was.", **v
    ),
    "late_approval_stated": lambda _, v: _(
        "%(cashier)s said that nothing was paid back, but Viva has paid back %(charged)s.", **v
    ),
    "amount_differs": lambda _, v: _(
        "%(asked)s was to be paid back, but %(charged)s was.", **v
    ),
    "booked_differs": lambda _, v: _(
        "%(charged)s was paid back, but %(booked)s is booked in Odoo.", **v
    ),
    "reversed": lambda _, v: _(
        "Viva has undone the refund of %(charged)s: the customer did not get the money.", **v
    ),
    "reversal_announced": lambda _, v: _(
        "Viva announced that the refund of %(charged)s was undone, but does not confirm it.", **v
    ),
    "unknown": lambda _, v: _("Viva could not say whether %(asked)s was paid back.", **v),
    "stated_paid": lambda _, v: _(
        "Viva could not say whether %(asked)s was paid back. %(cashier)s said that it was.", **v
    ),
    "stated_not_paid": lambda _, v: _(
        "Viva could not say whether %(asked)s was paid back. %(cashier)s said that it was not.",
        **v,
    ),
    "conflict": lambda _, v: _(
        "Viva said one thing about this refund of %(asked)s and then another.", **v
    ),
    "no_payment": lambda _, v: _(
        "%(charged)s was paid back to a card, but no paid order in Odoo has it.", **v
    ),
    "not_charged": lambda _, v: _(
        "%(asked)s of order %(name)s is booked as paid back by “%(method)s”, but Viva knows of no "
        "such refund.",
        **v,
    ),
    "no_row": lambda _, v: _(
        "Viva shows a refund of %(charged)s of which Odoo had no record.", **v
    ),
    "not_booked": lambda _, v: _(
        "%(charged)s was paid back to a card, but Odoo could not book it: %(detail)s", **v
    ),
    "not_listed": lambda _, v: _(
        "Viva had confirmed a refund of %(charged)s, but it is not in Viva's list of the day.", **v
    ),
    "unusual": lambda _, v: _(
        "Viva confirms the refund of %(charged)s, but in a way that was never seen before (event "
        "%(event)s).",
        **v,
    ),
    "unaskable": lambda _, v: _(
        "Viva cannot be asked any more whether %(asked)s was paid back: “%(method)s” now belongs to "
        "another account at Viva, or is gone.",
        **v,
    ),
}  # fmt: skip


def _look_up(_, v):
    return _(
        "Look for the refund in Viva (Sales > Sales Transactions). Odoo goes on asking Viva, too."
    )


def _look_up_once(_, v):
    return _(
        "Look for the refund in the pages of the account at Viva that made it, and make Odoo agree "
        "with it."
    )


def _compare(_, v):
    return _(
        "Compare with Viva (Sales > Sales Transactions), and book the difference or settle it with "
        "the customer."
    )


def _book(_, v):
    if v["order"] and v["order"].state == "draft":
        return _(
            "Open order %(name)s in the till and validate it. If it was paid back otherwise too, "
            "the customer has got the money twice.",
            **v,
        )
    if v["order"] and v["order"].state != "cancel":
        return _(
            "Look at order %(name)s: if the money was paid back otherwise too, the customer has got "
            "it twice. Otherwise nothing is missing but this entry in the books.",
            **v,
        )
    return _(
        "Book the refund in Odoo: refund the goods in the till with a payment method that moves no "
        "money, or have an accountant enter it."
    )


def _pay_back(_, v):
    return _("Pay the customer back otherwise, or have an accountant correct the books.")


_ADVICE = {
    "late_approval": _book,
    "amount_differs": _compare,
    "reversed": _pay_back,
    "reversal_announced": _look_up,
    "unknown": _look_up,
    "stated": _look_up,
    "conflict": _look_up,
    "no_payment": _book,
    "not_charged": _pay_back,
    "no_row": _book,
    "not_listed": _look_up,
    "unusual": _look_up_once,
    "unaskable": _look_up_once,
}
