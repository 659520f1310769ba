# Why a till is refused. Every reason has a sentence in `models/messages/refusals.py`.
OF_SALES = frozenset(
    {
        "amount_not_positive", "currency", "currency_ended", "customer_account", "invalid",
        "journal_archived", "no_invoice_journal", "not_configured", "order_busy", "order_finished",
        "order_paid", "pos_account", "register_closed", "terminal_busy", "unsettled",
    }
)  # fmt: skip
OF_REFUNDS = OF_SALES | {
    "above_remaining", "amount_not_negative", "nothing_remains", "other_account", "other_currency",
    "parent_currency_ended", "parent_unknown", "refund_open", "unreferenced_forbidden",
}  # fmt: skip


class Refused(Exception):
    """A request of a till that is not given to Viva.

    :param str reason: one of `OF_SALES`, or of `OF_REFUNDS` for a refund.
    :param dict details: for its sentence.
    """

    def __init__(self, reason, **details):
        super().__init__(reason)
        self.reason = reason
        self.details = details
