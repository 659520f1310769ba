"""The webhook address under what strangers send to it; what it makes of worse, tests say."""

import json
import time
import uuid
from dataclasses import dataclass

import requests

ANSWER_SECONDS = 60


@dataclass(frozen=True)
class Answer:
    """What came back. `status` is 0 when the connection was closed without an answer."""

    name: str
    status: int
    seconds: float


def attack(url: str, session_id: str, rounds: int) -> list[Answer]:
    """Send good and hostile requests, one after the other.

    :param url: a webhook address.
    :param session_id: of a payment that is open.
    """
    known, foreign = _notification(session_id), _notification(str(uuid.uuid4()))
    stranger = f"{url.rpartition('/')[0]}/{uuid.uuid4()}"
    sent = {
        "notification": ("POST", url, known),
        "verification": ("GET", url, b""),
        "verification with the wrong token": ("GET", stranger, b""),
        "notification with the wrong token": ("POST", stranger, known),
        "notification of a foreign session": ("POST", url, foreign),
        "five megabytes": ("POST", url, b'{"a": "' + b"x" * 5_000_000 + b'"}'),
    }
    return [_send(name, *parts) for _number in range(rounds) for name, parts in sent.items()]


def _notification(session_id: str) -> bytes:
    data = {"SessionId": session_id}
    envelope = {"EventTypeId": 1802, "MessageId": str(uuid.uuid4()), "EventData": data}
    return json.dumps(envelope).encode()


def _send(name: str, verb: str, url: str, body: bytes) -> Answer:
    headers = {"Connection": "close", "Content-Type": "application/json"}
    begun, status = time.monotonic(), 0
    try:
        reply = requests.request(verb, url, data=body, headers=headers, timeout=ANSWER_SECONDS)
        status = reply.status_code
    except requests.ConnectionError:
        status = 0  # closed while we were still sending: refused, which is an answer too
    return Answer(name, status, time.monotonic() - begun)
