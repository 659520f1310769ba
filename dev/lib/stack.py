"""A running shop: PostgreSQL, the simulated Viva, and Odoo, for whoever sells in it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from simulator import Simulator

from .databases import fresh_copy
from .odoo import Instance
from .ports import HOST, free_port
from .server import Server, end, running_programs, save_programs
from .shop import Shop, ensure_shop

START_SECONDS = 90
STOP_SECONDS = 15


class Stack:
    """The programs of one shop, and the file that says which they are."""

    def __init__(
        self,
        instance: Instance,
        *,
        port: int | None = None,
        simulator_port: int | None = None,
        certificate: Path | None = None,
        workers: int = 0,
        environment: Mapping[str, str] | None = None,
    ):
        """Describe the shop; nothing is started.

        :param port: of Odoo; by default a free one, as for the simulator.
        :param certificate: of the simulator.
        :param workers: HTTP workers of Odoo; 0: one process.
        :param environment: variables of Odoo beside the usual ones.
        """
        self.instance = instance
        self.port = port or free_port()
        self.bus_port = free_port()
        self.url = f"http://{HOST}:{self.port}"
        # The name is what the certificate is for.
        host = "localhost" if certificate else HOST
        self.viva = Simulator(host, simulator_port or 0, certificate)
        self.workers = workers
        self.environment = environment or {}
        self.state = instance.folder / "programs.json"
        self.log = instance.folder / "odoo.log"
        self.servers: list[Server] = []

    def is_running(self) -> bool:
        """Return whether programs of the shop run, also those of an earlier command."""
        return bool(running_programs(self.state))

    def start(self, database: str) -> Shop:
        """Start Odoo with a database that has the addon, and open the shop; Viva runs already."""
        odoo = self.add(self._start_odoo(database))
        odoo.wait_for_answer(f"{self.url}/web/health", START_SECONDS)
        return ensure_shop(self.url, database, self.viva.url)

    def stop(self) -> None:
        """End the programs, whoever started them."""
        programs = running_programs(self.state)
        # First of all: a command that watches these programs sees that they end on purpose.
        self.state.unlink(missing_ok=True)
        end(programs, STOP_SECONDS)
        self.servers.clear()
        self.instance.cluster.stop()

    @contextmanager
    def running(
        self, database: str, modules: tuple[str, ...] = (), prepare: str = "SELECT 1"
    ) -> Iterator[Shop]:
        """Keep a shop running within a block in which nothing has been sold yet.

        :param modules: addons wanted beside this one.
        :param prepare: SQL that the database sees before Odoo does.
        """
        self.stop()
        try:
            fresh_copy(self.instance, database, modules)
            self.instance.cluster.query(database, prepare)
            with self.viva:
                shop = self.start(database)
                self.viva.configure(webhook_urls=[shop.webhook_url])
                yield shop
        finally:
            self.stop()

    @property
    def odoo(self) -> Server:
        """The program of Odoo."""
        return self.servers[-1]

    def add(self, server: Server) -> Server:
        """Take a program that has been started for one of the shop's."""
        self.servers.append(server)
        save_programs(self.state, self.servers)
        return server

    def _start_odoo(self, database: str) -> Server:
        command = self.instance.command(
            "--database", database,
            f"--db-filter=^{database}$",
            f"--http-interface={HOST}",
            f"--http-port={self.port}",
            f"--gevent-port={self.bus_port}",
            f"--workers={self.workers}",
            f"--max-cron-threads={2 if self.workers else 1}",
        )  # fmt: skip
        environment = {**self.instance.environment(), **self.environment}
        return Server("Odoo", command, environment, self.log, self.instance.folder)
