"""Reversals, and Viva's list of the day against the ledger."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..viva import const, timing
from ..viva.webhook import Notification
from .common import OTHER_TERMINAL, TERMINAL, VivaWalletCommon


class ReconcileCommon(VivaWalletCommon):
    def setUp(self):
        super().setUp()
        self.pos_session = self.open_register()

    def booked_sale(self, **values):
        """Return the row of a sale that is charged, and paid in Odoo."""
        sale = self.approved_sale(**values)
        self.sync_order(sale)
        return self.transaction(sale["session_id"])

    def announce(self, row, method=None, **values):
        """Take in a notification of a reversal of a charge."""
        notification = Notification(
            **{
                "event_type": const.WEBHOOK_REVERSAL,
                "transaction_id": str(uuid.uuid4()),
                "parent_id": row.transaction_id,
                "merchant_reference": row.session_id,
                **values,
            }
        )
        self.env.flush_all()
        ledger = self.env["viva.wallet.transaction"].sudo()
        ledger._wake_up(method or self.viva_method, notification)
        self.env.flush_all()
        self.env.invalidate_all()

    def refund(self, row, **values):
        """Return the row of a refund that was asked for here."""
        return self.create_transaction(
            kind="refund", parent_id=row.id, payment_uuid=False, **values
        )


@tagged("post_install", "-at_install")
class TestReversal(ReconcileCommon):
    def test_reversal_confirmed_by_viva(self):
        row = self.booked_sale()
        self.simulator.reverse(row.session_id)
        self.announce(row)
        self.assertEqual(
            (row.state, row.review), ("approved", False), "an announcement is no proof"
        )
        self.run_cron()
        self.assertEqual(
            (row.state, row.review, row.review_state), ("reversed", "reversed", "open")
        )
        self.assertFalse(row.reversal_check_at)
        self.assert_ledgers_agree(payments=1)

    def test_reversal_that_only_names_one_of_its_ids(self):
        for values in (
            {"merchant_reference": None},
            {"parent_id": None},
            {"parent_id": "unknown", "merchant_reference": None, "transaction_id": True},
        ):
            with self.subTest(values=values):
                row = self.booked_sale()
                self.simulator.reverse(row.session_id)
                if values.get("transaction_id"):
                    values["transaction_id"] = row.transaction_id
                self.announce(row, **values)
                self.run_cron()
                self.assertEqual(row.state, "reversed")

    def test_announced_but_not_confirmed(self):
        row = self.booked_sale()
        self.announce(row)
        self.run_cron()
        self.assertEqual((row.state, row.review), ("approved", "reversal_announced"))
        self.simulator.reverse(row.session_id)
        self.let_pass_until_check(row)
        self.run_cron()
        self.assertEqual((row.state, row.review), ("reversed", "reversed"))

    def let_pass_until_check(self, row):
        row.reversal_check_at = fields.Datetime.now()

    def test_transaction_that_viva_does_not_find_any_more(self):
        row = self.booked_sale()
        self.simulator.add_faults(
            {"operation": "transaction", "action": "answer", "status": 404, "body": {}}
        )
        self.announce(row)
        self.run_cron()
        self.assertEqual((row.state, row.review), ("approved", "reversal_announced"))

    def test_no_answer_changes_nothing(self):
        row = self.booked_sale()
        self.simulator.reverse(row.session_id)
        for fault in (
            {"action": "drop_after"},
            {"action": "answer", "status": 500, "body": "<html>"},
            {"action": "answer", "status": 200, "body": {"Transactions": "X", "Success": True}},
            {"action": "answer", "status": 200, "body": {"Success": True, "Transactions": [
                {"TransactionId": str(uuid.uuid4()), "StatusId": "X"}]}},
            {"action": "answer", "status": 401, "body": {}},
        ):  # fmt: skip
            with self.subTest(fault=fault):
                self.simulator.add_faults({"operation": "transaction", **fault})
                self.announce(row)
                self.run_cron()
                self.assertEqual((row.state, row.review), ("approved", False))
                self.assertTrue(row.reversal_check_at)
        self.let_pass_until_check(row)
        self.run_cron()
        self.assertEqual(row.state, "reversed")

    def test_long_silence_needs_a_person(self):
        row = self.booked_sale()
        self.simulator.add_faults(
            {"operation": "transaction", "action": "drop_before", "times": None}
        )
        self.announce(row)
        row.reversal_suspected_at = fields.Datetime.now() - timedelta(hours=2)
        self.run_cron()
        self.assertEqual((row.state, row.review), ("approved", "reversal_announced"))

    def test_unconfirmed_suspicion_ends(self):
        row = self.booked_sale()
        self.announce(row)
        row.reversal_suspected_at = fields.Datetime.now() - timedelta(days=2)
        self.run_cron()
        self.assertFalse(row.reversal_check_at)
        self.assertEqual(row.review_state, "open")

    def test_partial_refund_in_vivas_own_pages(self):
        row = self.booked_sale()
        self.simulator.refund(row.session_id, 100)
        self.announce(row)
        self.run_cron()
        self.assertEqual((row.state, row.review), ("approved", "reversal_announced"))

    def test_refund_that_was_asked_for_here(self):
        row = self.booked_sale()
        refund = self.refund(row, state="approved", transaction_id=str(uuid.uuid4()))
        self.announce(row, transaction_id=refund.transaction_id)
        self.announce(row, merchant_reference=refund.session_id)
        self.assertFalse(row.reversal_check_at)
        refund.state = "failed"
        self.announce(row)
        self.assertTrue(row.reversal_suspected_at)

    def test_announcement_while_a_refund_of_ours_is_on_its_way(self):
        """It is about that refund, most likely, but it may be about the whole sale."""
        for is_reversed in (False, True):
            with self.subTest(is_reversed=is_reversed):
                row = self.booked_sale()
                refund = self.refund(row, state="sent", amount_minor=100)
                self.simulator.refund(row.session_id, 100)
                self.announce(row)
                self.assertTrue(row.reversal_check_at)
                self.assertFalse(row.reversal_suspected_at)
                refund.write(
                    {
                        "state": "approved",
                        "charged_minor": 100,
                        "transaction_id": self.paid_back()[-1]["transaction_id"],
                    }
                )
                if is_reversed:
                    self.simulator.reverse(row.session_id)
                self.let_pass_until_check(row)
                self.run_cron()
                expected = ("reversed", "reversed") if is_reversed else ("approved", False)
                self.assertEqual((row.state, row.review), expected)
                self.assertFalse(row.reversal_check_at)

    def test_whole_refund_of_ours_is_no_reversal(self):
        row = self.booked_sale()
        self.simulator.refund(row.session_id)
        self.refund(row, state="approved", transaction_id=str(uuid.uuid4()), charged_minor=1234)
        self.announce(row)
        self.run_cron()
        self.assertEqual((row.state, row.review, row.reversal_check_at), ("approved", False, False))

    def test_nothing_is_concluded_while_a_refund_of_ours_is_on_its_way(self):
        row = self.booked_sale()
        self.announce(row)
        self.simulator.refund(row.session_id)
        self.refund(row, state="sent", sent_at=fields.Datetime.now())
        self.run_cron()
        self.assertEqual((row.state, row.review), ("approved", False))
        self.assertTrue(row.reversal_check_at)

    def test_foreign_and_unknown_have_no_effect(self):
        row = self.booked_sale()
        other = self.setup_other_company(currency_id=self.env.ref("base.EUR").id)["company"]
        method = self.create_viva_method(journal_id=False, company_id=other.id)
        self.announce(row, method=method)
        self.announce(
            row, parent_id=str(uuid.uuid4()), merchant_reference="Web shop 1", transaction_id=None
        )
        self.announce(row, parent_id=None, merchant_reference=None, transaction_id=None)
        self.assertFalse(row.reversal_check_at)
        asked = len(self.simulator.requests("transaction"))
        self.run_cron()
        self.assertEqual(len(self.simulator.requests("transaction")), asked)

    def test_reversal_after_it_was_resolved(self):
        row = self.booked_sale()
        self.announce(row)
        self.run_cron()
        row._resolve("checked", "Viva says that it stands")
        self.simulator.reverse(row.session_id)
        self.let_pass_until_check(row)
        self.run_cron()
        self.assertEqual((row.review, row.review_state), ("reversed", "open"))
        self.assertIn("Viva says that it stands", row.review_history)

    def test_announced_before_the_approval_is_known(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.simulator.tap(TERMINAL)
        self.simulator.reverse(sale["session_id"])
        row = self.transaction(sale["session_id"])
        self.announce(row, parent_id=self.charges()[0]["transaction_id"])
        self.assertEqual(row.state, "approved", "Viva was asked when it spoke of it")
        self.run_cron()
        self.assertEqual(row.state, "reversed")
        self.assert_ledgers_agree()

    def test_contradiction_has_the_transaction_read(self):
        row = self.booked_sale()
        self.simulator.set_terminal(
            TERMINAL, body_overrides={"success": False, "eventId": 1006, "transactionId": None}
        )
        self.simulator.reverse(row.session_id)
        self.let_pass(row, 121)
        self.run_cron()
        self.assertEqual((row.state, row.review), ("reversed", "reversed"))


@tagged("post_install", "-at_install")
class TestListOfTheDay(ReconcileCommon):
    manual_clock = False  # the list of today is that of today

    def compare(self):
        """Compare with Viva's lists, as the scheduled action does."""
        self.env.flush_all()
        with self.registry.cursor() as cr:
            self.env(user=1, cr=cr)["viva.wallet.transaction"]._cron_compare_days()
        self.env.invalidate_all()

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

    def test_reversals_without_a_notification(self):
        row, standing = self.booked_sale(), self.booked_sale()
        self.simulator.reverse(row.session_id)
        self.compare()
        self.assertEqual((row.state, row.review), ("reversed", "reversed"))
        self.assertEqual((standing.state, standing.review), ("approved", False))
        asked = len(self.simulator.requests("transaction"))
        self.compare()
        self.assertEqual(len(self.simulator.requests("transaction")), asked + 3, "only the lists")
        self.assert_ledgers_agree(payments=2)

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
            mute_logger("odoo.addons.pos_viva_wallet.models.own_transaction"),
        ):
            self.compare()
        self.assertEqual(self.transaction(session_id).review, "no_row")

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
            mute_logger("odoo.addons.pos_viva_wallet.models.own_transaction"),
        ):
            self.run_cron()
        self.assertEqual(self.transaction(sale["session_id"]).state, "approved")

    def test_cron_runs_as_scheduled(self):
        row = self.transaction(self.approved_sale()["session_id"])
        session_id = row.session_id
        self.forget(row)
        action = self.env.ref("pos_viva_wallet.ir_cron_viva_wallet_compare_days")
        with self.registry.cursor() as cr:
            action.ir_actions_server_id.with_env(self.env(user=1, cr=cr)).run()
        self.assertEqual(self.transaction(session_id).review, "no_row")

    # === UNDONE LATER === #

    def listed_transactions(self):
        """Return what the simulator lists of today."""
        today = datetime.now(UTC).date()
        reply = self.viva_method._viva_wallet_client().list_transactions(today)
        return reply.body["Transactions"]

    def list_only(self, *entries):
        """Have Viva list these transactions for today, yesterday and an earlier day, once."""
        body = {"Transactions": list(entries), "Success": True}
        self.simulator.add_faults(
            {
                "operation": "transaction",
                "action": "answer",
                "status": 200,
                "body": body,
                "times": 3,
            }
        )

    def refunds_of(self, row):
        return [
            entry
            for entry in self.listed_transactions()
            if (entry.get("ParentId") or "").lower() == row.transaction_id.lower()
        ]

    def test_sale_of_another_day_is_refunded_in_vivas_own_pages(self):
        """Its own entry is in the list of its own day; nobody looks there any more."""
        row = self.booked_sale(amount=30)
        self.simulator.refund(row.session_id, 1000)
        (first,) = self.refunds_of(row)
        self.list_only(first)
        self.compare()
        self.assertEqual(
            (row.state, row.review, row.review_state), ("approved", "reversal_announced", "open")
        )
        row._resolve("checked", "Agreed with the customer.")
        self.list_only(first)
        self.compare()
        self.assertEqual(row.review_state, "resolved")
        self.simulator.refund(row.session_id, 500)
        second = next(entry for entry in self.refunds_of(row) if entry != first)
        self.list_only(second)
        self.compare()
        self.assertEqual((row.review, row.review_state), ("reversal_announced", "open"))

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

    def test_refund_of_ours_explains_itself(self):
        for way in ("terminal", "account"):
            with self.subTest(way=way):
                sale = self.approved_sale(amount=30)
                self.sync_order(sale)
                row = self.transaction(sale["session_id"])
                refund = self.refund_values(sale, amount=-10, way=way)
                self.till("start_refund", refund)
                if way == "terminal":
                    self.simulator.tap(TERMINAL)
                    self.read(refund["session_id"])
                self.list_only(*self.refunds_of(row))
                self.compare()
                self.assertEqual(
                    (row.state, row.review, row.touched_by), ("approved", False, False)
                )

    def test_refund_of_ours_that_viva_undoes(self):
        sale = self.approved_sale(amount=30)
        self.sync_order(sale)
        refund = self.approved_refund(sale, amount=-10)
        row = self.transaction(refund["session_id"])
        undone = {"TransactionId": row.transaction_id, "StatusId": "X", "Amount": -10.0}
        self.list_only(undone)
        self.simulator.add_faults(
            {
                "operation": "transaction", "action": "answer", "status": 200,
                "body": {"Transactions": [undone], "Success": True},
            }
        )  # fmt: skip
        self.compare()
        self.assertEqual(
            (row.state, row.review, row.review_state), ("reversed", "reversed", "open")
        )
        self.assertIn("the customer did not get the money", row.review_facts)
        self.assertEqual(self.transaction(sale["session_id"]).refundable_minor, 3000)
