"""What the tests of several parts of the ledger share: situations in which a row can be."""

import json
import uuid
from datetime import UTC, datetime
from unittest.mock import patch

from odoo import Command

from ..viva import const, provider_call, timing
from ..viva.webhook import Notification
from .common import OTHER_TERMINAL, TERMINAL, VivaWalletCommon

DOUBTFUL = 1302  # the card wants to be inserted: Viva was seen to go on by itself


class LedgerCommon(VivaWalletCommon):
    """An open register, and sales in the states that a terminal brings about.

    :ivar pos_session: of the register.
    """

    def setUp(self):
        super().setUp()
        self.pos_session = self.open_register()

    @classmethod
    def add_cash(cls, name="Cash"):
        """Return a payment method for cash, linked to the register."""
        cash = cls.env["pos.payment.method"].create(
            {"name": name, "journal_id": cls.company_data["default_journal_cash"].id}
        )
        cls.viva_config.payment_method_ids += cash
        return cash

    def start(self, **values):
        """Start a sale that Viva accepts, and return what the till had sent."""
        sale = self.sale_values(**values)
        self.assertEqual(self.till("start_sale", sale)["state"], "sent")
        return sale

    def start_held(self, held, **values):
        """Start a sale whose request is held back, and return what the till sent."""
        sale = self.sale_values(**values)
        snapshot = self.till("start_sale", sale)
        self.assertEqual((snapshot["state"], snapshot["accepted"]), ("sent", False))
        self.assertEqual(len(held.calls), 1)
        return sale

    def tap(self, sale, **options):
        """Let the customer pay for a sale that was started.

        :param options: see `Simulator.tap`.
        """
        self.simulator.tap(TERMINAL, **options)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")

    def declined_sale(self, event_id=DOUBTFUL, **values):
        """Return what the till had sent for a sale that ended without a charge, it seems."""
        sale = self.sale_values(**values)
        self.till("start_sale", sale)
        self.simulator.decline(TERMINAL, event_id=event_id)
        self.assertEqual(self.read(sale["session_id"])["state"], "failed")
        return sale

    def sleeping_sale(self):
        """Start a sale that the terminal never shows: Viva says 202 for ever."""
        self.simulator.set_terminal(TERMINAL, asleep=True)
        return self.start()

    def unknown_sale(self):
        """Start a sale whose outcome the server does not know at the deadline."""
        self.simulator.set_terminal(TERMINAL, endless_202=True)
        sale = self.start()
        self.assertEqual(self.pass_until(sale, 151)["state"], "unknown")
        return sale

    def pass_until(self, sale, seconds):
        """Make a request so old, and ask about it as the till does."""
        transaction = self.transaction(sale["session_id"])
        self.let_pass(transaction, seconds - transaction._age())
        return self.till("read_status", [sale["session_id"]])[sale["session_id"]]

    def learn(self, sale):
        """Let Viva tell the outcome at last."""
        self.simulator.set_terminal(TERMINAL, endless_202=False)
        return self.read(sale["session_id"])

    def retry_of(self, sale, **values):
        """Return what a till sends when the cashier presses *Retry*."""
        return {**sale, "session_id": str(uuid.uuid4()), **values}

    def sale_requests(self):
        return self.simulator.requests("sale")

    def aborts(self):
        return self.simulator.requests("abort")

    def bus_messages(self, kind="VIVA_WALLET"):
        """Return what tills were told, oldest first: `type` and `payload` of each message.

        :param str kind: part of the type.
        """
        self.env.invalidate_all()
        messages = self.env["bus.bus"].sudo().search([], order="id").mapped("message")
        told = [json.loads(message) for message in messages if kind in message]
        return [message for message in told if kind in message["type"]]

    # === ORDERS THAT A TILL SAVES AGAIN === #

    def resync(self, order, *commands, state="draft"):
        """Save payments of a draft order as a till does that knows it."""
        values = order.read(["uuid", "session_id", "company_id", "access_token"], load=False)[0]
        values.update(state=state, lines=[], payment_ids=[*commands], amount_return=0)
        values.pop("id")
        self.env["pos.order"].with_user(self.cashier).sync_from_ui([values])
        self.env.invalidate_all()

    def line_command(self, sale, **values):
        """Return what a till saves about a payment line that it believes to be new."""
        return Command.create(
            {
                "uuid": sale["payment_uuid"],
                "payment_method_id": sale["payment_method_id"],
                "amount": sale["amount"],
                "viva_wallet_session_id": sale["session_id"],
                **values,
            }
        )


