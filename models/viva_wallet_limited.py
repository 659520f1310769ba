import threading
from datetime import timedelta
from functools import partial

from odoo import fields, models

from ..viva import timing, waiting
from . import exchange
from .own_transaction import committed, detached, fresh
from .states import OPEN_STATES


class VivaWalletLimited(models.AbstractModel):
    """Requests that have to wait because Viva limits how many calls a merchant may make.

    What Viva has refused to look at is not at the terminal. It stays open and is sent again under the
    same session id, by whoever comes first when it may be: the till that asks, a timer of
    the process, the cron. A limit makes a sale late; it does not end it while the customer is there.
    """

    _name = "viva.wallet.limited"
    _description = "Viva Wallet: requests under a limit"

    resend_at = fields.Datetime(
        readonly=True,
        help="When it is sent again, because Viva did not look at it: too many calls.",
    )

    # === WHEN === #

    def _may_ask_now(self):
        """Tell whether a limit lets Viva be asked about this row now."""
        self.ensure_one()
        account = self._account()
        limits = self.env["viva.wallet.rate.limit"]
        return not account or not limits._slot(account, is_urgent=False)

    def _note_limit(self, reply):
        """Have all workers keep to a limit that Viva has just shown.

        :param Reply reply: of Viva, to whatever call about this row.
        """
        account = reply.is_throttled and self._account()
        if account:
            self.env["viva.wallet.rate.limit"]._note_refusal(account, reply.retry_after)

    def _is_due(self):
        """Tell whether a request that had to wait may be sent now."""
        self.ensure_one()
        return self.state == "sent" and bool(self.resend_at) and self.resend_at <= timing.now()

    # === SENDING AGAIN === #

    def _wait_for_slot(self, account):
        """Have a new request sent at a moment that is reserved for it, where there is a limit.

        :param str account: at Viva.
        :return: whether it has to wait.
        :rtype: bool
        """
        seconds = self.env["viva.wallet.rate.limit"]._slot(account, is_urgent=True)
        if not seconds:
            return False
        committed(self, lambda own: own._postpone(seconds))
        self._resend_later()
        return True

    def _wait_longer(self):
        """Have a request that Viva has not looked at sent at a moment that is reserved for it."""
        with fresh(self) as current:
            account = current._account()
        seconds = self.env["viva.wallet.rate.limit"]._slot(account, is_urgent=True)
        # Unless somebody has taken it for sending it again.
        committed(self, lambda own: seconds and own.resend_at and own._postpone(seconds))
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
        with fresh(self) as current:
            if current.state not in OPEN_STATES or not current.resend_at:
                return
            seconds = (current.resend_at - timing.now()).total_seconds()
        if exchange.has_threads():
            waiting.later(seconds, partial(_resend_now, self))

    def _resend_due(self):
        """Send those of these requests that had to wait and may be sent now."""
        with fresh(self) as current:
            due = current.filtered(lambda row: row._is_due()).ids
        for row in self.browse(due):
            row._resend()

    def _take_postponed(self):
        """Take a request for sending it again; nothing when the customer has surely left.

        :return: see `_request`, or None.
        """
        if self._age() > timing.RESEND_UNTIL:
            self._fail("throttled", doubtful=True)
            return None
        sent = "resent_at" if self.missing_since else "sent_at"
        self.write({sent: timing.now(), "replied_at": False, "resend_at": False})
        return self._request()


def _resend_now(row):
    """Send a request again, in a thread of its own."""
    threading.current_thread().dbname = row.env.registry.db_name
    detached(row)._resend_due()
