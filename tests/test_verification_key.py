"""The verification key is there before Viva asks for it, and saving does not wait for it."""

from odoo.tests import tagged

from .common import VivaWalletCommon


@tagged("post_install", "-at_install")
class TestVerificationKey(VivaWalletCommon):
    def commit(self):
        """Do what follows the end of the present transaction."""
        self.env.flush_all()
        self.env.cr.postcommit.run()
        self.env.invalidate_all()

    def asked(self):
        return len(self.simulator.requests("webhook_key"))

    def setUp(self):
        super().setUp()
        self.simulator.configure(webhook_key="FIRST")
        self.env.cr.postcommit.clear()
        self.viva_method.viva_wallet_webhook_verification_key = False

    def test_fetched_when_the_method_is_saved(self):
        self.viva_method.write({"viva_wallet_api_key": self.viva_method.viva_wallet_api_key})
        self.assertFalse(self.asked(), "not before it is committed")
        self.commit()
        self.assertEqual(self.viva_method.viva_wallet_webhook_verification_key, "FIRST")

    def test_not_fetched_again_nor_for_what_does_not_matter(self):
        self.viva_method.viva_wallet_webhook_verification_key = "KEPT"
        self.viva_method.write({"viva_wallet_api_key": "another"})
        self.viva_method.write({"name": "Card"})
        self.commit()
        self.assertEqual(self.viva_method.viva_wallet_webhook_verification_key, "KEPT")
        self.assertFalse(self.asked())

    def test_refusal_leaves_it_empty(self):
        self.viva_method.write({"viva_wallet_api_key": "wrong"})
        self.commit()
        self.assertEqual(self.asked(), 1)
        self.assertFalse(self.viva_method.viva_wallet_webhook_verification_key)
