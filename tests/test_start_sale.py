"""Starting a sale: one request, however often it is asked for, and none that is in doubt."""

import uuid
from contextlib import suppress
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..viva import timing
from ..viva.outcome import RequestResult
from .common import OTHER_TERMINAL, TERMINAL, VivaWalletCommon


@tagged("post_install", "-at_install")
class TestStartSale(VivaWalletCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_config = cls.create_config("Register two")
        cls.other_method = cls.create_viva_method(viva_wallet_terminal_id=OTHER_TERMINAL)
        cls.other_config.payment_method_ids += cls.other_method

    def setUp(self):
        super().setUp()
        self.pos_session = self.open_register()

    def sale_requests(self):
        return self.simulator.requests("sale")

    def assert_refused(self, snapshot, reason):
        """Check that nothing was asked of Viva, and that the cashier is told so."""
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", reason))
        self.assertIn("Nothing was charged", snapshot["text"])
        self.assertFalse(self.simulator.requests())
        self.assertFalse(self.transactions())

    # === THE REQUEST === #

    def test_request_reaches_the_terminal(self):
        sale = self.sale_values()
        snapshot = self.till("start_sale", sale)
        self.assertEqual(
            snapshot,
            {
                "session_id": sale["session_id"],
                "state": "sent",
                "reason": False,
                "text": "",
                "aborting": False,
                "cancelled": False,
                "accepted": True,
                "ask_again_in": 1,
                "limited": False,
                "amount_minor": 1234,
                "amount": 12.34,
                "charged": 0,
                "extras": [],
                "payment_uuid": sale["payment_uuid"],
                "statement": False,
                "silent": False,
                "uncertain": False,
                "card": False,
                "wakeups": False,
            },
        )
        (session,) = self.simulator.sessions()
        self.assertEqual(session["session_id"], sale["session_id"])
        self.assertEqual(session["terminal_id"], TERMINAL)
        self.assertEqual(session["cash_register_id"], f"odoo-pos-{self.viva_config.id}")
        self.assertEqual(session["amount"], 1234)
        self.assertEqual(session["currency_code"], "978")
        self.assertEqual(session["merchant_reference"], sale["session_id"])

    def test_row_says_what_was_asked(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        row = self.transaction(sale["session_id"])
        self.assertEqual(row.state, "sent")
        self.assertEqual(row.kind, "sale")
        self.assertEqual(row.user_id, self.cashier)
        self.assertEqual(row.pos_session_id, self.pos_session)
        self.assertEqual(row.pos_config_id, self.viva_config)
        self.assertEqual(row.payment_method_id, self.viva_method)
        self.assertEqual(row.order_uuid, sale["order_uuid"])
        self.assertEqual(row.payment_uuid, sale["payment_uuid"])
        self.assertEqual(row.order_name, "Order 1")
        self.assertEqual(row.currency_id, self.env.ref("base.EUR"))

    def test_approved_snapshot(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.simulator.tap(TERMINAL)
        snapshot = self.read(sale["session_id"])
        (charge,) = self.charges()
        self.assertEqual(snapshot["state"], "approved")
        self.assertEqual((snapshot["amount"], snapshot["charged"]), (12.34, 12.34))
        self.assertEqual(snapshot["card"]["transaction_id"], charge["transaction_id"])
        self.assertEqual(snapshot["card"]["card_no"], self.simulator.sessions()[0]["last_four"])
        self.assert_ledgers_agree()

    def test_repeated_call_sends_once(self):
        sale = self.sale_values()
        for _attempt in range(3):
            self.assertEqual(self.till("start_sale", sale)["state"], "sent")
        self.simulator.tap(TERMINAL)
        self.read(sale["session_id"])
        self.assertEqual(self.till("start_sale", sale)["state"], "approved")
        self.assertEqual(len(self.sale_requests()), 1)
        self.assertEqual(len(self.transactions()), 1)
        self.assert_ledgers_agree()

    def test_repeated_call_with_another_amount_changes_nothing(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        snapshot = self.till("start_sale", {**sale, "amount": 99.0})
        self.assertEqual(snapshot["amount"], 12.34)
        self.assertEqual(len(self.sale_requests()), 1)

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

    # === REFUSED BY US === #

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

    # === BUSY TERMINAL === #

    def share_terminal(self):
        """Open the other register, whose method is on the same terminal; return a sale of it."""
        self.other_method.viva_wallet_terminal_id = TERMINAL
        session = self.open_register(self.other_config)
        return self.sale_values(
            pos_session_id=session.id, payment_method_id=self.other_method.id, amount=5.0
        )

    def test_busy_terminal(self):
        other = self.share_terminal()
        first = self.sale_values()
        self.till("start_sale", first)
        snapshot = self.till("start_sale", other)
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", "terminal_busy"))
        self.assertIn("Register one", snapshot["text"])
        self.assertIn("12.34", snapshot["text"])
        self.assertIn(TERMINAL, snapshot["text"])
        self.assertEqual(len(self.sale_requests()), 1)
        self.assertEqual(self.transactions().mapped("session_id"), [first["session_id"]])

    def test_terminal_that_has_finished_meanwhile(self):
        """Viva is asked about the payment in the way before the new one is refused."""
        other = self.share_terminal()
        first = self.sale_values()
        self.till("start_sale", first)
        self.simulator.tap(TERMINAL)
        snapshot = self.till("start_sale", other)
        self.assertEqual(snapshot["state"], "sent")
        self.assertEqual(self.transaction(first["session_id"]).state, "approved")
        self.simulator.tap(TERMINAL)
        self.read(other["session_id"])
        self.assert_ledgers_agree()
        self.assertEqual(len(self.charges()), 2)

    def test_other_terminal_is_not_busy(self):
        self.till("start_sale", self.sale_values())
        session = self.open_register(self.other_config)
        sale = self.sale_values(pos_session_id=session.id, payment_method_id=self.other_method.id)
        self.assertEqual(self.till("start_sale", sale)["state"], "sent")

    # === THE SAME LINE AGAIN === #

    def test_line_that_is_being_charged(self):
        first = self.sale_values()
        self.till("start_sale", first)
        again = {**first, "session_id": str(uuid.uuid4())}
        snapshot = self.till("start_sale", again)
        self.assertEqual(snapshot["session_id"], first["session_id"])
        self.assertEqual(snapshot["state"], "sent")
        self.assertEqual(len(self.sale_requests()), 1)

    def test_line_that_was_charged(self):
        first = self.approved_sale()
        snapshot = self.till("start_sale", {**first, "session_id": str(uuid.uuid4())})
        self.assertEqual(snapshot["session_id"], first["session_id"])
        self.assertEqual(snapshot["state"], "approved")
        self.assertEqual(len(self.sale_requests()), 1)
        self.assert_ledgers_agree()

    def test_line_that_was_charged_unnoticed(self):
        """The outcome of the first request is only known to Viva when the till asks again."""
        first = self.sale_values()
        self.till("start_sale", first)
        self.simulator.tap(TERMINAL)
        snapshot = self.till("start_sale", {**first, "session_id": str(uuid.uuid4())})
        self.assertEqual(snapshot["session_id"], first["session_id"])
        self.assertEqual(snapshot["state"], "approved")
        self.assertEqual(len(self.charges()), 1)
        self.assert_ledgers_agree()

    def test_line_that_was_declined(self):
        first = self.sale_values()
        self.till("start_sale", first)
        self.simulator.decline(TERMINAL)
        self.read(first["session_id"])
        again = {**first, "session_id": str(uuid.uuid4())}
        snapshot = self.till("start_sale", again)
        self.assertEqual(snapshot["session_id"], again["session_id"])
        self.assertEqual(snapshot["state"], "sent")
        self.simulator.tap(TERMINAL)
        self.read(again["session_id"])
        self.assert_ledgers_agree()

    def test_line_whose_failure_turned_out_to_be_a_charge(self):
        """A doubtful failure (1099, generic error) is asked about before a new request."""
        first = self.sale_values()
        self.till("start_sale", first)
        self.simulator.decline(TERMINAL, event_id=1099)
        self.assertEqual(self.read(first["session_id"])["state"], "failed")
        self.simulator.approve_late(first["session_id"])
        self.let_pass(self.transaction(first["session_id"]), 2)
        snapshot = self.till("start_sale", {**first, "session_id": str(uuid.uuid4())})
        self.assertEqual(snapshot["session_id"], first["session_id"])
        self.assertEqual(snapshot["state"], "approved")
        self.assertEqual(len(self.charges()), 1)
        self.assertEqual(self.transaction(first["session_id"]).review, "late_approval")
        self.assert_ledgers_agree()

    def test_line_of_unknown_outcome(self):
        first = self.sale_values()
        self.create_transaction(
            session_id=first["session_id"],
            payment_uuid=first["payment_uuid"],
            order_uuid=first["order_uuid"],
            terminal_id=TERMINAL,
            state="unknown",
        )
        again = {**first, "session_id": str(uuid.uuid4())}
        self.assertEqual(self.till("start_sale", again)["session_id"], first["session_id"])
        self.assertFalse(self.sale_requests())
        self.till("state_outcome", first["session_id"], False)
        snapshot = self.till("start_sale", again)
        self.assertEqual((snapshot["session_id"], snapshot["state"]), (again["session_id"], "sent"))

    # === FAULTS ON THE WAY === #

    def start_with_fault(self, **fault):
        sale = self.sale_values()
        self.simulator.add_faults({"operation": "sale", **fault})
        return sale, self.till("start_sale", sale)

    def test_reply_lost_after_handling(self):
        sale, snapshot = self.start_with_fault(action="drop_after")
        self.assertEqual((snapshot["state"], snapshot["accepted"]), ("sent", False))
        snapshot = self.read(sale["session_id"])
        self.assertEqual((snapshot["state"], snapshot["accepted"]), ("sent", True))
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        self.assertEqual(len(self.sale_requests()), 1)
        self.assert_ledgers_agree()

    def test_reply_lost_before_handling(self):
        """Only after Viva has denied for some seconds to know it, it is sent again, same id."""
        sale, snapshot = self.start_with_fault(action="drop_before")
        self.assertEqual(snapshot["state"], "sent")
        self.assertEqual(self.read(sale["session_id"])["state"], "sent")
        self.assertEqual(len(self.sale_requests()), 1)
        self.let_pass(self.transaction(sale["session_id"]), 6)
        self.assertTrue(self.till("read_status", [sale["session_id"]]))
        self.assertEqual(
            [request["session_id"] for request in self.sale_requests()],
            [sale["session_id"]] * 2,
        )
        self.assertEqual(len(self.simulator.sessions()), 1)
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        self.assert_ledgers_agree()

    def test_process_ends_between_record_and_request(self):
        """The till asks again with the same id, and that alone does not send anything."""
        sale = self.sale_values()
        ledger = self.env.registry["viva.wallet.transaction"]
        # Not assertRaises: Odoo's undoes what was written, which a dying process does not.
        with patch.object(ledger, "_send", side_effect=SystemExit), suppress(SystemExit):
            self.till("start_sale", sale)
        self.assertEqual(self.till("start_sale", sale)["state"], "sent")
        self.read(sale["session_id"])
        self.assertFalse(self.sale_requests())
        # As long as nobody knows whether the first request is still on its way, none follows.
        self.let_pass(self.transaction(sale["session_id"]), timing.REPLY_WITHIN + 1)
        self.till("read_status", [sale["session_id"]])
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        self.assertEqual(len(self.charges()), 1)
        self.assert_ledgers_agree()

    def test_late_refusal_does_not_end_what_was_sent_again(self):
        """The reply to the first request comes when the second one is at the terminal."""
        for state, reason in (("refused", "invalid_request"), ("not_sent", "unreachable")):
            with self.subTest(state=state):
                sale, _snapshot = self.start_with_fault(action="drop_before")
                self.read(sale["session_id"])
                row = self.transaction(sale["session_id"])
                self.let_pass(row, 6)
                self.till("read_status", [sale["session_id"]])
                row._apply_request_result(RequestResult(state, reason))
                self.assertEqual(row.state, "sent")
                self.simulator.tap(TERMINAL)
                self.assertEqual(self.read(sale["session_id"])["state"], "approved")
                self.assert_ledgers_agree()

    def test_resent_once_only(self):
        sale, _snapshot = self.start_with_fault(action="drop_before", times=None)
        for _second in range(12):
            self.assertEqual(self.read(sale["session_id"])["state"], "sent")
        self.assertEqual(len(self.sale_requests()), 2)

    def test_not_resent_when_nobody_waits_any_more(self):
        sale, _snapshot = self.start_with_fault(action="drop_before")
        self.read(sale["session_id"])
        self.let_pass(self.transaction(sale["session_id"]), timing.RESEND_UNTIL)
        self.till("read_status", [sale["session_id"]])
        self.assertEqual(len(self.sale_requests()), 1)

    def test_resending_what_arrived_meanwhile(self):
        """Viva refuses a session id that it has: the refusal is not an outcome."""
        sale, _snapshot = self.start_with_fault(action="drop_after")
        self.simulator.add_faults(
            {"operation": "session", "action": "answer", "status": 404, "times": 2}
        )
        self.read(sale["session_id"])
        self.let_pass(self.transaction(sale["session_id"]), 6)
        self.till("read_status", [sale["session_id"]])
        self.assertEqual([r["status"] for r in self.sale_requests()], [None, 409])
        self.assertEqual(self.transaction(sale["session_id"]).state, "sent")
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        self.assert_ledgers_agree()

    def test_server_errors_are_no_outcome(self):
        for status in (500, 502, 503, 504, 408, 429):
            for handled in (False, True):
                with self.subTest(status=status, handled=handled):
                    self.simulator.reset()
                    self.forget_limits()
                    sale, snapshot = self.start_with_fault(
                        action="answer", status=status, handled=handled, body="<html>Oops</html>"
                    )
                    self.assertEqual((snapshot["state"], snapshot["accepted"]), ("sent", False))
                    self.assertEqual(len(self.sale_requests()), 1)
                    self.transaction(sale["session_id"])._fail("cancelled")

    def test_clear_refusals(self):
        for status, reason in ((400, "invalid_request"), (403, "forbidden"), (404, "not_found")):
            with self.subTest(status=status):
                sale, snapshot = self.start_with_fault(
                    action="answer", status=status, body={"detail": "No such terminal"}
                )
                self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", reason))
                self.assertIn("Ask an administrator", snapshot["text"])
                self.assertNotIn("No such terminal", snapshot["text"])
                row = self.transaction(sale["session_id"])
                self.assertEqual(row.message, "No such terminal")
        self.assertEqual(len(self.sale_requests()), 3)
        self.assertFalse(self.charges())

    def test_terminal_unknown_to_viva(self):
        self.simulator.add_terminal("16009999")
        sale = self.sale_values()
        self.env.cr.execute(
            "UPDATE pos_payment_method SET viva_wallet_terminal_id = '19999999' WHERE id = %s",
            (self.viva_method.id,),
        )
        snapshot = self.till("start_sale", sale)
        self.assertEqual(snapshot["state"], "failed")
        self.assertIn("Terminal ID", snapshot["text"])

    def test_expired_token_is_renewed(self):
        self.approved_sale()
        self.simulator.revoke_tokens()
        sale = self.sale_values()
        self.assertEqual(self.till("start_sale", sale)["state"], "sent")
        requests = self.simulator.requests("sale", session_id=sale["session_id"])
        self.assertEqual([request["status"] for request in requests], [401, 200])
        self.assertEqual(len(self.simulator.requests("token")), 2)
        self.simulator.tap(TERMINAL)
        self.read(sale["session_id"])
        self.assert_ledgers_agree()

    def test_refused_credentials(self):
        self.simulator.configure(client_secret="another one")
        snapshot = self.till("start_sale", self.sale_values())
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", "credentials"))
        self.assertIn("Client secret", snapshot["text"])
        self.assertFalse(self.sale_requests())

    def test_unreachable_viva(self):
        self._set_simulator_url(self.unused_url())
        self.addCleanup(self._set_simulator_url, self.simulator.url)
        snapshot = self.till("start_sale", self.sale_values())
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", "unreachable"))
        self.assertIn("Nothing was charged", snapshot["text"])
        self.assertEqual(self.transactions().state, "failed")

    # === WAKE-UPS === #

    def test_wakeups_are_expected_after_prompt_notifications(self):
        for _sale in range(3):
            self.approved_sale()
        self.assertFalse(self.till("start_sale", self.sale_values())["wakeups"])
        self.simulator.cancel(TERMINAL)
        self.read(self.transactions()[-1].session_id)
        for row in self.transactions(state="approved"):
            row.notified_at = row.finished_at
        self.assertTrue(self.till("start_sale", self.sale_values())["wakeups"])
        self.simulator.cancel(TERMINAL)
        self.read(self.transactions()[-1].session_id)
        last = self.transactions(state="approved")[-1]
        last.notified_at = fields.Datetime.add(last.finished_at, seconds=60)
        self.assertFalse(self.till("start_sale", self.sale_values())["wakeups"])
