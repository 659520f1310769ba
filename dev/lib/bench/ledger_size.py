"""What a big ledger costs: its list beside another list of Odoo of the same size, and a sale.

The rows are made by PostgreSQL itself; the same number goes into Odoo's own log table, a plain model
of Odoo, so that each figure has one to compare it with.
"""

import argparse
import statistics
import time
import uuid
from collections.abc import Callable

from ..http_till import HttpTill
from ..odoo import ensure_instance
from ..report import detail, step
from ..shop import Odoo, Shop, add_places
from ..stack import Stack

INSTANCE = "bench"
DATABASE = "ledger"
RUNS = 5
SALES = 20
TERMINALS = 40
LEDGER, CONTROL = "viva.wallet.transaction", "ir.logging"

# The rows of a busy chain: 40 terminals, one payment in ten without a charge, a few to review. They
# have no payments in Odoo, so the others are settled: the scheduled job would ask for each.
FILL_LEDGER = """
INSERT INTO viva_wallet_transaction
    (session_id, kind, payment_method_id, terminal_id, cash_register_id, pos_config_id, company_id,
     user_id, currency_id, amount_minor, charged_minor, tip_minor, amount, charged_amount,
     tip_amount, state, reason, transaction_id, rrn, card_brand, card_last4, review, review_state,
     resolution, order_name,
     order_uuid, payment_uuid, create_uid, write_uid, create_date, write_date, finished_at, day, hour)
SELECT gen_random_uuid(), 'sale', {method}, (17000000 + n % {terminals})::text,
       'odoo-pos-{register}', {register}, {company}, 2, {currency},
       cents, CASE WHEN charged THEN cents ELSE 0 END, 0, cents / 100.0,
       CASE WHEN charged THEN cents / 100.0 ELSE 0 END, 0,
       CASE WHEN charged THEN 'approved' ELSE 'failed' END,
       CASE WHEN charged THEN NULL ELSE 'declined' END,
       CASE WHEN charged THEN gen_random_uuid()::text END, lpad(n::text, 12, '0'),
       (ARRAY['Visa', 'Mastercard', 'Bancontact'])[1 + n % 3], lpad((n % 10000)::text, 4, '0'),
       CASE WHEN n % 5000 = 0 THEN 'amount_differs' WHEN charged THEN 'no_payment' END,
       CASE WHEN n % 5000 = 0 THEN 'open' WHEN charged THEN 'resolved' END,
       CASE WHEN charged THEN 'settled' END, 'Order ' || n,
       gen_random_uuid(), gen_random_uuid(), 1, 1, at, at, at, at::date, extract(hour FROM at)
  FROM (SELECT n, n % 10 <> 0 AS charged, 50 + n % 20000 AS cents,
               now() AT TIME ZONE 'UTC' - n * interval '30 seconds' AS at
          FROM generate_series({rows}, 1, -1) n) made
"""
FILL_CONTROL = """
INSERT INTO ir_logging (create_uid, create_date, name, type, dbname, level, message, path, func, line)
SELECT 1, now() AT TIME ZONE 'UTC' - n * interval '30 seconds', 'logger ' || n % {terminals},
       'server', 'bench', (ARRAY['INFO', 'WARNING', 'ERROR'])[1 + n % 3], 'message ' || n, 'path',
       'func', n::text
  FROM generate_series({rows}, 1, -1) n
"""

# What a person does with a list: (name, domain and group of the ledger, those of the control).
ACTIONS: list[tuple[str, tuple[list, str | None], tuple[list, str | None]]] = [
    ("open", ([], None), ([], None)),
    (
        "filter by one in 5,000 / one in 3",
        ([("review_state", "=", "open")], None),
        ([("level", "=", "ERROR")], None),
    ),
    ("filter by terminal", ([("terminal_id", "=", "17000007")], None), ([("name", "=", "logger 7")], None)),
    ("find one by its reference", ([("transaction_id", "=", str(uuid.uuid4()))], None), ([("message", "=", "none")], None)),
    ("group by few values", ([], "state"), ([], "level")),
    ("group by terminal", ([], "terminal_id"), ([], "name")),
    ("group by month", ([], "day:month"), ([], "create_date:month")),
]  # fmt: skip


