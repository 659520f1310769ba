"""The model of the ledger: its states, its uniqueness, its amounts, that it survives, its calls to Viva."""

import itertools
import uuid
from unittest.mock import patch

import psycopg2

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..viva import timing
from .common import OTHER_TERMINAL, TERMINAL
from .common_ledger import TwoRegistersCommon

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
class TestTransaction(TwoRegistersCommon):
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
        _call, values, _account = transaction._request()
        request = values["request"]
        self.assertEqual((request.currency_code, request.amount), ("348", 123456))

    # === CALLS TO VIVA === #

    def test_one_failure_leaves_the_other_answers(self):
        sales = [self.sale_values(), self.sale_values(**self.at_the_other_till())]
        for sale in sales:
            self.till("start_sale", sale)
        self.simulator.tap(TERMINAL)
        self.simulator.tap(OTHER_TERMINAL)
        rows = [self.transaction(sale["session_id"]) for sale in sales]
        self.let_pass(rows[0] | rows[1], 2)
        ledger = type(rows[0])
        apply_outcome = ledger._apply_outcome

        def fail_for_first(row, *answer):
            if row.session_id == rows[0].session_id:
                raise ValueError("a mistake of ours")
            return apply_outcome(row, *answer)

        with patch.object(ledger, "_apply_outcome", fail_for_first):
            with self.assertRaisesRegex(ValueError, "mistake"):
                (rows[0] | rows[1])._poll()
        self.env.invalidate_all()
        self.assertEqual([row.state for row in rows], ["sent", "approved"])
