import json
import traceback
from datetime import timedelta
from unittest.mock import patch
from urllib.parse import unquote, urlsplit

from odoo.tests import tagged

from .common import PAST_FIELDS, TERMINAL, VivaWalletHttpCommon

SIMULATOR = "https://simulator.test/"  # see viva_wallet_util.js
TOUR_SECONDS = 180


class TourCommon(VivaWalletHttpCommon):
    """The till in a browser, as a plain POS user; the steps of a tour play the customer."""

    def fetch_proxy(self, url):
        """Override of `odoo.tests.HttpCase` to let a tour do something at the simulator."""
        if not url.startswith(SIMULATOR):
            return super().fetch_proxy(url)
        address = urlsplit(url)
        try:
            self._steer(address.path.strip("/"), json.loads(unquote(address.query)))
        except Exception:  # noqa: BLE001
            # Else the tour would wait for an answer until its time is over, and not say why.
            return self.make_fetch_proxy_response(traceback.format_exc(), code=500)
        return self.make_fetch_proxy_response("done")

    def _steer(self, what, options):
        """Do what a tour asks for: at the simulator, or in a method of this class."""
        if hasattr(self, f"steer_{what}"):
            getattr(self, f"steer_{what}")(**options)
        else:
            self.simulator.act(TERMINAL, what, **options)

    def steer_configure(self, **options):
        self.simulator.configure(**options)

    def steer_pass(self, seconds):
        """Let so much time have passed for all requests."""
        moments = ", ".join(f"{name} = {name} - %(time)s" for name in PAST_FIELDS)
        with self.registry.cursor() as cr:
            cr.execute(
                f"UPDATE viva_wallet_transaction SET {moments}",
                {"time": timedelta(seconds=seconds)},
            )

    def in_background(self, work):
        """Run `work` with an environment of its own while the till is running."""
        with self.registry.cursor() as cr:
            return work(self.env(user=1, cr=cr))

    def play(self, name, **options):
        """Open the register and run a tour.

        :param options: of `start_tour`
        :return: the rows of the ledger, oldest first.
        """
        self.viva_config.with_user(self.cashier).open_ui()
        options.setdefault("timeout", TOUR_SECONDS)
        self.start_pos_tour(name, login=self.cashier.login, **options)
        return self.transactions()

    def run_tour(self, name, **options):
        """Run a tour as `play` does, then hold both ledgers together."""
        rows = self.play(name, **options)
        self.assert_ledgers_agree()
        return rows

    def assert_paid(self, amount=12.34):
        """Check the only card payment of the only paid order, and return the order."""
        payment = self.viva_payments()
        self.assertEqual(len(payment), 1)
        charge = self.charges()[0]
        self.assertRecordValues(payment, [{
            "amount": amount,
            "payment_status": "done",
            "transaction_id": charge["transaction_id"],
            "card_brand": "Visa",
            "card_no": "0133",
        }])  # fmt: skip
        self.assertTrue(payment.payment_method_authcode)
        self.assertTrue(payment.payment_ref_no)
        self.assertEqual(payment.pos_order_id.state, "paid")
        return payment.pos_order_id


@tagged("post_install", "-at_install")
class TestTours(TourCommon):
    def test_endings_without_notifications(self):
        rows = self.run_tour("viva_wallet_endings")
        self.assert_endings(rows)
        self.assertFalse(any(row.notified_at for row in rows))

    def test_endings_with_notifications(self):
        self.send_webhooks()
        rows = self.run_tour("viva_wallet_endings")
        self.assert_endings(rows)
        self.assertTrue(rows[-1].notified_at)

    def assert_endings(self, rows):
        self.assertEqual(
            rows.mapped(lambda row: (row.state, row.reason)),
            [
                ("failed", "declined"),
                ("failed", "cancelled"),
                ("failed", "aborted"),
                ("failed", "timed_out"),
                ("approved", False),
            ],
        )
        self.assertEqual(len(set(rows.mapped("payment_uuid"))), 1)
        self.assertFalse(any(row.review for row in rows))
        self.assert_paid()

    def test_reloaded_while_waiting(self):
        rows = self.run_tour("viva_wallet_reloaded")
        self.assertEqual(rows.mapped("state"), ["approved"])
        self.assert_paid()

    def test_left_while_waiting(self):
        self.run_tour("viva_wallet_left")
        self.assert_paid()

    def test_split_with_cash(self):
        rows = self.run_tour("viva_wallet_split")
        self.assertEqual(rows.mapped("state"), ["failed", "approved"])
        order = self.assert_paid(10)
        self.assertEqual(sorted(order.payment_ids.mapped("amount")), [2, 10])

    def test_cancelled_too_late(self):
        rows = self.run_tour("viva_wallet_cancelled_too_late")
        self.assertEqual(rows.mapped("state"), ["approved"])
        self.assertTrue(rows.abort_requested_at)
        self.assert_paid()

    def test_unknown_outcome(self):
        row = self.play("viva_wallet_unknown")
        self.assertRecordValues(row, [{
            "state": "unknown",
            "statement": "paid",
            "statement_user_id": self.cashier.id,
            "review": "stated",
        }])  # fmt: skip
        self.simulator.set_terminal(TERMINAL, endless_202=False)
        self.let_pass(row, 2)
        row._poll()
        self.assert_ledgers_agree(payments=1)
        self.assert_paid()


@tagged("post_install", "-at_install")
class TestBesideVivaCom(TourCommon):
    """Both modules in one register; what the bundled one asks of its provider is not sent."""

    def setUp(self):
        super().setUp()
        methods = self.env["pos.payment.method"]
        if "viva_com_terminal_id" not in methods._fields:
            self.skipTest("pos_viva_com is not installed")
        self.viva_config.payment_method_ids += methods.create({
            "name": "Bundled",
            "journal_id": self.bank_journal.id,
            "use_payment_terminal": "viva_com",
            "payment_method_type": "terminal",
            "viva_com_merchant_id": "merchant",
            "viva_com_api_key": "key",
            "viva_com_client_id": "client",
            "viva_com_client_secret": "secret",
            "viva_com_terminal_id": "01234543210",
        })  # fmt: skip

    def test_both_in_one_register(self):
        bundled = type(self.env["pos.payment.method"])
        with patch.object(bundled, "_call_viva_com", lambda *_args, **_kwargs: {}):
            self.run_tour("viva_wallet_beside_viva_com")
        self.assert_paid()
        orders = self.viva_config.current_session_id.order_ids
        self.assertEqual(orders.payment_ids.mapped("payment_method_id.name"),
                         ["Viva Wallet", "Bundled"])  # fmt: skip