class TwoRegistersCommon(LedgerCommon):
    """A second register with a terminal of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_config = cls.create_config("Register two")
        cls.other_method = cls.create_viva_method(
            name="Viva Wallet two", viva_wallet_terminal_id=OTHER_TERMINAL
        )
        cls.other_config.payment_method_ids += cls.other_method

    def at_the_other_till(self):
        """Return what makes a request one of the second register."""
        session = self.other_config.current_session_id or self.open_register(self.other_config)
        return {"payment_method_id": self.other_method.id, "pos_session_id": session.id}

    def on_other_device(self, sale, **values):
        """Return what another device sends for the same order, on its own terminal."""
        return self.retry_of(
            sale, payment_uuid=str(uuid.uuid4()), **{**self.at_the_other_till(), **values}
        )


class CertaintyCommon(TwoRegistersCommon):
    """Nobody waits long until it is certain what became of earlier requests."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(timing, "SETTLE_SECONDS", 0.3))

    def assert_not_sent(self, snapshot, reason, sessions=1):
        """Check that a request was refused, and how many ever came to a terminal."""
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", reason))
        self.assertTrue(snapshot["refused"])
        self.assertEqual(len(self.simulator.sessions()), sessions)


class RefundCommon(TwoRegistersCommon):
    """Two registers with a terminal each, and an approved sale of 12.34 at the first."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cash = cls.add_cash("Coins")

    def setUp(self):
        super().setUp()
        self.sale = self.approved_sale()

    def list_refundable(self, *sales, **values):
        return self.till("list_refundable", {
            "pos_session_id": self.pos_session.id,
            "payment_method_id": self.viva_method.id,
            "order_uuids": [sale["order_uuid"] for sale in sales],
            **values,
        })  # fmt: skip

    def remaining(self, sale=None):
        (card,) = self.list_refundable(sale or self.sale)["cards"]
        return card["remaining"]

    def assert_refused(self, snapshot, reason, *texts):
        """Check that Viva was not asked for anything, and that the cashier is told so."""
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", reason))
        for text in ("Nothing was paid back", *texts):
            self.assertIn(text, snapshot["text"])
        self.assertFalse(self.simulator.requests("refund") + self.simulator.requests("web_refund"))

    def assert_failed(self, snapshot, reason, *texts):
        """Check that Viva refused, nothing is booked, and the cashier is told so."""
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", reason))
        for text in texts:
            self.assertIn(text, snapshot["text"])
        self.assertFalse(self.paid_back())


class ReviewCommon(LedgerCommon):
    """A charge on review, people who may resolve it, and orders to give it to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.create_user("viva_manager", "point_of_sale.group_pos_manager")
        cls.accountant = cls.create_user("viva_accountant", "account.group_account_user")
        cls.other_method = cls.env["pos.payment.method"].create(
            {"name": "Other card", "journal_id": cls.company_data["default_journal_bank"].id}
        )
        cls.viva_config.payment_method_ids += cls.other_method

    def lost_charge(self, **values):
        """Return the row of a charge that no payment books, on review."""
        row = self.transaction(self.approved_sale(**values)["session_id"])
        self.let_pass(row, 601)
        self.run_cron()
        self.assertEqual((row.review, row.review_state), ("no_payment", "open"))
        return row

    def draft_order(self, amount=12.34, paid=0.0, **values):
        """Return an order that waits in the till, with so much paid otherwise."""
        order = self.sync_order(
            self.sale_values(amount=amount), state="draft", viva_wallet_session_id=False, **values
        )
        order.payment_ids.unlink()
        if paid:
            order.add_payment(
                {
                    "pos_order_id": order.id,
                    "amount": paid,
                    "payment_method_id": self.other_method.id,
                }
            )
        order.amount_paid = paid
        return order

    def resolve(self, row, resolution, note="", order=None, user=None):
        """Resolve a row in the dialog, as a person does."""
        self.env.flush_all()
        wizards = self.env["viva.wallet.resolve"].with_user(user or self.manager)
        wizard = wizards.create(
            {
                "transaction_id": row.id,
                "resolution": resolution,
                "note": note,
                "order_id": order and order.id,
            }
        )
        wizard.action_resolve()
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.invalidate_all()
        return wizard


