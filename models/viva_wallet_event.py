from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..viva import timing

KEEP_EVENTS = "pos_viva_wallet.keep_events_days"
KEEP_ANSWERS = "pos_viva_wallet.keep_answers_days"
KEEP_DAYS = 365  # unless the system parameter says otherwise; 0 keeps for ever
BATCH = 10_000  # rows forgotten in one go


class VivaWalletEvent(models.Model):
    """One step in the life of a transaction, for support to read. Rows are added, never changed.

    They are written by `models/ledger/timeline.py`, in the database transaction of the step itself.
    """

    _name = "viva.wallet.event"
    _description = "Viva Wallet event"
    _order = "id"
    _rec_name = "what"
    _log_access = False

    transaction_id = fields.Many2one(
        "viva.wallet.transaction", required=True, readonly=True, index=True, ondelete="cascade"
    )
    at = fields.Datetime(string="When", required=True, readonly=True)
    what = fields.Selection(
        [
            ("asked", "The till asked for a payment"),
            ("sent", "Given to Viva"),
            ("accepted", "Viva confirmed the request"),
            ("missing", "Viva says that it does not know the request"),
            ("resent", "Given to Viva once more, under the same id"),
            ("notified", "A notification of Viva arrived"),
            ("cancel", "The terminal was asked to stop"),
            ("approved", "Approved: the card was charged"),
            ("failed", "Ended: nothing was charged"),
            ("unknown", "Viva cannot say whether the card was charged"),
            ("reversed", "Undone by Viva"),
            ("paid", "Stated: the terminal shows paid"),
            ("not_paid", "Stated: the terminal shows not paid"),
            ("booked", "Tied to its payment in Odoo"),
            ("review", "Put on the list to review"),
            ("resolved", "Taken off the list to review"),
        ],
        required=True,
        readonly=True,
    )
    detail = fields.Char(readonly=True, help="In the words of Viva or of the program, masked.")
    user_id = fields.Many2one("res.users", string="Odoo user", readonly=True, ondelete="set null")
    cashier = fields.Char(string="By", readonly=True, help="Who was at the till.")

    # === RETENTION === #

    @api.autovacuum
    def _gc_events(self):
        """Forget the steps of old transactions; what became of the money stays in the ledger."""
        before = self._forget_before(KEEP_EVENTS)
        return before and self._forget(
            SQL(
                "DELETE FROM viva_wallet_event WHERE id IN"
                " (SELECT id FROM viva_wallet_event WHERE at < %s LIMIT %s)",
                before,
                BATCH,
            )
        )

    @api.autovacuum
    def _gc_answers(self):
        """Forget what Viva answered, word for word, about transactions that are long over."""
        before = self._forget_before(KEEP_ANSWERS)
        return before and self._forget(
            SQL(
                "UPDATE viva_wallet_transaction SET raw_answer = NULL WHERE id IN"
                " (SELECT id FROM viva_wallet_transaction"
                "   WHERE raw_answer IS NOT NULL AND finished_at < %s"
                "     AND review_state IS DISTINCT FROM 'open'"
                "   LIMIT %s FOR NO KEY UPDATE SKIP LOCKED)",
                before,
                BATCH,
            )
        )

    @api.model
    def _forget_before(self, parameter):
        """Return the moment before which to forget, or None to keep everything.

        :param str parameter: system parameter with a number of days; 0 keeps for ever.
        """
        kept = self.env["ir.config_parameter"].sudo().get_param(parameter) or str(KEEP_DAYS)
        days = int(kept) if kept.strip().isdigit() else KEEP_DAYS
        return timing.now() - timedelta(days=days) if days else None

    def _forget(self, query):
        """Run one batch; return how many rows it took and whether there may be more."""
        self.env.cr.execute(query)
        done = self.env.cr.rowcount
        return done, int(done == BATCH)
