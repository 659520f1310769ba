from odoo.tests import tagged

from .common import TERMINAL, VivaWalletCommon


@tagged("post_install", "-at_install")
class TestTill(VivaWalletCommon):
    def setUp(self):
        super().setUp()
        self.pos_session = self.open_register()

    def test_sale_is_approved(self):
        sale = self.sale_values()
        snapshot = self.till("start_sale", sale)
        self.assertEqual(snapshot["state"], "sent")
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        self.assert_ledgers_agree()
