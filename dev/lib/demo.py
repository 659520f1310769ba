"""`dev/demo`: a shop ready to sell on a simulated card terminal."""

import argparse
import hashlib
import re
import signal
import time
from pathlib import Path

from .databases import TEMPLATE, Baseline, copy_database, drop_database, install, start_from
from .odoo import Instance
from .paths import ADDON, CHECKOUT
from .ports import HOST, require_free
from .report import SetupError, detail, run_main, step
from .server import Server, load_servers, save_servers
from .setup import ensure_instance
from .shop import ADMIN, CASHIER, METHODS, Shop, ensure_shop
from .simulator import set_webhook_url, simulator_url, start_simulator, wait_for_simulator

INSTANCE = "demo"
ODOO_SECONDS = 90
WATCH_SECONDS = 0.5
# Files whose change asks for an update of the database.
DATABASE_FILES = (".py", ".xml", ".csv", ".sql")
ADDON_FOLDERS = (
    "models",
    "viva",
    "controllers",
    "data",
    "security",
    "views",
    "wizard",
    "migrations",
)


def parse_options() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(prog="dev/demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8069, help="Odoo's port (default: 8069)")
    parser.add_argument(
        "--simulator-port", type=int, default=8090, help="the simulator's port (default: 8090)"
    )
    parser.add_argument("--database", default="demo", help="database to use (default: demo)")
    parser.add_argument("--fresh", action="store_true", help="start with a new database")
    parser.add_argument(
        "--with",
        dest="modules",
        default="",
        metavar="MODULE[,MODULE]",
        help="install these Odoo addons, too",
    )
    parser.add_argument(
        "--detach", action="store_true", help="leave it running and return; end it with --stop"
    )
    parser.add_argument("--stop", action="store_true", help="end a running demo")
    options = parser.parse_args()
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", options.database):
        parser.error("--database: use lower-case letters, digits, _ and -, starting with a letter")
    return options


def main() -> int:
    """Start or stop the demo and return the exit code."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    options = parse_options()
    instance = ensure_instance(INSTANCE)
    demo = Demo(instance, options)
    if options.stop:
        return demo.stop()
    return demo.run()


class Demo:
    """The processes of one demo and the file that says which they are."""

    def __init__(self, instance: Instance, options: argparse.Namespace):
        """Describe a demo; nothing is started."""
        self.instance = instance
        self.options = options
        self.state = instance.folder / "servers.json"
        self.servers: list[Server] = []

    def stop(self) -> int:
        """End a running demo, whoever started it."""
        running = self._running()
        for server in reversed(running):
            server.stop()
        self.instance.cluster.stop()
        self.state.unlink(missing_ok=True)
        step("Demo stopped." if running else "No demo was running.")
        return 0

    def run(self) -> int:
        """Start the demo; unless detached, stay until it is stopped."""
        if self._running():
            raise SetupError("The demo of this checkout runs already; end it with dev/demo --stop.")
        require_free(self.options.port, "--port")
        require_free(self.options.simulator_port, "--simulator-port")
        leave_running = False
        try:
            self._start()
            leave_running = self.options.detach
            if not leave_running:
                self._watch()
        finally:
            if not leave_running:
                self.stop()
        return 0

    def _running(self) -> list[Server]:
        return [server for server in load_servers(self.state) if server.is_running()]

    def _start(self) -> None:
        self._prepare_database()
        step("Starting the simulator and Odoo")
        python, options = self.instance.python, self.options
        log = self.instance.folder / "simulator.log"
        simulator = self._add(start_simulator(python, options.simulator_port, log))
        odoo = self._add(self._start_odoo())
        wait_for_simulator(simulator, options.simulator_port)
        odoo.wait_for_answer(f"{self.url}/web/health", ODOO_SECONDS)
        shop = ensure_shop(self.url, options.database, simulator_url(options.simulator_port))
        set_webhook_url(options.simulator_port, shop.webhook_url)
        self._tell(shop)

    @property
    def url(self) -> str:
        """Odoo's address."""
        return f"http://{HOST}:{self.options.port}"

    def _add(self, server: Server) -> Server:
        self.servers.append(server)
        save_servers(self.state, self.servers)
        return server

    def _start_odoo(self) -> Server:
        log = self.instance.folder / "odoo.log"
        environment = self.instance.environment()
        return Server.start("Odoo", self._odoo_command(), environment, log, self.instance.folder)

    def _odoo_command(self) -> list[str]:
        database = self.options.database
        return self.instance.command(
            "--database", database,
            f"--db-filter=^{re.escape(database)}$",
            f"--http-interface={HOST}",
            f"--http-port={self.options.port}",
            *self._odoo_options(),
        )  # fmt: skip

    def _odoo_options(self) -> list[str]:
        """Return how Odoo runs: by default in one process."""
        return ["--max-cron-threads=1"]

    def _prepare_database(self) -> None:
        instance, database = self.instance, self.options.database
        baseline = Baseline(instance, ("point_of_sale",))
        baseline.ensure()
        made_from = instance.folder / "baseline"
        if not instance.cluster.exists() or _read(made_from) != baseline.version:
            start_from(baseline, instance)
            made_from.write_text(baseline.version)
        instance.cluster.start()
        if self.options.fresh:
            drop_database(instance, database)
        if database not in instance.cluster.databases():
            copy_database(instance, TEMPLATE, database)
            self._stamp.unlink(missing_ok=True)
        self._install_addon()

    @property
    def _stamp(self) -> Path:
        return self.instance.folder / f"{self.options.database}.addon"

    def _install_addon(self) -> None:
        wanted = f"{addon_version()} {self.options.modules}"
        done = _read(self._stamp)
        if done == wanted:
            return
        modules = tuple(filter(None, [ADDON, *self.options.modules.split(",")]))
        step(f"Installing {', '.join(modules)} in the database {self.options.database}")
        install(self.instance, self.options.database, modules)
        if done:
            detail("updating, because the addon's files changed")
            install(self.instance, self.options.database, (ADDON,), option="-u")
        self._stamp.write_text(wanted)

    def _watch(self) -> None:
        """Wait for Ctrl-C, or for one of the programs to end."""
        while all(server.is_running() for server in self.servers):
            time.sleep(WATCH_SECONDS)
        if not self.state.exists():
            return
        ended = next(server for server in self.servers if not server.is_running())
        raise SetupError(f"{ended.name} ended by itself; its log is {ended.log}.")

    def _tell(self, shop: Shop) -> None:
        terminals = list(METHODS.values())
        page = f"{simulator_url(self.options.simulator_port)}/terminal"
        print(
            f"""
The shop is ready.

  Till:             {self.url}/pos/ui/{shop.register_id}
  Card terminal:    {page}/{terminals[0]}   (second terminal: {page}/{terminals[1]})
  Odoo:             {self.url}/odoo

  Cashier:          {" / ".join(CASHIER)}   (login / password)
  Administrator:    {" / ".join(ADMIN)}

  Stop it with:     {"dev/demo --stop" if self.options.detach else "Ctrl-C, or dev/demo --stop"}
""",
            flush=True,
        )


def addon_version() -> str:
    """Return a text that changes when a file of the addon that a database depends on changes."""
    digest = hashlib.sha256()
    files = [CHECKOUT / "__manifest__.py", CHECKOUT / "__init__.py", CHECKOUT / "hooks.py"]
    for folder in ADDON_FOLDERS:
        files += sorted((CHECKOUT / folder).rglob("*"))
    for path in files:
        if path.suffix in DATABASE_FILES and path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _read(path: Path) -> str:
    return path.read_text() if path.is_file() else ""


if __name__ == "__main__":
    run_main(main)
