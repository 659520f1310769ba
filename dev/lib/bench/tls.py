"""HTTPS in front of the simulator, because Viva is only ever reached that way.

A connection that is opened anew for every call costs a handshake and the reading of all trusted
authorities each time; over plain HTTP a benchmark would not show that.
"""

import asyncio
import datetime
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ..ports import HOST

DAY = datetime.timedelta(days=1)
CHUNK_BYTES = 65536
SECONDS = 10


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for this machine.

    :return: key with certificate, and the list of authorities that trusts it.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Simulator of Viva")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - DAY).not_valid_after(now + DAY)
    builder = builder.add_extension(address, critical=False)
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    folder.mkdir(parents=True, exist_ok=True)
    own, trusted = folder / "server.pem", folder / "trusted.pem"
    own.write_bytes(secret + certificate)
    trusted.write_bytes(Path(certifi.where()).read_bytes() + certificate)
    return own, trusted


@contextmanager
def https_front(port: int, certificate: Path) -> Iterator[str]:
    """Give an HTTPS address of this machine's `port` within a block."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="https", daemon=True)
    thread.start()
    try:
        started = asyncio.run_coroutine_threadsafe(_listen(port, context), loop)
        yield f"https://{HOST}:{started.result(SECONDS)}"
    finally:
        asyncio.run_coroutine_threadsafe(_end_connections(), loop).result(SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


async def _listen(port: int, context: ssl.SSLContext) -> int:
    """Start listening; return the port."""

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A cancelled connection would be reported as one that failed.
        with suppress(asyncio.CancelledError):
            inner_reader, inner_writer = await asyncio.open_connection(HOST, port)
            await asyncio.gather(_pump(reader, inner_writer), _pump(inner_reader, writer))

    server = await asyncio.start_server(relay, HOST, 0, ssl=context)
    return server.sockets[0].getsockname()[1]


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on what comes until the end of either side."""
    with suppress(OSError):
        while data := await reader.read(CHUNK_BYTES):
            writer.write(data)
            await writer.drain()
    writer.close()


async def _end_connections() -> None:
    connections = asyncio.all_tasks() - {asyncio.current_task()}
    for connection in connections:
        connection.cancel()
    await asyncio.gather(*connections, return_exceptions=True)
