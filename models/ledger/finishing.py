from collections import defaultdict

from odoo import models


class VivaWalletTransaction(models.Model):
    """Finish an order on the server that no till finishes, wholly: as if a till had saved it paid.

    `point_of_sale` does one part of that in `_process_saved_order`. What other modules do when a till
    saves a paid order hangs on the call itself: `pos_sale` confirms sales orders and adapts their
    deliveries in its `sync_from_ui`, `pos_self_order` tells the guests' phones there, `pos_event`
    mails the badges in `read_pos_data`. `pos_loyalty` waits for another call of the till, by which
    points and gift cards are used up.
    """

    _inherit = "viva.wallet.transaction"

    def _finish_order(self, order):
        """Do what the till does when an order is paid, if it is.

        :param order: `pos.order`, as superuser.
        """
        is_settled = all(payment.payment_status in (False, "done") for payment in order.payment_ids)
        if order.state == "draft" and is_settled and order._is_pos_order_paid():
            order._process_saved_order(False)
            order._send_order()
            self._use_up_coupons(order)
            self._let_modules_see(order)
        session = order.config_id.current_session_id
        if session:
            order.config_id.notify_synchronisation(session.id, 0)

    def _let_modules_see(self, order):
        """Save the paid order as a till would: nothing of it changes, and every module sees it."""
        order.sync_from_ui(
            [
                {
                    "id": order.id,
                    "uuid": order.uuid,
                    "name": order.name,
                    "state": order.state,
                    "session_id": order.session_id.id,
                    "table_id": False,
                    "lines": [],
                }
            ]
        )

    def _use_up_coupons(self, order):
        """Have the points, gift cards and coupons that the order was paid with used up.

        What the order earns is known to the till alone, and is not given here. A till that does the
        same is no matter: `pos_loyalty` does it once for each order.
        """
        if not hasattr(order, "confirm_coupon_programs"):
            return
        rewards = defaultdict(lambda: order.lines.browse())
        for line in order.lines.filtered("coupon_id"):
            rewards[line.coupon_id] |= line
        coupon_data = {
            coupon.id: {
                "points": -sum(lines.mapped("points_cost")),
                "program_id": coupon.program_id.id,
                "coupon_id": coupon.id,
                "code": coupon.code,
                "barcode": False,
                "line_codes": lines.mapped("reward_identifier_code"),
            }
            for coupon, lines in rewards.items()
        }
        if coupon_data:
            order.confirm_coupon_programs(coupon_data)
