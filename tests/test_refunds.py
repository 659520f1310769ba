"""What a till shows before money is paid back: the cards that paid, and what remains of them."""

import uuid

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_ledger import RefundCommon


@tagged("post_install", "-at_install")
class TestListRefundable(RefundCommon):
    def test_list_of_two_cards(self):
        second = self.approved_sale(amount=20, order_uuid=self.sale["order_uuid"])
        self.approved_refund(second, amount=-5)
        answer = self.list_refundable(self.sale)
        self.assertEqual(
            [(card["session_id"], card["remaining"]) for card in answer["cards"]],
            [(self.sale["session_id"], 12.34), (second["session_id"], 15)],
        )
        self.assertEqual(answer["cards"][0]["card_no"], "0133")
        self.assertEqual(answer["cards"][0]["card_brand"], "Visa")
        self.assertFalse(answer["cards"][0]["obstacle"])

    def test_list_with_another_payment(self):
        order = self.sync_order(self.sale, state="draft")
        values = {"pos_order_id": order.id, "amount": 3, "payment_method_id": self.cash.id}
        order.add_payment(values)
        self.env.flush_all()
        answer = self.list_refundable(self.sale)
        self.assertEqual(len(answer["cards"]), 1)
        self.assertEqual(answer["others"], [{"method": "Coins", "amount": 3}])

    def test_list_of_an_order_paid_otherwise(self):
        answer = self.list_refundable(self.sale_values())
        self.assertEqual((answer["cards"], answer["others"]), ([], []))
        self.assertIn("no card payment", answer["text"])

    def test_list_for_who_may_not(self):
        stranger = self.create_user("viva_stranger")
        with self.assertRaises(AccessError):
            self.till("list_refundable", {}, user=stranger)
        with self.assertRaises(AccessError):
            self.till("start_refund", self.refund_values(self.sale), user=stranger)

    def test_sale_is_found_by_the_order_that_refunds_it(self):
        """A till that was loaded anew does not have the refunded order any more."""
        sale = self.approved_sale(order_name="Order 9")
        order = self.sync_order(sale)
        refund_order = order._refund()
        for known in (
            {"order_uuid": refund_order.uuid},
            {"order_uuid": str(uuid.uuid4()), "refunded_line_ids": order.lines.ids},
            {"order_uuids": [order.uuid]},
        ):
            with self.subTest(known=known):
                listed = self.till("list_refundable", {
                    "pos_session_id": self.viva_config.current_session_id.id,
                    "payment_method_id": self.viva_method.id, **known,
                })  # fmt: skip
                self.assertEqual(
                    [card["session_id"] for card in listed["cards"]], [sale["session_id"]]
                )

    def test_nonsense_finds_no_sale(self):
        for known in ({"refunded_line_ids": ["1", None, True, {}, 10**9]}, {"order_uuid": 7}, {}):
            listed = self.till("list_refundable", {
                "pos_session_id": self.viva_config.current_session_id.id,
                "payment_method_id": self.viva_method.id, **known,
            })  # fmt: skip
            self.assertEqual(listed["cards"], [])
