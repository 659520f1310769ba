from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...viva import timing
from ..messages import review_messages

# Who may say that a charge has been dealt with. Cashiers may not, nor auditors.
RESOLVERS = (
    "point_of_sale.group_pos_manager",
    "account.group_account_basic",
    "account.group_account_manager",
)
RESOLUTIONS = [
    ("attached", "Attached to an order"),
    ("refunded", "Refunded"),
    ("settled", "Settled elsewhere"),
    ("checked", "Checked, nothing to do"),
]


class VivaWalletTransaction(models.Model):
    """What a person must look at, and what that person did about it.

    Review is apart from the state: it says nothing about the money. An entry that was resolved
    stays, with a name and a reason; what becomes known later opens it again.
    """

    _inherit = "viva.wallet.transaction"

    review = fields.Selection(
        [
            ("late_approval", "Approved after it had been reported as not charged"),
            ("amount_differs", "Another amount was charged than was asked for"),
            ("reversed", "Reversed by Viva"),
            ("reversal_announced", "Viva announced a reversal"),
            ("unknown", "The outcome is not known"),
            ("stated", "Decided by the cashier, not by Viva"),
            ("conflict", "Viva contradicts itself"),
            ("no_payment", "Charged, but there is no payment in Odoo"),
            ("not_charged", "Booked in Odoo, but Viva knows of no charge"),
            ("no_row", "Charged at Viva, unknown to Odoo"),
            ("not_listed", "Charged in Odoo, but not in Viva's list of the day"),
            ("paid_twice", "Paid by card and online"),
            ("unusual", "Approved in an unusual way"),
            ("unaskable", "Viva cannot be asked any more"),
        ],
        string="What happened",
        readonly=True,
        index="btree_not_null",
    )
    review_state = fields.Selection(
        [("open", "To review"), ("resolved", "Resolved")],
        compute="_compute_review_state",
        store=True,
        index="btree_not_null",
    )
    review_at = fields.Datetime(string="On review since", readonly=True)
    review_facts = fields.Char(string="Facts", compute="_compute_review_texts")
    review_advice = fields.Char(string="Suggested action", compute="_compute_review_texts")
    review_detail = fields.Char(
        string="What Odoo said", readonly=True, help="When the charge could not be booked."
    )
    resolution = fields.Selection(RESOLUTIONS, string="Resolved how", readonly=True)
    resolution_note = fields.Text(string="Note", readonly=True)
    resolved_at = fields.Datetime(readonly=True)
    resolved_by_id = fields.Many2one("res.users", string="Resolved by", readonly=True)
    review_history = fields.Text(string="History", readonly=True)
    statement = fields.Selection(
        [("paid", "The terminal shows paid"), ("not_paid", "The terminal shows not paid")],
        string="Statement of the cashier",
        readonly=True,
    )
    statement_user_id = fields.Many2one("res.users", string="Stated by (user)", readonly=True)
    statement_cashier = fields.Char(string="Stated by", readonly=True)
    statement_at = fields.Datetime(readonly=True)

    @api.depends("order_name", "charged_amount", "amount", "currency_id")
    def _compute_display_name(self):
        for transaction in self:
            transaction.display_name = transaction._review_title()

    @api.depends("review", "resolved_at")
    def _compute_review_state(self):
        for transaction in self:
            state = "resolved" if transaction.resolved_at else "open"
            transaction.review_state = transaction.review and state

    def _compute_review_texts(self):
        for transaction in self:
            transaction.review_facts = review_messages.facts(transaction)
            transaction.review_advice = review_messages.advice(transaction)

    # === OPENING AND CLOSING === #

    def _flag(self, review, replace=False, again=False):
        """Ask a person to look.

        What was resolved is opened again by another reason, not by the same one: the cron finds
        the same thing again and again.

        :param str review: key of the field `review`.
        :param bool replace: also where a person is being asked already, for another reason.
        :param bool again: also where it was resolved for this reason: there is news.
        """
        self.ensure_one()
        is_open = self.review_state == "open"
        if is_open and (not replace or self.review == review):
            return
        if self.review == review and not again:
            return
        self.write(
            {
                "review": review,
                "review_at": timing.now(),
                "resolution": False,
                "resolution_note": False,
                "resolved_at": False,
                "resolved_by_id": False,
                "review_history": self._history_with(review_messages.label(self, "review", review)),
            }
        )
        self._notify_review()

    def _unflag(self, *reviews):
        """Close what has been explained by a later answer of Viva, or by a payment that arrived.

        :param str reviews: only entries with one of these reasons, and none that was resolved.
        """
        self.ensure_one()
        if self.review not in reviews or self.resolved_at:
            return
        explained = self.env._("Explained by itself, closed.")
        self.write(
            {
                "review": False,
                "review_at": False,
                "review_history": self._history_with(explained),
            }
        )
        self._notify_review()

    def _record_statement(self, paid):
        """Write down what a cashier saw on the terminal while Viva could not say anything."""
        self._lock()
        if self._is_silent():
            self._set_state("unknown")
        if self.state != "unknown":
            return
        self.write(
            {
                "statement": "paid" if paid else "not_paid",
                "statement_user_id": self.env.uid,
                "statement_cashier": self._cashier_name(),
                "statement_at": timing.now(),
            }
        )
        self._flag("stated", replace=True)

    def _resolve(self, resolution, note=""):
        """Write down what a person did about it.

        :param str resolution: key of the field `resolution`.
        :param str note: in the words of that person.
        """
        for transaction in self:
            how = review_messages.label(transaction, "resolution", resolution)
            transaction.write(
                {
                    "resolution": resolution,
                    "resolution_note": note,
                    "resolved_at": timing.now(),
                    "resolved_by_id": self.env.uid,
                    "review_history": transaction._history_with(
                        f"{how}. {self._cashier_name()}. {note}".strip()
                    ),
                }
            )
            transaction._notify_review()

    def _resolve_review_of_sale(self):
        """Resolve the review of a sale that is paid back as a whole and booked nowhere.

        Call it when a refund was approved.
        """
        sale = self.parent_id
        if sale.review_state == "open" and sale._is_settled_unbooked():
            note = self.env._("Paid back to the card: %s", self.session_id)
            asker = sale.with_context(viva_wallet_cashier=self.cashier_name)
            asker.with_user(self.user_id).sudo()._resolve("refunded", note)

    def _cashier_name(self):
        """Return the name of who is at the till, or else of the user."""
        return self.env.context.get("viva_wallet_cashier") or self.env.user.name

    def _history_with(self, event):
        line = f"{fields.Datetime.to_string(timing.now())} UTC: {event}"
        return "\n".join(filter(None, (self.review_history, line)))

    def _notify_review(self):
        """Have the tills of the register look at their list again. The bus carries only an id."""
        if self.pos_config_id:
            self.pos_config_id._notify("VIVA_WALLET_REVIEW", {"session_id": self.session_id})

    @api.model
    def _domain_unexplained(self):
        """Return the domain of charges of which nobody has said why no payment books them."""
        return [
            "|",
            ("review", "=", False),
            "&",
            ("review_state", "=", "resolved"),
            "|",
            ("review", "in", ("unknown", "stated")),  # there was no charge yet
            "&",
            ("resolution", "=", "checked"),
            ("review", "not in", ("no_payment", "no_row", "late_approval")),
        ]

    # === WHO MAY CLOSE === #

    def _check_may_resolve(self):
        """Check that the user may say that these rows have been dealt with.

        :raise AccessError: for cashiers, and for rows of other companies.
        """
        if not self.env.su and not any(map(self.env.user.has_group, RESOLVERS)):
            raise AccessError(
                self.env._(
                    "Only managers of the Point of Sale and accountants can resolve card payments "
                    "that are on review."
                )
            )
        self.check_access("read")

    # === WHAT IS SHOWN === #

    def _review_entries(self):
        """Return what a till may show; see `open_reviews` in `models/pos_api/reviews.py`."""
        return [
            {
                "session_id": transaction.session_id,
                "title": transaction._review_title(),
                "time": fields.Datetime.to_string(transaction.review_at or transaction.create_date),
                "facts": transaction.review_facts,
                "advice": transaction.review_advice,
                "card": transaction.card_last4,
            }
            for transaction in self
        ]

    def _review_title(self):
        amount = self.currency_id.format(self.charged_amount or self.amount)
        return " · ".join(filter(None, (self.order_name, amount)))
