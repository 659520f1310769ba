"""The charge on its order and payment in Odoo, with what was charged on top, whoever comes first."""

import uuid
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..viva import timing
from .common import TERMINAL
from .common_ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestBooking(LedgerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cash = cls.add_cash()

    # === ON A PAYMENT LINE === #

    def test_card_data_come_from_the_ledger(self):
        sale = self.approved_sale()
        payment = self.sync_order(
            sale,
            transaction_id="forged",
            card_brand="Forged",
            card_no="0000",
            payment_method_authcode="forged",
            payment_ref_no="forged",
            payment_method_payment_mode="forged",
        ).payment_ids
        charge = self.simulator.sessions()[-1]
        transaction = self.transaction(sale["session_id"])
        self.assertEqual(payment.transaction_id, charge["transaction_id"])
        self.assertEqual(payment.card_brand, transaction.card_brand)
        self.assertEqual(payment.card_no, charge["last_four"])
        self.assertEqual(payment.payment_method_authcode, transaction.authorization_code)
        self.assertEqual(payment.payment_ref_no, transaction.rrn)
        self.assertEqual(payment.payment_method_payment_mode, transaction.entry_mode)
        for value in (transaction.authorization_code, transaction.rrn, transaction.entry_mode):
            self.assertTrue(value)
        self.assertEqual(transaction.payment_id, payment)
        self.assertEqual(transaction.order_id, payment.pos_order_id)
        self.assert_ledgers_agree(payments=1)

    def test_approval_completes_a_line_that_is_known_already(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        order = self.sync_order(sale, state="draft", viva_wallet_session_id=False)
        self.simulator.tap(TERMINAL)
        self.read(sale["session_id"])
        payment = order.payment_ids
        self.assertEqual(payment.viva_wallet_session_id, sale["session_id"])
        self.assertEqual(payment.transaction_id, self.charges()[0]["transaction_id"])
        self.assertEqual(payment.payment_status, "done")

    def test_retry_takes_over_the_line_that_was_saved_with_a_declined_request(self):
        declined = self.sale_values()
        self.till("start_sale", declined)
        payment = self.sync_order(declined, state="draft").payment_ids
        self.simulator.decline(TERMINAL)
        self.assertEqual(self.read(declined["session_id"])["state"], "failed")
        retry = {**declined, "session_id": str(uuid.uuid4()), "amount": 10.0}
        self.till("start_sale", retry)
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.read(retry["session_id"])["state"], "approved")
        row = self.transaction(retry["session_id"])
        self.assertFalse(row.review)
        self.assertEqual(row.payment_id, payment)
        self.assertEqual(
            (payment.viva_wallet_session_id, payment.amount), (retry["session_id"], 10.0)
        )

    def test_saving_the_order_does_not_write_an_open_row(self):
        """Each question about the payment writes the row: both at once would be a conflict."""
        for answer in ("sent", "unknown"):
            sale = self.sale_values(session_id=self.create_transaction(state=answer).session_id)
            self.sync_order(sale, state="draft")
            transaction = self.transaction(sale["session_id"])
            self.assertFalse(transaction.payment_id or transaction.order_id, answer)

    def test_order_saved_while_the_approval_came_is_bound_later(self):
        sale = self.approved_sale()
        payment = self.sync_order(sale).payment_ids
        transaction = self.transaction(sale["session_id"])
        transaction.write({"payment_id": False, "order_id": False})
        with self.assertRaises(UserError):
            payment.write({"amount": 1.0})
        self.let_pass(transaction, timing.NO_PAYMENT_AFTER + 1)
        self.run_cron()
        self.assertEqual(transaction.payment_id, payment)
        self.assertFalse(transaction.review)

    # === COMPARED WITH WHAT IS PAID === #

    def test_order_paid_before_the_outcome_is_known(self):
        """What the till books without waiting is compared again when Viva has spoken."""
        for act, options, review in (
            ("decline", {}, "not_charged"),
            ("tap", {}, False),
            ("tap", {"tip": 100}, "amount_differs"),
        ):
            with self.subTest(act=act, **options):
                sale = self.sale_values()
                self.till("start_sale", sale)
                self.let_pass(self.transaction(sale["session_id"]), timing.UNKNOWN_AFTER)
                self.assertEqual(self.read(sale["session_id"])["state"], "unknown")
                self.sync_order(sale)
                self.simulator.act(TERMINAL, act, **options)
                self.read(sale["session_id"])
                self.assertEqual(self.transaction(sale["session_id"]).review, review)

    def test_payment_on_the_word_of_the_cashier(self):
        sale = self.unknown_sale()
        self.till("state_outcome", sale["session_id"], True)
        self.sync_order(sale)
        self.assertEqual(self.transaction(sale["session_id"]).review, "stated")
        self.simulator.tap(TERMINAL)
        self.learn(sale)
        self.assert_ledgers_agree(payments=1)

    def test_payment_without_a_request_goes_to_review(self):
        sale = self.sale_values()
        payment = self.sync_order(sale, viva_wallet_session_id=False).payment_ids
        transaction = self.transactions()
        self.assertEqual(len(transaction), 1)
        self.assertEqual(transaction.review, "not_charged")
        self.assertEqual(transaction.state, "failed")
        self.assertEqual(transaction.payment_id, payment)
        self.assertEqual(transaction.amount, 12.34)

    def test_payment_of_a_declined_request_goes_to_review(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.simulator.decline(TERMINAL)
        self.read(sale["session_id"])
        self.sync_order(sale)
        self.assertEqual(self.transaction(sale["session_id"]).review, "not_charged")

    def test_payment_of_another_amount_goes_to_review(self):
        sale = self.approved_sale()
        self.sync_order(sale, amount=20.0)
        self.assertEqual(self.transaction(sale["session_id"]).review, "amount_differs")

    def test_two_payments_of_one_charge_go_to_review(self):
        sale = self.approved_sale()
        first = self.sync_order(sale).payment_ids
        again = self.sale_values(session_id=sale["session_id"])
        self.sync_order(again)
        transaction = self.transaction(sale["session_id"])
        self.assertEqual(transaction.payment_id, first)
        self.assertEqual(transaction.review, "conflict")

    def test_payment_in_a_currency_that_viva_does_not_take_is_saved(self):
        """An order that is paid at the till must always reach the server."""
        self.viva_config.currency_id.name = "XTS"
        order = self.sync_order(self.sale_values(), viva_wallet_session_id=False)
        self.assertEqual(order.state, "paid")

    # === WITHOUT A PAYMENT LINE === #

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

    # === WHAT CANNOT BE BOOKED === #

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

    def test_unexpected_error_goes_on_review(self):
        order_model = self.env.registry["pos.order"]
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.sync_order(sale, state="draft", is_line_lost=True)
        self.simulator.tap(TERMINAL)
        with patch.object(order_model, "add_payment", side_effect=KeyError("broken addon")):
            self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        row = self.transaction(sale["session_id"])
        self.assertEqual(row.review, "no_payment")
        self.assertIn("broken addon", row.review_facts)

    def test_job_puts_it_on_review(self):
        sale = self.approved_sale()
        self.sync_order(self.sale_values(order_uuid=sale["order_uuid"]), state="draft",
                        viva_wallet_session_id=False)  # fmt: skip
        row = self.transaction(sale["session_id"])
        self.let_pass(row, timing.NO_PAYMENT_AFTER + 1)
        row.write({"payment_id": False, "review": False})
        ledger = self.env.registry["viva.wallet.transaction"]
        with patch.object(ledger, "_book_charge", side_effect=ZeroDivisionError("division")):
            self.run_cron()
        self.assertEqual(self.transaction(sale["session_id"]).review, "no_payment")

    def test_order_is_saved_all_the_same(self):
        sale = self.approved_sale()
        ledger = self.env.registry["viva.wallet.transaction"]
        with patch.object(ledger, "_payment_values", side_effect=ZeroDivisionError("division")):
            order = self.sync_order(sale)
        self.assertEqual(order.state, "paid")
        self.assertEqual(self.transaction(sale["session_id"]).review, "no_payment")


@tagged("post_install", "-at_install")
class TestTip(LedgerCommon):
    """What a customer adds on the terminal is charged, so it is booked, and never given back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tips = cls.env.ref("point_of_sale.product_product_tip")
        cls.surplus = cls.env.ref("pos_viva_wallet.product_product_surplus")
        cls.viva_config.write({"iface_tipproduct": True, "tip_product_id": cls.tips.id})

    def draft_order(self, sale):
        """Save the order of a sale before its outcome is known, as a restaurant does."""
        return self.sync_order(sale, state="draft", payment_status="waitingCard")

    def save_again(self, order, sale, state="draft", amount=None, lines=()):
        """Save an order once more, with what a till knows of it."""
        amount = sale["amount"] if amount is None else amount
        payment = {
            "payment_method_id": sale["payment_method_id"],
            "amount": amount,
            "viva_wallet_session_id": sale["session_id"],
        }
        self.env["pos.order"].with_user(self.cashier).sync_from_ui(
            [
                {
                    "uuid": order.uuid,
                    "access_token": order.access_token,
                    "session_id": order.session_id.id,
                    "state": state,
                    "amount_total": amount,
                    "amount_paid": amount,
                    "amount_tax": 0,
                    "amount_return": 0,
                    "lines": list(lines),
                    "payment_ids": [(1, order.payment_ids.id, payment)],
                }
            ]
        )
        self.env.flush_all()
        self.env.invalidate_all()

    def line_of(self, extra):
        """Return the command by which a till adds an order line for a tip."""
        return Command.create(
            {
                "uuid": extra["uuid"],
                "product_id": extra["product_id"],
                "qty": 1,
                "price_unit": extra["amount"],
                "price_subtotal": extra["amount"],
                "price_subtotal_incl": extra["amount"],
            }
        )

    # === WHAT WAS CHARGED ON TOP === #

    def test_snapshot_names_the_line_for_a_tip(self):
        sale = self.approved_sale(tip=200)
        snapshot = self.read(sale["session_id"])
        self.assertEqual(snapshot["charged"], 14.34)
        [extra] = snapshot["extras"]
        self.assertEqual(
            (extra["product_id"], extra["amount"], extra["kind"]), (self.tips.id, 2.0, "tip")
        )
        self.assertFalse(self.transaction(sale["session_id"]).review)

    def test_the_line_is_the_same_whoever_asks(self):
        sale = self.approved_sale(tip=200)
        first, second = (self.read(sale["session_id"])["extras"] for _ in range(2))
        self.assertEqual(first, second)

    def test_no_tip_no_line(self):
        sale = self.approved_sale()
        self.assertEqual(self.read(sale["session_id"])["extras"], [])

    def test_less_charged_than_asked_makes_no_line(self):
        sale = self.approved_sale(charge=1000)
        self.assertEqual(self.read(sale["session_id"])["extras"], [])
        self.assertEqual(self.transaction(sale["session_id"]).review, "amount_differs")

    def test_without_a_tip_product_the_tip_is_a_surplus_on_review(self):
        self.viva_config.write({"iface_tipproduct": False, "tip_product_id": False})
        sale = self.approved_sale(tip=200)
        [extra] = self.read(sale["session_id"])["extras"]
        self.assertEqual(
            (extra["product_id"], extra["amount"], extra["kind"]), (self.surplus.id, 2.0, "surplus")
        )
        self.assertEqual(self.transaction(sale["session_id"]).review, "amount_differs")

    def test_tip_and_surplus_are_two_lines(self):
        sale = self.approved_sale(charge=1534, tip=200)
        extras = self.read(sale["session_id"])["extras"]
        self.assertEqual(
            [(extra["kind"], extra["amount"]) for extra in extras], [("tip", 2.0), ("surplus", 1.0)]
        )

    def test_a_surcharge_is_a_line_of_its_own(self):
        """Whether or not Viva's amount has it, and beside a tip."""
        product = self.env.ref("pos_viva_wallet.product_product_surcharge")
        for is_included in (True, False):
            for tip in (0, 200):
                with self.subTest(is_included=is_included, tip=tip):
                    self.simulator.configure(surcharge_in_amount=is_included)
                    sale = self.approved_sale(surcharge=31, tip=tip)
                    row = self.transaction(sale["session_id"])
                    self.assertEqual(row.surcharge_amount, 0.31)
                    self.assertEqual(row.charged_minor, 1234 + 31 + tip)
                    self.assertFalse(row.review, "Viva itself explains it")
                    extra = row._extras()[-1]
                    self.assertEqual(
                        (extra["kind"], extra["product_id"], extra["amount"]),
                        ("surcharge", product.id, 0.31),
                    )
                    order = self.draft_order(sale)
                    total = (1234 + 31 + tip) / 100
                    self.assertEqual((order.amount_total, order.amount_paid), (total, total))
                    self.assertEqual(order.payment_ids.viva_wallet_surcharge, 0.31)
        self.assert_ledgers_agree()

    def test_a_surcharge_without_its_product_is_on_review(self):
        self.env.ref("pos_viva_wallet.product_product_surcharge").unlink()
        sale = self.approved_sale(surcharge=31)
        [extra] = self.transaction(sale["session_id"])._extras()
        self.assertEqual((extra["kind"], extra["amount"]), ("surplus", 0.31))
        self.assertEqual(self.transaction(sale["session_id"]).review, "amount_differs")

    def test_less_than_asked_leaves_the_rest_due(self):
        sale = self.approved_sale(charge=1000)
        order = self.draft_order(sale)
        self.assertEqual((order.amount_total, order.amount_paid), (12.34, 10.0))
        self.assertEqual(order.payment_ids.amount, 10.0)
        self.assertFalse(order._is_pos_order_paid())

    def test_customer_adds_to_the_tip_of_the_cashier(self):
        sale = self.sale_values(amount=12.0, tip=2.0)
        self.till("start_sale", sale)
        self.simulator.tap(TERMINAL, tip=100)
        snapshot = self.read(sale["session_id"])
        self.assertEqual(snapshot["charged"], 13.0)
        self.assertEqual([extra["amount"] for extra in snapshot["extras"]], [1.0])
        self.assertFalse(self.transaction(sale["session_id"]).review)

    # === THE TILL DOES NOT COME BACK === #

    def test_server_adds_the_line_to_a_draft_order(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        order = self.draft_order(sale)
        self.simulator.tap(TERMINAL, tip=200)
        self.read(sale["session_id"])
        tip_line = order.lines.filtered(lambda line: line.product_id == self.tips)
        self.assertEqual(tip_line.price_subtotal_incl, 2.0)
        self.assertEqual((order.amount_total, order.amount_paid), (14.34, 14.34))
        self.assertTrue(order.is_tipped)
        self.assertEqual(order.tip_amount, 2.0)
        self.assertEqual(order.payment_ids.amount, 14.34)

    def test_order_saved_after_the_approval_gets_the_line(self):
        sale = self.approved_sale(tip=200)
        order = self.draft_order(sale)
        self.assertEqual((order.amount_total, order.amount_paid), (14.34, 14.34))

    def test_till_that_adds_the_same_line_does_not_double_it(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        order = self.draft_order(sale)
        self.simulator.tap(TERMINAL, tip=200)
        [extra] = self.read(sale["session_id"])["extras"]
        line = self.line_of(extra)
        self.save_again(order, sale, state="paid", amount=14.34, lines=[line])
        self.assertEqual(order.state, "paid")
        self.assertEqual(len(order.lines), 2)
        self.assertEqual((order.amount_total, order.amount_paid), (14.34, 14.34))
        self.assertFalse(order.payment_ids.filtered("is_change"))
        self.assert_ledgers_agree(payments=1)

    def test_till_that_does_not_know_yet_does_not_undo_it(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        order = self.draft_order(sale)
        self.simulator.tap(TERMINAL, tip=200)
        self.read(sale["session_id"])
        self.save_again(order, sale)  # still with the amount that was asked for
        self.assertEqual(order.payment_ids.amount, 14.34)
        self.assertEqual((order.amount_total, order.amount_paid), (14.34, 14.34))

    def test_order_and_approval_that_were_saved_at_the_same_moment(self):
        """Neither transaction saw the other, so nothing ties the payment to the charge yet."""
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.simulator.tap(TERMINAL, tip=200)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        with (
            patch.object(type(self.env["pos.payment"]), "_viva_wallet_bind_saved"),
            patch.object(type(self.env["viva.wallet.transaction"]), "_book_missing"),
        ):
            order = self.draft_order(sale)
        self.assertFalse(self.transaction(sale["session_id"]).payment_id)
        self.assertEqual(order.payment_ids.amount, 12.34)
        line = self.line_of(self.read(sale["session_id"])["extras"][0])
        self.save_again(order, sale, state="paid", amount=14.34, lines=[line])
        self.assertEqual(order.state, "paid")
        self.assertEqual(order.payment_ids.amount, 14.34)
        self.assertEqual(self.transaction(sale["session_id"]).payment_id, order.payment_ids)
        self.assert_ledgers_agree(payments=1)

    def test_no_other_amount_can_be_saved(self):
        sale = self.approved_sale(tip=200)
        order = self.draft_order(sale)
        self.save_again(order, sale, amount=13.0)
        self.assertEqual(order.payment_ids.amount, 14.34)
        with self.assertRaises(UserError):
            order.payment_ids.amount = 13.0

    def test_taxed_tip_comes_to_what_was_charged(self):
        tax = self.env["account.tax"].create(
            {
                "name": "19 %",
                "amount": 19,
                "amount_type": "percent",
                "price_include_override": "tax_excluded",
            }
        )
        self.tips.taxes_id = tax
        for cents in (1, 99, 103, 200, 733):
            with self.subTest(tip=cents):
                sale = self.approved_sale(tip=cents)
                order = self.draft_order(sale)
                self.assertEqual(order.amount_total, order.payment_ids.amount)
                self.assertEqual(
                    order.currency_id.compare_amounts(order.amount_total, 12.34 + cents / 100), 0
                )

    def test_late_approval_of_another_amount_on_a_paid_order_is_reviewed(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        transaction = self.transaction(sale["session_id"])
        transaction._set_state("unknown")
        self.till("state_outcome", sale["session_id"], True)
        self.sync_order(sale)
        self.simulator.tap(TERMINAL, tip=200)
        self.read(sale["session_id"])
        self.assertEqual(transaction.state, "approved")
        self.assertEqual(transaction.review, "amount_differs")
