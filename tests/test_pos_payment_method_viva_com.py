"""Copying the configuration of the bundled module for Viva.com."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import OTHER_TERMINAL, VivaWalletCommon


@tagged("post_install", "-at_install")
class TestVivaCom(VivaWalletCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.create_user(
            "viva_manager", "point_of_sale.group_pos_manager", "account.group_account_manager"
        )
        cls.is_installed = "viva_com_api_key" in cls.env["pos.payment.method"]._fields

    def old_method(self, **values):
        settings = self.simulator.state()["settings"]
        return self.env["pos.payment.method"].create({
            "name": "Viva.com", "journal_id": self.company_data["default_journal_bank"].id,
            "payment_method_type": "terminal", "use_payment_terminal": "viva_com",
            "viva_com_terminal_id": OTHER_TERMINAL, "viva_com_test_mode": True,
            **{
                f"viva_com_{name}": settings[name]
                for name in ("merchant_id", "api_key", "client_id", "client_secret")
            },
            **values,
        })  # fmt: skip

    def copy_configuration(self, old):
        action = old.with_user(self.manager).action_viva_wallet_copy_viva_com()
        created = self.env["pos.payment.method"].browse(action["params"]["next"]["res_id"])
        return created, action["params"]["message"]

    def test_other_methods_have_nothing_to_copy(self):
        with self.assertRaisesRegex(UserError, "not a payment method of PoS Viva.com"):
            self.viva_method.with_user(self.manager).action_viva_wallet_copy_viva_com()

    def test_copy(self):
        if not self.is_installed:
            self.skipTest("pos_viva_com is not installed")
        old = self.old_method(config_ids=[(6, 0, self.viva_config.ids)])
        before = old.read()
        created, message = self.copy_configuration(old)
        self.assertEqual(old.read(), before)
        self.assertEqual(created.config_ids, self.viva_config)
        self.assertEqual(created.viva_wallet_terminal_id, OTHER_TERMINAL)
        self.assertIn("create the webhooks again", message)
        session = self.open_register()
        sale = self.sale_values(payment_method_id=created.id, pos_session_id=session.id)
        self.assertEqual(self.till("start_sale", sale)["state"], "sent")
        with self.assertRaisesRegex(UserError, "already"):
            self.copy_configuration(old)

    def test_copy_while_a_register_is_open(self):
        if not self.is_installed:
            self.skipTest("pos_viva_com is not installed")
        second = self.create_config("Register two")
        old = self.old_method(config_ids=[(6, 0, (self.viva_config + second).ids)])
        self.open_register()
        created, message = self.copy_configuration(old)
        self.assertEqual(created.config_ids, second)
        self.assertIn(f"Close {self.viva_config.name}", message)
