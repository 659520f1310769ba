import logging
import threading
from datetime import timedelta
from functools import partial

from odoo import fields, models

from ...viva import money, outcome, provider_call, timing
from ...viva.payment_request import PaymentRequest
from .. import record_call
from ..db import detached, new_cursor, run_in_new_transaction

_logger = logging.getLogger(__name__)


class VivaWalletTransaction(models.Model):
    """The request to Viva: given once, given again where it never arrived, or stopped.

    What Viva has refused to look at, because a merchant may only make so many calls, is not at the
    terminal. It stays open and is sent again under the same session id by whoever comes first when
    it may be: the till that asks, a timer of the process, the cron. A limit makes a sale late; it
    does not end it while the customer is there.
    """

    _inherit = "viva.wallet.transaction"

    resend_at = fields.Datetime(
        readonly=True,
        help="When it is sent again, because Viva did not look at it: too many calls.",
    )

    # === SENDING === #

    def _send(self, request):
        """Give the request to Viva, once.

        :param tuple request: of `_find_or_create`.
        :return: snapshot of what is known then, see `viva.wallet.till`.
        :rtype: dict
        """
        self.ensure_one()
        call, values, account = request
        if self._wait_for_slot(account):
            with new_cursor(self) as current:
                return current._snapshot()
        is_answered, applied = self._call_viva(
            provider_call.REQUEST,
            lambda: call(**values),
            lambda own, reply: own._apply_reply(reply),
            after=self._run_follow_up,
        ).finish()
        if is_answered:
            return applied[1]
        with new_cursor(self) as current:
            return current._snapshot()

    def _request(self):
        """Return the call to Viva that makes the request, its arguments, and the account at Viva."""
        client = self.payment_method_id._viva_wallet_client()
        method, is_sale = self.payment_method_id, self.kind == "sale"
        request = PaymentRequest(
            session_id=self.session_id,
            terminal_id=self.terminal_id,
            cash_register_id=self.cash_register_id,
            amount=self.amount_minor - self.tip_asked_minor,
            currency_code=money.numeric_code(self.currency_id.name),
            merchant_reference=self.session_id,
            customer_trns=self.order_name or "",
            show_receipt=method.viva_wallet_show_receipt,
            show_transaction_result=method.viva_wallet_show_result,
            max_instalments=self.max_instalments,
            skip_surcharge=is_sale and method.viva_wallet_skip_surcharge,
        )
        if not is_sale:
            return *self._refund_request(client, request), self._account()
        values = {"request": request, "tip_amount": self.tip_asked_minor}
        return client.start_sale, values, self._account()

    def _apply_reply(self, reply):
        """Apply the answer to the request.

        :return: what is to follow, see `_apply_answer`, and a snapshot.
        :rtype: tuple
        """
        self._note_limit(reply)
        if self.refund_way == "account":
            self._apply_account_reply(reply)
            return None, self._snapshot()
        follow = self._apply_request_result(outcome.from_request(reply))
        return follow, self._snapshot()

    def _apply_request_result(self, result):
        """Apply what became of the first request of this row.

        A refusal says nothing about another request with the same session id: once Viva has
        accepted one, or a second one is on its way, only the session tells the outcome.

        :param outcome.RequestResult result: what Viva said.
        :return: what is to follow, see `_apply_answer`.
        :rtype: str | None
        """
        self._lock()
        self.replied_at = timing.now()
        if result.state in ("accepted", "exists"):
            return self._apply_acceptance()
        if self.state == "sent" and result.state == "throttled" and not self.accepted_at:
            # Should this process die before it has got a moment for it.
            self._postpone(result.retry_after or timing.LIMIT_PAUSE_FIRST)
            return "_wait_longer"
        if self.state == "sent" and result.state in ("refused", "not_sent"):
            self._apply_refusal(result)
        return None

    def _apply_acceptance(self):
        """Take note that Viva has the request; see `_apply_request_result` for what is returned."""
        if not self.accepted_at:
            self.write({"accepted_at": timing.now(), "missing_since": False, "resend_at": False})
        if self.state == "failed":
            self._mark_uncertain_again()
        return "_abort_given_up" if self.state in ("failed", "unknown") else None

    def _apply_refusal(self, result):
        """End the row, unless Viva has the request all the same, or may have it by now."""
        is_only_one = not self.resent_at or not self.missing_since
        if not self.accepted_at and is_only_one:
            self._fail(result.reason, message=result.message)

    # === SENDING AGAIN WHAT NEVER ARRIVED === #

    def _resend(self):
        """Send once more, with the same session id, what Viva says it never got.

        Viva refuses a session id that it has, so this cannot charge twice. A refusal of the
        second request says nothing about the first and is not applied.
        """
        request = run_in_new_transaction(self, lambda own: own._claim_resend())
        if not request:
            return
        call, values, _account = request
        self._finish_calls([
            self._call_viva(
                provider_call.REQUEST,
                lambda: call(**values),
                lambda own, reply: own._apply_resent(reply),
                after=self._run_follow_up,
            )
        ])  # fmt: skip

    def _claim_resend(self):
        self._lock()
        if self._is_due():
            return self._claim_postponed()
        if not self._is_lost():
            return None
        self.write({"resent_at": timing.now(), "replied_at": False})
        return self._request()

    def _is_lost(self):
        """Return whether Viva has not known the request for so long that it never got it.

        It is not lost while it may still be on its way: two at the same moment could both be taken.
        """
        if self.state != "sent" or self.accepted_at or self.resent_at or self.abort_requested_at:
            return False
        if not self.missing_since or self._age() > timing.RESEND_UNTIL:
            return False
        if self._is_in_transit():
            return False
        missing = (timing.now() - self.missing_since).total_seconds()
        return missing >= timing.RESEND_AFTER_MISSING

    def _apply_resent(self, reply):
        """Apply what became of a further request; see `_apply_reply` for what is returned.

        A refusal says nothing about the earlier ones, unless Viva had not looked at any of them.
        """
        self._lock()
        self._note_limit(reply)
        result = outcome.from_request(reply)
        is_only_one = not self.missing_since
        if result.state in ("refused", "not_sent") and not is_only_one:
            self.replied_at = timing.now()
            return None, None
        return self._apply_request_result(result), None

    # === SENDING LATER: LIMITS OF VIVA === #

    def _note_limit(self, reply):
        """Have all workers keep to a limit that Viva has just shown.

        :param Reply reply: of Viva, to whatever call about this row.
        """
        account = reply.is_throttled and self._account()
        if account:
            self.env["viva.wallet.rate.limit"]._note_refusal(account, reply.retry_after)

    def _wait_for_slot(self, account):
        """Have a new request sent at a moment that is reserved for it, where there is a limit.

        :param str account: at Viva.
        :return: whether it has to wait.
        :rtype: bool
        """
        seconds = self.env["viva.wallet.rate.limit"]._slot(account, is_urgent=True)
        if not seconds:
            return False
        run_in_new_transaction(self, lambda own: own._postpone(seconds))
        self._resend_later()
        return True

    def _wait_longer(self):
        """Have a request that Viva has not looked at sent at a moment that is reserved for it."""
        with new_cursor(self) as current:
            account = current._account()
        seconds = self.env["viva.wallet.rate.limit"]._slot(account, is_urgent=True)
        # Unless somebody has taken it for sending it again.
        run_in_new_transaction(
            self, lambda own: seconds and own.resend_at and own._postpone(seconds)
        )
        self._resend_later()

    def _postpone(self, seconds):
        """Write down that the request waits. Call it with the row in its own transaction.

        :param float seconds: for so long.
        """
        self._lock()
        if self.state == "sent" and not self.accepted_at:
            now = timing.now()
            self.write({"replied_at": now, "resend_at": now + timedelta(seconds=seconds)})

    def _resend_later(self):
        """Plan to send it again as soon as it may be. Should this process die, others do it."""
        with new_cursor(self) as current:
            if current.state != "sent" or not current.resend_at:
                return
            seconds = (current.resend_at - timing.now()).total_seconds()
        if record_call.has_threads():
            provider_call.run_later(seconds, partial(_resend_now, self))

    def _resend_due(self):
        """Send those of these requests that had to wait and may be sent now."""
        with new_cursor(self) as current:
            due = current.filtered(lambda row: row._is_due()).ids
        for row in self.browse(due):
            row._resend()

    def _is_due(self):
        """Tell whether a request that had to wait may be sent now."""
        self.ensure_one()
        return self.state == "sent" and bool(self.resend_at) and self.resend_at <= timing.now()

    def _claim_postponed(self):
        """Take a request for sending it again; nothing when the customer has surely left.

        :return: see `_request`, or None.
        """
        if self._age() > timing.RESEND_UNTIL:
            self._fail("throttled", money_uncertain=True)
            return None
        sent = "resent_at" if self.missing_since else "sent_at"
        self.write({sent: timing.now(), "replied_at": False, "resend_at": False})
        return self._request()

    # === STOPPING === #

    def _abort(self, user_id=False, is_given_up=False):
        """Ask the terminal to stop. What became of the payment is only known from its outcome.

        :param int user_id: who wants it, False when the time was up.
        :param bool is_given_up: also what was given up here.
        """
        self._finish_calls([self._start_abort(user_id, is_given_up)])

    def _start_abort(self, user_id=False, is_given_up=False):
        """Begin what `_abort` does.

        :return: see `_call_viva`.
        """
        self.ensure_one()
        request = run_in_new_transaction(self, lambda own: own._claim_abort(user_id, is_given_up))
        if not request:
            return None
        client, session_id, cash_register_id = request

        return self._call_viva(
            provider_call.ABORT,
            lambda: client.abort_session(session_id, cash_register_id),
            lambda own, reply: own._apply_abort_reply(reply),
        )

    def _claim_abort(self, user_id, is_given_up):
        self._lock()
        if self.state == "sent" and self.resend_at:
            self._fail("cancelled", money_uncertain=bool(self.sent_at))
        is_running = self.state == "sent" or (is_given_up and self.state in ("failed", "unknown"))
        if not is_running or self.refund_way == "account" or not self._is_askable():
            return None
        if is_given_up and self._is_abort_fresh():
            return None
        self.write({"abort_requested_at": timing.now(), "abort_user_id": user_id})
        client = self.payment_method_id._viva_wallet_client()
        return client, self.session_id, self.cash_register_id

    def _is_abort_fresh(self):
        """Tell whether the terminal was asked to stop so recently that it may still do so."""
        age = self.abort_requested_at and timing.now() - self.abort_requested_at
        return bool(age) and age < timedelta(seconds=timing.ABORT_AGAIN)

    def _apply_abort_reply(self, reply):
        """Take note of what became of the wish to stop, which is never the outcome of the payment."""
        result = outcome.from_abort(reply)
        _logger.info("Viva Wallet session %s: abort %s", self.session_id, result)
        self._note_limit(reply)
        if result == outcome.THROTTLED and self.state == "sent":
            self._lock()
            self.abort_requested_at = False  # it is asked for again

    def _abort_given_up(self):
        """Have a request stopped that reached Viva after it had been given up, and ask about it."""
        self._abort(is_given_up=True)
        self._note_news()


def _resend_now(row):
    """Send a request again, in a thread of its own."""
    threading.current_thread().dbname = row.env.registry.db_name
    detached(row)._resend_due()
