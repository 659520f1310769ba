"""What a till sends is checked: nothing unusable reaches the ledger or Viva."""

import uuid

from odoo.tests import tagged

from .common import TERMINAL
from .common_ledger import RefundCommon, TwoRegistersCommon


@tagged("post_install", "-at_install")
class TestValidation(TwoRegistersCommon):
    def assert_refused(self, snapshot, reason):
        """Check that nothing was asked of Viva, and that the cashier is told so."""
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", reason))
        self.assertIn("Nothing was charged", snapshot["text"])
        self.assertFalse(self.simulator.requests())
        self.assertFalse(self.transactions())

    # === SALES === #

    def test_invalid_ids(self):
        unusable = (
            None,
            "",
            0,
            7,
            True,
            [],
            {},
            "1",
            "x" * 36,
            "../" + str(uuid.uuid4()),
            str(uuid.uuid4()).upper(),
            uuid.uuid4().hex,
            "{" + str(uuid.uuid4()) + "}",
        )
        for name in ("session_id", "payment_uuid", "order_uuid"):
            for value in unusable:
                with self.subTest(name=name, value=value):
                    snapshot = self.till("start_sale", self.sale_values(**{name: value}))
                    self.assert_refused(snapshot, "invalid")

    def test_missing_values(self):
        for name in ("session_id", "payment_uuid", "order_uuid", "pos_session_id", "amount"):
            with self.subTest(name=name):
                sale = self.sale_values()
                del sale[name]
                self.assert_refused(self.till("start_sale", sale), "invalid")
        self.assert_refused(self.till("start_sale", {}), "invalid")

    def test_invalid_amounts(self):
        not_finite = (float("nan"), float("inf"), float("-inf"))
        expected = {
            "invalid": (None, True, "12.34", "", [], {}, 12.345, 1e300, 10**11, *not_finite),
            "amount_not_positive": (0, 0.0, -1, -0.01, 1e-9),
        }
        for reason, amounts in expected.items():
            for amount in amounts:
                with self.subTest(amount=amount):
                    snapshot = self.till("start_sale", self.sale_values(amount=amount))
                    self.assert_refused(snapshot, reason)

    def test_amounts_at_the_limits(self):
        self.assert_refused(self.till("start_sale", self.sale_values(amount=10**400)), "invalid")
        self.assert_refused(
            self.till("start_sale", self.sale_values(amount=21474836.48)), "invalid"
        )
        snapshot = self.till("start_sale", self.sale_values(amount=21474836.47))
        self.assertEqual((snapshot["state"], snapshot["amount_minor"]), ("sent", 2**31 - 1))

    def test_unsupported_currency(self):
        self.viva_config.currency_id.name = "XTS"
        snapshot = self.till("start_sale", self.sale_values())
        self.assert_refused(snapshot, "currency")
        self.assertIn("XTS", snapshot["text"])

    def test_closed_register(self):
        sale = self.sale_values()
        self.pos_session.state = "closing_control"
        self.assert_refused(self.till("start_sale", sale), "register_closed")
        self.pos_session.state = "closed"
        self.assert_refused(self.till("start_sale", sale), "register_closed")

    def test_unknown_register(self):
        sale = self.sale_values(pos_session_id=2**31 - 1)
        self.assert_refused(self.till("start_sale", sale), "register_closed")
        for value in ("1", None, [], self.pos_session.name):
            with self.subTest(value=value):
                sale = self.sale_values(pos_session_id=value)
                self.assert_refused(self.till("start_sale", sale), "invalid")

    def test_method_of_another_register(self):
        sale = self.sale_values(payment_method_id=self.other_method.id)
        self.assert_refused(self.till("start_sale", sale), "not_configured")

    def test_method_without_terminal(self):
        bank = self.env["pos.payment.method"].create(
            {"name": "Bank", "journal_id": self.company_data["default_journal_bank"].id}
        )
        self.env.cr.execute(
            "INSERT INTO pos_config_pos_payment_method_rel VALUES (%s, %s)",
            (self.viva_config.id, bank.id),
        )
        known = self.viva_method.id
        for value in (bank.id, None, "1", str(known), [known], {}, True, 2**31 - 1, 2**70):
            with self.subTest(value=value):
                sale = self.sale_values(payment_method_id=value)
                self.assert_refused(self.till("start_sale", sale), "not_configured")

    def test_finished_order(self):
        for state in ("paid", "done", "cancel"):
            with self.subTest(state=state):
                order = self.env["pos.order"].create(
                    {
                        "uuid": str(uuid.uuid4()),
                        "session_id": self.pos_session.id,
                        "company_id": self.env.company.id,
                        "amount_total": 12.34,
                        "amount_tax": 0,
                        "amount_paid": 0,
                        "amount_return": 0,
                    }
                )
                order.state = state
                sale = self.sale_values(order_uuid=order.uuid)
                self.assert_refused(self.till("start_sale", sale), "order_finished")

    def test_order_name_is_cut(self):
        for name in ("x" * 5000, None, 17, ["a"]):
            with self.subTest(name=name):
                sale = self.sale_values(order_name=name)
                self.assertEqual(self.till("start_sale", sale)["state"], "sent")
                self.simulator.cancel(TERMINAL)
                self.read(sale["session_id"])
                self.assertLessEqual(len(self.transaction(sale["session_id"]).order_name or ""), 64)

    def test_order_name_with_a_null_character(self):
        snapshot = self.till("start_sale", self.sale_values(order_name="Order\x00 1"))
        self.assertEqual(snapshot["state"], "sent")

    def test_nonsense(self):
        for total in ("12.34", [], {}, True, float("nan"), float("inf"), 10**12):
            with self.subTest(total=total):
                sale = self.sale_values(order_total=total)
                self.assertEqual(self.till("start_sale", sale)["reason"], "invalid")
        sale = self.sale_values(order_payments=[None, 7, {}, "x"])
        self.assertEqual(self.till("start_sale", sale)["state"], "sent")

    # === TIPS === #

    def asked_for(self, sale):
        """Return what the terminal was asked for: amount and tip, in cents."""
        [session] = [
            session
            for session in self.simulator.sessions()
            if session["session_id"] == sale["session_id"]
        ]
        return session["amount"], session["tip_amount"]

    def test_cashiers_tip_is_part_of_the_amount(self):
        sale = self.sale_values(amount=12.0, tip=2.0)
        self.till("start_sale", sale)
        self.assertEqual(self.asked_for(sale), (1000, 200))
        self.simulator.tap(TERMINAL)
        snapshot = self.read(sale["session_id"])
        self.assertEqual((snapshot["charged"], snapshot["extras"]), (12.0, []))
        self.assertFalse(self.transaction(sale["session_id"]).review)

    def test_tip_that_viva_would_refuse_is_part_of_the_amount(self):
        sale = self.sale_values(amount=3.0, tip=2.0)
        self.till("start_sale", sale)
        self.assertEqual(self.asked_for(sale), (300, 0))

    def test_tip_must_be_an_amount(self):
        for tip in (-1, "2", True, 0.001):
            with self.subTest(tip=tip):
                snapshot = self.till("start_sale", self.sale_values(tip=tip))
                self.assertEqual(snapshot["state"], "failed")
        self.assertFalse(self.simulator.sessions())


