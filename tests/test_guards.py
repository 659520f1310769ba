"""Orders and payments while money may be moving: what is refused, and what the server does alone."""

import uuid

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import OTHER_TERMINAL, TERMINAL, VivaWalletCommon


@tagged("post_install", "-at_install")
class TestGuards(VivaWalletCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cash = cls.env["pos.payment.method"].create(
            {"name": "Cash", "journal_id": cls.company_data["default_journal_cash"].id}
        )
        cls.viva_config.payment_method_ids += cls.cash

    def setUp(self):
        super().setUp()
        self.pos_session = self.open_register()

    def start(self, **values):
        sale = self.sale_values(**values)
        self.assertEqual(self.till("start_sale", sale)["state"], "sent")
        return sale

    def tap(self, sale, **options):
        self.simulator.tap(TERMINAL, **options)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")

    def unknown_sale(self):
        self.simulator.set_terminal(TERMINAL, endless_202=True)
        sale = self.start()
        self.let_pass(self.transactions(), 151)
        self.read(sale["session_id"])
        self.assertEqual(self.transaction(sale["session_id"]).state, "unknown")
        return sale

    def assert_cannot_be_removed(self, order, text):
        """Check every way to lose an order, of the till and of the back office."""
        by_cashier = order.with_user(self.cashier)
        for way in (
            by_cashier.action_pos_order_cancel,
            order.action_pos_order_cancel,
            order.unlink,
            lambda: by_cashier.remove_from_ui(order.ids),
            lambda: order.write({"state": "cancel"}),
        ):
            with self.subTest(way=way), self.assertRaisesRegex(UserError, text):
                way()
            self.env.invalidate_all()
            self.assertEqual(order.state, "draft")

    # === REFUSALS === #

    def test_order_of_a_running_payment_stays(self):
        sale = self.start()
        order = self.sync_order(sale, state="draft", payment_status="waitingCard")
        self.assert_cannot_be_removed(order, f"Terminal {TERMINAL} may still charge .*12.34")
        with self.assertRaisesRegex(UserError, "may still charge"):
            order.payment_ids.unlink()
        self.tap(sale)
        self.assert_cannot_be_removed(order, "12.34.€ of order .* was charged to a card")
        self.resync(order, state="paid")
        self.assertEqual(order.state, "paid")
        self.assert_ledgers_agree(payments=1)

    def test_order_stays_although_its_line_is_not_on_the_server(self):
        sale = self.start()
        order = self.sync_order(sale, state="draft", is_line_lost=True)
        self.assert_cannot_be_removed(order, "may still charge")

    def test_order_of_an_unknown_outcome_stays_until_somebody_says_what_happened(self):
        sale = self.unknown_sale()
        order = self.sync_order(sale, state="draft")
        self.assert_cannot_be_removed(order, "It is not known whether")
        self.till("state_outcome", sale["session_id"], False)
        order.with_user(self.cashier).action_pos_order_cancel()
        self.assertEqual(order.state, "cancel")

    def test_order_of_a_failed_payment_can_go(self):
        sale = self.start()
        self.simulator.decline(TERMINAL)
        self.read(sale["session_id"])
        order = self.sync_order(sale, state="draft", payment_status="retry")
        order.with_user(self.cashier).action_pos_order_cancel()
        self.assertEqual(order.state, "cancel")
        order.unlink()
        self.assertTrue(self.transaction(sale["session_id"]))

    def test_running_payment_keeps_its_amount(self):
        sale = self.start()
        payment = self.sync_order(sale, state="draft").payment_ids
        for vals in (
            {"amount": 1},
            {"viva_wallet_session_id": str(uuid.uuid4())},
            {"viva_wallet_session_id": False},
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "may still charge"):
                payment.write(vals)
        payment.write({"amount": 12.34, "viva_wallet_session_id": sale["session_id"]})

    def test_order_is_not_paid_otherwise_meanwhile(self):
        sale = self.start()
        cash = self.sale_values(order_uuid=sale["order_uuid"], payment_method_id=self.cash.id)
        with self.assertRaisesRegex(UserError, "may still charge"):
            self.sync_order(cash, viva_wallet_session_id=False)
        self.simulator.decline(TERMINAL)
        self.read(sale["session_id"])
        self.sync_order(cash, viva_wallet_session_id=False)
        self.assert_ledgers_agree(payments=0)

    def test_one_payment_of_an_order_at_a_time(self):
        method = self.create_viva_method(viva_wallet_terminal_id=OTHER_TERMINAL)
        config = self.create_config("Second device", payment_method_ids=method.ids)
        session = self.open_register(config)
        sale = self.start()
        second = self.sale_values(
            order_uuid=sale["order_uuid"],
            payment_method_id=method.id,
            pos_session_id=session.id,
        )
        snapshot = self.till("start_sale", second)
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", "order_busy"))
        self.assertIn(TERMINAL, snapshot["text"])
        self.assertEqual(len(self.simulator.requests("sale")), 1)
        self.simulator.cancel(TERMINAL)
        self.read(sale["session_id"])
        self.assertEqual(self.till("start_sale", second)["state"], "sent")

    def test_second_device_joins_the_payment(self):
        """It sends the same line: the request that is running is the answer."""
        sale = self.start()
        again = {**sale, "session_id": str(uuid.uuid4())}
        snapshot = self.till("start_sale", again)
        self.assertEqual(snapshot["session_id"], sale["session_id"])
        snapshot = self.till("abort", {**sale, "session_id": snapshot["session_id"]})
        self.assertTrue(snapshot["aborting"] and snapshot["cancelled"])
        (abort,) = self.simulator.requests("abort")
        self.assertIn(f"odoo-pos-{self.viva_config.id}", abort["path"])

    def test_register_is_not_closed_from_the_back_office(self):
        sale = self.start()
        with self.assertRaisesRegex(UserError, "A card payment is still running"):
            self.pos_session.action_pos_session_closing_control()
        self.assertEqual(self.pos_session.state, "opened")
        self.simulator.cancel(TERMINAL)
        self.read(sale["session_id"])
        self.pos_session.action_pos_session_closing_control()
        self.assertEqual(self.pos_session.state, "closed")

    # === WHAT AN OLD PICTURE OF A TILL CANNOT UNDO === #

    def resync(self, order, *commands, state="draft"):
        """Save payments of a draft order as a till does that knows it."""
        values = order.read(["uuid", "session_id", "company_id", "access_token"], load=False)[0]
        values.update(state=state, lines=[], payment_ids=[*commands], amount_return=0)
        values.pop("id")
        self.env["pos.order"].with_user(self.cashier).sync_from_ui([values])
        self.env.invalidate_all()

    def line_command(self, sale, **values):
        """Return what a till saves about a payment line that it believes to be new."""
        return Command.create(
            {
                "uuid": sale["payment_uuid"],
                "payment_method_id": sale["payment_method_id"],
                "amount": sale["amount"],
                "viva_wallet_session_id": sale["session_id"],
                **values,
            }
        )

    def test_old_picture_of_a_charged_payment(self):
        sale = self.start()
        order = self.sync_order(sale, state="draft", payment_status="waitingCard")
        payment = order.payment_ids
        self.tap(sale, tip=100)
        self.assertRecordValues(payment, [{"amount": 13.34, "payment_status": "done"}])
        stale = self.line_command(
            sale, payment_status="waitingCard", transaction_id=False, viva_wallet_session_id=False
        )
        for command in (
            Command.update(payment.id, stale[2]),
            stale,
            Command.delete(payment.id),
            Command.unlink(payment.id),
        ):
            with self.subTest(command=command):
                self.resync(order, command)
                self.assertEqual(order.payment_ids, payment)
                self.assertRecordValues(payment, [{
                    "amount": 13.34,
                    "payment_status": "done",
                    "transaction_id": self.charges()[0]["transaction_id"],
                    "viva_wallet_session_id": sale["session_id"],
                }])  # fmt: skip
        self.assertEqual(order.amount_paid, 13.34)
        self.assertFalse(order.message_ids.filtered(lambda message: "changed" in message.body))

    def test_old_picture_of_a_running_payment(self):
        sale = self.start()
        order = self.sync_order(sale, state="draft", payment_status="waiting")
        payment = order.payment_ids
        self.resync(order, Command.update(payment.id, {"amount": 1, "payment_status": "retry"}))
        self.assertRecordValues(payment, [{"amount": 12.34, "payment_status": "retry"}])
        self.resync(order, Command.delete(payment.id))
        self.assertTrue(payment.exists())

    # === WHAT THE SERVER BOOKS ALONE === #

    def assert_booked(self, order, sale):
        self.assertRecordValues(order.payment_ids, [{
            "uuid": sale["payment_uuid"],
            "amount": 12.34,
            "payment_status": "done",
            "card_no": "0133",
            "transaction_id": self.charges()[-1]["transaction_id"],
            "viva_wallet_session_id": sale["session_id"],
        }])  # fmt: skip
        row = self.transaction(sale["session_id"])
        self.assertEqual((row.payment_id, row.review), (order.payment_ids, False))
        self.assertEqual(order.amount_paid, 12.34)

    def test_charge_whose_line_is_lost_is_booked_on_the_draft(self):
        sale = self.start()
        order = self.sync_order(sale, state="draft", is_line_lost=True)
        self.tap(sale)
        self.assert_booked(order, sale)
        # The till that comes back with its own copy of the line does not book it twice.
        self.resync(order, self.line_command(sale, payment_status="done"), state="paid")
        self.assertEqual(order.state, "paid")
        self.assertEqual(len(order.payment_ids), 1)
        self.assert_ledgers_agree(payments=1)

    def test_charge_is_booked_on_a_draft_that_arrives_later(self):
        sale = self.approved_sale()
        order = self.sync_order(sale, state="draft", is_line_lost=True)
        self.assert_booked(order, sale)

    def test_charge_is_booked_by_the_cron(self):
        sale = self.start()
        order = self.sync_order(sale, state="draft", is_line_lost=True)
        self.simulator.tap(TERMINAL)
        self.let_pass(self.transactions(), 2)
        self.run_cron()
        self.assert_booked(order, sale)

    def test_charge_of_an_order_that_was_paid_otherwise_goes_to_review(self):
        sale = self.unknown_sale()
        self.till("state_outcome", sale["session_id"], False)
        cash = self.sale_values(order_uuid=sale["order_uuid"], payment_method_id=self.cash.id)
        order = self.sync_order(cash, viva_wallet_session_id=False)
        self.simulator.set_terminal(TERMINAL, endless_202=False)
        self.tap(sale)
        row = self.transaction(sale["session_id"])
        self.assertTrue(row.review)
        self.assertFalse(row.payment_id)
        self.assertEqual(len(order.payment_ids), 1)

    def test_charge_of_a_cancelled_order_goes_to_review(self):
        sale = self.unknown_sale()
        order = self.sync_order(sale, state="draft")
        self.till("state_outcome", sale["session_id"], False)
        order.action_pos_order_cancel()
        self.simulator.set_terminal(TERMINAL, endless_202=False)
        self.tap(sale)
        self.assertTrue(self.transaction(sale["session_id"]).review)
        self.assertEqual(order.state, "cancel")

    def test_charge_of_a_deleted_order_goes_to_review(self):
        sale = self.unknown_sale()
        self.till("state_outcome", sale["session_id"], False)
        order = self.sync_order(sale, state="draft")
        order.unlink()
        self.simulator.set_terminal(TERMINAL, endless_202=False)
        self.tap(sale)
        self.let_pass(self.transactions(), 601)
        self.run_cron()
        self.assertTrue(self.transaction(sale["session_id"]).review)

    def test_charge_of_a_closed_register_goes_to_review_at_once(self):
        sale = self.unknown_sale()
        answer = self.pos_session.with_user(self.cashier).close_session_from_ui()
        self.assertTrue(answer["successful"], answer)
        self.simulator.set_terminal(TERMINAL, endless_202=False)
        self.tap(sale)
        row = self.transaction(sale["session_id"])
        self.assertEqual((row.state, row.review), ("approved", "no_payment"))

    @mute_logger("odoo.addons.pos_viva_wallet.models.ledger.booking")
    def test_what_odoo_refuses_to_book_stays_approved(self):
        """An archived or removed method must not undo the approval."""
        sale = self.start()
        order = self.sync_order(sale, state="draft", is_line_lost=True)
        self.env.cr.execute(
            "DELETE FROM pos_config_pos_payment_method_rel WHERE pos_config_id = %s",
            (self.viva_config.id,),
        )
        self.tap(sale)
        row = self.transaction(sale["session_id"])
        self.assertEqual((row.state, row.review), ("approved", "no_payment"))
        self.assertFalse(order.payment_ids)

    # === A TILL THAT HAS LOST ITS LINES === #

    def test_till_finds_the_payments_of_its_orders(self):
        running, declined = self.sale_values(), self.sale_values()
        self.till("start_sale", declined)
        self.simulator.decline(TERMINAL)
        self.read(declined["session_id"])
        self.till("start_sale", running)
        found = self.till("read_orders", [running["order_uuid"], declined["order_uuid"], None])
        self.assertEqual(
            [(row["session_id"], row["state"], row["order_uuid"]) for row in found],
            [(running["session_id"], "sent", running["order_uuid"])],
        )
        self.assertEqual(found[0]["payment_method_id"], self.viva_method.id)
        self.assertEqual(found[0]["payment_uuid"], running["payment_uuid"])
        self.assertEqual(self.till("read_orders", [str(uuid.uuid4())]), [])
