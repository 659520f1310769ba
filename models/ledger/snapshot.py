from odoo import api, models

from ..messages import payment_messages
from ..messages.failures import ACCOUNT_MAY_REFUND_AFTER

# All tills together ask for news so often per second, at most: about as fast as two workers answer
# beside their other work, and no more than what Viva should be asked (it publishes no limit).
QUESTIONS_PER_SECOND = 25


class VivaWalletTransaction(models.Model):
    """What a till gets to see of a row, and how it hears that there is news."""

    _inherit = "viva.wallet.transaction"

    def _snapshot(self):
        """Return what a till may know about this row.

        :return: see `viva.wallet.till`.
        :rtype: dict
        """
        self.ensure_one()
        return {
            "session_id": self.session_id,
            "state": self.state,
            "reason": self.reason or False,
            "text": payment_messages.text(self),
            "aborting": bool(self.abort_requested_at) and self.state == "sent",
            "cancelled": bool(self.abort_user_id),
            "accepted": bool(self.accepted_at),
            "ask_again_in": self.state == "sent" and self._seconds_until_next_question(),
            "limited": self.state == "sent" and bool(self.resend_at),
            "amount_minor": self.amount_minor,
            "amount": self._sign() * self.amount,
            "charged": self._sign() * self.charged_amount,
            "extras": self._extras(),
            "payment_uuid": self.payment_uuid,
            "device": self.device or False,
            "asked_by": self.user_id.name or False,
            "statement": self.statement or False,
            "silent": self._is_silent(),
            "uncertain": self._is_uncertain(),
            "card": self._payment_values() if self.state == "approved" else False,
            **self._refund_snapshot(),
        }

    def _refund_snapshot(self):
        """Return what a till gets to see of a refund beside what it sees of a sale."""
        if self.kind != "refund":
            return {}
        can_go_other_way = (
            self.state == "failed"
            and not self.money_uncertain
            and self.refund_way == "terminal"
            and self.reason in ACCOUNT_MAY_REFUND_AFTER
        )
        return {"way": self.refund_way, "other_way": "account" if can_go_other_way else False}

    @api.model
    def _seconds_until_next_question(self):
        """Return how long a till should wait before it asks again: longer when many are waiting.

        :return: seconds, at least 1.
        :rtype: float
        """
        waiting_rows = self.search_count([("state", "=", "sent")])
        return max(waiting_rows / QUESTIONS_PER_SECOND, 1.0)

    def _notify_tills(self):
        """Tell the tills of the register that there is news of this row.

        Displays and phones of customers may listen, too, so it does not say more. Whoever asked for
        the payment gets its approval on the own channel, and need not ask for it.
        """
        if self.state == "approved" and self.user_id:
            self.user_id.fetch(["partner_id"])
            self.user_id._bus_send("VIVA_WALLET_APPROVED", self._snapshot())
        if self.pos_config_id:
            self.pos_config_id.fetch(["access_token"])
            self.pos_config_id._notify(
                "VIVA_WALLET_STATUS", {"session_id": self.session_id, "state": self.state}
            )
