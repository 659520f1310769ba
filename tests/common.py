"""What the tests of the server, of the webhook and of the till share.

`VivaWalletCommon` is for server code, `VivaWalletHttpCommon` for routes and tours. Both run against
the simulator, which keeps its own ledger of charges: `assert_ledgers_agree` compares it with Odoo.
"""

import json
import socket
import threading
import time
import uuid

from odoo import fields
from odoo.tests import new_test_user
from odoo.tools import SQL

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon

from ..simulator import ManualClock, Simulator
from ..viva import money, throttle
from ..viva.connections import close_connections
from ..viva.tokens import forget_tokens

TERMINAL = "16000001"
OTHER_TERMINAL = "16000002"
POLL_SECONDS = 0.02
WAIT_SECONDS = 15
PAST_FIELDS = (
    "create_date",
    "sent_at",
    "accepted_at",
    "resent_at",
    "resend_at",
    "replied_at",
    "missing_since",
    "answered_at",
    "unanswered_since",
    "news_at",
    "abort_requested_at",
    "notified_at",
    "asked_at",
    "finished_at",
    "check_at",
)


class VivaWalletMixin:
    """A register in euros with a Viva Wallet method, and the simulator that it talks to.

    :cvar simulator: a fake Viva, reset before each test.
    :cvar clock: of the simulator; a `ManualClock` where `manual_clock` is set.
    :cvar viva_method: payment method, on terminal `TERMINAL`, in test mode.
    :cvar viva_config: the register that it is linked to.
    :cvar cashier: user with no other rights than those of a Point of Sale user.
    """

    manual_clock = False

    @classmethod
    def setup_independent_company(cls, **kwargs):
        euro = cls.env.ref("base.EUR")
        euro.active = True
        return super().setup_independent_company(currency_id=euro.id, **kwargs)

    @classmethod
    def _set_up_viva_wallet(cls, config, cashier):
        cls.clock = ManualClock(time.time()) if cls.manual_clock else None
        cls.simulator = Simulator(clock=cls.clock).start()
        cls.addClassCleanup(cls.simulator.stop)
        cls.addClassCleanup(close_connections)
        cls.addClassCleanup(forget_tokens)
        cls._set_simulator_url(cls.simulator.url)
        cls.viva_config = config
        cls.cashier = cashier
        cls.viva_method = cls.create_viva_method()
        config.payment_method_ids += cls.viva_method

    @classmethod
    def _set_simulator_url(cls, url):
        cls.env["ir.config_parameter"].set_param("pos_viva_wallet.simulator_url", url)
        cls.env.flush_all()

    @classmethod
    def viva_method_values(cls, **values):
        """Return the values of a payment method that the simulator knows.

        :param values: replace or complete them.
        :rtype: dict
        """
        settings = cls.simulator.state()["settings"]
        return {
            "name": "Viva Wallet",
            "journal_id": cls.company_data["default_journal_bank"].id,
            "use_payment_terminal": "viva_wallet",
            "payment_method_type": "terminal",
            "viva_wallet_merchant_id": settings["merchant_id"],
            "viva_wallet_api_key": settings["api_key"],
            "viva_wallet_client_id": settings["client_id"],
            "viva_wallet_client_secret": settings["client_secret"],
            "viva_wallet_terminal_id": TERMINAL,
            "viva_wallet_test_mode": True,
            **values,
        }

    @classmethod
    def create_viva_method(cls, **values):
        """Return a new payment method, not linked to a register yet.

        :param values: see `viva_method_values`.
        """
        return cls.env["pos.payment.method"].create(cls.viva_method_values(**values))

    def setUp(self):
        super().setUp()
        self.simulator.reset()
        forget_tokens()
        throttle.forget()

    def open_register(self, config=None):
        """Open a register and return its session.

        :param config: default: the one with the Viva Wallet method.
        """
        config = config or self.viva_config
        config.with_user(self.cashier).open_ui()
        session = config.current_session_id
        session.with_user(self.cashier).set_opening_control(0, "")
        self.env.flush_all()
        return session

    # === WAITING === #

    def wait_until(self, condition, what, timeout=WAIT_SECONDS):
        """Wait for something that another thread brings about, and return it.

        :param condition: called without arguments until it returns something true.
        :param str what: is expected, for the message when it does not come.
        :param float timeout: seconds.
        """
        deadline = time.monotonic() + timeout
        pause = threading.Event()
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > deadline:
                self.fail(f"Waited {timeout} s in vain for: {what}")
            pause.wait(POLL_SECONDS)

    def let_pass(self, transactions, seconds):
        """Make rows of the ledger older, as if time had passed for them.

        :param transactions: `viva.wallet.transaction`
        :param float seconds: by which all their moments are moved back.
        """
        self.env.flush_all()
        assignments = SQL(", ").join(
            SQL("%(field)s = %(field)s - %(seconds)s * interval '1 second'",
                field=SQL.identifier(name), seconds=seconds)
            for name in PAST_FIELDS
        )  # fmt: skip
        self.env.cr.execute(
            SQL(
                "UPDATE viva_wallet_transaction SET %s WHERE id IN %s",
                assignments,
                tuple(transactions.ids) or (0,),
            )
        )
        self.env.invalidate_all()
        self.forget_limits()

    def forget_limits(self):
        """Let Viva take calls again as if it had never refused one."""
        self.env["viva.wallet.rate.limit"].sudo().search([]).unlink()
        self.env.flush_all()
        throttle.forget()

    def unused_url(self):
        """Return an address of this machine at which nobody listens."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return f"http://127.0.0.1:{probe.getsockname()[1]}"

    def run_cron(self):
        """Ask Viva about all that is not finished, as the scheduled action does."""
        self.env.flush_all()
        with self.registry.cursor() as cr:
            self.env(user=1, cr=cr)["viva.wallet.transaction"]._cron_reconcile()
        self.env.invalidate_all()

    # === LEDGERS === #

    def transactions(self, **values):
        """Return the rows of the ledger of the company under test, oldest first.

        :param values: only rows with these values, by field.
        """
        self.env.invalidate_all()
        domain = [(name, "=", value) for name, value in values.items()]
        ledger = self.env["viva.wallet.transaction"].sudo()
        return ledger.search([("company_id", "=", self.env.company.id), *domain], order="id")

    def transaction(self, session_id):
        """Return the row of a session, after checking that there is exactly one."""
        found = self.transactions(session_id=session_id)
        self.assertEqual(len(found), 1, f"Rows in the ledger for session {session_id}")
        return found

    def charges(self):
        """Return the sales for which the simulator has taken money.

        :return: dicts, see `Simulator.ledger`; amounts in minor units.
        :rtype: list
        """
        return [entry for entry in self.simulator.ledger() if entry["kind"] == "sale"]

    def paid_back(self):
        """Return the refunds that the simulator has made, of whichever kind.

        :return: dicts, see `Simulator.ledger`; amounts in minor units, positive.
        :rtype: list
        """
        return [entry for entry in self.simulator.ledger() if entry["kind"] != "sale"]

    def viva_payments(self):
        """Return the payments in paid orders that name a session of a Viva terminal."""
        self.env.invalidate_all()
        return (
            self.env["pos.payment"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.env.company.id),
                    ("viva_wallet_session_id", "!=", False),
                    ("payment_method_id.use_payment_terminal", "=", "viva_wallet"),
                    ("pos_order_id.state", "not in", ("draft", "cancel")),
                ]
            )
        )

    def assert_ledgers_agree(self, payments=None):
        """Compare the simulator's ledger of charges with Odoo's ledger and with the payments.

        Each charge and each refund has exactly one approved row with its amount, currency and
        transaction id, and the other way round; each payment of a paid order that names a session
        has the amount and the transaction id of its charge or refund, which no other payment has,
        unless the row is on review; and no charge was paid back by more than it was.

        :param int payments: how many such payments there must be; None leaves it open.
        """
        moves = self.simulator.ledger()
        booked = self.transactions().filtered(lambda t: t.state in ("approved", "reversed"))
        self.assertCountEqual(
            [self._move_facts(move) for move in moves],
            [self._row_facts(row) for row in booked],
            "Viva's charges and refunds (left) and the approved rows of the ledger (right) differ",
        )
        self._assert_no_more_back_than_paid(moves)
        paid = self.viva_payments()
        by_session = {self._session_of(move): move for move in moves}
        sessions = paid.mapped("viva_wallet_session_id")
        self.assertEqual(len(sessions), len(set(sessions)), "Two payments name the same charge")
        on_review = set(booked.filtered("review").mapped("session_id"))
        for payment in paid:
            self._assert_payment_is_charge(payment, by_session, on_review)
        if payments is not None:
            self.assertEqual(len(paid), payments, "Payments in Odoo by Viva terminal")

    def _assert_no_more_back_than_paid(self, moves):
        remaining = {move["transaction_id"]: move["amount"] for move in moves}
        for move in moves:
            if move["parent_transaction_id"] and not move["reversed"]:
                remaining[move["parent_transaction_id"]] -= move["amount"]
        self.assertFalse([left for left in remaining.values() if left < 0], "Paid back too much")

    def _session_of(self, move):
        """Return our session id of a movement of money; a web refund has none at Viva."""
        if move["session_id"]:
            return move["session_id"]
        return self.transactions(transaction_id=move["transaction_id"]).session_id

    def _move_facts(self, charge):
        return {
            "session_id": self._session_of(charge),
            "kind": "sale" if charge["kind"] == "sale" else "refund",
            "parent": charge["parent_transaction_id"],
            "state": "reversed" if charge["reversed"] else "approved",
            "transaction_id": charge["transaction_id"],
            "terminal_id": charge["terminal_id"],
            "amount": charge["amount"],
            "tip": charge["tip_amount"],
            "currency": charge["currency_code"],
        }

    @staticmethod
    def _row_facts(row):
        return {
            "session_id": row.session_id,
            "kind": row.kind,
            "parent": row.parent_id.transaction_id or None,
            "state": row.state,
            "transaction_id": row.transaction_id,
            "terminal_id": row.terminal_id,
            "amount": row.charged_minor,
            "tip": row.tip_minor,
            "currency": money.numeric_code(row.currency_id.name),
        }

    def _assert_payment_is_charge(self, payment, charges, on_review):
        session_id = payment.viva_wallet_session_id
        self.assertIn(session_id, charges, f"Payment {payment.id} was never charged")
        charge = charges[session_id]
        self.assertEqual(payment.transaction_id, charge["transaction_id"])
        if session_id not in on_review:
            sign = 1 if charge["kind"] == "sale" else -1
            self.assertEqual(
                money.to_minor(payment.amount, payment.currency_id.name), sign * charge["amount"]
            )


class VivaWalletCommon(VivaWalletMixin, AccountTestInvoicingCommon):
    """For server code: `registry.cursor()` gives cursors on the transaction of the test, and time
    stands still at the simulator until `self.clock.advance(seconds)`.

    :cvar product: costs what an order says, without taxes.
    """

    manual_clock = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("point_of_sale.group_pos_manager")
        cashier = cls.create_user("viva_cashier", "point_of_sale.group_pos_user")
        cls._set_up_viva_wallet(cls.create_config("Register one"), cashier)
        cls.product = cls.env["product.product"].create(
            {"name": "Apple", "available_in_pos": True, "taxes_id": False}
        )
        cls.registry_enter_test_mode_cls()

    @classmethod
    def create_config(cls, name, **values):
        """Return a register that takes nothing but what is linked to it."""
        return cls.env["pos.config"].create({
            "name": name, "payment_method_ids": False,
            "journal_id": cls.company_data["default_journal_sale"].id, **values,
        })  # fmt: skip

    @classmethod
    def create_user(cls, login, *groups, company=None):
        """Return a user with the rights of an employee and of these groups.

        :param str groups: external ids
        :param company: its only company; default the one under test.
        """
        company = company or cls.env.company
        return new_test_user(
            cls.env,
            login=login,
            groups=",".join(("base.group_user", *groups)),
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )

    def sale_values(self, **values):
        """Return what a till sends for a sale of 12.34, under new ids.

        :param values: replace or complete them.
        :rtype: dict
        """
        return {
            "session_id": str(uuid.uuid4()),
            "payment_method_id": self.viva_method.id,
            "pos_session_id": self.viva_config.current_session_id.id,
            "amount": 12.34,
            "order_uuid": str(uuid.uuid4()),
            "order_name": "Order 1",
            "payment_uuid": str(uuid.uuid4()),
            **values,
        }

    def refund_values(self, sale, **values):
        """Return what a till sends to pay back all of a sale, under new ids.

        :param dict sale: see `sale_values`.
        :param values: replace or complete them.
        :rtype: dict
        """
        return self.sale_values(**{
            "kind": "refund",
            "parent_session_id": sale["session_id"],
            "payment_method_id": sale["payment_method_id"],
            "amount": -sale["amount"],
            "order_name": "Refund 1",
            **values,
        })  # fmt: skip

    def approved_refund(self, sale, terminal=TERMINAL, **values):
        """Pay back, let the customer present the card, and return what the till had sent.

        :param dict sale: see `sale_values`.
        :param str terminal: of the payment method.
        :param values: see `refund_values`.
        :rtype: dict
        """
        refund = self.refund_values(sale, **values)
        self.till("start_refund", refund)
        self.simulator.tap(terminal)
        self.assertEqual(self.read(refund["session_id"])["state"], "approved")
        return refund

    def till(self, call, *args, user=None):
        """Call `viva.wallet.till` as a till does, and return the answer as a till gets it.

        :param str call: name of the method.
        :param user: default: the cashier.
        """
        self.env.flush_all()
        self.env.invalidate_all()
        user = user or self.cashier
        till = self.env["viva.wallet.till"].with_user(user)
        till = till.with_context(allowed_company_ids=user.sudo().company_ids.ids)
        answer = getattr(till, call)(*args)
        self.env.invalidate_all()
        return json.loads(json.dumps(answer))

    def approved_sale(self, amount=12.34, charge=None, tip=0, surcharge=0, **values):
        """Sell, let the customer pay, and return what the till had sent.

        :param float amount: in euros.
        :param int charge: what the terminal takes instead, tip included, in cents.
        :param int tip: in cents.
        :param int surcharge: that the terminal adds, in cents.
        :param values: see `sale_values`.
        :rtype: dict
        """
        sale = self.sale_values(amount=amount, **values)
        self.till("start_sale", sale)
        self.simulator.tap(TERMINAL, amount=charge, tip=tip, surcharge=surcharge)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        return sale

    def create_transaction(self, **values):
        """Return a row of the ledger that no till asked for, under new ids and on a new terminal.

        :param values: replace or complete them; default: a sale of 12.34 that waits for its outcome.
        """
        transaction = self.env["viva.wallet.transaction"].sudo().create({
            "session_id": str(uuid.uuid4()),
            "terminal_id": uuid.uuid4().hex[:8],
            "cash_register_id": f"odoo-pos-{self.viva_config.id}",
            "payment_method_id": self.viva_method.id,
            "pos_config_id": self.viva_config.id,
            "pos_session_id": self.viva_config.current_session_id.id,
            "company_id": self.env.company.id,
            "user_id": self.cashier.id,
            "order_uuid": str(uuid.uuid4()),
            "payment_uuid": str(uuid.uuid4()),
            "currency_id": self.env.ref("base.EUR").id,
            "amount_minor": 1234,
            "state": "sent",
            **values,
        })  # fmt: skip
        self.env.flush_all()
        return transaction

    def sync_order(
        self,
        sale,
        state="paid",
        amount=None,
        is_line_lost=False,
        order_values=None,
        **payment_values,
    ):
        """Save the order of a sale as a till does, and return it.

        :param dict sale: see `sale_values`; names the order, its payment line and their amount.
        :param str state: of the order: "paid" or "draft".
        :param float amount: of the payment line, default: what the terminal was asked for.
        :param bool is_line_lost: the till has no payment line, see `payment_uuid`.
        :param dict order_values: further fields of the order.
        :param payment_values: further fields of the payment line.
        """
        amount = sale["amount"] if amount is None else amount
        payment = {
            "uuid": sale["payment_uuid"],
            "payment_method_id": sale["payment_method_id"],
            "amount": amount,
            "viva_wallet_session_id": sale["session_id"],
            **payment_values,
        }
        line = {
            "uuid": str(uuid.uuid4()),
            "product_id": self.product.id,
            "qty": 1,
            "price_unit": amount,
            "price_subtotal": amount,
            "price_subtotal_incl": amount,
        }
        order = {
            "uuid": sale["order_uuid"],
            "name": sale["order_name"],
            "session_id": sale["pos_session_id"],
            "company_id": self.env.company.id,
            "user_id": self.cashier.id,
            "state": state,
            "amount_total": amount,
            "amount_paid": amount,
            "amount_tax": 0,
            "amount_return": 0,
            "date_order": fields.Datetime.to_string(fields.Datetime.now()),
            "fiscal_position_id": False,
            "partner_id": False,
            "to_invoice": False,
            "lines": [(0, 0, line)],
            "payment_ids": [] if is_line_lost else [(0, 0, payment)],
            **(order_values or {}),
        }
        self.env["pos.order"].with_user(self.cashier).sync_from_ui([order])
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["pos.order"].search([("uuid", "=", sale["order_uuid"])])

    def read(self, session_id):
        """Return the snapshot of a session, as if nobody had asked Viva within the last second."""
        self.let_pass(self.transaction(session_id), 2)
        return self.till("read_status", [session_id])[session_id]


class VivaWalletHttpCommon(VivaWalletMixin, TestPointOfSaleHttpCommon):
    """For routes and tours: the register is `main_pos_config`, the cashier `pos_user`."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_viva_wallet(cls.main_pos_config, cls.pos_user)

    def setUp(self):
        super().setUp()
        # The simulator's notifications come without the cookie that marks a request of the test.
        self.http_request_allow_all = True

    def webhook_path(self, method=None):
        """Return the path of a method's webhook address.

        :param method: default: the Viva Wallet method under test.
        """
        token = (method or self.viva_method).sudo().viva_wallet_webhook_token
        return f"/pos_viva_wallet/notification/{token}"

    def send_webhooks(self, **settings):
        """Have the simulator send its notifications to the server under test.

        :param settings: others of the simulator, such as `webhook_delay`.
        """
        self.env.flush_all()
        self.simulator.configure(webhook_url=self.base_url() + self.webhook_path(), **settings)

    def await_webhooks(self, count):
        """Let the server take requests until so many notifications were delivered.

        :param int count: deliveries that must be over, since the simulator was reset.
        :return: all of them, see `Simulator.deliveries`.
        :rtype: list
        """
        self.env.flush_all()
        with self.allow_requests(all_requests=True):
            arrived = self.simulator.wait_for(
                lambda simulator: (
                    sum(delivery["seconds"] is not None for delivery in simulator.deliveries())
                    >= count
                ),
                timeout=WAIT_SECONDS,
            )
        self.assertTrue(arrived, f"Waited {WAIT_SECONDS} s in vain for {count} notifications")
        self.env.invalidate_all()
        return self.simulator.deliveries()
