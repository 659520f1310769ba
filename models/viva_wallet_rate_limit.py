from contextlib import suppress
from dataclasses import asdict
from datetime import UTC

from odoo import api, fields, models
from odoo.exceptions import LockError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..viva import throttle, timing
from .db import lock_rows, run_in_new_transaction

CONTENDED = (LockError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)


class VivaWalletRateLimit(models.Model):
    """What Viva was learnt to take of a merchant's calls, for all workers: see `viva.throttle`.

    There is a row only while there is a limit. All is done in short transactions of their own, and
    nobody waits for a row: a call that is made too early is only refused once more.
    """

    _name = "viva.wallet.rate.limit"
    _description = "Viva Wallet: learnt limit of calls"
    _log_access = False
    _rec_name = "account"

    account = fields.Char(required=True)
    learnt = fields.Json(string="Learned limit")

    _account_unique = models.Constraint("unique (account)")

    @api.model
    def _slot(self, account, is_urgent):
        """Return how long to wait before a call to Viva may be made.

        :param str account: see `_viva_wallet_account` of the payment method.
        :param bool is_urgent: a request or an abort: a wait is a moment that is reserved for it, at
            which it is made without asking here again. A question for which there is a wait is not
            asked, and has nothing reserved.
        :return: seconds, 0 for now.
        :rtype: float
        """
        key = self._limit_key(account)
        if not throttle.must_look(key):
            return 0.0
        try:
            return run_in_new_transaction(
                self.sudo(), lambda own: own._take_slot(account, is_urgent)
            )
        except CONTENDED:
            return 0.0 if is_urgent else timing.ASK_INTERVAL

    @api.model
    def _note_refusal(self, account, retry_after=None):
        """Learn from a call that Viva refused because there are too many.

        :param str account: see `_slot`.
        :param float retry_after: seconds that Viva asks to wait, None when it does not say.
        """
        # If others are at the row all the time, they learn the same.
        with suppress(*CONTENDED):
            run_in_new_transaction(self.sudo(), lambda own: own._learn(account, retry_after))
        throttle.note(self._limit_key(account), is_limited=True)

    def _take_slot(self, account, is_urgent):
        row = self._locked(account)
        now = _now()
        limit = row._limit()
        if not row or limit.is_over(now):
            row.unlink()
            throttle.note(self._limit_key(account), is_limited=False)
            return 0.0
        wait = limit.slot(now, is_urgent)
        row.learnt = asdict(limit)
        return wait

    def _learn(self, account, retry_after):
        self.env.cr.execute(
            SQL(
                "INSERT INTO %s (account) VALUES (%s) ON CONFLICT (account) DO NOTHING",
                SQL.identifier(self._table),
                account,
            ),
            log_exceptions=False,
        )
        row = self._locked(account)
        limit = row._limit()
        limit.refuse(_now(), retry_after)
        row.learnt = asdict(limit)

    def _locked(self, account):
        """Return the row of an account, empty when there is no limit.

        :raise LockError: when somebody else is at it.
        """
        row = self.search([("account", "=", account)])
        if not lock_rows(row, wait=False):
            raise LockError("Somebody else is at the limit of calls to Viva")
        return row

    def _limit(self):
        return throttle.Limit(**(self.learnt or {}))

    def _limit_key(self, account):
        return self.env.cr.dbname, account


def _now():
    return timing.now().replace(tzinfo=UTC).timestamp()