def run(options: argparse.Namespace) -> None:
    """Fill the ledger, and print what lists and sales take with and without it."""
    rows, instance = options.ledger, ensure_instance(INSTANCE)
    stack = Stack(instance)
    with stack.running(DATABASE) as shop:
        step(f"Starting {SALES} sales with an empty ledger")
        [place] = add_places(shop, stack.viva, 1)
        till = HttpTill(shop.cashier, place)
        empty = _time_sales(till)
        step(f"Filling the ledger, and a table of Odoo to compare it with, with {rows:,} rows each")
        for statement in _fill(shop, place.method, rows):
            instance.cluster.query(DATABASE, statement)
        step(f"Starting {SALES} sales with {rows:,} rows")
        full = _time_sales(till)
        _tell(shop.admin, empty, full)


def _tell(admin: Odoo, empty: float, full: float) -> None:
    print(f"\n{'milliseconds, median of ' + str(RUNS):42}{'ledger':>10}{'Odoo log':>10}")
    for name, ledger, control in ACTIONS:
        ours = _median(lambda action=ledger: _list(admin, LEDGER, *action))
        theirs = _median(lambda action=control: _list(admin, CONTROL, *action))
        print(f"{name:42}{ours:10.0f}{theirs:10.0f}")
    totals = _median(lambda: _list(admin, "viva.wallet.daily", [], None))
    print(f"{'daily totals, all days':42}{totals:10.0f}")
    print(f"{'cron without anything to ask':42}{_median(lambda: _run_cron(admin)):10.0f}")
    print(f"\n{'start of a sale, median of ' + str(SALES):42}{'empty':>10}{'full':>10}")
    print(f"{'':42}{empty:10.0f}{full:10.0f}\n")


def _fill(shop: Shop, method: int, rows: int) -> list[str]:
    """Return the statements that fill both tables."""
    fields = ["company_id", "currency_id"]
    [config] = shop.admin.call("pos.config", "read", [shop.register_id], fields)
    values = {
        "rows": rows,
        "terminals": TERMINALS,
        "method": method,
        "register": shop.register_id,
        "company": config["company_id"][0],
        "currency": config["currency_id"][0],
    }
    return [
        FILL_LEDGER.format(**values),
        FILL_CONTROL.format(**values),
        "VACUUM ANALYZE viva_wallet_transaction",
        "VACUUM ANALYZE ir_logging",
    ]


def _time_sales(till: HttpTill) -> float:
    """Start sales and cancel them at once; return the median of the starts in milliseconds."""
    times = []
    for number in range(SALES + 1):
        line = till.new_line(till.new_order(1.0), 1.0)
        till.prepare(line)
        times.append(_milliseconds(lambda line=line: till.start(line)))
        till.cancel(line)
        till.resume(line)
        detail(f"{number}/{SALES} {times[-1]:.0f} ms")
    return statistics.median(times[1:])  # the first fetches a token


def _list(admin: Odoo, model: str, domain: list, group: str | None) -> None:
    """Ask for what a list shows first: 80 rows, or the groups."""
    if group:
        admin.call(model, "web_read_group", domain, [group], ["__count"], limit=80)
    else:
        specification = {"display_name": {}}
        admin.call(model, "web_search_read", domain, specification, limit=80, count_limit=10001)


def _run_cron(admin: Odoo) -> None:
    cron = admin.find("ir.cron", ("code", "=", "model._cron_reconcile()"))
    admin.call("ir.cron", "method_direct_trigger", [cron])


def _median(ask: Callable[[], object]) -> float:
    return statistics.median(_milliseconds(ask) for _ in range(RUNS))


def _milliseconds(ask: Callable[[], object]) -> float:
    begun = time.perf_counter()
    ask()
    return (time.perf_counter() - begun) * 1000
