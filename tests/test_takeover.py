"""Databases that had another module for Viva, other companies, copies, and what is left behind."""

import uuid

from odoo.modules.migration import load_script
from odoo.tests import tagged
from odoo.tools import file_open, file_path
from odoo.tools.sql import column_exists

from ..hooks import post_init_hook, pre_init_hook, uninstall_hook
from .common import OTHER_TERMINAL, TERMINAL, VivaWalletCommon

MIGRATION = "pos_viva_wallet/migrations/19.0.1.0.0"
KEPT = (
    "viva_wallet_merchant_id",
    "viva_wallet_api_key",
    "viva_wallet_client_id",
    "viva_wallet_client_secret",
    "viva_wallet_terminal_id",
    "viva_wallet_test_mode",
)


@tagged("post_install", "-at_install")
class TestOldModule(VivaWalletCommon):
    """Odoo SA's module of 16-18 had this module's name, and its names of fields."""

    def setUp(self):
        super().setUp()
        self.old_values = self.viva_method.read(KEPT)[0]

    def make_old_database(self):
        """Give the payment method the columns and values that the old module left."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            ALTER TABLE pos_payment_method
                DROP COLUMN viva_wallet_webhook_old_token,
                ADD COLUMN viva_wallet_bearer_token varchar,
                ADD COLUMN viva_wallet_latest_response jsonb;
            UPDATE pos_payment_method
               SET viva_wallet_bearer_token = 'an access token',
                   viva_wallet_latest_response = '{"primaryAccountNumberMasked": "5115XXXX6241"}',
                   viva_wallet_webhook_verification_key = 'OLDKEY',
                   viva_wallet_webhook_token = NULL,
                   payment_method_type = 'none'
             WHERE id = %s
            """,
            [self.viva_method.id],
        )
        self.env.invalidate_all()

    def migrate(self, version="18.0.1.0"):
        for name in ("pre-migration", "post-migration"):
            script = load_script(file_path(f"{MIGRATION}/{name}.py"), name)
            script.migrate(self.env.cr, version)
        self.env.invalidate_all()

    def assert_taken_over(self):
        method = self.viva_method
        self.assertEqual(method.read(KEPT)[0], self.old_values)
        self.assertEqual(method.use_payment_terminal, "viva_wallet")
        self.assertEqual(method.payment_method_type, "terminal")
        self.assertEqual(method.viva_wallet_webhook_old_token, "OLDKEY")
        self.assertGreaterEqual(len(method.viva_wallet_webhook_token), 32)
        for column in ("viva_wallet_bearer_token", "viva_wallet_latest_response"):
            self.assertFalse(column_exists(self.env.cr, "pos_payment_method", column))
        method._check_viva_wallet_configuration()

    def test_update(self):
        self.make_old_database()
        self.migrate()
        self.assert_taken_over()
        self.open_register()
        self.approved_sale()

    def test_install_over_what_was_left(self):
        self.make_old_database()
        pre_init_hook(self.env)
        post_init_hook(self.env)
        self.env.invalidate_all()
        self.assert_taken_over()

    def test_twice_is_once(self):
        self.make_old_database()
        self.migrate()
        token = self.viva_method.viva_wallet_webhook_token
        self.viva_method.viva_wallet_webhook_verification_key = "ROTATED"
        self.env.flush_all()
        self.migrate()
        self.assert_taken_over()
        self.assertEqual(self.viva_method.viva_wallet_webhook_token, token)

    def test_fresh_install_has_nothing_to_do(self):
        before = self.viva_method.read()
        post_init_hook(self.env)
        self.env.invalidate_all()
        self.assertEqual(self.viva_method.read(), before)

    def test_old_payments_stay(self):
        session = self.open_register()
        order = self.env["pos.order"].create({
            "session_id": session.id, "company_id": self.env.company.id, "amount_total": 5,
            "amount_tax": 0, "amount_paid": 0, "amount_return": 0,
        })  # fmt: skip
        old_session_id = f"{uuid.uuid4()} - {uuid.uuid4()}"
        payment = self.env["pos.payment"].create({
            "pos_order_id": order.id, "amount": 5, "payment_method_id": self.viva_method.id,
            "transaction_id": "old", "card_type": "VISA", "payment_status": "done",
        })  # fmt: skip
        payment.viva_wallet_session_id = old_session_id
        before = payment.read()
        self.make_old_database()
        self.migrate()
        self.assertEqual(payment.read(), before)

    def test_update_while_a_card_is_being_charged(self):
        """The register stays open, and the payment in flight comes to its end."""
        session = self.open_register()
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.migrate("19.0.0.9.0")
        self.assertEqual(session.state, "opened")
        self.assertEqual(self.transaction(sale["session_id"]).state, "sent")
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        self.sync_order(sale)
        self.assert_ledgers_agree(payments=1)


