"""The secret of the webhook address does not reach the web server's log of requests."""

import logging

from odoo.tests import tagged

from .common import VivaWalletCommon

KEY = "5A1C0FFEE5A1C0FFEE5A1C0FFEE5A1C0FFEE5A1C"


@tagged("post_install", "-at_install")
class TestAccessLog(VivaWalletCommon):
    def test_address_does_not_reach_the_access_log(self):
        token = self.viva_method.viva_wallet_webhook_token
        web_server = logging.getLogger("werkzeug")
        old_path = f"/pos_viva_wallet/notification?company_id=1&token={KEY}"
        for path, secret in (
            (f"/pos_viva_wallet/notification/{token}", token),
            (old_path, KEY),
            (f"/pos_viva_wallet/notification?token={KEY}&company_id=1", KEY),
        ):
            request = f"POST {path} HTTP/1.1"
            record = web_server.makeRecord(
                "werkzeug", logging.INFO, "", 0, '"%s" %s %s', (request, "200", "-"), None
            )
            web_server.filter(record)
            self.assertIn("/pos_viva_wallet/notification", record.getMessage())
            self.assertNotIn(secret, record.getMessage())
