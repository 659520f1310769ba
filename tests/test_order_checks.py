"""Nothing is charged for an order that Odoo would refuse afterwards.

Each obstacle is first shown to be one: the same order, paid in cash, is refused by Odoo itself. What
Odoo takes is shown not to be one. Locked periods are not among them: Odoo lets none be locked while a
register is open in it.
"""

import psycopg2

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestOrderChecks(LedgerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cash = cls.add_cash()
        cls.customer = cls.env["res.partner"].create({"name": "Ada"})

    def order_values(self, to_invoice):
        return {"partner_id": self.customer.id, "to_invoice": to_invoice}

    def finish_in_cash(self, to_invoice=True):
        """Have Odoo finish the same order without any card, and return it."""
        sale = self.sale_values(payment_method_id=self.cash.id)
        return self.sync_order(
            sale, order_values=self.order_values(to_invoice), viva_wallet_session_id=False
        )

    @mute_logger("odoo.sql_db", "odoo.addons.point_of_sale.models.pos_order")
    def is_finished_by_odoo(self, to_invoice):
        try:
            with self.cr.savepoint():
                return bool(self.finish_in_cash(to_invoice))
        except (UserError, psycopg2.IntegrityError):
            return False

    def assert_refused(self, reason, to_invoice=True):
        """Check that Odoo refuses the order, and that the terminal is not asked for it."""
        self.assertFalse(self.is_finished_by_odoo(to_invoice), "Odoo has finished the order")
        snapshot = self.till("start_sale", self.sale_values(**self.order_values(to_invoice)))
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", reason))
        self.assertIn("Nothing was charged", snapshot["text"])
        self.assertFalse(self.simulator.requests())
        self.assertFalse(self.transactions())
        return snapshot["text"]

    def assert_taken(self, to_invoice=True):
        """Check that Odoo finishes the order, and that the terminal is asked for it."""
        order = self.finish_in_cash(to_invoice)
        self.assertEqual(order.state, "done" if to_invoice else "paid")
        self.start(**self.order_values(to_invoice))

    # === REFUSED === #

    def test_register_without_invoice_journal(self):
        self.viva_config.invoice_journal_id = False
        self.assert_refused("no_invoice_journal", to_invoice=False)

    def test_archived_invoice_journal(self):
        journal = self.viva_config.invoice_journal_id.copy()
        journal.name = "Old invoices"
        self.viva_config.invoice_journal_id = journal
        journal.active = False
        self.assertIn("Old invoices", self.assert_refused("journal_archived"))

    def test_customer_without_receivable_account(self):
        self.customer.property_account_receivable_id = False
        self.assertIn("Ada", self.assert_refused("customer_account"))

    def test_customer_of_a_company_without_receivable_account(self):
        company = self.env["res.partner"].create({"name": "Engines", "is_company": True})
        self.customer.parent_id = company
        company.property_account_receivable_id = False
        self.assert_refused("customer_account")

    def test_archived_receivable_account(self):
        account = self.customer.property_account_receivable_id.copy({"name": "Old"})
        self.customer.property_account_receivable_id = account
        account.active = False
        self.assert_refused("customer_account")

    def test_company_without_account_of_the_point_of_sale(self):
        self.env.company.account_default_pos_receivable_account_id = False
        self.assert_refused("pos_account")

    def test_refund(self):
        sale = self.approved_sale()
        self.sync_order(sale)
        requests = len(self.simulator.requests())
        self.customer.property_account_receivable_id = False
        refund = self.refund_values(sale, **self.order_values(to_invoice=True))
        snapshot = self.till("start_refund", refund)
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", "customer_account"))
        self.assertIn("Nothing was paid back", snapshot["text"])
        self.assertEqual(len(self.simulator.requests()), requests)

    # === NOT REFUSED === #

    def test_invoice(self):
        self.assert_taken()

    def test_without_invoice_none_of_this_matters(self):
        self.customer.property_account_receivable_id = False
        self.env.company.account_default_pos_receivable_account_id = False
        self.assert_taken(to_invoice=False)

    def test_archived_customer(self):
        self.customer.active = False
        self.assert_taken()

    def test_deleted_customer(self):
        values = self.order_values(to_invoice=True)
        self.customer.unlink()
        self.start(**values)

    def test_unusable_customers(self):
        for partner_id in (None, "7", True, [], {}, -1, 2**31 - 1):
            with self.subTest(partner_id=partner_id):
                self.start(partner_id=partner_id, to_invoice=True)
                self.simulator.decline("16000001")
                self.transactions()._poll()

    # === WHAT IS ON ITS WAY ALREADY === #

    def test_request_that_was_sent_is_not_refused_afterwards(self):
        sale = self.start(**self.order_values(to_invoice=True))
        self.customer.property_account_receivable_id = False
        self.assertEqual(self.till("start_sale", sale)["state"], "sent")

    def test_cancelled_request_is_recorded(self):
        self.viva_config.invoice_journal_id = False
        sale = self.sale_values()
        self.assertEqual(self.till("abort", sale)["reason"], "cancelled")
        self.assertEqual(self.transaction(sale["session_id"]).reason, "cancelled")
