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
