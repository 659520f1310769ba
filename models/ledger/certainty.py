from datetime import timedelta

from odoo import fields, models

from ...viva import outcome, timing
from ..db import database_clock
from ..states import HOLDING_STATES, UNFINISHED_STATES


class VivaWalletTransaction(models.Model):
    """How certain it is what became of a request.

    A state says what Viva said last. Whether that can be relied on, now that more money would
    move, depends on when Viva was asked: it was seen to report failures of payments that had gone
    through, and its lists lag.
    """

    _inherit = "viva.wallet.transaction"

    answered_at = fields.Datetime(
        string="Last answered question",
        readonly=True,
        help="When the question was asked that Viva answered last.",
    )
    unanswered_since = fields.Datetime(
        readonly=True, help="Since when Viva has answered no question about it at all."
    )
    news_at = fields.Datetime(
        string="Latest notification",
        readonly=True,
        help="When Viva spoke of it the last time, in a notification.",
    )
    client_name = fields.Char(
        string="Client ID used",
        readonly=True,
        groups="base.group_system",
        help="The Client ID at Viva with which the request was made.",
    )

    # === WHAT VIVA HAS SAID === #

    def _note_answer(self, result, reply, asked_at):
        """Write down how far Viva has answered a question.

        :param viva.outcome.Outcome result: that was read from the answer.
        :param Reply reply: the answer.
        :param datetime asked_at: when the right to ask was taken.
        """
        self.ensure_one()
        values = {}
        is_heard = reply.status in (200, 202, 404) and not reply.problem
        if is_heard and self.unanswered_since:
            values["unanswered_since"] = False
        is_running_again = self.state == "failed" and result.state == outcome.PENDING
        is_conclusive = is_heard and result.state != outcome.UNCLEAR and not is_running_again
        if is_conclusive and (not self.answered_at or self.answered_at < asked_at):
            values["answered_at"] = asked_at
        if values:
            self.write(values)

    def _is_silent(self):
        """Tell whether Viva has not answered for so long that a person may say what is known."""
        self.ensure_one()
        since = self.unanswered_since
        return (
            self.state == "sent"
            and bool(since)
            and timing.now() - since >= timedelta(seconds=timing.SILENT_AFTER)
        )

    def _has_unasked_news(self):
        """Tell whether Viva has spoken of it since it was asked about the last time.

        What was approved is what Viva has announced.
        """
        self.ensure_one()
        is_open = self.state in (*UNFINISHED_STATES, "failed")
        is_news = bool(self.news_at) and (not self.asked_at or self.asked_at < self.news_at)
        return is_open and is_news

    # === WHETHER MONEY MAY HAVE MOVED === #

    def _is_uncertain(self, since=None):
        """Tell whether a failed request may have moved money all the same.

        :param datetime since: when somebody wished to move more money: an answer to a question of
            that time or later settles it. Without it, only what Viva has given reason to doubt.
        """
        self.ensure_one()
        if self.state != "failed" or self.review_state == "resolved":
            return False
        if not since:
            return self.money_uncertain or self._has_unasked_news()
        if not self.money_uncertain and not self._may_still_change():
            return False
        if not self.answered_at or self.answered_at < since:
            return True
        return self.money_uncertain and (self._is_forgotten() or self._is_in_lagging_list())

    def _may_still_change(self):
        """Tell whether Viva, which had confirmed that nothing was charged, may still say otherwise.

        What Viva refused from the beginning was never a session that could change.
        """
        return self._has_unasked_news() or (bool(self.answered_at) and self._is_recent())

    def _is_recent(self):
        """Tell whether it ended so recently that Viva's lists may not be complete yet."""
        ended = self.finished_at or self.create_date
        return timing.now() - ended < timedelta(seconds=timing.LIST_LAG)

    def _is_asked(self, since):
        """Tell whether Viva was asked about it at that time or later, whoever did it."""
        return bool(self.asked_at) and self.asked_at >= since

    def _is_answer_awaited(self, since):
        """Tell whether an answer to a question of that time or later may still come soon."""
        if not self._is_asked(since):
            return True
        is_answered = self.answered_at and self.answered_at >= since
        age = (database_clock(self.env) - self.asked_at).total_seconds()
        return not is_answered and age < timing.QUICK_SECONDS

    def _is_forgotten(self):
        """Tell whether Viva, which had the request, says that it does not know it, and may be slow."""
        return bool(self.missing_since and self.accepted_at) and self._is_recent()

    def _is_in_lagging_list(self):
        """Tell whether it was made through the account and Viva's list may still change about it."""
        is_listed = self.refund_way == "account" and self.reason != "never_received"
        return is_listed and self._is_recent()

    def _holds_money(self, since=None):
        """Tell whether money has moved by this request, or may have.

        :param datetime since: see `_is_uncertain`.
        """
        return self.state in HOLDING_STATES or self._is_uncertain(since)

    def _is_in_transit(self):
        """Tell whether the request may still be on its way to Viva.

        As long as it is, nothing that Viva says about it is final.
        """
        self.ensure_one()
        begun = self.resent_at or self.sent_at or self.create_date
        is_late = timing.now() - begun >= timedelta(seconds=timing.REPLY_WITHIN)
        return not self.replied_at and not is_late

    # === WHOM TO ASK === #

    def _is_askable(self):
        """Tell whether the payment method still speaks for the account that took the request."""
        row = self.sudo()
        method = row.payment_method_id
        return bool(method) and row.merchant_account in (False, method._viva_wallet_account())

    def _is_same_client(self):
        """Tell whether Viva is asked with the credentials of the request.

        With others it may know nothing of it, so that a 404 says nothing.
        """
        row = self.sudo()
        return row.client_name in (False, row.payment_method_id.sudo().viva_wallet_client_id)
