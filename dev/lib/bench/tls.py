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

from ..paths import CHECKOUT_CACHE
from ..ports import HOST
from ..process import run
from ..report import SetupError

SCRIPT = Path(__file__).with_name("certificate.py")
CHUNK_BYTES = 65536
START_SECONDS = 10
END_SECONDS = 10


def make_certificate(python: Path) -> tuple[Path, Path]:
    """Make a certificate for this machine.

    :param python: of the virtual environment.
    :return: key with certificate, and the list of authorities that trusts it.
    """
    folder = CHECKOUT_CACHE / "certificate"
    folder.mkdir(parents=True, exist_ok=True)
    run([python, SCRIPT, folder], failure="A certificate for the simulator could not be made.")
    return folder / "server.pem", folder / "trusted.pem"


@contextmanager
def https_front(port: int, certificate: Path) -> Iterator[str]:
    """Give an HTTPS address of this machine's `port` within a block.

    :raise SetupError: when it does not start.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="https", daemon=True)
    thread.start()
    try:
        yield f"https://{HOST}:{_start(loop, port, context)}"
    finally:
        asyncio.run_coroutine_threadsafe(_end_connections(), loop).result(END_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def _start(loop: asyncio.AbstractEventLoop, port: int, context: ssl.SSLContext) -> int:
    """Start listening; return the port."""

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A cancelled connection would be reported as one that failed.
        with suppress(asyncio.CancelledError):
            inner_reader, inner_writer = await asyncio.open_connection(HOST, port)
            await asyncio.gather(_pump(reader, inner_writer), _pump(inner_reader, writer))

    async def listen() -> int:
        server = await asyncio.start_server(relay, HOST, 0, ssl=context)
        return server.sockets[0].getsockname()[1]

    try:
        return asyncio.run_coroutine_threadsafe(listen(), loop).result(START_SECONDS)
    except (OSError, TimeoutError) as error:
        raise SetupError(f"HTTPS in front of the simulator did not start ({error}).") from error


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
