"""Several devices at one order: what a copy that is old, or not the payer's, must not do to it."""

import uuid
from contextlib import suppress
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import TERMINAL, VivaWalletHttpCommon
from .common_ledger import LedgerCommon

PAYER, OTHER = "device-of-the-payer", "another-device"


class DevicesCommon(LedgerCommon):
    """Orders as two devices of a register save them.

    :ivar beer: uuid of an order line of 12.34.
    :ivar wine: uuid of an order line of 20.
    """

    def setUp(self):
        super().setUp()
        self.beer, self.wine = str(uuid.uuid4()), str(uuid.uuid4())

    def line(self, line_uuid, price, **values):
        """Return a command for a new order line, as a till sends it."""
        return Command.create({
            "uuid": line_uuid, "product_id": self.product.id, "qty": 1, "price_unit": price,
            "price_subtotal": price, "price_subtotal_incl": price, **values,
        })  # fmt: skip

    def save(self, sale, lines, device=PAYER, total=12.34, **values):
        """Save an order as a device does, and return what the server has of it.

        :param dict sale: see `sale_values`; names the order.
        :param list lines: commands for its lines.
        :param str device: by which the till names itself; None for a guest's phone.
        :param float total: of the order by the device's copy.
        :param values: further values of the order.
        """
        order = {
            "uuid": sale["order_uuid"],
            "access_token": str(uuid.uuid4()),
            "name": sale["order_name"],
            "session_id": sale["pos_session_id"],
            "company_id": self.env.company.id,
            "user_id": self.cashier.id,
            "state": "draft",
            "amount_total": total,
            "amount_paid": 0,
            "amount_tax": 0,
            "amount_return": 0,
            "date_order": fields.Datetime.to_string(fields.Datetime.now()),
            "fiscal_position_id": False,
            "partner_id": False,
            "to_invoice": False,
            "lines": lines,
            "payment_ids": [],
            **values,
        }
        orders = self.env["pos.order"].with_user(self.cashier)
        answer = orders.with_context(device_identifier=device).sync_from_ui([order])
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["pos.order"].browse(answer["pos.order"][0]["id"])

    def order_of(self, sale):
        """Return the order that the server has under its own uuid."""
        self.env.invalidate_all()
        return self.env["pos.order"].search([("uuid", "=", sale["order_uuid"])])

    def payment(self, sale, **values):
        """Return a command for the payment line of a sale."""
        return Command.create({
            "uuid": sale["payment_uuid"], "payment_method_id": sale["payment_method_id"],
            "amount": sale["amount"], "viva_wallet_session_id": sale["session_id"],
            "payment_status": "waitingCard", **values,
        })  # fmt: skip

    def start_on(self, device, **values):
        return self.start(device=device, **values)

    def pay(self, sale):
        """Finish the order on the device that asked for the payment."""
        order = self.order_of(sale)
        self.save(sale, [], state="paid", amount_total=order.amount_total)
        self.assertEqual(self.order_of(sale).state, "paid")


@tagged("post_install", "-at_install")
class TestPaidStaysPaid(DevicesCommon):
    """An order that is paid by card, and a copy of it from before that."""

    def setUp(self):
        super().setUp()
        self.sale = self.start_on(PAYER)
        self.order = self.save(
            self.sale, [self.line(self.beer, 12.34)], payment_ids=[self.payment(self.sale)]
        )
        self.tap(self.sale)

    def stale_copy(self, **values):
        self.save(self.sale, [self.line(self.beer, 12.34)], device=OTHER, **values)
        self.save(
            self.sale,
            [Command.update(self.order.lines.id, {"qty": 0}), Command.delete(self.order.lines.id)],
            device=OTHER,
            total=0,
            **values,
        )

    def test_stale_copy_of_a_paid_order(self):
        self.pay(self.sale)
        before = self.order.read()[0]
        self.stale_copy()
        self.stale_copy(state="cancel")
        self.stale_copy(payment_ids=[Command.delete(self.order.payment_ids.id)])
        self.env.invalidate_all()
        after = self.order.read(list(before))[0]
        for name in ("state", "lines", "payment_ids", "amount_total", "amount_paid"):
            self.assertEqual(after[name], before[name])
        self.assert_ledgers_agree(payments=1)

    def test_paid_order_is_not_written_back(self):
        self.pay(self.sale)
        for state in ("draft", "cancel"):
            for order in (self.order, self.order.sudo(), self.order.with_user(self.cashier)):
                with self.assertRaises(UserError):
                    order.write({"state": state})
        for way in (self.order.unlink, self.order.action_pos_order_cancel):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                way()
                self.assertEqual(self.order.state, "paid")
                raise UserError("it stayed paid")
        self.env.invalidate_all()
        self.assertEqual(self.order.state, "paid")
        self.assert_ledgers_agree(payments=1)

    def test_stale_copy_of_a_charged_draft(self):
        self.stale_copy()
        self.stale_copy(payment_ids=[Command.delete(self.order.payment_ids.id)])
        self.env.invalidate_all()
        self.assertEqual(self.order.lines.mapped("uuid"), [self.beer])
        self.assertEqual(self.order.amount_total, 12.34)
        self.pay(self.sale)
        self.assert_ledgers_agree(payments=1)


