"""HTTPS in front of the simulator, because Viva is only ever reached that way.

A connection that is opened anew for every call costs a handshake and the reading of all trusted
authorities each time; over plain HTTP a benchmark would not show that.
"""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import certifi
from werkzeug.serving import make_ssl_devcert

from ..ports import HOST

NAME = "localhost"
CHUNK_BYTES = 65536
SECONDS = 10


def make_certificate(folder: Path) -> tuple[str, str, Path]:
    """Make a certificate for this machine.

    :return: certificate, key, and the list of authorities that trusts it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = make_ssl_devcert(str(folder / "simulator"), host=NAME)
    trusted = folder / "trusted.pem"
    trusted.write_text(Path(certifi.where()).read_text() + Path(certificate).read_text())
    return certificate, key, trusted


@contextmanager
def https_front(port: int, certificate: str, key: str) -> Iterator[str]:
    """Give an HTTPS address of this machine's `port` within a block."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="https", daemon=True)
    thread.start()
    try:
        started = asyncio.run_coroutine_threadsafe(_listen(port, context), loop)
        yield f"https://{NAME}:{started.result(SECONDS)}"
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
