from contextlib import ExitStack

from odoo import api, models

from .exchange import Exchange
from .states import OPEN_STATES, UNFINISHED_STATES

# All tills together ask for news so often per second, at most: about as fast as two workers answer
# beside their other work, and no more than what Viva should be asked (it publishes no limit).
QUESTIONS_PER_SECOND = 25


class VivaWalletExchange(models.AbstractModel):
    """Calls to Viva that keep no worker waiting: see `viva.waiting`."""

    _name = "viva.wallet.exchange"
    _description = "Viva Wallet: exchange with Viva"

    def _exchange(self, kind, work, apply=None, after=None, is_aside=False):
        """Call Viva, and apply the answer whenever it comes.

        :param str kind: of `viva.waiting`
        :param callable work: makes the call and returns the answer; touches no database
        :param callable apply: gets the row, in a transaction of its own, and the answer
        :param callable after: gets what `apply` returned, when that is committed
        :param bool is_aside: Viva has said that there is news: nobody waits for the answer
        :return: an exchange under way, or None when this process asks too much at the moment
        :rtype: RowExchange
        """
        exchange = RowExchange(self, kind, work, apply, after)
        exchange.is_aside = is_aside
        is_made = exchange.start_aside() if is_aside else exchange.start()
        return exchange if is_made else None

    @api.model
    def _finish_all(self, exchanges, patiently=False):
        """Wait for exchanges and apply their answers, all of them even when one fails.

        :param list exchanges: of `_exchange`, None among them are skipped
        :param bool patiently: see `Exchange.finish`
        :return: what was applied for those answers that were here
        :rtype: list
        :raise Exception: one of the failures
        """
        results = []

        def finish(exchange):
            results.append(exchange.finish(patiently))

        with ExitStack() as stack:
            for exchange in filter(None, exchanges):
                stack.callback(finish, exchange)
        return [applied for is_here, applied in results if is_here]

    def _tell_tills(self):
        """Tell the tills of the register that there is news of this row.

        Displays and phones of customers may listen, too, so it does not say more. Whoever asked for
        the payment gets its approval to the own ears, and need not ask for it.
        """
        if self.state == "approved" and self.user_id:
            self.user_id.fetch(["partner_id"])
            self.user_id._bus_send("VIVA_WALLET_APPROVED", self._snapshot())
        if self.pos_config_id:
            self.pos_config_id.fetch(["access_token"])
            self.pos_config_id._notify(
                "VIVA_WALLET_STATUS", {"session_id": self.session_id, "state": self.state}
            )

    @api.model
    def _seconds_until_next_question(self):
        """Return how long a till should wait before it asks again: longer when many are waiting.

        :return: seconds, at least 1.
        :rtype: float
        """
        waiting_rows = self.search_count([("state", "in", OPEN_STATES)])
        return max(waiting_rows / QUESTIONS_PER_SECOND, 1.0)


class RowExchange(Exchange):
    """An exchange about a row of the ledger, for which tills wait."""

    is_aside = False

    def _apply_late(self, own, answer):
        """Override of `Exchange`: no till is there to take the news from this call.

        Where Viva has announced news and its answer has none yet, the tills ask again themselves.
        """
        own.fetch(["state"])
        state = own.state
        applied = self._apply(own, answer)
        if own.state != state or (self.is_aside and state in UNFINISHED_STATES):
            own._tell_tills()
        return applied
