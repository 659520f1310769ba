import threading
from datetime import timedelta
from functools import partial

import psycopg2

from odoo import api, models
from odoo.tools import SQL

from ...viva import const, outcome, provider_call, timing
from ...viva.question import ask_outcome
from .. import record_call
from ..db import detached, new_cursor, run_in_new_transaction
from ..states import UNFINISHED_STATES

OWE_ATTEMPTS = 5  # to write down that a question is owed, while others write the row

# Read in one query: a customer is waiting.
QUESTION_FIELDS = (
    "session_id", "state", "kind", "amount_minor", "tip_asked_minor", "currency_id", "terminal_id",
    "payment_method_id", "refund_way", "asked_at",
)  # fmt: skip
WAKE_UP_FIELDS = ("state", "company_id", "notified_at", "asked_at", "sent_at")


class VivaWalletTransaction(models.Model):
    """Asking Viva what became of a request: for a till, after a notification, by a timer."""

    _inherit = "viva.wallet.transaction"

    # === ASKING === #

    def _poll(self, wait_long=False):
        """Ask Viva about the rows that are not finished and apply what it says.

        Runs outside any write: the right to ask is taken in a transaction of its own, so that
        any number of tills and workers together ask once per second. A failed question changes
        nothing.

        :param bool wait_long: wait longer; otherwise those that do not come at once are
            applied later, and the tills are told then.
        :return: snapshots by session of those rows that are not open any more after an answer.
        :rtype: dict
        """
        calls = []
        for transaction_id, question in self._claim_questions():
            transaction = self.browse(transaction_id)
            if question is None:
                run_in_new_transaction(transaction, lambda own: own._apply_unaskable())
            else:
                calls.append(transaction._ask(question))
        snapshots = [snapshot for _follow, snapshot in self._finish_calls(calls, wait_long)]
        return {snapshot["session_id"]: snapshot for snapshot in snapshots if snapshot}

    def _ask(self, question, in_background=False):
        """Ask Viva about one row.

        :param tuple question: see `_question`.
        :param bool in_background: see `_call_viva`.
        :return: see `_call_viva`.
        """
        client, expected, asked_at = question
        return self._call_viva(
            provider_call.QUESTION,
            lambda: ask_outcome(client, expected),
            lambda own, answer: own._apply_answer(*answer, asked_at),
            after=self._run_follow_up,
            in_background=in_background,
        )

    def _apply_answer(self, result, reply, asked_at):
        """Apply an answer of Viva; see `_apply_outcome`.

        :param datetime asked_at: see `_note_answer`.
        :return: what is to follow, a method of this class or None, and the snapshot of a row that
            is finished, else None.
        :rtype: tuple
        """
        self._note_limit(reply)
        if result.state == outcome.MISSING and not self._is_same_client():
            result = outcome.Outcome(outcome.UNCLEAR, "other_client")
        self._apply_outcome(result, reply)
        self._note_answer(result, reply, asked_at)
        is_open = self.state == "sent"
        follow = "_resend" if self._is_lost() else None
        if self.state == "failed" and result.state == outcome.PENDING:
            follow = "_abort_given_up"
        return follow, None if is_open else self._snapshot()

    def _run_follow_up(self, taken):
        follow, _snapshot = taken
        if follow:
            getattr(self, follow)()

    def _claim_questions(self, take=None, assignment=None):
        """Take the right to ask Viva now about those rows in `self` that nobody has just asked about.

        :param callable take: gets the rows in the same transaction, once.
        :param SQL assignment: what else is written to them.
        :return: ids, each with its `_question`.
        :rtype: list(tuple)
        """
        if not self.ids:
            return []
        query = SQL(
            """
            UPDATE viva_wallet_transaction
               SET asked_at = clock_timestamp() AT TIME ZONE 'UTC',
                   unanswered_since =
                       COALESCE(unanswered_since, clock_timestamp() AT TIME ZONE 'UTC')
                   %(assignment)s
             WHERE id IN (
                    SELECT id
                      FROM viva_wallet_transaction
                     WHERE id IN %(ids)s
                       AND resend_at IS NULL
                       AND (asked_at IS NULL
                            OR asked_at <= clock_timestamp() AT TIME ZONE 'UTC'
                                           - %(interval)s * interval '1 second')
                       FOR NO KEY UPDATE SKIP LOCKED)
            """,
            ids=tuple(self.ids),
            interval=timing.ASK_INTERVAL,
            assignment=SQL(", %s", assignment) if assignment else SQL(),
        )

        def questions(claimed):
            claimed.fetch(QUESTION_FIELDS)
            if take:
                take(claimed)
            return [(row.id, row._question()) for row in claimed if row._may_ask_now()]

        return self._update_unless_contended(query, questions)

    def _question(self):
        """Return the client and the expectation with which to ask about this row, and when the
        right to ask was taken.

        :rtype: tuple(VivaClient, outcome.Expected, datetime) or None when it cannot be asked about;
            with an `account_refund.ExpectedRefund` for a refund through the account
        """
        if not self._is_askable():
            return None
        client = self.payment_method_id._viva_wallet_client()
        is_by_account = self.refund_way == "account"
        expected = self._expected_by_account() if is_by_account else self._expected()
        return client, expected, self.asked_at

    def _may_ask_now(self):
        """Tell whether a limit lets Viva be asked about this row now."""
        self.ensure_one()
        account = self._account()
        limits = self.env["viva.wallet.rate.limit"]
        return not account or not limits._slot(account, is_urgent=False)

    @api.model
    def _update_unless_contended(self, query, work):
        """Run an update in a transaction of its own, and `work` with the rows that it changed.

        :param SQL query: without its RETURNING.
        :param callable work: reads what else is wanted; gets the rows as a recordset.
        :return: what `work` returned, for no rows when another process changed the same one at the
            same moment.
        """
        try:
            with new_cursor(self) as own:
                own.env.cr.execute(SQL("%s RETURNING id", query), log_exceptions=False)
                return work(own.browse(row_id for (row_id,) in own.env.cr.fetchall()))
        except psycopg2.errors.SerializationFailure:
            return work(self.browse())

    # === NOTIFICATIONS === #

    @api.model
    def _on_notification(self, method, notification):
        """Have somebody ask Viva about the payment that a notification is about.

        :param method: payment method at whose address it arrived.
        :param viva.webhook.Notification notification: a hint, never evidence.
        """
        if notification.event_type == const.WEBHOOK_REVERSAL:
            self._on_reversal_notification(method, notification)
        session_id = notification.session_id or notification.merchant_reference
        if not session_id:
            return
        transaction = self.search_fetch([("session_id", "=", session_id)], WAKE_UP_FIELDS, limit=1)
        if not transaction._belongs_to(method.company_id):
            return
        is_unfinished = transaction.state in UNFINISHED_STATES
        is_denied = transaction.state == "failed" and notification.event_type in const.PAID_EVENTS
        if not is_unfinished and not is_denied:
            transaction._mark_notified()
            return
        if is_denied or not transaction._is_followed():
            wait = timing.ASK_INTERVAL if is_denied else timing.TILL_MISSING_AFTER
            self._trigger_cron(timing.now() + timedelta(seconds=wait))
        if transaction._poll_in_background():
            return
        transaction._mark_notified()
        if transaction._note_news() and is_unfinished:
            transaction._notify_tills()

    def _belongs_to(self, company):
        """Tell whether this row, if there is one, is of a company or of a branch of the same one."""
        own = self.company_id
        return bool(own) and (own == company or own.root_id == company.root_id)

    def _is_followed(self):
        """Return whether a till seems to be there that asks about this payment."""
        last = self.asked_at or self.sent_at
        return bool(last) and timing.now() - last < timedelta(seconds=timing.TILL_ASKS_WITHIN)

    def _poll_in_background(self):
        """Ask Viva about a payment that it has spoken of, without waiting; the tills are told then.

        :return: whether the question is made; not when somebody has just asked.
        :rtype: bool
        """
        is_first = not self.notified_at
        questions = self._claim_questions(
            lambda claimed: claimed._add_event("notified") if is_first else None,
            SQL("notified_at = COALESCE(notified_at, clock_timestamp() AT TIME ZONE 'UTC')"),
        )
        calls = [
            self.browse(transaction_id)._ask(question, in_background=True)
            for transaction_id, question in questions
            if question
        ]
        return any(calls)

    def _mark_notified(self):
        """Write down that Viva spoke of this payment, without waiting for whoever is at the row."""
        if self.notified_at:
            return
        query = SQL(
            """
            UPDATE viva_wallet_transaction
               SET notified_at = clock_timestamp() AT TIME ZONE 'UTC'
             WHERE id IN (SELECT id FROM viva_wallet_transaction
                           WHERE id = %s AND notified_at IS NULL
                             FOR NO KEY UPDATE SKIP LOCKED)
            """,
            self.id,
        )
        self._update_unless_contended(query, lambda updated: updated._add_event("notified"))

    # === QUESTIONS OWED === #

    def _note_news(self):
        """Have Viva asked about a payment that it has spoken of as soon as that may be.

        Somebody has just asked: that answer may be older than the news. Until there is a later one,
        nothing more is asked of a terminal for the same order, see `_is_uncertain`.

        :return: whether it was not owed before.
        :rtype: bool
        """
        query = SQL(
            """
            UPDATE viva_wallet_transaction
               SET news_at = clock_timestamp() AT TIME ZONE 'UTC',
                   check_at = CASE WHEN finished_at IS NULL THEN check_at
                                   ELSE clock_timestamp() AT TIME ZONE 'UTC' END
             WHERE id = %s AND (news_at IS NULL OR news_at <= asked_at)
            """,
            self.id,
        )
        for _attempt in range(OWE_ATTEMPTS):
            if self._update_unless_contended(query, lambda updated: bool(updated)):
                self._poll_later()
                return True
            with new_cursor(self) as current:
                if current._has_unasked_news():
                    return False
        return False

    def _poll_later(self):
        """Have Viva asked by this process as soon as that may be. Should it die, the cron does it."""
        if not record_call.has_threads():
            return
        provider_call.run_later(timing.ASK_INTERVAL, partial(_ask_now, self))

    @api.model
    def _trigger_cron(self, moment=None):
        """Have the scheduled action run that asks about what is not finished.

        :param datetime moment: not before that; default: now.
        """
        self.env.ref("pos_viva_wallet.ir_cron_viva_wallet_reconcile")._trigger(moment)


def _ask_now(row):
    """Ask Viva about a row, in a thread of its own, and once more when somebody was faster."""
    threading.current_thread().dbname = row.env.registry.db_name
    row = detached(row)
    for is_last in (False, True):
        with new_cursor(row) as current:
            is_owed = current._has_unasked_news()
        if is_owed and is_last:
            row._poll_later()
        elif is_owed:
            row._poll(wait_long=True)
