"""A demo account under examination: every call to it is kept for the report, masked."""

import time
import uuid
from dataclasses import dataclass, replace
from typing import Any

import requests

from viva import const, masking, outcome
from viva.account import Credentials, Hosts
from viva.client import VivaClient
from viva.outcome import Expected, Outcome
from viva.payment_request import PaymentRequest
from viva.reply import Reply

REGISTER = "odoo-pos-1"
CURRENCY = "978"
SECONDS = 10


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    :ivar agrees: None where the code assumes nothing, because nobody knows.
    """

    topic: str
    seen: str
    assumed: str
    agrees: bool | None


@dataclass(frozen=True)
class Exchange:
    """One call and its answer, masked."""

    call: str
    status: int | None
    event_id: int | None
    body: Any


class Account:
    """Makes the calls, and remembers what was seen.

    :ivar interval: seconds between two questions about a session.
    :ivar patience: seconds after which a session that does not end is left alone.
    """

    def __init__(
        self,
        credentials: Credentials,
        hosts: Hosts,
        terminal: str,
        *,
        interval: float = 1,
        patience: float = 100,
    ):
        """Examine a terminal of this account."""
        self.credentials = credentials
        self.hosts = hosts
        self.terminal = terminal
        self.interval = interval
        self.patience = patience
        self.client = VivaClient(credentials, hosts)
        self.exchanges: list[Exchange] = []
        self.findings: list[Finding] = []

    # -- what was seen ---------------------------------------------------------------------------

    def note(self, topic: str, seen: Any, assumed: Any, agrees: bool | None = None) -> None:
        """Take note of something, and of what the code assumes.

        :param agrees: by default, whether the two are the same.
        """
        is_same = seen == assumed if agrees is None else agrees
        self.findings.append(Finding(topic, _text(seen), _text(assumed), is_same))

    def note_unknown(self, topic: str, seen: Any) -> None:
        """Take note of something about which the code assumes nothing."""
        self.findings.append(Finding(topic, _text(seen), "not known", None))

    def keep(self, call: str, reply: Reply) -> Reply:
        """Keep an answer for the report, and return it."""
        body = masking.mask(reply.body)
        self.exchanges.append(Exchange(call, reply.status, reply.event_id, body))
        return reply

    # -- calls -----------------------------------------------------------------------------------

    def with_wrong_secret(self) -> VivaClient:
        """Return a client with a Client secret that Viva does not know."""
        return VivaClient(replace(self.credentials, client_secret="not-the-secret"), self.hosts)

    def call_with_bad_token(self) -> requests.Response:
        """Return the answer to a call whose access token is none."""
        return requests.post(
            f"{self.hosts.api}{const.PATH_DEVICES}",
            json={},
            headers={"Authorization": "Bearer x"},
            timeout=SECONDS,
            verify=self.hosts.verify_tls,
        )

    def request(self, amount: int, session_id: str = "") -> PaymentRequest:
        """Return a request for the terminal, under a new session id unless one is given."""
        session_id = session_id or str(uuid.uuid4())
        return PaymentRequest(
            session_id=session_id,
            terminal_id=self.terminal,
            cash_register_id=REGISTER,
            amount=amount,
            currency_code=CURRENCY,
            merchant_reference=session_id,
            customer_trns="First contact",
        )

    def sale(self, amount: int, session_id: str = "", tip: int = 0) -> tuple[str, Reply]:
        """Ask the terminal for a payment; return its session id and the answer."""
        request = self.request(amount, session_id)
        reply = self.client.start_sale(request, tip_amount=tip)
        return request.session_id, self.keep(f"sale of {amount} (tip {tip})", reply)

    def refund(self, amount: int, parent: str) -> tuple[str, Reply]:
        """Ask the terminal to pay back; return the session id and the answer."""
        request = self.request(amount)
        reply = self.client.start_refund(request, parent_session_id=parent)
        return request.session_id, self.keep(f"refund of {amount}", reply)

    def look(self, session_id: str) -> Reply:
        """Ask once how a session stands."""
        return self.keep("session", self.client.read_session(session_id))

    def follow(self, session_id: str, amount: int, kind: str = "sale") -> tuple[Outcome, Reply]:
        """Ask until a session has ended, or for as long as there is patience.

        :return: the last answer as the code reads it, and the answer itself.
        """
        expected = Expected(session_id, amount, CURRENCY, kind)
        deadline = time.monotonic() + self.patience
        while True:
            reply = self.client.read_session(session_id)
            result = outcome.from_session(reply, expected)
            is_over = result.state in (outcome.APPROVED, outcome.FAILED)
            if is_over or time.monotonic() >= deadline:
                self.keep("session, at its end", reply)
                return result, reply
            time.sleep(self.interval)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)