@tagged("post_install", "-at_install")
class TestOtherDevice(DevicesCommon):
    """A second device at the order whose card is being charged."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cash = cls.add_cash()

    def setUp(self):
        super().setUp()
        self.sale = self.start_on(PAYER)
        self.order = self.save(
            self.sale, [self.line(self.beer, 12.34)], payment_ids=[self.payment(self.sale)]
        )

    def test_takes_nothing_away(self):
        line = self.order.lines
        for commands in (
            [Command.delete(line.id)],
            [Command.unlink(line.id)],
            [Command.update(line.id, {"qty": 0, "price_subtotal": 0, "price_subtotal_incl": 0})],
            [Command.update(line.id, {"discount": 50, "price_subtotal": 6.17,
                                      "price_subtotal_incl": 6.17})],
        ):  # fmt: skip
            for device in (OTHER, None):
                with self.subTest(commands=commands, device=device):
                    self.save(self.sale, commands, device=device, total=0)
                    self.assertRecordValues(self.order.lines, [{
                        "qty": 1, "discount": 0, "price_subtotal_incl": 12.34,
                    }])  # fmt: skip
                    self.assertEqual(self.order.amount_total, 12.34)
        self.tap(self.sale)
        self.pay(self.sale)
        self.assert_ledgers_agree(payments=1)

    def test_what_it_adds_stays_to_be_paid(self):
        self.save(self.sale, [self.line(self.wine, 20)], device=OTHER, total=32.34)
        self.tap(self.sale)
        self.assertEqual(self.order.lines.mapped("uuid"), [self.beer, self.wine])
        self.assertRecordValues(self.order, [{
            "state": "draft", "amount_total": 32.34, "amount_paid": 12.34,
        }])  # fmt: skip

    def test_one_more_of_the_same_product_stays_to_be_paid(self):
        more = {"qty": 2, "price_subtotal": 24.68, "price_subtotal_incl": 24.68}
        self.save(self.sale, [Command.update(self.order.lines.id, more)], device=OTHER, total=24.68)
        self.assertRecordValues(self.order, [{"amount_total": 24.68}])

    def test_what_takes_away_is_not_added(self):
        self.save(self.sale, [self.line(self.wine, -10)], device=OTHER, total=2.34)
        self.assertRecordValues(self.order, [{"amount_total": 12.34}])
        reward = str(uuid.uuid4())
        self.save(
            self.sale,
            [self.line(self.wine, 20), self.line(reward, -2)],
            device=OTHER,
            total=30.34,
        )
        self.assertRecordValues(self.order, [{"amount_total": 30.34}])

    def test_what_it_adds_is_not_lost_when_the_payer_does_not_know_of_it(self):
        self.tap(self.sale)
        self.save(self.sale, [self.line(self.wine, 20)], device=OTHER, total=32.34)
        with self.assertRaisesRegex(UserError, "Another device has added products for 20.00"):
            self.save(self.sale, [], state="paid", total=12.34)
        self.env.invalidate_all()
        self.assertEqual(self.order.state, "draft")
        cash = Command.create({
            "uuid": str(uuid.uuid4()), "payment_method_id": self.cash.id, "amount": 20,
        })  # fmt: skip
        self.save(self.sale, [], state="paid", total=32.34, payment_ids=[cash])
        self.assertEqual(self.order.state, "paid")
        self.assert_ledgers_agree(payments=1)

    def test_change_that_it_has_reckoned_is_not_given(self):
        self.tap(self.sale)
        with self.assertRaises(UserError):
            self.save(
                self.sale, [Command.delete(self.order.lines.id), self.line(self.wine, 5)],
                device=OTHER, state="paid", total=5, amount_return=-7.34,
            )  # fmt: skip
        self.env.invalidate_all()
        self.assertEqual(self.order.state, "draft")
        self.assertFalse(self.order.payment_ids.filtered("is_change"))

    def test_changes_what_costs_nothing(self):
        line = self.order.lines
        self.save(self.sale, [Command.update(line.id, {"customer_note": "no ice"})], device=OTHER)
        self.assertEqual(line.customer_note, "no ice")

    def test_payment_line_that_is_gone_can_be_removed_again(self):
        self.simulator.decline(TERMINAL)
        self.read(self.sale["session_id"])
        line = self.order.payment_ids
        line.unlink()
        self.save(self.sale, [], payment_ids=[Command.delete(line.id), Command.unlink(line.id)])
        self.assertFalse(self.order.payment_ids)

    def test_may_change_it_once_the_card_was_not_charged(self):
        self.simulator.decline(TERMINAL)
        self.read(self.sale["session_id"])
        self.save(self.sale, [Command.delete(self.order.lines.id)], device=OTHER, total=0)
        self.assertFalse(self.order.lines)

    def test_device_of_the_payer_decides_itself(self):
        self.save(self.sale, [Command.delete(self.order.lines.id)], total=0)
        self.assertFalse(self.order.lines)


@tagged("post_install", "-at_install")
class TestBesideRestaurant(DevicesCommon):
    """The server of `pos_restaurant` keeps one draft for each table."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "table_id" in cls.env["pos.order"]._fields:
            cls.viva_config.module_pos_restaurant = True

    def setUp(self):
        super().setUp()
        if "table_id" not in self.env["pos.order"]._fields:
            self.skipTest("pos_restaurant is not installed")
        floor = self.env["restaurant.floor"].create({
            "name": "Garden", "pos_config_ids": [Command.set(self.viva_config.ids)],
        })  # fmt: skip
        self.table = self.env["restaurant.table"].create({"table_number": 7, "floor_id": floor.id})

    def save(self, sale, lines, **values):
        return super().save(sale, lines, **{"table_id": self.table.id, **values})

    def test_drafts_of_a_table_are_one_while_no_card_is_charged(self):
        first, second = self.sale_values(), self.sale_values()
        order = self.save(first, [self.line(self.beer, 12.34)])
        self.assertEqual(self.save(second, [self.line(self.wine, 20)], device=OTHER), order)

    def test_draft_of_another_device_stays_beside_the_charged_one(self):
        sale = self.start_on(PAYER)
        order = self.save(sale, [self.line(self.beer, 12.34)], payment_ids=[self.payment(sale)])
        other = self.sale_values()
        added = self.save(other, [self.line(self.wine, 20)], device=OTHER, total=20)
        self.assertNotEqual(added, order)
        self.assertEqual(added.uuid, other["order_uuid"])
        # Both go on being saved as what they are, although they are of one table.
        self.assertEqual(self.save(sale, []), order)
        self.assertEqual(self.save(other, [], device=OTHER, total=20), added)
        self.tap(sale)
        self.pay(sale)
        self.assertEqual(order.lines.mapped("uuid"), [self.beer])
        self.assertRecordValues(added, [{"state": "draft", "amount_total": 20}])
        self.assert_ledgers_agree(payments=1)

    def test_charged_order_is_not_saved_into_the_draft_of_another_device(self):
        other = self.sale_values()
        added = self.save(other, [self.line(self.wine, 20)], device=OTHER, total=20)
        sale = self.start_on(PAYER)
        order = self.save(sale, [self.line(self.beer, 12.34)], payment_ids=[self.payment(sale)])
        self.assertEqual(order.uuid, sale["order_uuid"])
        self.assertNotEqual(order, added)
        self.tap(sale)
        self.pay(sale)
        self.assertEqual(added.amount_total, 20)
        self.assert_ledgers_agree(payments=1)

    def test_order_that_was_saved_under_another_uuid_is_guarded(self):
        """A device that has never seen the draft of its table asks for money before it saves."""
        other = self.sale_values()
        table_order = self.save(other, [self.line(self.wine, 20)], device=OTHER, total=20)
        sale = self.sale_values(order_uuid=other["order_uuid"])
        mine = self.sale_values(payment_uuid=sale["payment_uuid"], session_id=sale["session_id"],
                                device=PAYER)  # fmt: skip
        payment = self.payment(sale, viva_wallet_session_id=False, payment_status="pending")
        self.save(mine, [self.line(self.beer, 12.34)], total=32.34, payment_ids=[payment])
        self.assertEqual(table_order.lines.mapped("uuid"), [self.wine, self.beer])
        self.till("start_sale", mine)
        for way in (table_order.unlink, table_order.action_pos_order_cancel):
            with self.assertRaisesRegex(UserError, "may still charge"):
                way()
        self.save(other, [Command.delete(table_order.lines[0].id)], device=OTHER, total=12.34)
        self.assertEqual(table_order.amount_total, 32.34)
        self.tap(mine)
        self.assertEqual(
            table_order.payment_ids.transaction_id, self.charges()[0]["transaction_id"]
        )

    def test_stale_copy_of_a_paid_order_does_not_reach_the_next_guests(self):
        sale = self.start_on(PAYER)
        order = self.save(sale, [self.line(self.beer, 12.34)], payment_ids=[self.payment(sale)])
        line = order.lines
        self.tap(sale)
        self.pay(sale)
        following = self.save(self.sale_values(), [self.line(self.wine, 20)], total=20)
        self.save(
            sale,
            [Command.update(line.id, {"qty": 5}), self.line(str(uuid.uuid4()), 3)],
            device=OTHER,
            total=15.34,
        )
        self.assertRecordValues(following, [{"state": "draft", "amount_total": 20}])
        self.assertEqual(following.lines.mapped("uuid"), [self.wine])
        self.assertRecordValues(order, [{"state": "paid", "amount_total": 12.34}])
        self.assertEqual(line.qty, 1)
        self.assert_ledgers_agree(payments=1)

    def test_lines_are_not_moved_out_of_a_charged_order(self):
        sale = self.start_on(PAYER)
        order = self.save(sale, [self.line(self.beer, 12.34)], payment_ids=[self.payment(sale)])
        line = order.lines
        elsewhere = self.env["restaurant.table"].create(
            {"table_number": 8, "floor_id": self.table.floor_id.id}
        )
        other = self.sale_values()
        target = self.save(
            other, [self.line(self.wine, 20)], device=OTHER, total=20, table_id=elsewhere.id
        )
        for command in (
            Command.link(line.id),
            Command.update(line.id, {"order_id": target.id}),
            Command.delete(line.id),
            Command.unlink(line.id),
            self.line(self.beer, 12.34),
        ):
            with self.subTest(command=command):
                self.save(other, [command], device=OTHER, total=32.34, table_id=elsewhere.id)
                self.assertEqual(line.order_id, order)
                self.assertEqual(target.amount_total, 20)
        with self.assertRaisesRegex(UserError, "may still charge"):
            line.order_id = target
        with self.assertRaisesRegex(UserError, "may still charge"):
            target.lines = [Command.link(line.id)]


