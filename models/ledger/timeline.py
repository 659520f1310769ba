import pytz

from odoo import api, fields, models

from ...viva import masking, timing

DETAIL_CHARACTERS = 200

# What a written field tells, in the order in which it happens.
EVENT_OF_FIELD = {
    "missing_since": "missing",
    "resent_at": "resent",
    "accepted_at": "accepted",
    "abort_requested_at": "cancel",
    "payment_id": "booked",
}


class VivaWalletTransaction(models.Model):
    """What happened to a transaction, event by event, and on which day of its register.

    Whoever writes the ledger need not think of it: the events follow from what is written.
    """

    _inherit = "viva.wallet.transaction"

    event_ids = fields.One2many(
        "viva.wallet.event", "transaction_id", string="Timeline", readonly=True
    )
    day = fields.Date(
        compute="_compute_day",
        store=True,
        index=True,
        help="On which it was asked for, in the time zone of the register.",
    )
    hour = fields.Integer(
        compute="_compute_day",
        store=True,
        aggregator=None,
        help="In which it was asked for, in the time zone of the register: 9 is from 9:00 to 9:59.",
    )

    @api.depends("create_date")
    def _compute_day(self):
        for transaction in self:
            moment = transaction.create_date or timing.now()
            local = pytz.utc.localize(moment).astimezone(transaction._time_zone())
            transaction.day = local.date()
            transaction.hour = local.hour

    def _time_zone(self):
        """Return where the register stands: what its company says, else whoever opened it."""
        for owner in (self.company_id, self.pos_session_id.user_id, self.user_id):
            # A customer is waiting: not all that there is to know about a company and a person.
            owner.fetch(["partner_id"])
            owner.partner_id.fetch(["tz"])
            if owner.partner_id.tz:
                return pytz.timezone(owner.partner_id.tz)
        return pytz.utc

    @api.model_create_multi
    def create(self, vals_list):
        transactions = super().create(vals_list)
        transactions._add_events(
            [
                (transaction, what, detail)
                for transaction, vals in zip(transactions, vals_list, strict=True)
                for what, detail in [("asked", None), *transaction._events_in(vals)]
            ]
        )
        return transactions

    def write(self, vals):
        told = [name for name in EVENT_OF_FIELD if name in vals]
        before = {
            transaction.id: {name: transaction[name] for name in told} for transaction in self
        }
        result = super().write(vals)
        self._add_events(
            [
                (transaction, what, detail)
                for transaction in self
                for what, detail in transaction._events_in(vals, before[transaction.id])
            ]
        )
        return result

    def _events_in(self, vals, before=None):
        """Return what the values that were written tell, as pairs (what, detail).

        :param dict vals: that were written to this row.
        :param dict before: values that it had before, by field.
        :rtype: list
        """
        self.ensure_one()
        before = before or {}
        events = [
            (what, None)
            for name, what in EVENT_OF_FIELD.items()
            if vals.get(name) and self[name] != before.get(name)
        ]
        if vals.get("statement"):
            events.append((vals["statement"], None))
        if vals.get("state"):
            events.append((vals["state"], self._outcome_detail()))
        if vals.get("review"):
            events.append(("review", vals["review"]))
        if vals.get("resolution") or ("review" in vals and not vals["review"]):
            events.append(("resolved", vals.get("resolution")))
        return events

    def _outcome_detail(self):
        if self.state in ("sent", "reversed"):  # what Viva said last is about the approval
            return None
        code = self.event_id and f"[{self.event_id}]"
        return " ".join(filter(None, (self.reason, code, self.message))) or None

    def _cashier_of(self, what):
        """Return the name of who was at the till when something happened, if a till did it."""
        if what in ("asked", "sent"):
            return self.cashier_name
        return self.env.context.get("viva_wallet_cashier")

    @api.model
    def _add_events(self, events):
        """Write events down.

        :param list events: tuples (transaction, what, detail or None).
        """
        now = timing.now()
        self.env["viva.wallet.event"].sudo().create(
            [
                {
                    "transaction_id": transaction.id,
                    "at": now,
                    "what": what,
                    "detail": detail and masking.mask_text(detail)[:DETAIL_CHARACTERS],
                    "user_id": self.env.uid,
                    "cashier": transaction._cashier_of(what),
                }
                for transaction, what, detail in events
            ]
        )

    def _add_event(self, what):
        """Write down that the same happened to all of these, where no field tells it."""
        self._add_events([(transaction, what, None) for transaction in self])
