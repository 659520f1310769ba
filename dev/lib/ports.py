"""Network ports of this machine."""

import socket

from .report import SetupError

HOST = "127.0.0.1"


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def require_free(port: int, option: str) -> None:
    """Check that a port can be used.

    :param option: the command's option that chooses another one.
    :raise SetupError: when something listens on it.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise SetupError(
                f"Port {port} cannot be used ({error.strerror}); free it or choose another with"
                f" {option}."
            ) from error
