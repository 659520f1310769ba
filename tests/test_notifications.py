"""What is known about notifications: verification, events, senders, the secret address."""

import json
import uuid
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..viva import address
from .common import OTHER_TERMINAL, VivaWalletHttpCommon


@tagged("post_install", "-at_install")
class TestNotificationRequests(VivaWalletHttpCommon):
    def request(self, path=None, body=None):
        """Send a GET, or a notification, and return the answer."""
        self.env.flush_all()
        options = {}
        if body is not None:
            options = {
                "data": json.dumps(body).encode(),
                "headers": {"Content-Type": "application/json"},
                "method": "POST",
            }
        answer = self.url_open(path or self.webhook_path(), allow_redirects=False, **options)
        self.env.invalidate_all()
        return answer

    def notify(self, event_type, path=None):
        body = {"EventTypeId": event_type, "MessageId": str(uuid.uuid4()), "EventData": {}}
        return self.request(path, body)

    # === KEY === #

    def test_rotated_key(self):
        for key in ("FIRST", "SECOND"):
            self.simulator.configure(webhook_key=key)
            self.assertEqual(self.request().json(), {"Key": key})
            self.assertEqual(self.viva_method.viva_wallet_webhook_verification_key, key)

    def test_key_while_viva_is_down(self):
        self.simulator.configure(webhook_key="FIRST")
        self.request()
        self._set_simulator_url(self.unused_url())
        self.assertEqual(self.request().json(), {"Key": "FIRST"})

    def test_verification_is_noted(self):
        self.assertFalse(self.viva_method.viva_wallet_webhook_verified_at)
        before = fields.Datetime.now() - timedelta(seconds=1)
        self.request()
        self.assertGreaterEqual(self.viva_method.viva_wallet_webhook_verified_at, before)

    def test_own_probe_is_no_verification(self):
        self.viva_method.viva_wallet_webhook_verification_key = "KEY"
        self.assertEqual(self.request(f"{self.webhook_path()}?probe=1").json(), {"Key": "KEY"})
        self.assertFalse(self.viva_method.viva_wallet_webhook_verified_at)
        self.assertFalse(self.simulator.requests())

    def test_probe_needs_the_secret(self):
        answer = self.request("/pos_viva_wallet/notification/wrong?probe=1")
        self.assertEqual(answer.status_code, 404)

    def test_look_at_our_own_address(self):
        """The question of Check connection, put to the real route."""
        self.viva_method.viva_wallet_webhook_verification_key = "KEY"
        self.env.flush_all()
        url = self.base_url() + self.webhook_path()
        with self.allow_requests(all_requests=True):
            self.assertEqual(address.look(f"{url}?probe=1", "KEY"), address.REACHED)
            self.assertEqual(address.look(f"{url}x?probe=1", "KEY"), address.SOMEBODY_ELSE)
            self.assertEqual(address.look(f"{self.base_url()}/", "KEY"), address.REDIRECTED)
        self.assertEqual(address.look(self.unused_url(), "KEY"), address.NOT_REACHED)

    # === EVENTS === #

    def test_events_are_noted(self):
        self.notify(1796)
        self.notify(1803)
        self.assertEqual(set(self.viva_method._viva_wallet_events_seen()), {1796, 1803})
        first = dict(self.viva_method.viva_wallet_webhook_events)
        self.notify(1796)
        self.assertEqual(self.viva_method.viva_wallet_webhook_events, first, "one write per minute")
        self.notify(9999)
        self.assertEqual(set(self.viva_method._viva_wallet_events_seen()), {1796, 1803})

    def test_events_of_one_account_count_for_all_its_methods(self):
        second = self.create_viva_method(name="Second", viva_wallet_terminal_id=OTHER_TERMINAL)
        stranger = self.create_viva_method(
            name="Other account", viva_wallet_merchant_id="other", viva_wallet_terminal_id="1"
        )
        self.notify(1796)
        self.request()
        self.assertEqual(set(second._viva_wallet_events_seen()), {1796})
        self.assertFalse(stranger._viva_wallet_events_seen())
        texts = json.dumps(second.viva_wallet_webhook_steps)
        self.assertIn("Last on", texts)
        with patch.object(address, "judge", return_value=address.PUBLIC):
            second.invalidate_recordset()
            self.assertIn(self.viva_method.name, json.dumps(second.viva_wallet_webhook_steps))

    # === SENDERS === #

    def test_allowed_senders(self):
        self.viva_method.viva_wallet_webhook_senders = "127.0.0.0/8, ::1"
        self.assertEqual(self.notify(1796).status_code, 200)
        self.assertEqual(self.request().status_code, 200)
        self.viva_method.viva_wallet_webhook_senders = "13.80.70.181, 40.127.253.112/28"
        unknown = self.request("/pos_viva_wallet/notification/wrong")
        with self.assertLogs("odoo.addons.pos_viva_wallet", "WARNING") as log:
            for answer in (self.notify(1797), self.request()):
                self.assertEqual((answer.status_code, answer.text), (404, unknown.text))
        self.assertNotIn(self.viva_method.viva_wallet_webhook_token, str(log.output))
        self.assertNotIn(1797, self.viva_method._viva_wallet_events_seen())

    # === NEW ADDRESS === #

    def test_new_address(self):
        old = self.webhook_path()
        self.request()
        self.notify(1796)
        self.viva_method.viva_wallet_webhook_old_token = "OLD"
        self.viva_method.action_viva_wallet_new_webhook_token()
        self.assertNotEqual(self.webhook_path(), old)
        self.assertEqual(self.request(old).status_code, 404)
        self.assertEqual(
            self.request("/pos_viva_wallet/notification?company_id=1&token=OLD").status_code, 404
        )
        self.assertFalse(self.viva_method.viva_wallet_webhook_verified_at)
        self.assertFalse(self.viva_method._viva_wallet_events_seen())
        self.assertEqual(self.request().status_code, 200)

    # === OLD ADDRESS === #

    def test_old_address_survives_a_rotated_key(self):
        self.viva_method.write(
            {
                "viva_wallet_webhook_old_token": "OLDKEY",
                "viva_wallet_webhook_verification_key": "OLDKEY",
            }
        )
        self.simulator.configure(webhook_key="NEWKEY")
        path = "/pos_viva_wallet/notification?company_id=1&token=OLDKEY"
        self.assertEqual(self.request(path).json(), {"Key": "NEWKEY"})
        self.assertEqual(self.notify(1796, path).status_code, 200)
        self.assertEqual(self.notify(1796, path).status_code, 200)