@tagged("post_install", "-at_install")
class TestCompaniesAndHistory(VivaWalletCommon):
    def test_branch(self):
        """A branch sells with its own method, on the bank journal of its parent."""
        branch = self._create_company(name="Branch", parent_id=self.env.company.id)
        self.env.user.company_ids += branch
        self.cashier.write({"company_ids": [(4, branch.id)], "company_id": branch.id})
        method = self.create_viva_method(
            name="Branch card", company_id=branch.id, viva_wallet_terminal_id=OTHER_TERMINAL
        )
        config = (
            self.env["pos.config"]
            .with_company(branch)
            .create({
                "name": "Branch till", "company_id": branch.id,
                "payment_method_ids": [(6, 0, method.ids)],
                "journal_id": self.company_data["default_journal_sale"].id,
            })
        )  # fmt: skip
        cashier = self.cashier.with_context(allowed_company_ids=branch.ids)
        config.with_user(cashier).with_company(branch).open_ui()
        session = config.current_session_id
        session.with_user(cashier).with_company(branch).set_opening_control(0, "")
        sale = self.sale_values(payment_method_id=method.id, pos_session_id=session.id)
        self.assertEqual(self.till("start_sale", sale)["state"], "sent")
        self.simulator.tap(OTHER_TERMINAL)
        row = self.env["viva.wallet.transaction"].search([("session_id", "=", sale["session_id"])])
        self.assertEqual(row.company_id, branch)
        self.let_pass(row, 2)
        status = self.till("read_status", [sale["session_id"]])
        self.assertEqual(status[sale["session_id"]]["state"], "approved")
        self.assertIn(method, self.viva_method._viva_wallet_siblings())

    def test_history_outlives_the_method(self):
        session = self.open_register()
        sale = self.approved_sale()
        order = self.sync_order(sale)
        session.with_user(self.cashier).close_session_from_ui()
        row = self.transaction(sale["session_id"])
        self.viva_config.payment_method_ids -= self.viva_method
        self.viva_method.active = False
        self.env.flush_all()
        self.assertEqual(row.payment_method_id, self.viva_method)
        self.assertEqual(order.payment_ids.payment_method_id.display_name, self.viva_method.name)
        second = self.create_viva_method(name="Never sold", viva_wallet_terminal_id=OTHER_TERMINAL)
        failed = self.create_transaction(payment_method_id=second.id, state="failed")
        second.unlink()
        self.env.invalidate_all()
        self.assertFalse(failed.payment_method_id)
        self.assertTrue(failed.read(["terminal_id", "amount", "state"])[0]["terminal_id"])


@tagged("post_install", "-at_install")
class TestCopiedDatabase(VivaWalletCommon):
    def neutralize(self):
        self.env.flush_all()
        with file_open("pos_viva_wallet/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()

    def test_copied_database(self):
        self.viva_method.write({
            "viva_wallet_webhook_old_token": "OLD", "viva_wallet_webhook_verification_key": "KEY",
            "viva_wallet_webhook_events": {"1796": "2026-01-02 03:04:05"},
            "viva_wallet_test_mode": False,
        })  # fmt: skip
        client = self.viva_method._viva_wallet_client()
        before = self.viva_method.read()[0]
        self.neutralize()
        after = self.viva_method.read()[0]
        self.assertTrue(after["viva_wallet_test_mode"])
        for name in (
            "viva_wallet_api_key",
            "viva_wallet_client_secret",
            "viva_wallet_webhook_token",
            "viva_wallet_webhook_old_token",
            "viva_wallet_webhook_verification_key",
        ):
            self.assertNotEqual(after[name], before[name], name)
        # A token in the memory of the process belongs to the secret that it was given for.
        self.assertNotEqual(
            client._credentials, self.viva_method._viva_wallet_client()._credentials
        )

    def test_neutralized(self):
        self.viva_method.write(
            {"viva_wallet_test_mode": False, "viva_wallet_webhook_verification_key": "key"}
        )
        bank = self.env["pos.payment.method"].create(
            {"name": "Bank", "journal_id": self.company_data["default_journal_bank"].id}
        )
        before = self.viva_method.read([*KEPT, "viva_wallet_webhook_token"])[0]
        second = self.create_viva_method()
        self.neutralize()
        method = self.viva_method
        self.assertTrue(method.viva_wallet_test_mode)
        for name in ("viva_wallet_api_key", "viva_wallet_client_secret"):
            self.assertTrue(method[name])
            self.assertNotEqual(method[name], before[name])
        self.assertFalse(method.viva_wallet_webhook_verification_key)
        token = method.viva_wallet_webhook_token
        self.assertGreaterEqual(len(token), 32)
        self.assertNotEqual(token, before["viva_wallet_webhook_token"])
        self.assertNotEqual(token, second.viva_wallet_webhook_token)
        self.assertFalse(bank.viva_wallet_webhook_token)
        method._check_viva_wallet_configuration()

    def test_neutralized_methods_cannot_sell(self):
        self.neutralize()
        self.open_register()
        snapshot = self.till("start_sale", self.sale_values())
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", "credentials"))
        self.assertFalse(self.simulator.requests("sale"))


@tagged("post_install", "-at_install")
class TestLeaving(VivaWalletCommon):
    def test_leaving(self):
        uninstall_hook(self.env)
        self.env.invalidate_all()
        self.assertFalse(self.viva_method.use_payment_terminal)
        self.assertFalse(self.env["ir.config_parameter"].get_param("pos_viva_wallet.simulator_url"))

    def test_uninstalling_leaves_a_usable_bank_method(self):
        uninstall_hook(self.env)
        self.env.invalidate_all()
        method = self.viva_method
        self.assertFalse(method.use_payment_terminal)
        self.assertEqual(method.payment_method_type, "none")
        self.assertEqual(method.type, "bank")
        method.write({"name": "Bank"})
        session = self.open_register()
        (loaded,) = session.with_user(self.cashier).load_data([])["pos.payment.method"]
        self.assertFalse(loaded["use_payment_terminal"])
        sale = self.sale_values()
        order = self.sync_order(sale, viva_wallet_session_id=False)
        self.assertEqual(order.state, "paid")
        answer = session.with_user(self.cashier).close_session_from_ui()
        self.assertTrue(answer["successful"], answer)