@tagged("post_install", "-at_install")
class TestBesideSelfOrder(VivaWalletHttpCommon):
    """A guest's phone at an order that the till takes a card for."""

    def setUp(self):
        super().setUp()
        config = self.viva_config
        if "self_ordering_mode" not in config._fields:
            self.skipTest("pos_self_order is not installed")
        config.write({
            "self_ordering_mode": "mobile", "self_ordering_service_mode": "counter",
            "self_ordering_default_user_id": self.pos_admin.id, "use_presets": False,
        })  # fmt: skip
        self.open_register()
        self.product = self.env["product.product"].create(
            {"name": "Soup", "available_in_pos": True, "taxes_id": False, "list_price": 12.34}
        )
        self.guest_order = {
            "id": None,
            "uuid": str(uuid.uuid4()),
            "access_token": str(uuid.uuid4()),
            "session_id": config.current_session_id.id,
            "company_id": config.company_id.id,
            "state": "draft",
            "preset_id": False,
            "amount_total": 12.34,
            "amount_paid": 0,
            "amount_tax": 0,
            "amount_return": 0,
            "payment_ids": [],
            "lines": [self.line("Soup", 12.34)],
        }
        self.order = self.save()

    def line(self, _name, price):
        return [0, 0, {
            "uuid": str(uuid.uuid4()), "product_id": self.product.id, "qty": 1,
            "price_unit": price, "price_subtotal": price, "price_subtotal_incl": price,
        }]  # fmt: skip

    def save(self, **values):
        """Save the order as the guest's phone does, and return it."""
        self.env.flush_all()
        answer = self.make_jsonrpc_request(
            "/pos-self-order/process-order/mobile",
            {
                "order": {**self.guest_order, **values},
                "access_token": self.viva_config.access_token,
                "table_identifier": None,
            },
        )
        self.env.invalidate_all()
        return self.env["pos.order"].browse(answer["pos.order"][0]["id"])

    def start(self):
        """Take a card for the guest's order at the till."""
        sale = {
            "session_id": str(uuid.uuid4()),
            "payment_method_id": self.viva_method.id,
            "pos_session_id": self.viva_config.current_session_id.id,
            "amount": 12.34,
            "order_uuid": self.order.uuid,
            "order_name": "Order 1",
            "payment_uuid": str(uuid.uuid4()),
            "device": PAYER,
        }
        self.env.flush_all()
        till = self.env["viva.wallet.till"].with_user(self.cashier)
        self.assertEqual(till.start_sale(sale)["state"], "sent")
        return sale

    def pay(self, sale):
        """Let the customer pay, and finish the order at the till."""
        self.simulator.tap(TERMINAL)
        self.transaction(sale["session_id"])._poll()
        self.env.invalidate_all()
        self.assertEqual(self.order.payment_ids.payment_status, "done")
        self.order._process_saved_order(False)
        self.env.flush_all()

    def test_phone_takes_nothing_away_while_the_terminal_waits(self):
        sale = self.start()
        line = self.order.lines
        self.save(lines=[[2, line.id, 0]], amount_total=0)
        self.assertRecordValues(self.order, [{"state": "draft", "amount_total": 12.34}])
        self.save(lines=[self.line("Cake", 5)], amount_total=5)
        self.assertRecordValues(self.order, [{"state": "draft", "amount_total": 17.34}])
        self.simulator.tap(TERMINAL)
        self.transaction(sale["session_id"])._poll()
        self.env.invalidate_all()
        self.assertRecordValues(
            self.order, [{"state": "draft", "amount_total": 17.34, "amount_paid": 12.34}]
        )

    def test_old_copy_of_a_phone_does_not_open_a_paid_order(self):
        self.pay(self.start())
        self.assertEqual(self.order.state, "paid")
        for values in ({}, {"lines": []}, {"state": "cancel"}, {"lines": [self.line("Cake", 5)]}):
            with self.subTest(values=values), mute_logger("odoo.http"):
                with suppress(JsonRpcException):
                    self.save(**values)
                self.env.invalidate_all()
                self.assertRecordValues(self.order, [{"state": "paid", "amount_total": 12.34}])
        self.assert_ledgers_agree(payments=1)

    def test_phone_cannot_remove_an_order_that_is_being_paid(self):
        sale = self.start()
        parameters = {
            "access_token": self.viva_config.access_token,
            "order_id": self.order.id,
            "order_access_token": self.order.access_token,
        }
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self.make_jsonrpc_request("/pos-self-order/remove-order", parameters)
        self.env.invalidate_all()
        self.assertEqual(self.order.state, "draft")
        self.pay(sale)
        self.assert_ledgers_agree(payments=1)


