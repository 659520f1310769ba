"""Points at which a worker can be killed, within the transactions of the server."""

from odoo import api, models

from .points import reach, with_points

# The point at the end of what changes a row, before that is committed.
POINTS = {
    "_apply_request_result": "before_apply_commit",
    "_apply_account_reply": "before_apply_commit",
    "_apply_outcome": "before_outcome_commit",
    "_apply_resent": "before_resent_commit",
    "_claim_abort": "before_abort_commit",
    "_record_statement": "before_statement_commit",
}


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

    def _claim_resend(self):
        request = super()._claim_resend()
        if not request:
            return request
        reach(self.session_id, "before_resend_commit")
        call, values, account = request
        session_id = self.session_id
        return with_points(call, "resend", lambda **_values: session_id), values, account


def _with_point_at_end(name, point):
    """Return an override of a method of the ledger that ends with a point."""

    def override(self, *args):
        result = getattr(super(VivaWalletTransaction, self), name)(*args)
        reach(self.session_id, point)
        return result

    return override


for _name, _point in POINTS.items():
    setattr(VivaWalletTransaction, _name, _with_point_at_end(_name, _point))


class VivaWalletTill(models.AbstractModel):
    _inherit = "viva.wallet.till"

    @api.model
    def start_sale(self, sale):
        """Override of `pos_viva_wallet` to add a point before anything is written."""
        reach(sale.get("session_id"), "received")
        return super().start_sale(sale)

    @api.model
    def start_refund(self, refund):
        """Override of `pos_viva_wallet` to add a point before anything is written."""
        reach(refund.get("session_id"), "received")
        return super().start_refund(refund)


class PosOrder(models.Model):
    _inherit = "pos.order"

    def action_pos_order_paid(self):
        """Override of `point_of_sale` to add a point before the sale is committed."""
        result = super().action_pos_order_paid()
        for payment in self.payment_ids:
            reach(payment.viva_wallet_session_id, "before_order_commit")
        return result
