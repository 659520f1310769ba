"""The payment method: what is required, hosts, copies, what may change while a register is open."""

from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..viva.account import DEMO, LIVE
from .common import TERMINAL, VivaWalletCommon

LABELS = {
    "viva_wallet_merchant_id": "Merchant ID",
    "viva_wallet_api_key": "API Key",
    "viva_wallet_client_id": "Client ID",
    "viva_wallet_client_secret": "Client secret",
    "viva_wallet_terminal_id": "Terminal ID",
}


@tagged("post_install", "-at_install")
class TestPosPaymentMethod(VivaWalletCommon):
    # === REQUIRED FIELDS === #

    def test_each_field_is_required_and_named(self):
        for name, label in LABELS.items():
            for value in (False, "", "   "):
                with self.subTest(name=name, value=value):
                    with self.assertRaisesRegex(ValidationError, label):
                        self.create_viva_method(**{name: value})
                    with self.assertRaisesRegex(ValidationError, label):
                        self.viva_method.write({name: value})

    def test_all_that_is_missing_is_named(self):
        with self.assertRaises(ValidationError) as refusal:
            self.create_viva_method(**dict.fromkeys(LABELS, False))
        for label in LABELS.values():
            self.assertIn(label, str(refusal.exception))
        self.assertIn("Viva Wallet", str(refusal.exception))

    def test_other_methods_need_nothing(self):
        bank = self.env["pos.payment.method"].create(
            {"name": "Bank", "journal_id": self.company_data["default_journal_bank"].id}
        )
        self.assertFalse(bank.viva_wallet_webhook_token)
        with self.assertRaisesRegex(ValidationError, "Terminal ID"):
            bank.write({"payment_method_type": "terminal", "use_payment_terminal": "viva_wallet"})

    def test_archived_methods_need_nothing_until_they_are_back(self):
        self.viva_config.payment_method_ids -= self.viva_method
        self.viva_method.active = False
        self.viva_method.viva_wallet_api_key = False
        with self.assertRaisesRegex(ValidationError, "API Key"):
            self.viva_method.active = True

    def test_blanks_are_trimmed(self):
        method = self.create_viva_method(
            **{name: f" \t{name}\n " for name in LABELS}, name="  My name "
        )
        for name in LABELS:
            self.assertEqual(method[name], name)
        method.write({"viva_wallet_api_key": " new\r\n"})
        self.assertEqual(method.viva_wallet_api_key, "new")
        self.assertEqual(method.name.strip(), "My name")

    def test_switching_away_and_back(self):
        token = self.viva_method.viva_wallet_webhook_token
        self.viva_method.use_payment_terminal = False
        self.viva_method.use_payment_terminal = "viva_wallet"
        self.assertEqual(self.viva_method.viva_wallet_webhook_token, token)

    def test_label_of_the_terminal(self):
        selection = dict(self.env["pos.payment.method"]._get_payment_terminal_selection())
        self.assertEqual(selection["viva_wallet"], "Viva Wallet")
        self.assertEqual(self.viva_method.viva_wallet_terminal_id, TERMINAL)

    # === WITHOUT VIVA === #

    def test_saving_does_not_depend_on_viva(self):
        for url in (self.unused_url(), self.simulator.url):
            self._set_simulator_url(url)
            with patch("requests.sessions.Session.send", side_effect=AssertionError("a request")):
                method = self.create_viva_method()
                method.write({"viva_wallet_api_key": "other", "viva_wallet_test_mode": False})
                self.assertTrue(method.viva_wallet_webhook_endpoint)
        self.assertFalse(self.simulator.requests())

    # === COPIES === #

    def test_copy_has_no_secret(self):
        self.viva_method.viva_wallet_webhook_verification_key = "key"
        copy = self.viva_method.copy()
        for name in (
            *LABELS,
            "viva_wallet_webhook_token",
            "viva_wallet_webhook_verification_key",
        ):
            self.assertNotEqual(copy[name] or None, self.viva_method[name], name)
        self.assertFalse(copy.use_payment_terminal)
        secrets = [self.viva_method[name] for name in LABELS]
        self.assertFalse([secret for secret in secrets if secret in str(copy.read())])

    # === HOSTS === #

    def hosts(self, test_mode=True, url=None):
        if url is not None:
            self._set_simulator_url(url)
        self.viva_method.viva_wallet_test_mode = test_mode
        return self.viva_method._viva_wallet_hosts()

    def test_simulator_in_test_mode(self):
        hosts = self.hosts()
        self.assertEqual({hosts.accounts, hosts.api, hosts.web}, {self.simulator.url})
        self.assertEqual(self.hosts(url="https://localhost:8443").api, "https://localhost:8443")

    def test_no_simulator_out_of_test_mode(self):
        self.assertEqual(self.hosts(test_mode=False), LIVE)

    def test_no_simulator_set(self):
        self.assertEqual(self.hosts(url=""), DEMO)

    def test_no_simulator_elsewhere(self):
        for url in (
            "http://192.168.0.7:8090",
            "https://viva.example",
            "http://127.0.0.1@viva.example",
            "http://127.0.0.1.viva.example",
            "http://localhost.viva.example",
            "http://localhost@viva.example/",
            "http://127.0.0.1:80@viva.example",
            "http://127.0.0.1\\@viva.example",
            "http://viva.example#127.0.0.1",
            "http://0.0.0.0:8090",
            "http://2130706433/",
            "ftp://127.0.0.1",
            "//127.0.0.1",
            "127.0.0.1",
            "file:///etc/passwd",
            "nonsense",
        ):
            with (
                self.subTest(url=url),
                self.assertLogs("odoo.addons.pos_viva_wallet", "WARNING"),
            ):
                self.assertEqual(self.hosts(url=url), DEMO)

    def test_live_and_demo_hosts_are_viva(self):
        for hosts in (LIVE, DEMO):
            for host in (hosts.accounts, hosts.api, hosts.web):
                self.assertRegex(host, r"^https://[a-z-]+\.vivapayments\.com$")
            self.assertTrue(hosts.verify_tls)
        self.assertFalse({*vars(LIVE).values()} & {*vars(DEMO).values()} - {True})