@tagged("post_install", "-at_install")
class TestValidationOfRefunds(RefundCommon):
    def test_not_below_zero(self):
        for amount in (0, 5, 0.0):
            snapshot = self.till("start_refund", self.refund_values(self.sale, amount=amount))
            self.assert_refused(snapshot, "amount_not_negative")

    def test_nonsense(self):
        for values in (
            {"amount": None}, {"amount": "-5"}, {"amount": True}, {"amount": float("-inf")},
            {"way": "by mail"}, {"session_id": "x"}, {"order_uuid": None},
        ):  # fmt: skip
            with self.subTest(**values):
                refund = self.refund_values(self.sale, **values)
                snapshot = self.till("start_refund", refund)
                self.assertEqual(snapshot["state"], "failed")
                self.assertIn("Nothing was paid back", snapshot["text"])
        self.assertFalse(self.simulator.requests("refund"))

    def test_unknown_parent(self):
        for parent in (str(uuid.uuid4()), None, 5, ["x"]):
            refund = self.refund_values(self.sale, parent_session_id=parent)
            self.assert_refused(self.till("start_refund", refund), "parent_unknown")

    def test_declined_sale_is_no_parent(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.simulator.decline(TERMINAL)
        self.read(sale["session_id"])
        snapshot = self.till("start_refund", self.refund_values(sale))
        self.assert_refused(snapshot, "parent_unknown")

    def test_refund_is_no_parent(self):
        refund = self.approved_refund(self.sale)
        values = self.refund_values(self.sale, parent_session_id=refund["session_id"])
        snapshot = self.till("start_refund", values)
        self.assertEqual(snapshot["reason"], "parent_unknown")

    def test_sale_of_another_company_is_no_parent(self):
        other = self.setup_other_company()["company"]
        stranger = self.create_transaction(
            company_id=other.id, state="approved", charged_minor=1234, transaction_id="T"
        )
        refund = self.refund_values(self.sale, parent_session_id=stranger.session_id)
        self.assert_refused(self.till("start_refund", refund), "parent_unknown")

    def test_sale_of_another_account_at_viva(self):
        self.transaction(self.sale["session_id"]).merchant_account = "demo somebody-else"
        refund = self.refund_values(self.sale)
        self.assert_refused(self.till("start_refund", refund), "other_account")
        (card,) = self.list_refundable(self.sale)["cards"]
        self.assertIn("another Viva account", card["obstacle"])

    def test_sale_is_never_started_with_a_negative_amount(self):
        snapshot = self.till("start_sale", self.sale_values(amount=-5))
        self.assertEqual(snapshot["reason"], "amount_not_positive")
