"""`dev/bench`: sells in Chromium with this addon and with Odoo's own, and compares what it takes."""

import argparse
import os
import random
import signal
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from ..demo import Demo
from ..paths import ADDON
from ..ports import free_port
from ..report import SetupError, detail, run_main, step
from ..setup import ensure_instance
from ..shop import CASHIER, PRODUCTS, Shop
from ..simulator import simulator_url
from ..system import TEST_PROGRAMS, ensure_programs
from .ledger import differences, open_admin
from .ledger_size import measure_ledger
from .many import ManyBench
from .sale import Sale, Seller
from .shop import BUNDLED_MODULES, Contender, add_contenders
from .table import table, verdicts
from .till import running_till
from .tls import https_front, make_certificate
from .viva import Viva

INSTANCE = "bench"
DATABASE = "bench"
# How long a customer takes to present the card.
WAIT_SECONDS = (2.0, 4.0)
WARM_UP_SECONDS = 2.0

Results = dict[str, dict[str, list[Sale]]]


def parse_options() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(prog="dev/bench", description=__doc__)
    parser.add_argument(
        "--sales",
        type=int,
        help="sales of each module in each mode (default: 20; with --terminals: 3 of each till)",
    )
    parser.add_argument("--seed", type=int, default=1, help="of products and waits (default: 1)")
    parser.add_argument("--port", type=int, help="Odoo's port (default: a free one)")
    parser.add_argument("--simulator-port", type=int, help="its port (default: a free one)")
    parser.add_argument(
        "--terminals",
        type=int,
        default=0,
        metavar="N",
        help="instead of comparing: so many tills sell at the same time, without browsers, and"
        " Viva gets slow",
    )
    parser.add_argument(
        "--workers", type=int, default=2, help="with --terminals: Odoo's HTTP workers (default: 2)"
    )
    parser.add_argument(
        "--limit",
        type=int,
        nargs="+",
        metavar="CALLS",
        help="with --terminals: calls per second that Viva takes from a merchant, a phase each"
        " (default: 15 5)",
    )
    parser.add_argument(
        "--http",
        action="store_true",
        help="reach the simulator by plain HTTP (default: HTTPS, as the real Viva)",
    )
    parser.add_argument(
        "--ledger",
        type=int,
        default=0,
        metavar="ROWS",
        help="measure the list of transactions and a sale with so many of them, instead of selling",
    )
    options = parser.parse_args()
    if options.sales is None:
        options.sales = 3 if options.terminals else 20
    if options.sales < 1:
        parser.error("--sales: at least 1")
    if options.limit and min(options.limit) < 1:
        parser.error("--limit: at least 1")
    return options


