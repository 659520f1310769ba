"""The till in a browser beside Odoo's restaurant and online payments: others are at the order, too."""

import uuid
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from .test_tours import TourCommon

OTHER = "another-device"


@tagged("post_install", "-at_install")
class TestBesideOnlinePaymentTours(TourCommon):
    """A register that has an online payment method, too; nobody uses it."""

    def setUp(self):
        super().setUp()
        methods = self.env["pos.payment.method"]
        if "is_online_payment" not in methods._fields:
            self.skipTest("pos_online_payment is not installed")
        online = methods.create({"name": "Online", "is_online_payment": True})
        provider = self.env["payment.provider"].create({"name": "Page", "code": "none"})
        self.startPatcher(
            patch.object(
                type(methods), "_get_online_payment_providers", lambda *_args, **_kwargs: provider
            )
        )
        self.viva_config.payment_method_ids += online

    def test_sale_is_finished_without_a_question(self):
        self.run_tour("viva_wallet_with_online_method")
        self.assert_paid()
        orders = self.viva_config.current_session_id.order_ids
        self.assertEqual(orders.mapped("state"), ["paid", "paid"])


@tagged("post_install", "-at_install")
class TestBesideRestaurantTours(TourCommon):
    """A restaurant where another device is at the same table."""

    def setUp(self):
        super().setUp()
        if "restaurant.table" not in self.env:
            self.skipTest("pos_restaurant is not installed")
        self.viva_config.module_pos_restaurant = True
        floor = self.env["restaurant.floor"].create({
            "name": "Garden", "pos_config_ids": [Command.set(self.viva_config.ids)],
        })  # fmt: skip
        self.tables = self.env["restaurant.table"].create([
            {"table_number": 101, "floor_id": floor.id, "position_h": 100, "position_v": 100},
            {"table_number": 102, "floor_id": floor.id, "position_h": 400, "position_v": 100},
        ])  # fmt: skip

    def order_at(self, env, number):
        return env["pos.order"].search(
            [("table_id.table_number", "=", number), ("state", "=", "draft")], limit=1, order="id"
        )

    def as_other_device(self, env):
        orders = env["pos.order"].with_user(self.cashier)
        return orders.with_context(device_identifier=OTHER)

    def steer_pay_elsewhere(self):
        """Have another device take a card for the order of table 101."""
        self.in_background(self.pay_elsewhere)

    def pay_elsewhere(self, env):
        order = self.order_at(env, 101)
        sale = {
            "session_id": str(uuid.uuid4()),
            "payment_method_id": self.viva_method.id,
            "pos_session_id": order.session_id.id,
            "amount": order.amount_total,
            "order_uuid": order.uuid,
            "order_name": order.pos_reference,
            "payment_uuid": str(uuid.uuid4()),
            "device": OTHER,
        }
        till = env["viva.wallet.till"].with_user(self.cashier)
        self.assertEqual(till.start_sale(sale)["state"], "sent")
        self.save_elsewhere(env, order, payment_ids=[Command.create({
            "uuid": sale["payment_uuid"], "payment_method_id": self.viva_method.id,
            "amount": sale["amount"], "viva_wallet_session_id": sale["session_id"],
            "payment_status": "waitingCard",
        })])  # fmt: skip

    def steer_sell_elsewhere(self):
        """Have another device, which has not heard of the order, save one at table 101."""
        self.in_background(self.sell_elsewhere)

    def sell_elsewhere(self, env):
        product = self.desk_pad.product_variant_id
        line = {
            "uuid": str(uuid.uuid4()), "product_id": product.id, "qty": 1, "price_unit": 20,
            "price_subtotal": 20, "price_subtotal_incl": 20, "tax_ids": [Command.set([])],
        }  # fmt: skip
        known = self.order_at(env, 101)
        self.save_elsewhere(
            env, known, uuid=str(uuid.uuid4()), amount_total=20, lines=[Command.create(line)],
        )  # fmt: skip

    def save_elsewhere(self, env, order, **values):
        self.as_other_device(env).sync_from_ui([{
            "uuid": order.uuid,
            "access_token": str(uuid.uuid4()),
            "session_id": order.session_id.id,
            "company_id": order.company_id.id,
            "user_id": self.cashier.id,
            "table_id": order.table_id.id,
            "state": "draft",
            "amount_total": order.amount_total,
            "amount_paid": 0,
            "amount_tax": 0,
            "amount_return": 0,
            "lines": [],
            "payment_ids": [],
            **values,
        }])  # fmt: skip
        # A page does not see a second change within the same second.
        env.flush_all()
        env.cr.execute(
            "UPDATE pos_order SET write_date = write_date + interval '1 second' WHERE uuid = %s",
            [values.get("uuid", order.uuid)],
        )

    def test_another_device_takes_the_card(self):
        self.play("viva_wallet_paid_elsewhere")
        self.assertEqual(len(self.charges()), 1)
        order = self.order_at(self.env, 101)
        self.assertEqual(order.payment_ids.mapped("payment_status"), ["done"])
        self.assertEqual(len(order.lines), 3)
        self.assertAlmostEqual(order.amount_total - order.amount_paid, 5)
        tables = self.tables.invalidate_recordset() or self.tables
        self.assertFalse(tables.parent_id)
        self.assertEqual(self.order_at(self.env, 102).amount_total, 8)

    def test_another_device_sells_at_the_table(self):
        self.run_tour("viva_wallet_table_shared")
        order = self.assert_paid()
        self.assertEqual(len(order.lines), 1)
        other = self.order_at(self.env, 101)
        self.assertRecordValues(other, [{"state": "draft", "amount_total": 20}])
        self.assertEqual(len(other.lines), 1)
