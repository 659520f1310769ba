"""A stand-in for Viva that answers what a test has planned, and what its tests share."""

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from viva import const
from viva.account import Credentials
from viva.payment_request import PaymentRequest

SESSION = "0b5f6c1e-3a2b-4c5d-8e9f-123456789abc"
CREDENTIALS = Credentials("merchant-id", "api-key-value", "client-id", "client-secret-value")
SALE = PaymentRequest(
    session_id=SESSION, terminal_id="16002169", cash_register_id="POS 1/é", amount=1170,
    currency_code="978", merchant_reference="ref",
)  # fmt: skip
# What Viva says of a token, or an API key, that it does not accept.
REFUSAL = "Could not validate credentials"
# How long a test waits for something that must come; never waited for in full when all is well.
PATIENCE = 20
DRIP_SECONDS = 0.01
# What a machine that is busy with other things may add.
BUSY_SECONDS = 3
DROP = object()


@dataclass(frozen=True)
class Drip:
    """An answer that goes on, byte by byte, until the client hangs up."""

    start: bytes


DRIPPING_HEADERS = Drip(b"HTTP/1.1 200 OK\r\nX-Padding: ")
DRIPPING_BODY = Drip(b'HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n{"access_token": "')


@dataclass
class Seen:
    method: str
    path: str
    query: dict
    headers: dict
    body: bytes
    port: int


@dataclass
class FakeViva:
    """Answers are data: `(status, headers, body)`, DROP, or a function that gives one of them."""

    url: str = ""
    seen: list = field(default_factory=list)
    plans: dict = field(default_factory=dict)
    tokens: int = 0
    expires_in: object = 3600

    def on(self, path, *answers):
        """Give these answers to the path, one after the other, the last one for ever."""
        self.plans[path] = list(answers)

    def calls(self, path):
        return [entry for entry in self.seen if entry.path == path]

    def answer(self, seen):
        plan = self.plans.get(seen.path)
        if plan is None and seen.path == const.PATH_TOKEN:
            self.tokens += 1
            return 200, {}, {"access_token": f"token-{self.tokens}", "expires_in": self.expires_in}
        if plan is None:
            return 200, {}, {}
        answer = plan.pop(0) if len(plan) > 1 else plan[0]
        return answer(seen) if callable(answer) else answer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_any(self):
        length = int(self.headers.get("Content-Length") or 0)
        parts = urlsplit(self.path)
        seen = Seen(
            self.command, parts.path, parse_qs(parts.query), dict(self.headers),
            self.rfile.read(length), self.client_address[1],
        )  # fmt: skip
        self.server.fake.seen.append(seen)
        answer = self.server.fake.answer(seen)
        if answer is DROP:
            self.close_connection = True
            return
        if isinstance(answer, Drip):
            self.drip(answer)
            return
        status, headers, body = answer
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def drip(self, answer):
        self.close_connection = True
        end = time.monotonic() + PATIENCE
        self.wfile.write(answer.start)
        while time.monotonic() < end:
            time.sleep(DRIP_SECONDS)
            self.wfile.write(b"x")

    do_GET = do_POST = do_DELETE = handle_any

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """Clients of these tests hang up early on purpose."""


@contextmanager
def serving(server, fake):
    """Have a server give the answers of a :class:`FakeViva` for a block."""
    server.fake = fake
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE)


def in_threads(count, call):
    """Run the call in that many threads at the same moment; return the results."""
    barrier, results = threading.Barrier(count), []

    def run():
        barrier.wait(PATIENCE)
        results.append(call())

    threads = [threading.Thread(target=run) for _number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return results
