"""Why a request was not given to Viva, in the words for a cashier, by reason (see `Refused`) and
kind: see `payment_messages`."""

from .message import ByKind, Message, other_method


def _without_invoice(_, _details):
    return _("Untick Invoice, or ask an accountant to correct this.")


REFUSALS = {
    "above_remaining": Message(
        lambda _, d: _(
            "Only %(remaining)s of the %(charged)s on this card can still be paid back.", **d
        ),
        lambda _, d: _("Enter that amount, and pay the rest back with another payment method."),
    ),
    "amount_not_negative": Message(
        lambda _, d: _("Only amounts below zero can be paid back."),
        lambda _, d: _("Correct the amount, then try again."),
    ),
    "amount_not_positive": ByKind(
        Message(
            lambda _, d: _("Only amounts above zero can be asked for on the terminal."),
            lambda _, d: _("Correct the amount, then try again."),
        ),
        Message(
            lambda _, d: _("Only amounts below zero can be paid back."),
            lambda _, d: _("Correct the amount, then try again."),
        ),
    ),
    "currency": ByKind(
        Message(lambda _, d: _("Viva does not take payments in %(currency)s.", **d), other_method),
        Message(lambda _, d: _("Viva does not pay back in %(currency)s.", **d), other_method),
    ),
    "currency_ended": Message(
        lambda _, d: _("%(currency)s was replaced by %(successor)s.", **d),
        lambda _, d: _(
            "Use another payment method, and ask an administrator for a register in %(successor)s.",
            **d,
        ),
    ),
    "customer_account": Message(
        lambda _, d: _(
            "Odoo cannot make an invoice for %(customer)s, who has no receivable account that is in "
            "use.",
            **d,
        ),
        _without_invoice,
    ),
    "invalid": Message(
        lambda _, d: _("The till sent something that the server does not understand."),
        lambda _, d: _("Reload the page and try again."),
    ),
    "journal_archived": Message(
        lambda _, d: _(
            "Odoo cannot make an invoice, because the journal “%(journal)s” is archived.", **d
        ),
        _without_invoice,
    ),
    "no_invoice_journal": Message(
        lambda _, d: _("Odoo cannot save this order: the register has no journal for invoices."),
        lambda _, d: _("Ask an administrator to set one in the settings of the Point of Sale."),
    ),
    "not_configured": Message(
        lambda _, d: _("This payment method has no Viva terminal in this register."),
        lambda _, d: _("Ask an administrator to check the payment method."),
    ),
    "nothing_remains": Message(
        lambda _, d: _("The whole %(charged)s on this card has been paid back already.", **d),
        lambda _, d: _("If the customer is owed more, use another payment method."),
    ),
    "order_busy": ByKind(
        Message(
            lambda _, d: _(
                "%(amount)s of this order may be charged on terminal %(terminal)s at this moment.",
                **d,
            ),
            lambda _, d: _("Finish or cancel that payment first."),
        ),
        Message(
            lambda _, d: _(
                "%(amount)s of this order may be moving on terminal %(terminal)s at this moment.",
                **d,
            ),
            lambda _, d: _("Finish or cancel that payment first."),
        ),
    ),
    "order_finished": Message(
        lambda _, d: _("This order is already paid or cancelled."),
        lambda _, d: _("Reload the page."),
    ),
    "order_paid": ByKind(
        Message(
            lambda _, d: _(
                "%(moved)s of this order has been charged to a card already, perhaps at another "
                "device.",
                **d,
            ),
            lambda _, d: _("Leave the payment screen and open it again to see that payment."),
        ),
        Message(
            lambda _, d: _(
                "%(moved)s of this refund has been paid back to a card already, perhaps at another "
                "device.",
                **d,
            ),
            lambda _, d: _("Leave the payment screen and open it again to see that refund."),
        ),
    ),
    "other_account": Message(
        lambda _, d: _("This card payment was made with another Viva account."),
        lambda _, d: _("Choose the payment method that took it."),
    ),
    "other_currency": Message(
        lambda _, d: _("This card payment was made in another currency."), other_method
    ),
    "parent_currency_ended": Message(
        lambda _, d: _(
            "This card payment was made in %(currency)s, which was replaced by %(successor)s "
            "(%(rate)s %(currency)s are 1 %(successor)s).",
            **d,
        ),
        lambda _, d: _("Pay the converted amount back with another payment method."),
    ),
    "parent_unknown": Message(
        lambda _, d: _(
            "Odoo knows of no card payment on a Viva terminal that this could pay back."
        ),
        other_method,
    ),
    "pos_account": Message(
        lambda _, d: _(
            "Odoo cannot make an invoice, because the company has no receivable account for the "
            "Point of Sale that is in use."
        ),
        _without_invoice,
    ),
    "refund_open": Message(
        lambda _, d: _(
            "%(held)s of this card payment is being paid back already, and its outcome is not "
            "known yet, so only %(remaining)s can be paid back now.",
            **d,
        ),
        lambda _, d: _("Wait for that outcome before you pay back more."),
    ),
    "register_closed": Message(
        lambda _, d: _("This register is not open any more."),
        lambda _, d: _("Reload the page and open it."),
    ),
    "terminal_busy": Message(
        lambda _, d: _(
            "Terminal %(terminal)s is busy with %(amount)s of register “%(register)s”.", **d
        ),
        lambda _, d: _("Finish or cancel that payment, then try again."),
    ),
    "unreferenced_forbidden": Message(
        lambda _, d: _(
            "Only a manager can pay money to a card that has not paid, and only where the payment "
            "method allows it."
        ),
        lambda _, d: _("Ask a manager, or use another payment method."),
    ),
    "unsettled": ByKind(
        Message(
            lambda _, d: _(
                "Viva has not said yet whether %(amount)s was charged on terminal %(terminal)s "
                "before.",
                **d,
            ),
            lambda _, d: _(
                "Look at the terminal. If it shows no payment, wait a moment and try again."
            ),
        ),
        Message(
            lambda _, d: _(
                "Viva has not said yet whether %(amount)s was paid back on terminal %(terminal)s "
                "before.",
                **d,
            ),
            lambda _, d: _(
                "Look at the terminal. If it shows no refund, wait a moment and try again."
            ),
        ),
    ),
}
