"""A private PostgreSQL cluster: own folder, own unix socket, no network port."""

import json
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .paths import CACHE, short_hash
from .process import run
from .report import SetupError
from .system import is_root, postgres_folder

# PostgreSQL refuses to run as root, and the account that Debian's package makes may not enter root's cache.
ROOT_FOLDER = Path("/var/lib/pos_viva_wallet")
ACCOUNT = "postgres"
USER = "odoo"
# A unix socket's path may have 107 bytes; PostgreSQL's file name takes 20 of them.
LONGEST_FOLDER = 85
# These databases can be made again, so speed counts and a power cut does not.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "512MB",
    "jit": "off",
    "logging_collector": "off",
}


class Cluster:
    """One private PostgreSQL server and its databases."""

    def __init__(self, name: str):
        """Name a cluster of this cache folder.

        :param name: what tells it apart; the same name gives the same cluster.
        """
        self.folder = _storage() / name
        self.data = self.folder / "data"
        self.log = self.folder / "postgres.log"

    @property
    def socket(self) -> Path:
        """The folder of the unix socket: what Odoo calls `db_host`."""
        return self.folder

    def exists(self) -> bool:
        """Return whether the cluster has been made."""
        return (self.data / "PG_VERSION").is_file()

    def create(self) -> None:
        """Make an empty cluster, in place of an earlier one."""
        self.remove()
        self._make_folder()
        self._run(
            "initdb",
            "--pgdata", str(self.data),
            "--username", USER,
            "--auth", "trust",
            "--encoding", "UTF8",
            "--locale", "C.UTF-8",
            "--no-sync",
            failure="A PostgreSQL database cluster could not be made.",
        )  # fmt: skip
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.writelines(f"{name} = '{value}'\n" for name, value in SETTINGS.items())

    def copy_to(self, other: "Cluster") -> None:
        """Replace another cluster by a copy of this one, which must be stopped."""
        other.remove()
        other._make_folder()
        command = ["cp", "-a", "--reflink=auto", str(self.data), str(other.data)]
        run(command, failure="The prepared databases could not be copied; is the disk full?")

    def is_running(self) -> bool:
        """Return whether the server runs."""
        return self.exists() and self._control("status").returncode == 0

    def start(self) -> None:
        """Start the server, unless it runs.

        :raise SetupError: when it does not come up.
        """
        if self.is_running():
            return
        result = self._control(
            "start", "--wait", "--timeout=60", f"--log={self.log}", f"--options=-k '{self.socket}'"
        )
        if result.returncode:
            raise SetupError(f"PostgreSQL did not start; its log is {self.log}.")

    def stop(self) -> None:
        """Stop the server, if it runs, and wait until it has ended."""
        if self.is_running():
            self._control("stop", "--wait", "--mode=fast", "--timeout=60")

    @contextmanager
    def running(self) -> Iterator["Cluster"]:
        """Keep the server running within a block; leave it as it was found."""
        was_running = self.is_running()
        self.start()
        try:
            yield self
        finally:
            if not was_running:
                self.stop()

    def databases(self) -> list[str]:
        """Return the names of all databases."""
        query = "SELECT datname FROM pg_database WHERE NOT datistemplate"
        return self.query("postgres", query).split()

    def drop_database(self, name: str) -> None:
        """Drop a database, if there is one of that name."""
        self.query("postgres", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def query(self, database: str, sql: str) -> str:
        """Run SQL and return the rows as unaligned text."""
        return self._run(
            "psql", "-h", str(self.socket), "-U", USER, "-d", database, "-XAtc", sql,
            failure=f"The database {database} did not answer.",
        )  # fmt: skip

    def rows(self, database: str, sql: str) -> list[dict[str, Any]]:
        """Return what a query finds."""
        return json.loads(
            self.query(database, f"SELECT coalesce(json_agg(found), '[]') FROM ({sql}) found")
        )

    def remove(self) -> None:
        """Stop the server and delete its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _make_folder(self) -> None:
        if len(str(self.folder)) > LONGEST_FOLDER:
            raise SetupError(
                f"The cache folder's name is too long for a PostgreSQL socket ({self.folder});"
                " set POS_VIVA_WALLET_CACHE to a shorter one."
            )
        self.folder.mkdir(parents=True, mode=0o700)
        if is_root():
            shutil.chown(self.folder, ACCOUNT, ACCOUNT)

    def _control(self, action: str, *options: str) -> subprocess.CompletedProcess:
        command = self._command("pg_ctl", action, f"--pgdata={self.data}", *options)
        return subprocess.run(
            command,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )

    def _run(self, program: str, *arguments: str, failure: str) -> str:
        return run(self._command(program, *arguments), cwd=Path("/"), failure=failure)

    def _command(self, program: str, *arguments: str) -> list[str]:
        folder = postgres_folder()
        if folder is None:
            raise SetupError("PostgreSQL is missing; run: sudo apt install postgresql")
        command = [str(folder / program), *arguments]
        if not is_root():
            return command
        return ["setpriv", f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--init-groups", *command]


def _storage() -> Path:
    """Return the folder of all clusters that belong to this cache folder."""
    if not is_root():
        return CACHE / "postgres"
    try:
        pwd.getpwnam(ACCOUNT)
    except KeyError as error:
        raise SetupError(
            f"The account {ACCOUNT}, which Debian's postgresql package makes, is missing; run:"
            " apt install postgresql"
        ) from error
    folder = ROOT_FOLDER / short_hash(str(CACHE))
    mark = CACHE / "clusters"
    if not mark.exists():
        _start_over(folder, mark)
    return folder


def _start_over(folder: Path, mark: Path) -> None:
    """Forget the clusters of a lost cache: Odoo's databases are of no use without its files."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in (ROOT_FOLDER, folder):
        path.chmod(0o755)
    CACHE.mkdir(parents=True, exist_ok=True)
    mark.unlink(missing_ok=True)
    mark.symlink_to(folder)
