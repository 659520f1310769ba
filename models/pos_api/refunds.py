from odoo import api, models

from ..db import new_cursor
from ..messages.payment_messages import refusal_text
from ..refused import Refused


class VivaWalletPosApi(models.AbstractModel):
    """What a till may ask of the server to pay money back."""

    _inherit = "viva.wallet.till"

    @api.model
    def start_refund(self, refund):
        """Pay money back, once, however often this is called.

        :param dict refund: as for `start_sale`, with a negative `amount`; `parent_session_id`: of
            the sale that is paid back; `way`: one of `refund_way` of the ledger, or nothing for
            that of the payment method.
        :return: a snapshot. Its amounts are negative; besides, it has `way` and `other_way`: the
            way by which the money may still be paid back after this one failed, or False.
        :rtype: dict
        """
        self._check_user()
        return self._start({**refund, "kind": "refund"})

    @api.model
    def list_refundable(self, request):
        """Tell what of some orders can be paid back to the cards that paid.

        :param dict request: `pos_session_id`, `payment_method_id`, and what the till knows of the
            orders that are refunded: `order_uuids`, theirs; `order_uuid`, of the order that refunds
            them; `refunded_line_ids`, ids of their lines.
        :return: `cards`: see `_refundable_values` of the ledger, oldest first; `others`: `method`
            and `amount` of what was paid otherwise; `text`: why nothing can be paid back.
        :rtype: dict
        """
        self._check_user()
        try:
            config = self._validated_session(request.get("pos_session_id")).config_id
            method = self._validated_method(config, request.get("payment_method_id"))
        except Refused as refusal:
            text = refusal_text(self.env, "refund", refusal.reason, **refusal.details)
            return {"cards": [], "others": [], "text": text}
        order_uuids = self._refunded_uuids(request)
        sales = self._sales_of(order_uuids, config.company_id)
        sales._settle_refunds()
        account = method._viva_wallet_account()
        with new_cursor(sales) as current:
            cards = [sale._refundable_values(account, config.currency_id.name) for sale in current]
        text = "" if cards else refusal_text(self.env, "refund", "parent_unknown")
        return {"cards": cards, "others": self._others_of(order_uuids, sales), "text": text}

    @api.model
    def _refunded_uuids(self, request):
        """Return the uuids of all orders that may be paid back, also of those that a till which was
        loaded anew does not have any more."""
        uuids = {name for name in request.get("order_uuids") or () if isinstance(name, str)}
        if isinstance(request.get("order_uuid"), str):
            uuids.add(request["order_uuid"])
        line_ids = [value for value in request.get("refunded_line_ids") or () if self._is_id(value)]
        orders = self.env["pos.order"].search([("uuid", "in", list(uuids))])
        lines = self.env["pos.order.line"].search([("id", "in", line_ids)])
        refunded = orders.lines.refunded_orderline_id | lines
        return sorted(uuids.union(filter(None, refunded.order_id.mapped("uuid"))))

    @api.model
    def _sales_of(self, order_uuids, company):
        """Return the card payments of orders, as superuser, oldest first."""
        return (
            self.env["viva.wallet.transaction"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("kind", "=", "sale"),
                    ("state", "in", ("approved", "reversed", "unknown")),
                    "|",
                    ("order_id.uuid", "in", order_uuids),
                    "&",
                    ("order_id", "=", False),
                    ("order_uuid", "in", order_uuids),
                ],
                order="id",
            )
        )

    @api.model
    def _others_of(self, order_uuids, sales):
        payments = self.env["pos.payment"].search(
            [
                ("pos_order_id.uuid", "in", order_uuids),
                ("amount", ">", 0),
                ("is_change", "=", False),
                ("id", "not in", sales.payment_id.ids),
            ],
            order="id",
        )
        return [
            {"method": payment.payment_method_id.name, "amount": payment.amount}
            for payment in payments
        ]
