"""Whatever is thrown at the webhook's address: the server makes no error of it, and believes nothing."""

import gzip
import json
import random
import socket
import uuid
from contextlib import suppress

from odoo.tests import tagged

from ..viva import const
from .common import VivaWalletHttpCommon

SEEDS = range(8)
REQUESTS = 40  # per seed
ANSWER_SECONDS = 30
# All that a notification changes in the ledger.
NOTIFIED = {"notified_at", "news_at", "asked_at", "unanswered_since", "event_ids"}

VERBS = ("GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "X")
QUERIES = (
    "", "?", "?self=1", "?token=", "?token=%00", "?token=%FF%FE", "?company_id=1&token[]=x",
    "?company_id=%C3%A9", "?args=1&kwargs=2&notification=3&method=4", "?%%%", "?&&&===&&",
    "?context={}&uid=1", "?a=" + "b" * 5000, "?%00=%00", "?token=x&token=y&self=&_kwargs=1",
)  # fmt: skip
# Without a NUL, for which Odoo itself fails in any path.
SUFFIXES = ("", "/", "x", "%FF", "%E2%80%AE", "/..", "%2F..%2F", ";x=y", "a" * 6000, "?#")
CONTENT_TYPES = (
    "application/json", "application/json; charset=utf-16", "application/json; charset=nonsense",
    "text/plain", "text/xml", "application/x-www-form-urlencoded", "multipart/form-data",
    "multipart/form-data; boundary=x", "multipart/form-data; boundary=" + "y" * 300, "\xff", "",
)  # fmt: skip
HEADERS = (
    "Content-Encoding: gzip", "Transfer-Encoding: gzip", "Expect: 100-continue",
    "Accept-Language: \xff,*;q=x", "Cookie: session_id=../../x; frontend_lang=%00; a", "Range: bytes=0-",
    "X-Forwarded-For: \xff", "Authorization: Basic ///", "Content-Language: x", "If-Match: *",
)  # fmt: skip
VALUES = (
    None, True, False, 0, -1, 1.5, 10**30, float("nan"), float("inf"), "", " ", "\x00", "\ud800",
    "\u202e", "%s", "' OR 1=1 --", "x" * 5000, [], {}, [[]], {"a": {"b": []}}, "1802", "0x70A",
)  # fmt: skip


@tagged("post_install", "-at_install")
class TestWebhookFuzz(VivaWalletHttpCommon):
    def setUp(self):
        super().setUp()
        self.open_register()
        self.key = self.simulator.state()["settings"]["webhook_key"]
        self.viva_method.viva_wallet_webhook_verification_key = self.key
        # Viva knows nothing of it and cannot be asked: only a notification could change it.
        self.open_row = self.env["viva.wallet.transaction"].sudo().create({
            "session_id": str(uuid.uuid4()),
            "terminal_id": "16000003",
            "cash_register_id": "1",
            "state": "sent",
            "payment_method_id": False,
            "pos_config_id": self.viva_config.id,
            "company_id": self.env.company.id,
            "currency_id": self.env.ref("base.EUR").id,
            "amount_minor": 1234,
        })  # fmt: skip
        self.env.flush_all()

    def knowledge(self):
        """Return all that no notification may change."""
        self.env.invalidate_all()
        method = self.viva_method.sudo()
        rows = self.transactions().read()
        return {
            "rows": [
                {name: value for name, value in row.items() if name not in NOTIFIED} for row in rows
            ],
            "token": method.viva_wallet_webhook_token,
            "key": method.viva_wallet_webhook_verification_key,
            "viva": {**self.simulator.counts(), "webhook_key": None},
        }

    # === REQUESTS === #

    def target(self, rng):
        """Return a path with a query, most often one that reaches our code."""
        path = self.webhook_path()
        if rng.random() < 0.3:
            path = rng.choice((
                "/pos_viva_wallet/notification",
                f"/pos_viva_wallet/notification/{uuid.uuid4()}",
            ))  # fmt: skip
        if rng.random() < 0.3:
            path += rng.choice(SUFFIXES)
        return path + (rng.choice(QUERIES) if rng.random() < 0.5 else "")

    def body(self, rng):
        """Return bytes between honest and hostile."""
        make = rng.choice(
            (
                self.random_bytes,
                self.nested,
                self.strange_notification,
                self.damaged_notification,
                self.large,
                self.squeezed,
                self.form,
            )
        )
        return make(rng)

    def random_bytes(self, rng):
        return rng.randbytes(rng.choice((0, 1, 50, 3000)))

    def nested(self, rng):
        depth = rng.choice((10, 1000, 100_000))
        return rng.choice((b"[", b'{"EventData":', b'{"a":[')) * min(depth, 40_000)

    def strange_notification(self, rng):
        """Return JSON of the right shape with values that make no sense."""
        data = {
            name: rng.choice((*VALUES, self.open_row.session_id))
            for name in ("SessionId", "MerchantTrns", "TransactionId", "Amount", "ParentId")
        }
        envelope = {
            "EventTypeId": rng.choice((*VALUES, *const.WEBHOOK_EVENTS)),
            "MessageId": rng.choice(VALUES),
            "EventData": rng.choice((data, data, data, *VALUES)),
        }
        text = json.dumps(envelope)
        if rng.random() < 0.3:  # a name twice
            text = f'{text[:-1]}, "EventTypeId": {json.dumps(rng.choice(VALUES))}}}'
        return text.encode("utf-8", "surrogatepass")

    def damaged_notification(self, rng):
        """Return a notification of the open payment in which some bytes are wrong."""
        data = {"SessionId": self.open_row.session_id, "Success": True, "Amount": 1234}
        body = bytearray(json.dumps({"EventTypeId": 1802, "EventData": data}).encode())
        for _change in range(rng.randrange(4)):
            body[rng.randrange(len(body))] = rng.randrange(256)
        return bytes(body)

    def large(self, rng):
        size = rng.choice((const.WEBHOOK_BYTES - 20, const.WEBHOOK_BYTES + 1, 2_000_000))
        return b'{"EventTypeId": "' + b"1" * size + b'"}'

    def squeezed(self, _rng):
        return gzip.compress(b"0" * 20_000_000)

    def form(self, rng):
        part = b'--x\r\nContent-Disposition: form-data; name="self"; filename="\x00"\r\n\r\n1\r\n'
        return rng.choice((b"self=1&token=%00&a[]=%FF", part, part + b"--x--", part * 300))

    def headers(self, rng, body):
        """Return header lines; the length of the body may be a lie."""
        lines = [f"Content-Type: {rng.choice(CONTENT_TYPES)}"]
        lines += rng.sample(HEADERS, rng.choice((0, 0, 1, 3)))
        length = str(len(body))
        lie = rng.choice(("", "-1", "x", "99999999999999999999", str(len(body) // 2)))
        framing = rng.random()
        if framing < 0.7:
            lines.append(f"Content-Length: {length}")
        elif framing < 0.85:
            lines.append(f"Content-Length: {lie}")
        else:
            lines.append("Transfer-Encoding: chunked")
        return lines

    def request(self, rng):
        body = self.body(rng)
        verb = rng.choice(VERBS) if rng.random() < 0.4 else "POST"
        lines = [f"{verb} {self.target(rng)} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
        head = "\r\n".join([*lines, *self.headers(rng, body), "", ""])
        return head.encode("latin-1") + body

    def send(self, request):
        """Send bytes, say that no more will come, and return the status of the answer.

        :return: 0 when the connection was closed without one.
        :rtype: int
        """
        place = ("127.0.0.1", self.http_port())
        with socket.create_connection(place, ANSWER_SECONDS) as connection:
            with suppress(ConnectionError):  # it may be refused before all of it is there
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
            answer = b""
            with suppress(ConnectionError):
                while not answer.endswith(b"\r\n") and (piece := connection.recv(4096)):
                    answer += piece
        return int(answer.split()[1]) if answer.startswith(b"HTTP/") else 0

    # === TESTS === #

    def test_random_requests(self):
        before = self.knowledge()
        with self.allow_requests(all_requests=True), self.assertNoLogs(level="ERROR"):
            for seed in SEEDS:
                rng = random.Random(seed)
                for number in range(REQUESTS):
                    request = self.request(rng)
                    with self.subTest(seed=seed, number=number, request=request[:200]):
                        self.assertLess(self.send(request), 500)
        self.assertEqual(self.knowledge(), before)

    def test_honest_requests_still_get_their_answers(self):
        body = json.dumps(
            {"EventTypeId": 1802, "EventData": {"SessionId": self.open_row.session_id}}
        ).encode()
        head = (
            f"POST {self.webhook_path()} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with self.allow_requests(all_requests=True):
            self.assertEqual(self.send(head.encode() + body), 200)
        self.assertEqual(self.url_open(self.webhook_path()).json(), {"Key": self.key})
        self.env.invalidate_all()
        self.assertTrue(self.open_row.notified_at)

    def test_query_cannot_replace_the_arguments_of_the_route(self):
        with self.assertNoLogs(level="ERROR"):
            for query in ("self=1", "self=", "self=1&self=2", "endpoint=1", "cls=1&args=2"):
                with self.subTest(query=query):
                    path = f"{self.webhook_path()}?{query}"
                    self.assertEqual(self.url_open(path).json(), {"Key": self.key})
