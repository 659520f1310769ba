"""An order that the server finishes, where no till does: what other modules do then is done, too."""

import uuid
from unittest.mock import patch

from odoo.tests import tagged

from .common_ledger import ReviewCommon


class FinishCommon(ReviewCommon):
    def require(self, module, model, field):
        """Skip the test where a module is missing.

        :param str field: that it adds to the model.
        """
        if field not in self.env[model]._fields:
            self.skipTest(f"{module} is not installed")

    def attach(self, order):
        """Give a charge that was lost to an order, which is paid by it."""
        self.resolve(self.lost_charge(), "attached", order=order)
        self.env.invalidate_all()
        self.assertEqual(order.state, "paid")


@tagged("post_install", "-at_install")
class TestFinishing(FinishCommon):
    def test_every_module_sees_the_paid_order(self):
        order = self.draft_order()
        orders = self.env.registry["pos.order"]
        seen = []

        def sync_from_ui(records, orders_of_till):
            seen.extend((told["uuid"], order.state) for told in orders_of_till)
            return sync(records, orders_of_till)

        sync = orders.sync_from_ui
        with patch.object(orders, "sync_from_ui", sync_from_ui):
            self.attach(order)
        self.assertEqual(seen, [(order.uuid, "paid")])
        self.assert_ledgers_agree(payments=1)

    def test_nothing_of_the_order_changes(self):
        order = self.draft_order()
        before = order.lines.read(["product_id", "qty", "price_unit", "price_subtotal_incl"])
        self.attach(order)
        self.assertEqual(
            order.lines.read(["product_id", "qty", "price_unit", "price_subtotal_incl"]), before
        )
        self.assertEqual(order.payment_ids.mapped("amount"), [12.34])

    def test_not_before_it_is_paid(self):
        order = self.draft_order(amount=20)
        orders = self.env.registry["pos.order"]
        with patch.object(orders, "sync_from_ui") as sync:
            self.resolve(self.lost_charge(), "attached", order=order)
        self.assertEqual(order.state, "draft")
        sync.assert_not_called()


@tagged("post_install", "-at_install")
class TestFinishingSalesOrder(FinishCommon):
    def setUp(self):
        super().setUp()
        self.require("pos_sale", "pos.order.line", "sale_order_line_id")
        self.partner = self.env["res.partner"].create({"name": "Customer of a quotation"})

    def test_settled_quotation_is_confirmed(self):
        quotation = self.env["sale.order"].sudo().create({
            "partner_id": self.partner.id,
            "order_line": [(0, 0, {"product_id": self.product.id, "price_unit": 12.34})],
        })  # fmt: skip
        order = self.draft_order()
        order.lines.write({
            "sale_order_origin_id": quotation.id,
            "sale_order_line_id": quotation.order_line.id,
        })  # fmt: skip
        self.assertEqual(quotation.state, "draft")
        self.attach(order)
        self.assertEqual(quotation.state, "sale")

    def down_payment(self):
        """Return a sales order, and the product by which the register takes down payments."""
        product = self.env["product.product"].sudo().create({
            "name": "Down payment (POS)", "type": "service", "available_in_pos": True,
            "taxes_id": False, "invoice_policy": "order",
        })  # fmt: skip
        # Sessions are open: the form of the register would not take it.
        self.viva_config.sudo()._write({"down_payment_product_id": product.id})
        self.env.invalidate_all()
        sales_order = self.env["sale.order"].sudo().create({
            "partner_id": self.partner.id,
            "order_line": [(0, 0, {"product_id": self.product.id, "price_unit": 100})],
        })  # fmt: skip
        return sales_order, product

    def paid_down(self, sales_order):
        return sales_order.order_line.filtered("is_downpayment").filtered("price_unit")

    def test_down_payment_is_there_once_where_the_answer_to_the_first_saving_is_lost(self):
        """The till saves the order while the terminal waits, and once more when it is paid."""
        sellers = self.env.ref("sales_team.group_sale_salesman_all_leads")
        self.cashier.sudo().group_ids += sellers
        sales_order, product = self.down_payment()
        sale = self.approved_sale()
        line = {
            "uuid": str(uuid.uuid4()), "product_id": product.id, "qty": 1, "price_unit": 12.34,
            "price_subtotal": 12.34, "price_subtotal_incl": 12.34,
            "sale_order_origin_id": sales_order.id, "sale_order_line_id": False,
        }  # fmt: skip
        values = {"lines": [(0, 0, line)]}
        self.sync_order(sale, state="draft", order_values=dict(values))
        self.assertEqual(len(self.paid_down(sales_order)), 1)
        order = self.sync_order(sale, order_values={**values, "access_token": "of the till"})
        self.assertEqual(order.state, "paid")
        self.assertEqual(self.paid_down(sales_order).mapped("price_unit"), [12.34])

    def test_down_payment_is_written_onto_the_sales_order(self):
        sales_order, product = self.down_payment()
        order = self.draft_order()
        order.lines.write({"product_id": product.id, "sale_order_origin_id": sales_order.id})
        self.attach(order)
        self.assertEqual(self.paid_down(sales_order).mapped("price_unit"), [12.34])
        self.assertEqual(sales_order.state, "sale")


