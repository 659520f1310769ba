"""The webhook address under what strangers send to it."""

import json
import random
import socket
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

ANSWER_SECONDS = 60
PIECE = 4096


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
    parts = urlsplit(url)
    place = (parts.hostname, parts.port)
    return [
        _send(place, name, request)
        for _number in range(rounds)
        for name, request in _requests(parts.path, session_id).items()
    ]


def _requests(path: str, session_id: str) -> dict[str, bytes]:
    rng = random.Random(session_id)
    known = _notification(SessionId=session_id)
    stranger = f"/pos_viva_wallet/notification/{uuid.uuid4()}"
    verbs = ("HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND")
    return {
        "notification": _post(path, known),
        "verification": _raw("GET", path),
        "verification with the wrong token": _raw("GET", stranger),
        "notification with the wrong token": _post(stranger, known),
        "notification of a foreign session": _post(
            path, _notification(SessionId=str(uuid.uuid4()))
        ),
        "random bytes": _post(path, rng.randbytes(2000)),
        "deep nesting": _post(path, b"[" * 100_000),
        "huge number": _post(path, b'{"EventTypeId": ' + b"9" * 100_000 + b"}"),
        "a megabyte": _post(path, b"x" * 1_000_000),
        "five megabytes": _post(path, b'{"a": "' + b"x" * 5_000_000 + b'"}'),
        "chunked": _raw("POST", path, b"5\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
        **{verb: _raw(verb, path, known, f"Content-Length: {len(known)}") for verb in verbs},
    }


def _notification(**data: str) -> bytes:
    envelope = {"EventTypeId": 1802, "MessageId": str(uuid.uuid4()), "EventData": data}
    return json.dumps(envelope).encode()


def _post(path: str, body: bytes) -> bytes:
    headers = ("Content-Type: application/json", f"Content-Length: {len(body)}")
    return _raw("POST", path, body, *headers)


def _raw(verb: str, path: str, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"{verb} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def _send(place: tuple[str, int], name: str, request: bytes) -> Answer:
    begun = time.monotonic()
    status = 0
    try:
        with socket.create_connection(place, timeout=ANSWER_SECONDS) as connection:
            connection.settimeout(ANSWER_SECONDS)
            status = _exchange(connection, request)
    except ConnectionError:
        status = 0  # closed while we were still sending: refused, which is an answer too
    return Answer(name, status, time.monotonic() - begun)


def _exchange(connection: socket.socket, request: bytes) -> int:
    """Return the status; an answer that comes while we are still sending counts."""
    with suppress(BrokenPipeError, ConnectionResetError):
        connection.sendall(request)
    start = connection.recv(PIECE)
    return int(start.split()[1]) if start.startswith(b"HTTP/") else 0
