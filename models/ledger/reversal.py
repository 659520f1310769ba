from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import LockError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...viva import timing, transaction_record
from ..db import log_and_continue, new_cursor, run_in_new_transaction
from ..states import UNFINISHED_STATES


class VivaWalletTransaction(models.Model):
    """Find out whether a charge still stands.

    What was said (a notification, a contradiction, the list of the day) is a suspicion. Only the
    record of the transaction, read from Viva, is evidence.
    """

    _inherit = "viva.wallet.transaction"

    reversal_suspected_at = fields.Datetime(
        readonly=True, help="When something first spoke of a reversal that nobody here asked for."
    )
    reversal_check_at = fields.Datetime(
        readonly=True,
        index="btree_not_null",
        help="When Viva is asked whether the charge still stands.",
    )
    touched_by = fields.Json(
        string="Mentioned in Viva's lists",
        readonly=True,
        groups="base.group_system",
        help="What Viva's lists have said of it that no refund of ours explains.",
    )

    # === SUSPICION === #

    @api.model
    def _on_reversal_notification(self, method, notification):
        """Take a reversal that Viva announced as a suspicion, unless we asked for it.

        :param method: payment method at whose address it arrived.
        :param viva.webhook.Notification notification: a hint, never evidence.
        """
        sale = self._sale_of_reversal(notification)
        if not sale or sale.company_id.root_id != method.company_id.root_id:
            return
        if any(refund._is_named_by(notification) for refund in sale.refund_ids):
            return
        # It may be about the refund whose outcome we do not know yet.
        is_vague = any(refund.state in UNFINISHED_STATES for refund in sale.refund_ids)
        try:
            run_in_new_transaction(sale, lambda own: own._note_suspicion(is_vague))
        except (LockError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
            return  # the list of the day will tell
        if not is_vague:
            self.env.ref("pos_viva_wallet.ir_cron_viva_wallet_reconcile")._trigger()

    @api.model
    def _sale_of_reversal(self, notification):
        """Return the row of the charge, or of the refund, that a notification says was undone."""
        sales = [("kind", "=", "sale")]
        for name, value, domain in (
            ("transaction_id", notification.parent_id, []),
            ("session_id", notification.merchant_reference, sales),
            ("transaction_id", notification.transaction_id, sales),
        ):
            row = value and self.search([(name, "=", value), *domain], limit=1)
            if row:
                return row
        return self.browse()

    def _is_named_by(self, notification):
        """Tell whether this refund is what a notification is about."""
        return self.session_id == notification.merchant_reference or (
            bool(self.transaction_id) and self.transaction_id == notification.transaction_id
        )

    def _note_suspicion(self, is_vague=False, touched_by=None):
        """Write down a suspicion; see `_suspect_reversal`.

        :param list touched_by: what Viva's lists have said so far, where they said it.
        """
        self._lock()
        if touched_by:
            self.write({"touched_by": touched_by, "reversal_suspected_at": False})
        self._suspect_reversal(is_vague)

    def _suspect_reversal(self, is_vague=False):
        """Have the cron ask Viva whether the charge still stands.

        :param bool is_vague: what was said may be about a refund of ours, so that only a charge
            that was undone as a whole tells anything.
        """
        self.ensure_one()
        if self.state == "reversed":
            return
        now = timing.now()
        if is_vague:
            self.reversal_check_at = self.reversal_check_at or now + timedelta(
                seconds=timing.REFUND_LIFE
            )
            return
        if not self.reversal_check_at or not self.reversal_suspected_at:
            self.reversal_suspected_at = now
        self.reversal_check_at = now

    # === SUSPICION FROM VIVA'S LISTS === #

    @api.model
    def _suspect_touched(self, methods, reply):
        """Have the records read of those charges and refunds, however old, that a list says to be
        refunded, cancelled or undone.

        :param methods: payment methods of the account.
        :param Reply reply: Viva's list of the transactions of a day.
        """
        entries = transaction_record.entries_of_day(reply) or ()
        named = {
            name for entry in entries for name in (entry.transaction_id, entry.parent_id) if name
        }
        rows = self.search(
            [
                ("state", "=", "approved"),
                ("payment_method_id", "in", methods.ids),
                ("transaction_id", "in", [*named, *map(str.upper, named)]),
            ]
        )
        touched = transaction_record.find_changes(entries, rows.mapped("transaction_id"))
        for row in rows.filtered(lambda row: row.transaction_id.lower() in touched):
            with log_and_continue(row.session_id):
                row._suspect_entries(touched[row.transaction_id.lower()])

    def _suspect_entries(self, entries):
        """Suspect that this row was undone, unless our own refunds explain what a list says.

        :param list entries: of `viva.transaction_record.find_changes`.
        """
        ours = self.refund_ids.filtered(lambda refund: refund.state != "failed")
        news = {
            f"{entry.transaction_id} {entry.standing}": entry
            for entry in entries
            if not self._is_entry_explained(entry, ours)
        }
        known = set(self.touched_by or ())
        if not news.keys() - known:
            return
        # A refund of ours whose outcome is not known may be the one that is listed.
        is_vague = bool(ours.filtered(lambda refund: refund.state != "approved"))
        listed = None if is_vague else sorted(known | news.keys())
        run_in_new_transaction(self, lambda own: own._note_suspicion(is_vague, listed))

    def _is_entry_explained(self, entry, ours):
        """Tell whether what a list says of this row is what refunds of ours have done to it."""
        own_id = self.transaction_id.lower()
        if entry.transaction_id == own_id:
            is_undone = entry.standing == transaction_record.UNDONE
            return bool(ours) and (
                not is_undone or self._is_explained_by(ours, transaction_record.UNDONE)
            )
        names = {name.lower() for name in ours.mapped("transaction_id") if name}
        sessions = set(ours.mapped("session_id"))
        return entry.transaction_id in names or (entry.reference or "").lower() in sessions

    # === EVIDENCE === #

    @api.model
    def _check_reversals(self):
        suspected = self.search(
            [("state", "=", "approved"), ("reversal_check_at", "<=", timing.now())]
        )
        for transaction in suspected:
            with log_and_continue(transaction.session_id):
                transaction._check_reversal()
            self.env["ir.cron"]._commit_progress(1)

    def _check_reversal(self):
        """Read the record of the transaction from Viva and apply what it says."""
        self.ensure_one()
        with new_cursor(self) as current:
            transaction_id = current.transaction_id
            method = current.payment_method_id
            client = method and transaction_id and method._viva_wallet_client()
        if not client:
            standing = transaction_record.UNCLEAR
        else:
            reply = client.read_transaction(transaction_id)
            standing = transaction_record.from_reply(reply, transaction_id)
        run_in_new_transaction(self, lambda own: own._apply_standing(standing))

    def _apply_standing(self, standing):
        """Apply what Viva's record says. Call it with the row in its own transaction.

        :param str standing: see `viva.transaction_record.from_reply`.
        """
        self._lock()
        if self.state != "approved":
            return
        refunds = self.refund_ids
        if refunds.filtered(lambda refund: refund.state in UNFINISHED_STATES):
            self.reversal_check_at = timing.now() + timedelta(seconds=timing.REFUND_LIFE)
        elif self._is_explained_by(refunds, standing):
            self.reversal_check_at = False
            self._unflag("reversal_announced")
        elif standing == transaction_record.UNDONE:
            self._set_state("reversed", reversal_check_at=False)
            self._flag("reversed", replace=True)
        elif self.reversal_suspected_at:
            self._keep_suspicion(standing)
        else:
            self._keep_vague_suspicion(standing)

    def _is_explained_by(self, refunds, standing):
        """Tell whether our own refunds are all there is to it."""
        returned = sum(refunds.filtered(lambda r: r.state == "approved").mapped("amount_minor"))
        gone = standing in (transaction_record.UNDONE, transaction_record.REFUNDED)
        return gone and bool(returned) and returned >= self.charged_minor

    def _keep_vague_suspicion(self, standing):
        now = timing.now()
        is_answered = standing != transaction_record.UNCLEAR
        is_over = is_answered or now >= self.finished_at + timedelta(
            seconds=timing.REVERSAL_CHECK_LIFE
        )
        self.reversal_check_at = not is_over and now + timedelta(
            seconds=timing.REVERSAL_CHECK_INTERVAL
        )

    def _keep_suspicion(self, standing):
        now = timing.now()
        age = (now - self.reversal_suspected_at).total_seconds()
        if standing != transaction_record.UNCLEAR or age >= timing.REVERSAL_SILENCE:
            is_news = bool(self.resolved_at) and self.resolved_at < self.reversal_suspected_at
            self._flag("reversal_announced", again=is_news)
        is_fresh = age < timing.REVERSAL_CHECK_LIFE
        self.reversal_check_at = is_fresh and now + timedelta(
            seconds=timing.REVERSAL_CHECK_INTERVAL
        )