@tagged("post_install", "-at_install")
class TestFinishingCoupons(FinishCommon):
    def setUp(self):
        super().setUp()
        self.require("pos_loyalty", "pos.order.line", "coupon_id")

    def order_with(self, card, cost):
        """Return an order that was paid in part with points of a card."""
        order = self.draft_order()
        reward = card.program_id.reward_ids[0]
        self.env["pos.order.line"].create({
            "order_id": order.id, "product_id": self.product.id, "qty": 1,
            "price_unit": 0, "price_subtotal": 0, "price_subtotal_incl": 0,
            "is_reward_line": True, "reward_id": reward.id, "coupon_id": card.id,
            "points_cost": cost, "reward_identifier_code": "code",
        })  # fmt: skip
        return order

    def card(self, program_type, points):
        program = self.env["loyalty.program"].sudo().create({
            "name": "Program", "program_type": program_type, "applies_on": "future",
            "trigger": "auto",
            "reward_ids": [(0, 0, {
                "reward_type": "discount", "discount_mode": "per_point", "discount": 1,
                "discount_applicability": "order",
            })],
        })  # fmt: skip
        return (
            self.env["loyalty.card"]
            .sudo()
            .create({"program_id": program.id, "points": points, "code": f"VIVA-{program_type}"})
        )

    def test_gift_card_is_used_up_once(self):
        card = self.card("gift_card", 50)
        order = self.order_with(card, 20)
        self.attach(order)
        self.assertEqual(card.points, 30)
        order.confirm_coupon_programs({
            card.id: {"points": -20, "program_id": card.program_id.id, "coupon_id": card.id,
                      "code": card.code, "barcode": False, "line_codes": ["code"]},
        })  # fmt: skip
        self.assertEqual(card.points, 30)

    def test_points_are_used_up(self):
        card = self.card("ewallet", 50)
        self.attach(self.order_with(card, 20))
        self.assertEqual(card.points, 30)
        history = self.env["loyalty.history"].search([("card_id", "=", card.id)])
        self.assertEqual(sum(history.mapped("used")), 20)


@tagged("post_install", "-at_install")
class TestFinishingEvent(FinishCommon):
    def setUp(self):
        super().setUp()
        self.require("pos_event", "pos.order.line", "event_registration_ids")

    def test_badges_are_mailed(self):
        event = self.env["event.event"].sudo().create({
            "name": "Concert", "date_begin": "2030-01-01 20:00:00",
            "date_end": "2030-01-01 23:00:00",
        })  # fmt: skip
        ticket = (
            self.env["event.event.ticket"]
            .sudo()
            .create({"name": "Standard", "event_id": event.id, "product_id": self.product.id})
        )
        order = self.draft_order()
        order.lines.event_ticket_id = ticket
        registration = self.env["event.registration"].sudo().create({
            "event_id": event.id, "event_ticket_id": ticket.id, "email": "guest@example.com",
            "pos_order_line_id": order.lines.id,
        })  # fmt: skip
        registrations = self.env.registry["event.registration"]
        with patch.object(registrations, "action_send_badge_email", autospec=True) as mailed:
            self.attach(order)
        self.assertEqual([call.args[0].id for call in mailed.mock_calls], registration.ids)