@tagged("post_install", "-at_install")
class TestBesideOnlinePayment(DevicesCommon):
    """A customer who pays on a page of `pos_online_payment` what a terminal asks for, too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cash = cls.add_cash()

    def setUp(self):
        super().setUp()
        if "online_account_payment_id" not in self.env["pos.payment"]._fields:
            self.skipTest("pos_online_payment is not installed")
        self.online_method = self.env["pos.payment.method"].create(
            {"name": "Online", "is_online_payment": True}
        )
        self.provider = self.env["payment.provider"].create({"name": "Page", "code": "none"})
        self.sale = self.start_on(PAYER)
        self.order = self.save(
            self.sale, [self.line(self.beer, 12.34)], payment_ids=[self.payment(self.sale)]
        )

    def pay_online(self, amount=12.34):
        """Let the customer pay on the page."""
        partner = self.env["res.partner"].create({"name": "Guest"})
        payment = self.env["account.payment"].create({
            "amount": amount, "payment_type": "inbound", "partner_id": partner.id,
            "journal_id": self.company_data["default_journal_bank"].id,
            "currency_id": self.order.currency_id.id,
        })  # fmt: skip
        payment.action_post()
        page = self.env["payment.transaction"].create({
            "provider_id": self.provider.id, "amount": amount, "partner_id": partner.id,
            "payment_method_id": self.env.ref("payment.payment_method_unknown").id,
            "currency_id": self.order.currency_id.id, "state": "done",
            "pos_order_id": self.order.id, "payment_id": payment.id,
        })  # fmt: skip
        method = self.online_method
        with patch.object(
            type(method), "_get_or_create_online_payment_method", lambda *_args: method
        ):
            page._process_pos_online_payment()
        self.env.flush_all()
        self.env.cr.postcommit.run()
        self.env.invalidate_all()

    def test_terminal_stops(self):
        self.pay_online()
        self.assertTrue(self.transaction(self.sale["session_id"]).abort_requested_at)
        self.clock.advance(5)
        self.assertEqual(self.read(self.sale["session_id"])["state"], "failed")
        self.assertFalse(self.charges())
        self.assertEqual(self.order.state, "draft")
        line = self.order.payment_ids.filtered("viva_wallet_session_id")
        self.save(
            self.sale, [], state="paid", payment_ids=[Command.delete(line.id)], amount_total=12.34
        )
        self.assertRecordValues(self.order, [{"state": "paid", "amount_paid": 12.34}])

    def test_online_payment_is_recorded_although_the_till_has_not_saved_its_line_yet(self):
        self.simulator.decline(TERMINAL)
        self.read(self.sale["session_id"])
        self.order.payment_ids.unlink()
        self.start_on(PAYER, order_uuid=self.sale["order_uuid"])
        self.pay_online()
        self.assertRecordValues(self.order, [{"state": "draft", "amount_paid": 12.34}])
        self.assertTrue(self.transactions()[-1].abort_requested_at)

    def test_terminal_goes_on_where_both_are_needed(self):
        self.save(self.sale, [self.line(self.wine, 20)], total=32.34)
        self.pay_online(20)
        self.assertFalse(self.transaction(self.sale["session_id"]).abort_requested_at)
        self.assertEqual(self.order.state, "draft")
        self.tap(self.sale)
        self.save(self.sale, [], state="paid", total=32.34)
        self.assertEqual(self.order.state, "paid")
        self.assert_ledgers_agree(payments=1)

    def test_paid_twice_is_no_change(self):
        self.simulator.insert(TERMINAL)
        self.pay_online()
        self.tap(self.sale)
        self.assertRecordValues(self.order, [{"state": "draft", "amount_paid": 24.68}])
        with self.assertRaisesRegex(UserError, "was paid twice: 12.34"):
            self.save(self.sale, [], state="paid", amount_return=-12.34)
        self.env.invalidate_all()
        self.assertEqual(self.order.state, "draft")
        self.assertFalse(self.order.payment_ids.filtered("is_change"))
        refund = self.approved_refund(self.sale, order_uuid=self.sale["order_uuid"])
        payment = self.payment(refund, viva_wallet_parent_session_id=self.sale["session_id"])
        self.save(self.sale, [], state="paid", payment_ids=[payment])
        self.assertRecordValues(self.order, [{"state": "paid", "amount_paid": 12.34}])
        self.assert_ledgers_agree(payments=2)

    def test_paid_online_after_the_card(self):
        self.tap(self.sale)
        self.pay(self.sale)
        self.pay_online()
        self.assertRecordValues(
            self.transaction(self.sale["session_id"]),
            [{"state": "approved", "review": "paid_twice", "review_state": "open"}],
        )
        row = self.transaction(self.sale["session_id"])
        self.assertIn("online", row.review_facts)
        self.assertIn("Refund", row.review_advice)
