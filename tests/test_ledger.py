"""The ledger of what was asked of the terminals: its states, its uniqueness, that it survives."""

import itertools
import uuid

import psycopg2

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..viva import timing
from .common import TERMINAL, VivaWalletCommon

STATES = ("sent", "approved", "failed", "unknown", "reversed")
STEPS = {
    ("sent", "approved"),
    ("sent", "failed"),
    ("sent", "unknown"),
    ("unknown", "approved"),
    ("unknown", "failed"),
    ("failed", "approved"),
    ("approved", "reversed"),
}


@tagged("post_install", "-at_install")
class TestLedger(VivaWalletCommon):
    def setUp(self):
        super().setUp()
        self.pos_session = self.open_register()

    # === STATES === #

    def test_allowed_steps(self):
        for before, after in sorted(STEPS):
            with self.subTest(before=before, after=after):
                transaction = self.create_transaction(state=before)
                transaction._set_state(after)
                self.assertEqual(transaction.state, after)

    def test_forbidden_steps(self):
        forbidden = set(itertools.product(STATES, STATES)) - STEPS
        self.assertEqual(len(forbidden), 18)
        for before, after in sorted(forbidden):
            with self.subTest(before=before, after=after):
                transaction = self.create_transaction(state=before)
                with self.assertRaises(ValueError):
                    transaction._set_state(after)
                self.assertEqual(transaction.state, before)

    def test_all_states_are_in_the_table(self):
        selection = self.env["viva.wallet.transaction"]._fields["state"].get_values(self.env)
        self.assertCountEqual(selection, STATES)

    def test_moments_of_the_steps(self):
        transaction = self.create_transaction(sent_at=timing.now())
        self.assertFalse(transaction.finished_at)
        transaction._set_state("failed")
        self.assertTrue(transaction.finished_at)
        self.assertGreater(transaction.check_at, transaction.finished_at)

    # === UNIQUENESS === #

    @mute_logger("odoo.sql_db")
    def test_session_id_is_unique(self):
        session_id = self.create_transaction(state="failed").session_id
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.env.cr.savepoint():
            self.create_transaction(session_id=session_id, state="failed")

    @mute_logger("odoo.sql_db")
    def test_one_open_row_per_terminal(self):
        terminal = uuid.uuid4().hex[:8]
        self.create_transaction(terminal_id=terminal)
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.env.cr.savepoint():
            self.create_transaction(terminal_id=terminal)

    def test_finished_rows_do_not_occupy_a_terminal(self):
        terminal = uuid.uuid4().hex[:8]
        for state in ("approved", "failed", "unknown", "reversed"):
            self.create_transaction(terminal_id=terminal, state=state)
            self.create_transaction(terminal_id=terminal, state=state)
        self.assertTrue(self.create_transaction(terminal_id=terminal, state="sent"))

    # === SURVIVAL === #

    def test_survives_the_order(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.simulator.decline(TERMINAL)
        self.assertEqual(self.read(sale["session_id"])["state"], "failed")
        order = self.sync_order(sale, state="draft")
        transaction = self.transaction(sale["session_id"])
        transaction.write({"order_id": order.id, "payment_id": order.payment_ids.id})
        order.payment_ids.unlink()
        self.assertFalse(self.transaction(sale["session_id"]).payment_id)
        order.state = "cancel"
        order.unlink()
        transaction = self.transaction(sale["session_id"])
        self.assertFalse(transaction.order_id)
        self.assertEqual(transaction.order_uuid, sale["order_uuid"])

    def test_survives_the_method(self):
        method = self.create_viva_method(viva_wallet_terminal_id="16000003")
        transaction = self.create_transaction(
            payment_method_id=method.id, terminal_id="16000003", state="failed"
        )
        method.unlink()
        transaction = self.transaction(transaction.session_id)
        self.assertFalse(transaction.payment_method_id)
        self.assertEqual(transaction.terminal_id, "16000003")

    def test_charged_payment_cannot_be_deleted_or_changed(self):
        sale = self.approved_sale()
        payment = self.sync_order(sale).payment_ids
        for vals in (
            {"amount": 1.0},
            {"viva_wallet_session_id": False},
            {"viva_wallet_session_id": str(uuid.uuid4())},
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "12.34"):
                payment.write(vals)
        with self.assertRaisesRegex(UserError, "Refund"):
            payment.unlink()
        self.assert_ledgers_agree(payments=1)

    # === AMOUNTS === #

    def test_amounts_are_minor_units_at_viva(self):
        for amount, minor in ((0.01, 1), (0.29, 29), (1.1, 110), (229.99999999999997, 23000)):
            with self.subTest(amount=amount):
                sale = self.approved_sale(amount=amount)
                self.assertEqual(self.charges()[-1]["amount"], minor)
                transaction = self.transaction(sale["session_id"])
                self.assertEqual(transaction.amount_minor, minor)
                self.assertEqual(transaction.charged_minor, minor)
                self.assertEqual(transaction.charged_amount, minor / 100)
        self.assert_ledgers_agree()

    def test_amounts_of_another_currency(self):
        forint = self.env.ref("base.HUF")
        transaction = self.create_transaction(
            currency_id=forint.id, amount_minor=123456, charged_minor=124456, tip_minor=1000
        )
        self.assertEqual(transaction.amount, 1234.56)
        self.assertEqual(transaction.charged_amount, 1244.56)
        self.assertEqual(transaction.tip_amount, 10)
        self.assertEqual(transaction._request()[1]["currency_code"], "348")
        self.assertEqual(transaction._request()[1]["amount"], 123456)

    def test_tip_is_charged_and_recorded(self):
        sale = self.approved_sale(tip=100)
        transaction = self.transaction(sale["session_id"])
        self.assertEqual(transaction.charged_amount, 13.34)
        self.assertEqual(transaction.tip_amount, 1)
        self.assertFalse(transaction.review)
        self.assert_ledgers_agree()

    def test_another_amount_than_asked_for_goes_to_review(self):
        sale = self.approved_sale(charge=1000)
        transaction = self.transaction(sale["session_id"])
        self.assertEqual(transaction.state, "approved")
        self.assertEqual(transaction.review, "amount_differs")
        self.assertEqual((transaction.amount, transaction.charged_amount), (12.34, 10))
        self.assert_ledgers_agree()

    # === PAYMENTS === #

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