def main() -> int:
    """Run the benchmark and return the exit code: 1 when money and payments differ."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    options = parse_options()
    if options.terminals:
        return ManyBench(options).run()
    ensure_programs(TEST_PROGRAMS)
    return Bench(options).run()


class Bench(Demo):
    """A demo in which a benchmark sells instead of a person."""

    def __init__(self, options: argparse.Namespace):
        """Describe the benchmark; nothing is started."""
        demo_options = argparse.Namespace(
            port=options.port or free_port(),
            simulator_port=options.simulator_port or free_port(),
            database=DATABASE,
            modules=",".join(BUNDLED_MODULES),
            fresh=True,
            detach=False,
        )
        super().__init__(ensure_instance(INSTANCE), demo_options)
        self.sales = options.sales
        self.plain_http = options.http
        self.ledger_rows = options.ledger
        self.random = random.Random(options.seed)
        self.shop: Shop | None = None
        self.certificate: Path | None = None

    def stop(self) -> int:
        """End the servers of this benchmark."""
        for server in reversed(self._running()):
            server.stop()
        self.instance.cluster.stop()
        self.state.unlink(missing_ok=True)
        return 0

    def run(self) -> int:
        """Run it from the start to the proof, and leave nothing running."""
        self.stop()
        self.certificate, trusted = make_certificate(self.instance.python)
        os.environ["REQUESTS_CA_BUNDLE"] = str(trusted)
        return super().run()

    def _tell(self, shop: Shop) -> None:
        self.shop = shop

    def _watch(self) -> None:
        if self.ledger_rows:
            measure_ledger(self.instance, self.url, DATABASE, self.shop, self.ledger_rows)
            return
        port = self.options.simulator_port
        viva = Viva(simulator_url(port))
        with ExitStack() as stack:
            address = viva.url
            if not self.plain_http:
                address = stack.enter_context(https_front(port, self.certificate))
            contenders = add_contenders(self.url, DATABASE, address, self.shop)
            results = self._sell(viva, contenders)
            later = self._later_calls(viva, results)
            print(f"\n{table(results)}")
            print("\n".join(verdicts(results, later)), end="\n\n")
            self._prove(viva, contenders)

    def _sell(self, viva: Viva, contenders: tuple[Contender, Contender]) -> Results:
        with running_till(self.instance.folder) as till:
            step("Opening the till")
            login, password = CASHIER
            till.ask(
                "open",
                url=self.url,
                login=login,
                password=password,
                register=self.shop.register_id,
            )
            seller = Seller(till, viva, self.servers[-1].pid)
            return self._measure(seller, viva, contenders)

    def _measure(
        self, seller: Seller, viva: Viva, contenders: tuple[Contender, Contender]
    ) -> Results:
        """Sell with each of the contenders in turn, first with webhooks, then without."""
        results: Results = {}
        modes: dict[str, Callable[[Contender], list[str]]] = {
            "with webhooks": lambda contender: [contender.webhook_url],
            "without webhooks": lambda contender: [],
        }
        viva.set_webhooks(*(contender.webhook_url for contender in contenders))
        self._warm_up(seller, contenders, "both webhook addresses in use")
        for mode, addresses in modes.items():
            if mode == "without webhooks":
                viva.set_webhooks()
                self._warm_up(seller, contenders, "webhooks have just stopped")
            results[mode] = self._sell_by_turns(seller, viva, contenders, mode, addresses)
        return results

    def _warm_up(self, seller: Seller, contenders: tuple[Contender, Contender], what: str) -> None:
        """Make a sale each that does not count: the first fetches tokens and fills caches."""
        for contender in contenders:
            sale = seller.sell(contender, next(iter(PRODUCTS)), WARM_UP_SECONDS)
            detail(f"{what}: {contender.module} {_short(sale)} (not counted)")

    def _sell_by_turns(
        self,
        seller: Seller,
        viva: Viva,
        contenders: tuple[Contender, Contender],
        mode: str,
        addresses: Callable[[Contender], list[str]],
    ) -> dict[str, list[Sale]]:
        step(f"{self.sales} sales each, {mode}")
        results: dict[str, list[Sale]] = {contender.module: [] for contender in contenders}
        for number in range(1, self.sales + 1):
            product = self.random.choice(list(PRODUCTS))
            wait = self.random.uniform(*WAIT_SECONDS)
            for contender in contenders:
                viva.set_webhooks(*addresses(contender))
                sale = seller.sell(contender, product, wait)
                results[contender.module].append(sale)
                detail(f"{number}/{self.sales} {contender.module:16} {_short(sale)}")
        return results

    def _later_calls(self, viva: Viva, results: Results) -> int:
        """Return how often our scheduled job asks Viva about a sale that is long over."""
        sales = [sale for modules in results.values() for sale in modules[ADDON]]
        return max(
            viva.calls_about(sale.session).total() - sale.calls.total() + sale.calls["token"]
            for sale in sales
        )

    def _prove(self, viva: Viva, contenders: tuple[Contender, Contender]) -> None:
        """Compare money and payments.

        :raise SetupError: when they differ.
        """
        ledger = viva.ledger()
        wrong = differences(open_admin(self.url, DATABASE), ledger, contenders)
        if wrong:
            raise SetupError("Viva's ledger and Odoo's payments differ:\n" + "\n".join(wrong))
        counts = ", ".join(
            f"{sum(entry['terminal_id'] == contender.terminal for entry in ledger)} of"
            f" {contender.module}"
            for contender in contenders
        )
        print(f"Both sold in the same register; all {len(ledger)} charges ({counts}) at Viva are")
        print("exactly the payments in Odoo.")


def _short(sale: Sale) -> str:
    return (
        f"request {sale.request:.3f} s, receipt {sale.receipt:.3f} s,"
        f" {sale.calls.total()} calls, {sale.rpcs.total()} RPCs, {sale.server:.2f} s CPU"
    )


if __name__ == "__main__":
    run_main(main)
