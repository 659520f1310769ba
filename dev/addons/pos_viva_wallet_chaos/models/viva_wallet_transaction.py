from odoo import api, models

from ..points import reach, with_points


class VivaWalletTransaction(models.Model):
    _inherit = "viva.wallet.transaction"

    @api.model
    def chaos_run_crons(self, names):
        """Have scheduled actions of the addon run now, by the process whose task that is.

        :param list names: their names in `pos_viva_wallet`.
        """
        for name in names:
            self.env.ref(f"pos_viva_wallet.{name}")._trigger()

    @api.model
    def _find_or_create(self, wish, *args, **kwargs):
        recorded = super()._find_or_create(wish, *args, **kwargs)
        reach(wish.values["session_id"], "before_insert_commit")
        return recorded

    def _send(self, request):
        snapshot = super()._send(request)
        reach(snapshot["session_id"], "applied")
        return snapshot

    def _apply_request_result(self, result):
        is_given_up = super()._apply_request_result(result)
        reach(self.session_id, "before_apply_commit")
        return is_given_up

    def _apply_account_reply(self, reply):
        super()._apply_account_reply(reply)
        reach(self.session_id, "before_apply_commit")

    def _apply_outcome(self, result, reply):
        super()._apply_outcome(result, reply)
        reach(self.session_id, "before_outcome_commit")

    def _claim_resend(self):
        request = super()._claim_resend()
        if not request:
            return request
        reach(self.session_id, "before_resend_commit")
        call, values, account = request
        session_id = self.session_id
        return with_points(call, "resend", lambda **_values: session_id), values, account

    def _apply_resent(self, reply):
        applied = super()._apply_resent(reply)
        reach(self.session_id, "before_resent_commit")
        return applied

    def _claim_abort(self, *args):
        request = super()._claim_abort(*args)
        reach(self.session_id, "before_abort_commit")
        return request

    def _record_statement(self, paid):
        super()._record_statement(paid)
        reach(self.session_id, "before_statement_commit")
