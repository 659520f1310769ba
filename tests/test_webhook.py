import uuid

from odoo.tests import tagged

from ..simulator.testing import Till
from .common import TERMINAL, VivaWalletHttpCommon


@tagged("post_install", "-at_install")
class TestWebhook(VivaWalletHttpCommon):
    def setUp(self):
        super().setUp()
        self.pos_session = self.open_register()

    def test_notification_is_delivered(self):
        self.send_webhooks()
        session_id = str(uuid.uuid4())
        till = Till(self.simulator.url)
        till.login()
        till.sale(sessionId=session_id, terminalId=TERMINAL)
        self.simulator.tap(TERMINAL)
        deliveries = self.await_webhooks(2)
        self.assertEqual([d["status"] for d in deliveries], [200, 200])
