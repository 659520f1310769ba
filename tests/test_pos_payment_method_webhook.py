"""The webhook address of a payment method: its secret, its key, its silence, who may make a new one."""

import json
import uuid
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..models import pos_payment_method_webhook
from .common import VivaWalletCommon


@tagged("post_install", "-at_install")
class TestWebhookAddress(VivaWalletCommon):
    def test_address_is_there_after_creation(self):
        methods = self.create_viva_method() + self.create_viva_method()
        for method in methods:
            self.assertEqual(
                method.viva_wallet_webhook_endpoint,
                f"{method.get_base_url()}/pos_viva_wallet/notification/"
                f"{method.viva_wallet_webhook_token}",
            )
            self.assertGreaterEqual(len(method.viva_wallet_webhook_token), 32)
        self.assertEqual(len(set(methods.mapped("viva_wallet_webhook_token"))), 2)

    def test_address_is_there_after_choosing_the_terminal(self):
        method = self.env["pos.payment.method"].create(
            {"name": "Bank", "journal_id": self.company_data["default_journal_bank"].id}
        )
        self.assertFalse(method.viva_wallet_webhook_endpoint)
        values = self.viva_method_values()
        method.write(values)
        self.assertTrue(method.viva_wallet_webhook_endpoint)

    def test_verification_key_is_forgotten_with_its_account(self):
        for change in (
            {"viva_wallet_test_mode": False},
            {"viva_wallet_test_mode": True},
            {"viva_wallet_merchant_id": str(uuid.uuid4())},
        ):
            with self.subTest(change=change):
                self.viva_method.viva_wallet_webhook_verification_key = "key"
                self.viva_method.write(change)
                self.assertFalse(self.viva_method.viva_wallet_webhook_verification_key)

    def test_verification_key_is_kept_otherwise(self):
        self.viva_method.viva_wallet_webhook_verification_key = "key"
        self.viva_method.write({"name": "Card", "viva_wallet_terminal_id": "16000003"})
        self.assertEqual(self.viva_method.viva_wallet_webhook_verification_key, "key")

    def test_webhook_fields_while_the_register_is_open(self):
        self.open_register()
        for name in ("viva_wallet_webhook_token", "viva_wallet_webhook_verification_key"):
            self.viva_method.write({name: "new"})
            self.assertEqual(self.viva_method[name], "new")
        for vals in (
            {"viva_wallet_terminal_id": "16000003"},
            {"viva_wallet_api_key": "new"},
            {"viva_wallet_test_mode": False},
            {"viva_wallet_webhook_token": "newer", "viva_wallet_client_id": "new"},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                self.viva_method.write(vals)


@tagged("post_install", "-at_install")
class TestNotificationWatch(VivaWalletCommon):
    def setUp(self):
        super().setUp()
        self.open_register()
        self.administrator = self.create_user("viva_admin", "base.group_system")

    def sales(self, count, **values):
        long_ago = fields.Datetime.now() - timedelta(hours=1)
        rows = [
            self.create_transaction(state="approved", finished_at=long_ago, **values)
            for _number in range(count)
        ]
        self.env.flush_all()
        return rows

    def messages(self):
        return self.env["mail.message"].search(
            [
                ("model", "=", "pos.payment.method"),
                ("res_id", "=", self.viva_method.id),
                ("partner_ids", "in", self.administrator.partner_id.ids),
            ]
        )

    def watch(self):
        self.env["pos.payment.method"]._cron_viva_wallet_watch_notifications()
        self.env.invalidate_all()

    def had_notifications(self):
        self.viva_method.viva_wallet_webhook_events = {"1796": "2026-01-02 03:04:05"}

    def test_silence_is_told_once(self):
        self.had_notifications()
        self.sales(pos_payment_method_webhook.SILENT_SALES)
        self.watch()
        self.watch()
        self.assertTrue(self.viva_method.viva_wallet_webhook_silent_since)
        self.assertEqual(len(self.messages()), 1)
        self.assertIn("stopped notifying", self.messages().body)

    def test_told_again_after_they_came_back(self):
        self.had_notifications()
        self.sales(pos_payment_method_webhook.SILENT_SALES)
        self.watch()
        later = fields.Datetime.now() - timedelta(minutes=30)
        (sale,) = self.sales(1, notified_at=later)
        sale.finished_at = later
        self.watch()
        self.assertFalse(self.viva_method.viva_wallet_webhook_silent_since)
        self.assertEqual(len(self.messages()), 1)

    def test_no_alarm(self):
        self.sales(pos_payment_method_webhook.SILENT_SALES)
        self.watch()
        self.assertFalse(self.messages(), "there never were any notifications")
        self.had_notifications()
        self.transactions().state = "failed"
        self.sales(pos_payment_method_webhook.SILENT_SALES - 1)
        self.watch()
        self.assertFalse(self.messages(), "too few sales to tell")
        for sale in self.sales(pos_payment_method_webhook.SILENT_SALES):
            sale.finished_at = fields.Datetime.now()
        self.sales(1, notified_at=fields.Datetime.now())
        self.watch()
        self.assertFalse(self.messages(), "one was announced, the others may still be")

    def test_scheduled_action(self):
        cron = self.env.ref("pos_viva_wallet.ir_cron_viva_wallet_watch_notifications")
        self.had_notifications()
        self.sales(pos_payment_method_webhook.SILENT_SALES)
        cron.method_direct_trigger()
        self.assertEqual(len(self.messages()), 1)

    def test_senders_are_checked(self):
        for senders in ("viva.example", "13.80.70", "1.2.3.4/99", "1.2.3.4; 5.6.7.8"):
            with self.subTest(senders=senders), self.assertRaisesRegex(ValidationError, "40.127"):
                self.viva_method.viva_wallet_webhook_senders = senders

    def test_only_a_system_administrator_makes_a_new_address(self):
        manager = self.create_user("viva_manager", "point_of_sale.group_pos_manager")
        before = self.viva_method.viva_wallet_webhook_token
        for user in (self.cashier, manager):
            with self.assertRaises(AccessError):
                self.viva_method.with_user(user).action_viva_wallet_new_webhook_token()
        self.assertEqual(self.viva_method.viva_wallet_webhook_token, before)
        both = self.create_user("viva_both", "base.group_system", "point_of_sale.group_pos_manager")
        self.viva_method.with_user(both).action_viva_wallet_new_webhook_token()
        self.assertNotEqual(self.viva_method.viva_wallet_webhook_token, before)

    def test_steps_for_managers(self):
        manager = self.create_user("viva_manager", "point_of_sale.group_pos_manager")
        steps = self.viva_method.with_user(manager).viva_wallet_webhook_steps
        self.assertNotIn(self.viva_method.viva_wallet_webhook_token, json.dumps(steps))
        for event_type in (1796, 1797, 1798, 1802, 1803):
            self.assertIn(f"({event_type})", json.dumps(steps))
