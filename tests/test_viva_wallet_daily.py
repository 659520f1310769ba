"""The totals of a day: what moved at Viva, what is booked, and what differs."""

from odoo.tests import tagged

from .common_accounting import AccountingCommon


@tagged("post_install", "-at_install")
class TestDaily(AccountingCommon):
    def daily(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["viva.wallet.daily"].search([("company_id", "=", self.env.company.id)])

    def test_daily_totals(self):
        self.sell_and_pay_back()
        totals = self.daily()
        self.assertEqual(len(totals), 1)
        self.assertEqual(
            (totals.sale_count, totals.sale_amount, totals.tip_amount), (2, 32.34, 2.34)
        )
        self.assertEqual((totals.refund_count, totals.refund_amount), (1, 4.0))
        self.assertEqual((totals.net_amount, totals.booked_amount), (28.34, 28.34))
        self.assertEqual((totals.difference, totals.review_count), (0, 0))
        self.assertFalse(totals._differing())

    def test_daily_totals_name_what_differs(self):
        self.sell(10.0)
        lost = self.transaction(self.approved_sale(amount=5.0)["session_id"])
        totals = self.daily()
        self.assertEqual((totals.sale_amount, totals.booked_amount), (15.0, 10.0))
        self.assertEqual(totals.difference, 5.0)
        self.assertEqual(totals._differing(), lost)
        action = totals.action_open_differences()
        self.assertEqual(action["domain"], [("id", "in", lost.ids)])

    def test_daily_totals_count_refunds_and_leave_out_the_reversed(self):
        self.create_transaction(state="approved", charged_minor=1000, terminal_id="16000001")
        self.create_transaction(
            state="approved", charged_minor=300, kind="refund", terminal_id="16000001"
        )
        self.create_transaction(state="reversed", charged_minor=700, terminal_id="16000001")
        self.create_transaction(state="failed", terminal_id="16000001")
        totals = self.daily()
        self.assertEqual((totals.sale_count, totals.sale_amount), (1, 10.0))
        self.assertEqual((totals.refund_count, totals.refund_amount), (1, 3.0))
        self.assertEqual(totals.net_amount, 7.0)

    def test_report_prints(self):
        self.sell(10.0)
        self.approved_sale(amount=5.0)
        totals = self.daily()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "pos_viva_wallet.viva_wallet_daily_report", totals.ids
        )
        for transaction in totals._transactions():
            self.assertIn(transaction.transaction_id.encode(), html)
