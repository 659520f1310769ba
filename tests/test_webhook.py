"""The address that Viva sends its notifications to: it wakes us up, and tells strangers nothing."""

import json
import random
import uuid

from odoo import fields
from odoo.tests import tagged

from ..viva.account import Credentials, Hosts
from ..viva.client import VivaClient
from .common import TERMINAL, VivaWalletHttpCommon

KEY = "5A1C0FFEE5A1C0FFEE5A1C0FFEE5A1C0FFEE5A1C"


@tagged("post_install", "-at_install")
class TestWebhook(VivaWalletHttpCommon):
    def setUp(self):
        super().setUp()
        self.pos_session = self.open_register()
        self.viva_method.viva_wallet_webhook_verification_key = False
        self.env.flush_all()

    def ask(self, path=None, **options):
        """Send a request to the webhook address; default: a GET to the right one."""
        self.env.flush_all()
        response = self.url_open(path or self.webhook_path(), allow_redirects=False, **options)
        self.env.invalidate_all()
        return response

    def post(self, body, path=None):
        """Send a notification.

        :param body: bytes as they are, anything else as JSON.
        """
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"}
        return self.ask(path, data=data, headers=headers, method="POST")

    def notification(self, event_type=1802, **data):
        return {"EventTypeId": event_type, "MessageId": str(uuid.uuid4()), "EventData": data}

    def call_till(self, call, *args):
        """Call `viva.wallet.till` over HTTP, as the page of the till does."""
        self.env.flush_all()
        answer = self.make_jsonrpc_request(
            "/web/dataset/call_kw",
            {"model": "viva.wallet.till", "method": call, "args": args, "kwargs": {}},
        )
        self.env.invalidate_all()
        return answer

    def start(self):
        """Start a sale of 12.34 over HTTP, and return its session id."""
        self.authenticate("pos_user", "pos_user")
        session_id = str(uuid.uuid4())
        snapshot = self.call_till(
            "start_sale",
            {
                "session_id": session_id,
                "payment_method_id": self.viva_method.id,
                "pos_session_id": self.pos_session.id,
                "amount": 12.34,
                "order_uuid": str(uuid.uuid4()),
                "order_name": "Order 1",
                "payment_uuid": str(uuid.uuid4()),
            },
        )
        self.assertEqual(snapshot["state"], "sent")
        return session_id

    def state(self):
        """Return all that a notification could possibly change."""
        self.env.invalidate_all()
        method = self.viva_method.sudo()
        return {
            "rows": self.transactions().read(),
            "bus": self.bus_messages(),
            "triggers": self.triggers().mapped("call_at"),
            "token": method.viva_wallet_webhook_token,
            "key": method.viva_wallet_webhook_verification_key,
            "viva": self.simulator.counts(),
        }

    def bus_messages(self):
        self.env.invalidate_all()
        messages = self.env["bus.bus"].sudo().search([], order="id").mapped("message")
        return [json.loads(message) for message in messages if "VIVA_WALLET" in message]

    def triggers(self):
        cron = self.env.ref("pos_viva_wallet.ir_cron_viva_wallet_reconcile")
        return self.env["ir.cron.trigger"].sudo().search([("cron_id", "=", cron.id)])

    # === VERIFICATION === #

    def test_key_is_given_and_asked_for_each_time(self):
        for _attempt in range(3):
            response = self.ask()
            self.assertEqual((response.status_code, response.json()), (200, {"Key": KEY}))
        self.assertEqual(len(self.simulator.requests("webhook_key")), 3)
        self.assertEqual(self.viva_method.viva_wallet_webhook_verification_key, KEY)

    def test_key_that_viva_does_not_give(self):
        for fault in (
            {"action": "drop_before"},
            {"action": "answer", "status": 401},
            {"action": "answer", "status": 500},
            {"action": "answer", "status": 200, "body": {"Key": ""}},
            {"action": "answer", "status": 200, "body": {"Key": {"a": 1}}},
            {"action": "answer", "status": 200, "body": []},
            {"action": "answer", "status": 200, "body": "<html></html>"},
        ):
            with self.subTest(fault=fault):
                self.simulator.add_faults({"operation": "webhook_key", **fault})
                response = self.ask()
                self.assertEqual(response.status_code, 404)
                self.assertFalse(self.viva_method.viva_wallet_webhook_verification_key)
        self.assertEqual(self.ask().json(), {"Key": KEY})

    # === STRANGERS === #

    def strange_paths(self):
        token = self.viva_method.viva_wallet_webhook_token
        archived = self.create_viva_method(name="Archived")
        archived.active = False
        other = self.create_viva_method(name="Bank now")
        other.use_payment_terminal = False
        self.assertTrue(archived.viva_wallet_webhook_token)
        self.assertTrue(other.viva_wallet_webhook_token)
        names = (
            str(uuid.uuid4()),
            "x",
            token[:-1],
            token + "x",
            token.swapcase(),
            "%20" + token,
            token + "%20",
            "%25",
            "_" * len(token),
            "%C3%A9%C3%A8",
            "%FF%FE",
            "false",
            "False",
            "None",
            "0",
            "a" * 4000,
            archived.viva_wallet_webhook_token,
            other.viva_wallet_webhook_token,
        )
        base = "/pos_viva_wallet/notification"
        queries = (
            "",
            "?token=",
            "?company_id=1",
            f"?company_id=1&token={KEY}",
            f"?company_id={self.env.company.id}&token=False",
            "?token=%C3%A9",
            "?token=%FF",
            "?company_id=x&token[]=1",
        )
        return [f"{base}/{name}" for name in names] + [base + query for query in queries]

    def test_strangers_all_get_the_same_answer(self):
        paths = self.strange_paths()
        before = self.state()
        expected = self.ask("/pos_viva_wallet/notification")
        self.assertEqual(expected.status_code, 404)
        body = self.notification(SessionId=str(uuid.uuid4()))
        for path in paths:
            for response in (self.ask(path), self.post(body, path)):
                with self.subTest(path=path, method=response.request.method):
                    self.assertEqual(response.status_code, 404)
                    self.assertEqual(response.content, expected.content)
                    self.assertNotIn("Key", response.text)
        self.assertEqual(self.state(), before)

    def test_token_with_a_null_character(self):
        for path in (
            "/pos_viva_wallet/notification/%00",
            "/pos_viva_wallet/notification/a%00b",
            "/pos_viva_wallet/notification?company_id=1&token=%00",
        ):
            with self.subTest(path=path):
                self.assertEqual(self.ask(path).status_code, 404)

    # === WAKING UP === #

    def test_notification_wakes_up_and_decides_nothing(self):
        session_id = self.start()
        asked = self.simulator.counts()
        body = self.notification(
            1802,
            SessionId=session_id,
            Success=True,
            EventId=0,
            TransactionId=str(uuid.uuid4()),
            Amount=1234,
            CurrencyCode="978",
        )
        response = self.post(body)
        self.assertEqual((response.status_code, response.json()), (200, {}))
        row = self.transaction(session_id)
        self.assertEqual(row.state, "sent")
        self.assertFalse(row.transaction_id)
        self.assertTrue(row.notified_at)
        self.assertEqual(self.simulator.counts(), {**asked, "session": 1}, "Viva was asked")
        (message,) = self.bus_messages()
        self.assertIn("VIVA_WALLET_STATUS", message["type"])
        self.assertEqual(message["payload"], {"session_id": session_id, "state": "sent"})
        self.assert_ledgers_agree()

    def test_the_cron_comes_where_no_till_asks_any_more(self):
        session_id = self.start()
        self.post(self.notification(1802, SessionId=session_id))
        self.assertFalse(self.triggers(), "the till that has just asked is woken up")
        self.let_pass(self.transaction(session_id), 20)
        self.post(self.notification(1802, SessionId=session_id))
        self.assertTrue(self.triggers())

    def test_events_without_session_id_wake_up_by_their_reference(self):
        for event_type in (1796, 1798):
            with self.subTest(event_type=event_type):
                session_id = self.start()
                known = len(self.bus_messages())
                self.post(self.notification(event_type, MerchantTrns=session_id, Amount=12.34))
                (message,) = self.bus_messages()[known:]
                self.assertEqual(message["payload"]["session_id"], session_id)
                self.simulator.cancel(TERMINAL)
                self.let_pass(self.transaction(session_id), 2)
                self.call_till("read_status", [session_id])

    def test_real_notifications(self):
        self.send_webhooks()
        session_id = self.start()
        self.simulator.tap(TERMINAL)
        deliveries = self.await_webhooks(2)
        self.assertEqual([delivery["status"] for delivery in deliveries], [200, 200])
        self.assertEqual([delivery["event_type"] for delivery in deliveries], [1796, 1802])
        row = self.transaction(session_id)
        self.assertEqual(row.state, "approved", "Viva was asked as soon as it had spoken")
        told = [message for message in self.bus_messages() if "APPROVED" in message["type"]]
        self.assertEqual(
            [(message["payload"]["session_id"], message["payload"]["charged"]) for message in told],
            [(session_id, 12.34)],
        )
        self.assert_ledgers_agree()

    def test_only_the_user_who_asked_is_told_about_the_card(self):
        """Displays and phones of customers may listen to the channel of the register."""
        self.send_webhooks()
        session_id = self.start()
        self.simulator.tap(TERMINAL)
        self.await_webhooks(2)
        card = self.transaction(session_id).card_last4
        channels = [
            json.loads(message.channel)
            for message in self.env["bus.bus"].sudo().search([])
            if "VIVA_WALLET" in message.message and card in message.message
        ]
        self.assertEqual(
            channels, [[self.env.cr.dbname, "res.partner", self.pos_user.partner_id.id]]
        )

    def test_double_and_reordered_notifications(self):
        self.send_webhooks(webhook_copies=3, webhook_order="reversed")
        session_id = self.start()
        self.simulator.tap(TERMINAL)
        deliveries = self.await_webhooks(6)
        self.assertEqual({delivery["status"] for delivery in deliveries}, {200})
        self.call_till("read_status", [session_id])
        messages = len(self.bus_messages())
        self.simulator.redeliver(deliveries[0]["id"])
        self.assertEqual({delivery["status"] for delivery in self.await_webhooks(7)}, {200})
        self.assertEqual(len(self.bus_messages()), messages)
        self.assert_ledgers_agree()

    def test_unknown_outcome_is_woken_up_too(self):
        session_id = self.start()
        self.transaction(session_id)._set_state("unknown")
        self.post(self.notification(SessionId=session_id))
        self.assertEqual(len(self.bus_messages()), 1)

    def test_failed_payment_that_viva_says_was_paid_is_asked_about(self):
        session_id = self.start()
        self.simulator.decline(TERMINAL)
        self.call_till("read_status", [session_id])
        self.assertEqual(self.transaction(session_id).state, "failed")
        self.simulator.approve_late(session_id)
        self.let_pass(self.transaction(session_id), 2)
        self.post(self.notification(1803, SessionId=session_id))
        self.assertEqual(self.transaction(session_id).state, "failed", "nothing new was said")
        self.post(self.notification(1802, SessionId=session_id))
        row = self.transaction(session_id)
        self.assertEqual((row.state, row.review), ("approved", "late_approval"))

    def test_finished_payments_are_not_woken_up(self):
        session_id = self.start()
        self.transaction(session_id)._fail("cancelled")
        self.post(self.notification(SessionId=session_id))
        self.assertFalse(self.bus_messages())
        self.assertEqual(self.transaction(session_id).state, "failed")

    def test_foreign_sessions(self):
        self.start()
        before = self.state()
        for body in (
            self.notification(SessionId=str(uuid.uuid4())),
            self.notification(1796, MerchantTrns="order 0815"),
            self.notification(1796, MerchantTrns=""),
            self.notification(1796),
        ):
            self.assertEqual(self.post(body).status_code, 200)
        self.assertEqual(self.state(), before)

    def test_session_of_another_company(self):
        company = self.env["res.company"].create({"name": "Another company"})
        method = self.env["pos.payment.method"].create(
            {
                **self.viva_method_values(journal_id=False, name="Other shop"),
                "company_id": company.id,
            }
        )
        session_id = self.start()
        before = self.state()
        response = self.post(self.notification(SessionId=session_id), self.webhook_path(method))
        self.assertEqual(response.status_code, 200)
        self.assertEqual(self.state(), before)

    # === OLD ADDRESS === #

    def test_address_of_the_old_module(self):
        self.viva_method.viva_wallet_webhook_old_token = "OLD"
        path = f"/pos_viva_wallet/notification?company_id={self.env.company.id}&token=OLD"
        self.assertEqual(self.ask(path).json(), {"Key": KEY})
        session_id = self.start()
        self.assertEqual(self.post(self.notification(SessionId=session_id), path).status_code, 200)
        self.assertEqual(self.bus_messages()[0]["payload"]["session_id"], session_id)
        self.assertEqual(self.transaction(session_id).state, "sent")

    def test_no_old_secret_opens_anything(self):
        self.viva_method.viva_wallet_webhook_old_token = "OLD"
        first = self.viva_method.viva_wallet_webhook_token
        self.ask(self.webhook_path())  # now the verification key is stored, too
        key = self.viva_method.viva_wallet_webhook_verification_key
        self.viva_method.action_viva_wallet_new_webhook_token()
        self.env.flush_all()
        for token in (first, "OLD", key):
            for path in (
                f"/pos_viva_wallet/notification/{token}",
                f"/pos_viva_wallet/notification?token={token}",
            ):
                with self.subTest(path=path):
                    self.assertEqual(self.ask(path).status_code, 404)
                    self.assertEqual(self.post(self.notification(), path).status_code, 404)
        self.assertEqual(self.ask(self.webhook_path()).json(), {"Key": key})

    # === HOSTILE BODIES === #

    def hostile_bodies(self, session_id):
        rng = random.Random(20)
        yield from (rng.randbytes(size) for size in (0, 1, 7, 100, 5000))
        yield b"\xff\xfe\x00"
        yield b"[" * 100_000
        yield b'{"a":' * 20_000
        yield b"x" * 300_000
        yield json.dumps(self.notification(SessionId=session_id, Pad="x" * 300_000)).encode()
        yield from (b"null", b"true", b"0", b'""', b"[]", b"{}", b"NaN", b"1e999", b"[[]]")
        for event in (None, True, 1.5, "1802", "x", [], {}, -1, 0, 9999, 10**30, 4865, "Ⅻ"):
            yield self.notification(event, SessionId=str(uuid.uuid4()))
        for data in (None, [], "x", 7, [[]], {"a": {}}):
            yield {"EventTypeId": 1802, "EventData": data}
        strange = (None, True, 7, 1.5, [], {}, [session_id], "", "\x00", "\ud800", "x" * 10_000,
                   "%", "' OR 1=1 --", "\u202e", 10**30)  # fmt: skip
        for value in strange:
            yield self.notification(1802, SessionId=value)
            yield self.notification(1796, MerchantTrns=value)
            yield self.notification(1797, MerchantTrns=value, ParentId=value, Amount=value)
            yield {**self.notification(1803, SessionId=str(uuid.uuid4())), "MessageId": value}

    def test_hostile_bodies_have_no_effect(self):
        session_id = self.start()
        before = self.state()
        for body in self.hostile_bodies(session_id):
            with self.subTest(body=str(body)[:60]):
                self.assertLess(self.post(body).status_code, 500)
        self.assertEqual(self.state(), before)

    def test_other_kinds_of_requests(self):
        session_id = self.start()
        body = json.dumps(self.notification(SessionId=session_id)).encode()
        before = self.state()
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"):
            with self.subTest(method=method):
                response = self.ask(data=body, method=method)
                self.assertLess(response.status_code, 500)
        self.assertLess(self.ask(method="HEAD").status_code, 500)
        self.assertEqual(self.state(), before)

    def test_other_content_types(self):
        for content_type in (
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "multipart/form-data; boundary=x",
            "application/json; charset=nonsense",
            "",
        ):
            with self.subTest(content_type=content_type):
                response = self.ask(
                    data=b"\x00\xff%=&--x\r\n",
                    method="POST",
                    headers={"Content-Type": content_type},
                )
                self.assertLess(response.status_code, 500)

    def test_notification_keeps_its_first_moment(self):
        session_id = self.start()
        self.post(self.notification(SessionId=session_id))
        row = self.transaction(session_id)
        first = fields.Datetime.subtract(row.notified_at, hours=1)
        row.notified_at = first
        self.post(self.notification(SessionId=session_id))
        self.assertEqual(self.transaction(session_id).notified_at, first)

    # === TOKENS === #

    def test_address_does_not_reach_our_log(self):
        with self.assertLogs("odoo.addons.pos_viva_wallet", "DEBUG") as logs:
            self.ask()
            self.post(self.notification(SessionId=str(uuid.uuid4())))
        written = "\n".join(logs.output)
        for secret in (self.viva_method.viva_wallet_webhook_token, KEY, "simulator-api-key"):
            self.assertNotIn(secret, written)

    def test_simulator_and_client_agree_on_the_key(self):
        settings = self.simulator.state()["settings"]
        client = VivaClient(
            Credentials(settings["merchant_id"], settings["api_key"], "", ""),
            Hosts.simulator(self.simulator.url),
        )
        self.assertEqual(client.webhook_key().body, {"Key": KEY})
