"""HTTP for the simulator: keep-alive, one thread per connection, connections that can be dropped.

werkzeug's own server closes every connection after one answer, which real Viva does not do and
which would hide a till that cannot reuse connections; so only its Request, Response and routing
are used here.
"""

import contextlib
import http.server
import logging
import socket
import socketserver
import ssl
import threading

from werkzeug.test import EnvironBuilder

from .errors import DropConnection

_logger = logging.getLogger(__name__)
# How often the server looks whether it is to stop.
_POLL_SECONDS = 0.05


class Server(socketserver.ThreadingTCPServer):
    """Listens at once; answers after ``start``.

    :param str host: address to listen on
    :param int port: 0 takes a free one
    :param handle: called with a werkzeug Request, returns a Response or raises DropConnection
    :param certificate: file with a certificate and its key, for HTTPS
    """

    allow_reuse_address = True
    request_queue_size = 256
    daemon_threads = True
    block_on_close = False

    def __init__(self, host, port, handle, certificate=None):
        self.handle = handle
        self._connections = set()
        self._guard = threading.Lock()
        if ":" in host:
            self.address_family = socket.AF_INET6
        super().__init__((host, port), Connection)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            # Hands are shaken in the thread of the connection, which may take its time.
            self.socket = context.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )

    @property
    def port(self):
        """The port it listens on."""
        return self.server_address[1]

    def start(self):
        """Answer requests from a daemon thread."""
        threading.Thread(
            target=self.serve_forever, args=(_POLL_SECONDS,), name="simulator-server", daemon=True
        ).start()

    def stop(self):
        """Close the port and all connections, so that everybody notices at once."""
        self.shutdown()
        self.server_close()
        with self._guard:
            connections = list(self._connections)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request, client_address):
        """Override of ThreadingMixIn: remember the connection, to close it on ``stop``."""
        with self._guard:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        """Override of TCPServer."""
        with self._guard:
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request, client_address):
        """Override of BaseServer: clients that go away are no news."""
        _logger.debug("Connection from %s broke", client_address, exc_info=True)


class Connection(http.server.BaseHTTPRequestHandler):
    """One connection of a client; reads requests until either side closes."""

    protocol_version = "HTTP/1.1"
    server_version = "pos_viva_wallet-simulator"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 300

    def do_GET(self):
        """Answer one request of any method."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            headers = self.headers.items()
            request = EnvironBuilder(self.path, method=self.command, headers=headers, data=body)
            response = self.server.handle(request.get_request())
        except DropConnection:
            self._drop()
            return
        except Exception:
            _logger.exception("The simulator failed on %s %s", self.command, self.path)
            self.send_error(500, "The simulator failed; see its log")
            return
        self._send(response)

    do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = do_GET

    def log_message(self, format, *args):
        """Override of BaseHTTPRequestHandler: the request log is part of the control API."""
        _logger.debug(format, *args)

    def _send(self, response):
        body = response.get_data()
        self.send_response(response.status_code)
        response.headers["Content-Length"] = str(len(body))
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def _drop(self):
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
