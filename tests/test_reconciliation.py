"""The scheduled actions: what no till asks about comes to its end, and Viva's lists agree with ours."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..viva import timing
from .common import OTHER_TERMINAL, TERMINAL
from .common_ledger import LedgerCommon, ListCommon


@tagged("post_install", "-at_install")
class TestUnfinished(LedgerCommon):
    """What is not finished, and nobody is there any more."""

    def test_cron_asks_about_what_no_till_asks_about(self):
        sale = self.start()
        self.simulator.tap(TERMINAL)
        self.run_cron()
        self.assertEqual(self.transaction(sale["session_id"]).state, "approved")
        self.assert_ledgers_agree()

    def test_cron_runs_as_scheduled(self):
        sale = self.start()
        self.simulator.tap(TERMINAL)
        self.env.flush_all()
        action = self.env.ref("pos_viva_wallet.ir_cron_viva_wallet_reconcile").ir_actions_server_id
        with self.registry.cursor() as cr:
            action.with_env(self.env(user=1, cr=cr)).run()
        self.assertEqual(self.transaction(sale["session_id"]).state, "approved")

    def test_cron_aborts_and_gives_up(self):
        sale = self.sleeping_sale()
        self.let_pass(self.transaction(sale["session_id"]), 80)
        self.run_cron()
        self.assertEqual(len(self.aborts()), 1)
        self.let_pass(self.transaction(sale["session_id"]), 80)
        self.run_cron()
        self.assertEqual(self.transaction(sale["session_id"]).state, "unknown")

    def test_charge_without_payment_goes_to_review(self):
        booked, lost = self.approved_sale(), self.approved_sale()
        self.sync_order(booked)
        self.let_pass(self.transactions(), 590)
        self.run_cron()
        self.assertFalse(self.transaction(lost["session_id"]).review)
        self.let_pass(self.transactions(), 30)
        self.run_cron()
        self.assertEqual(self.transaction(lost["session_id"]).review, "no_payment")
        self.assertFalse(self.transaction(booked["session_id"]).review)
        self.sync_order(lost)
        self.assertFalse(self.transaction(lost["session_id"]).review)
        self.assert_ledgers_agree(payments=2)

    def test_broken_row_does_not_stop_the_cron(self):
        broken = self.create_transaction(state="sent")
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.simulator.tap(TERMINAL)
        question = self.env.registry["viva.wallet.transaction"]._question

        def fail_for_broken(self):
            if self.id == broken.id:
                raise ZeroDivisionError
            return question(self)

        with (
            patch.object(
                self.env.registry["viva.wallet.transaction"], "_question", fail_for_broken
            ),
            mute_logger("odoo.addons.pos_viva_wallet.models.db"),
        ):
            self.run_cron()
        self.assertEqual(self.transaction(sale["session_id"]).state, "approved")


@tagged("post_install", "-at_install")
class TestListOfTheDay(ListCommon):
    def forget(self, row):
        """Lose a row, as a database that is restored from a backup does."""
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM viva_wallet_transaction WHERE id = %s", (row.id,))
        self.env.invalidate_all()

    def list_answer(self, *bodies, operation="sessions", **values):
        """Have the simulator give its list, today's and yesterday's, as it is told."""
        self.simulator.add_faults(
            {
                "operation": operation, "action": "answer", "status": 200, "body": list(bodies),
                "times": 2, **values,
            }
        )  # fmt: skip

    def body(self, session_id):
        """Return what the simulator says about a session."""
        reply = self.viva_method._viva_wallet_client().read_session(session_id)
        self.assertEqual(reply.status, 200)
        return json.loads(json.dumps(reply.body))

    def test_all_agrees(self):
        self.booked_sale()
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.simulator.decline(TERMINAL)
        self.read(sale["session_id"])
        asked = self.simulator.counts().get("session", 0)
        self.compare()
        self.assertFalse(any(row.review for row in self.transactions()))
        self.assertEqual(self.simulator.counts().get("session", 0), asked)
        self.assert_ledgers_agree(payments=1)

    def test_one_question_for_methods_of_one_account(self):
        self.create_viva_method(viva_wallet_terminal_id=OTHER_TERMINAL)
        self.create_viva_method(viva_wallet_terminal_id="16000003")
        self.compare()
        days = [call["path"].partition("date=")[2] for call in self.simulator.requests("sessions")]
        today = datetime.now(UTC).date()
        self.assertEqual(days, [str(today - timedelta(days=1)), str(today)])

    def test_charge_that_odoo_does_not_know(self):
        row = self.transaction(self.approved_sale(order_name="Order 9", tip=100)["session_id"])
        session_id, transaction_id = row.session_id, row.transaction_id
        self.forget(row)
        self.compare()
        row = self.transaction(session_id)
        self.assertEqual((row.state, row.kind), ("approved", "sale"))
        self.assertEqual((row.review, row.review_state), ("no_row", "open"))
        self.assertEqual((row.amount, row.charged_amount, row.tip_amount), (12.34, 13.34, 1.0))
        self.assertEqual(row.transaction_id, transaction_id)
        self.assertEqual(row.pos_config_id, self.viva_config)
        self.assertEqual(row.payment_method_id, self.viva_method)
        self.assertEqual(row.order_name, "Order 9")
        self.assertTrue(row.can_attach)
        row._resolve("settled", "Paid twice, refunded")
        self.compare()
        self.run_cron()
        self.assertEqual(self.transaction(session_id).review_state, "resolved")
        self.assert_ledgers_agree()

    def test_forgotten_charge_with_a_surcharge(self):
        row = self.transaction(self.approved_sale(surcharge=31)["session_id"])
        session_id = row.session_id
        self.forget(row)
        self.compare()
        row = self.transaction(session_id)
        self.assertEqual((row.amount, row.charged_amount), (12.34, 12.65))
        row._resolve("checked")
        self.compare()
        self.run_cron()
        self.assertFalse(self.transaction(session_id).listed_minor)
        self.assertEqual(self.transaction(session_id).review_state, "resolved")

    def test_forgotten_charge_of_a_payment_that_exists(self):
        row = self.booked_sale()
        session_id, payment = row.session_id, row.payment_id
        self.forget(row)
        self.compare()
        row = self.transaction(session_id)
        self.assertEqual((row.payment_id, row.review), (payment, False))
        self.assert_ledgers_agree(payments=1)

    def test_charges_of_others_are_not_imported(self):
        row = self.transaction(self.approved_sale()["session_id"])
        body = self.body(row.session_id)
        self.forget(row)
        foreign = self.create_config("Register of other methods")
        new = str(uuid.uuid4())
        for values in (
            {"cashRegisterId": "Mitchell Admin"},
            {"cashRegisterId": f"odoo-pos-{foreign.id}"},
            {"cashRegisterId": "odoo-pos-999999999"},
            {"cashRegisterId": f"odoo-pos-{self.viva_config.id}x"},
            {"cashRegisterId": None},
            {"merchantReference": "Web shop 1"},
            {"merchantReference": None},
            {"sessionId": "web-shop-1", "merchantReference": "web-shop-1"},
            {"terminalId": "16009999", "tid": "16009999"},
            {"success": False, "eventId": 1006},
            {"success": "true"},
            {"transactionId": None},
            {"amount": 12.34},
            {"amount": -1234},
            {"currencyCode": "999"},
            {"parentSessionId": new},
            {"transactionTypeId": 4},
            {"cashRegisterId": [1], "merchantReference": {}, "terminalId": 3.5},
        ):
            with self.subTest(values=values):
                self.list_answer({**body, **values})
                self.compare()
                self.assertFalse(self.transactions())

    def test_failed_questions_change_nothing(self):
        self.booked_sale()
        self.let_pass(self.transactions(), 1000)
        for fault in (
            {"action": "drop_before"},
            {"action": "answer", "status": 500, "body": "<html>"},
            {"action": "answer", "status": 200, "body": "<html>"},
            {"action": "answer", "status": 200, "body": {}},
            {"action": "answer", "status": 200, "body": ["x"]},
            {"action": "answer", "status": 200, "body": [{"eventId": 0}]},
            {"action": "answer", "status": 429, "body": []},
            {"action": "answer", "status": 401, "body": []},
        ):
            with self.subTest(fault=fault):
                self.simulator.add_faults({"operation": "sessions", "times": 4, **fault})
                self.compare()
                self.simulator.clear_faults()
                self.assertFalse(self.transactions().review)

    def test_outcomes_in_the_list_are_applied(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.simulator.decline(TERMINAL)
        self.read(sale["session_id"])
        self.simulator.approve_late(sale["session_id"])
        running = self.sale_values()
        self.till("start_sale", running)
        self.simulator.tap(TERMINAL)
        self.compare()
        row = self.transaction(sale["session_id"])
        self.assertEqual((row.state, row.review), ("approved", "late_approval"))
        self.assertEqual(self.transaction(running["session_id"]).state, "approved")
        self.assert_ledgers_agree()

    def test_amount_in_the_list_differs(self):
        row = self.booked_sale()
        self.simulator.set_terminal(TERMINAL, body_overrides={"amount": 1300})
        self.compare()
        self.assertEqual((row.review, row.listed_minor), ("amount_differs", 1300))
        self.assertEqual(row.charged_minor, 1234)
        self.assertIn("13.00", row.review_facts)
        row._resolve("checked", "Seen")
        self.compare()
        self.assertEqual(row.review_state, "resolved")
        self.simulator.set_terminal(TERMINAL, body_overrides={"amount": 1400})
        self.compare()
        self.assertEqual(row.review_state, "open")

    def test_charge_that_is_not_in_the_list(self):
        row = self.booked_sale()
        self.let_pass(row, 1000)
        self.list_answer()
        self.simulator.add_faults({"operation": "session", "action": "answer", "status": 404})
        self.compare()
        self.assertEqual((row.state, row.review), ("approved", "not_listed"))
        row._resolve("checked", "Paid out all the same")
        self.list_answer()
        self.simulator.add_faults({"operation": "session", "action": "answer", "status": 404})
        self.compare()
        self.assertEqual(row.review_state, "resolved")

    def test_incomplete_list_accuses_nobody(self):
        row = self.booked_sale()
        self.let_pass(row, 1000)
        for fault in (None, {"action": "drop_before"}, {"action": "answer", "status": 503}):
            with self.subTest(fault=fault):
                self.simulator.clear_faults()
                self.list_answer()
                if fault:
                    self.simulator.add_faults({"operation": "session", **fault})
                self.compare()
                self.assertFalse(row.review)

    def test_young_charges_and_those_of_another_account_are_not_missed(self):
        young = self.booked_sale()
        self.simulator.add_faults(
            {"operation": "session", "action": "answer", "status": 404, "times": None}
        )
        self.list_answer()
        self.compare()
        self.assertFalse(young.review)
        self.let_pass(young, 1000)
        young.merchant_account = "live of another shop"
        self.list_answer()
        self.compare()
        self.assertFalse(young.review)

    def test_one_broken_method_does_not_stop_the_others(self):
        broken = self.create_viva_method(
            viva_wallet_client_id="broken", viva_wallet_terminal_id="16000003"
        )
        row = self.transaction(self.approved_sale()["session_id"])
        session_id = row.session_id
        self.forget(row)
        ledger = self.env.registry["viva.wallet.transaction"]
        compare = ledger._compare_days

        def fail_for_broken(self, methods):
            if broken in methods:
                raise ZeroDivisionError
            return compare(self, methods)

        with (
            patch.object(ledger, "_compare_days", fail_for_broken),
            mute_logger("odoo.addons.pos_viva_wallet.models.db"),
        ):
            self.compare()
        self.assertEqual(self.transaction(session_id).review, "no_row")

    def test_cron_runs_as_scheduled(self):
        row = self.transaction(self.approved_sale()["session_id"])
        session_id = row.session_id
        self.forget(row)
        action = self.env.ref("pos_viva_wallet.ir_cron_viva_wallet_compare_days")
        with self.registry.cursor() as cr:
            action.ir_actions_server_id.with_env(self.env(user=1, cr=cr)).run()
        self.assertEqual(self.transaction(session_id).review, "no_row")

    def test_earlier_days_are_looked_at_by_turns(self):
        """What is undone later may change nothing but the entry in the list of its own day."""
        ledger = self.env["viva.wallet.transaction"]
        today, now = datetime.now(UTC).date(), timing.now()
        looked_at = []
        for hour in range(24):
            with patch.object(timing, "now", lambda hour=hour: now + timedelta(hours=hour)):
                looked_at.append((today - ledger._earlier_day(today)).days)
        self.assertEqual(sorted(set(looked_at)), [2, 3, 4, 5, 6, 7])
        self.assertEqual(sorted(looked_at), sorted(4 * list(range(2, 8))))
        self.compare()
        asked = [call["path"] for call in self.simulator.requests("transaction")]
        self.assertIn(str(ledger._earlier_day(today)), " ".join(asked))