class ReversalCommon(LedgerCommon):
    """Sales that are booked, and Viva's announcements that they were undone."""

    def booked_sale(self, **values):
        """Return the row of a sale that is charged, and paid in Odoo."""
        sale = self.approved_sale(**values)
        self.sync_order(sale)
        return self.transaction(sale["session_id"])

    def announce(self, row, method=None, **values):
        """Take in a notification of a reversal of a charge."""
        notification = Notification(
            **{
                "event_type": const.WEBHOOK_REVERSAL,
                "transaction_id": str(uuid.uuid4()),
                "parent_id": row.transaction_id,
                "merchant_reference": row.session_id,
                **values,
            }
        )
        self.env.flush_all()
        ledger = self.env["viva.wallet.transaction"].sudo()
        ledger._on_notification(method or self.viva_method, notification)
        self.env.flush_all()
        self.env.invalidate_all()

    def refund(self, row, **values):
        """Return the row of a refund that was asked for here."""
        return self.create_transaction(
            kind="refund", parent_id=row.id, payment_uuid=False, **values
        )


class ListCommon(ReversalCommon):
    """Viva's own lists, compared with the ledger."""

    manual_clock = False  # the list of today is that of today

    def compare(self):
        """Compare with Viva's lists, as the scheduled action does."""
        self.env.flush_all()
        with self.registry.cursor() as cr:
            self.env(user=1, cr=cr)["viva.wallet.transaction"]._cron_compare_days()
        self.env.invalidate_all()

    def listed_transactions(self):
        """Return what the simulator lists of today."""
        today = datetime.now(UTC).date()
        reply = self.viva_method._viva_wallet_client().list_transactions(today)
        return reply.body["Transactions"]

    def list_only(self, *entries):
        """Have Viva list these transactions for today, yesterday and an earlier day, once."""
        body = {"Transactions": list(entries), "Success": True}
        self.simulator.add_faults(
            {
                "operation": "transaction",
                "action": "answer",
                "status": 200,
                "body": body,
                "times": 3,
            }
        )

    def refunds_of(self, row):
        """Return the entries of Viva's list of today that are refunds of a charge."""
        return [
            entry
            for entry in self.listed_transactions()
            if (entry.get("ParentId") or "").lower() == row.transaction_id.lower()
        ]


class HeldCalls:
    """Keeps calls to Viva from being made until a test lets them go, and nobody waits for them.

    All in the thread of the test: two threads must not share its database transaction.

    :ivar calls: those that were not made yet, oldest first.
    """

    def __init__(self):
        self.calls = []
        self._wait = provider_call.ProviderCall.wait
        self._patches = (
            patch.object(
                provider_call.ProviderCall, "start", lambda call, in_thread=True: self._keep(call)
            ),
            patch.object(
                provider_call.ProviderCall, "wait", lambda call, _seconds: self._wait(call, 0)
            ),
        )

    def __enter__(self):
        for replacement in self._patches:
            replacement.start()
        return self

    def __exit__(self, *_error):
        for replacement in self._patches:
            replacement.stop()

    def _keep(self, call):
        self.calls.append(call)
        return call._kind != provider_call.QUESTION or provider_call._questions.acquire(
            blocking=False
        )

    def let_answer(self):
        """Make the oldest call and take up its answer."""
        self.calls.pop(0)._run()
