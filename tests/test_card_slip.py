"""The card slip that the back office prints: what is known, and nothing else."""

from odoo.tests import tagged

from .common_accounting import AccountingCommon


@tagged("post_install", "-at_install")
class TestCardSlip(AccountingCommon):
    def test_card_slip_prints_only_what_is_known(self):
        order = self.sell(20.0, tip=234)
        transaction = self.transaction(order.payment_ids.viva_wallet_session_id)
        rows = dict(transaction._slip_rows())
        self.assertEqual(rows["Transaction"], transaction.transaction_id)
        self.assertIn("22.34", rows["Amount"])
        self.assertIn("2.34", rows["of which tip"])
        self.assertNotIn("Refund of", rows)
        failed = self.create_transaction(state="failed", terminal_id="16000009")
        self.assertEqual(failed._slip_rows(), [("Terminal", "16000009")])
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "pos_viva_wallet.viva_wallet_slip_report", (transaction | failed).ids
        )
        self.assertIn(transaction.transaction_id, html.decode())
        self.assertIn("not a receipt", html.decode())

    def test_surcharge_and_instalments(self):
        row = self.create_transaction(
            state="approved", charged_minor=1300, surcharge_minor=66, instalments=6
        )
        rows = dict(row._slip_rows())
        self.assertIn("0.66", rows["of which card surcharge"])
        self.assertEqual(rows["Instalments"], "6")

    def test_slip_claims_no_more_than_is_known(self):
        for values, sale, refund in (
            ({"state": "approved"}, "", ""),
            ({"state": "failed"}, "Nothing was charged", "Nothing was paid back"),
            ({"state": "failed", "money_uncertain": True}, "not known", "not known"),
            ({"state": "unknown"}, "not known", "not known"),
            ({"state": "sent"}, "not known", "not known"),
            ({"state": "reversed"}, "has the money back", "did not get the money"),
        ):
            for kind, notice in (("sale", sale), ("refund", refund)):
                with self.subTest(kind=kind, **values):
                    row = self.create_transaction(kind=kind, **values)
                    self.assertIn(notice, row._slip_notice())
                    self.assertEqual(bool(row._slip_notice()), bool(notice))

    def test_how_the_card_was_read(self):
        for entry_mode, text in (
            ("contactless", "Contactless"),
            ("chip", "Chip"),
            ("swipe", "Magnetic stripe"),
            ("by pigeon", "by pigeon"),
        ):
            with self.subTest(entry_mode=entry_mode):
                row = self.create_transaction(state="approved", entry_mode=entry_mode)
                self.assertEqual(dict(row._slip_rows())["Read by"], text)

    def test_no_more_of_the_card_than_its_last_digits(self):
        row = self.create_transaction(state="approved", card_brand="Visa", card_last4="0133")
        self.assertEqual(dict(row._slip_rows())["Card"], "Visa •••• 0133")
        row.card_brand = False
        self.assertEqual(dict(row._slip_rows())["Card"], "•••• 0133")

    def test_refund_names_its_sale(self):
        sale = self.create_transaction(state="approved", transaction_id="T-1", charged_minor=1234)
        refund = self.create_transaction(
            kind="refund", parent_id=sale.id, state="approved", charged_minor=500
        )
        rows = dict(refund._slip_rows())
        self.assertEqual(rows["Refund of"], "T-1")
        self.assertIn("5.00", rows["Amount"])
