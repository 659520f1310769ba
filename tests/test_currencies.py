"""A register in any currency that Viva settles in asks for exactly what the order shows."""

from datetime import date
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..viva import money
from .common import TERMINAL, VivaWalletCommon

AMOUNTS = (0.01, 229.99999999999997, 2000.0)


@tagged("post_install", "-at_install")
class TestCurrencies(VivaWalletCommon):
    def register_in(self, code):
        """Return an open register in a currency, with a method of its own on the same terminal."""
        currency = (
            self.env["res.currency"].with_context(active_test=False).search([("name", "=", code)])
        )
        currency.active = True
        foreign = currency if currency != self.env.company.currency_id else currency.browse()
        journals = self.env["account.journal"].create(
            [
                {"name": f"{kind} {code}", "type": kind, "code": f"{kind[0]}{code}",
                 "currency_id": foreign.id}
                for kind in ("sale", "bank")
            ]
        )  # fmt: skip
        method = self.create_viva_method(journal_id=journals[1].id)
        config = self.create_config(
            f"Register {code}", journal_id=journals[0].id, invoice_journal_id=journals[0].id
        )
        config.payment_method_ids = method
        self.assertEqual(config.currency_id.name, code)
        return self.open_register(config), method

    def test_terminal_gets_what_the_order_shows(self):
        for code in money.taken_on(date.today()):
            session, method = self.register_in(code)
            # A rounding of Odoo's that says nothing about the currency.
            session.config_id.currency_id.rounding = 0.05 if code == "CHF" else 1.0
            for amount in AMOUNTS:
                with self.subTest(currency=code, amount=amount):
                    sale = self.sale_values(
                        amount=amount, payment_method_id=method.id, pos_session_id=session.id
                    )
                    self.till("start_sale", sale)
                    self.simulator.tap(TERMINAL)
                    self.assertEqual(self.read(sale["session_id"])["state"], "approved")
                    charge = self.charges()[-1]
                    self.assertEqual(charge["amount"], round(amount * 100))
                    self.assertEqual(charge["currency_code"], money.numeric_code(code))
        self.assert_ledgers_agree(payments=0)

    def lev_register(self):
        """Return an open register from the time when terminals took leva, and its method."""
        with patch.dict(money.CURRENCIES, {"BGN": money.Currency("975", 2)}):
            return self.register_in("BGN")

    def test_register_in_a_currency_that_ended(self):
        with self.assertRaisesRegex(ValidationError, "replaced by EUR"):
            self.register_in("BGN")

    def test_sale_in_a_currency_that_ended(self):
        session, method = self.lev_register()
        sale = self.sale_values(payment_method_id=method.id, pos_session_id=session.id)
        answer = self.till("start_sale", sale)
        self.assertTrue(answer["refused"])
        self.assertIn("BGN was replaced by EUR. Nothing was charged", answer["text"])
        self.assertFalse(self.charges())

    def test_set_up_names_a_register_whose_currency_ended(self):
        _session, method = self.lev_register()
        lines = self.env["viva.wallet.setup"].check_connection(method.id, {})
        [currency] = [line for line in lines if line["topic"] == "Currency"]
        self.assertEqual(currency["level"], "bad")
        self.assertIn("Use a register in EUR", currency["text"])

    def test_refund_of_a_sale_in_a_currency_that_ended(self):
        self.open_register()
        sale = self.approved_sale()
        lev = (
            self.env["res.currency"].with_context(active_test=False).search([("name", "=", "BGN")])
        )
        self.transaction(sale["session_id"]).currency_id = lev
        refund = self.refund_values(sale)
        answer = self.till("start_refund", refund)
        self.assertTrue(answer["refused"])
        self.assertIn("1.95583 BGN are 1 EUR", answer["text"])
        self.assertFalse(self.paid_back())
