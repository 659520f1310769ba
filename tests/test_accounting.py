"""What is charged by terminal appears in the books to the cent, with Viva's references."""

from odoo.tests import tagged

from .common import VivaWalletCommon


@tagged("post_install", "-at_install")
class TestAccounting(VivaWalletCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tips = cls.env.ref("point_of_sale.product_product_tip")
        cls.viva_config.write({"iface_tipproduct": True, "tip_product_id": cls.tips.id})
        cls.customer = cls.env["res.partner"].create({"name": "Customer"})
        cls.tip_account = cls.company_data["default_account_revenue"].copy()
        cls.tips.property_account_income_id = cls.tip_account
        cls.drawer = cls.env["pos.payment.method"].create(
            {
                "name": "Drawer",
                "journal_id": cls.company_data["default_journal_cash"].id,
                "receivable_account_id": cls.company_data["default_account_receivable"].id,
            }
        )
        cls.viva_config.payment_method_ids += cls.drawer

    def setUp(self):
        super().setUp()
        self.session = self.open_register()

    def sell(self, amount, tip=0, cash=0):
        """Sell to the customer, tip on the terminal included, and return the paid order.

        :param float cash: what the order costs besides, paid from the purse.
        """
        return self.book(self.approved_sale(amount=amount, tip=tip), cash)

    def pay_back(self, order, amount, cash=0):
        """Pay back part of a paid order on the terminal, and return the order of the refund.

        :param float cash: what is paid back from the drawer besides.
        """
        charged = order.payment_ids.filtered("viva_wallet_session_id")
        sale = {
            "session_id": charged.viva_wallet_session_id,
            "payment_method_id": self.viva_method.id,
            "amount": amount,
        }
        return self.book(self.approved_refund(sale), -cash)

    def book(self, request, cash=0):
        order = self.sync_order(request, state="draft")
        order.partner_id = self.customer
        if cash:
            order.lines[0].copy({"price_unit": cash, "order_id": order.id})
            order._compute_prices()
            order.add_payment(
                {
                    "pos_order_id": order.id,
                    "payment_method_id": self.drawer.id,
                    "amount": cash,
                }
            )
        order.action_pos_order_paid()
        return order

    def close(self, cash=0):
        """Close the register and return its entry.

        :param float cash: that was counted in the drawer.
        """
        self.session.post_closing_cash_details(cash)
        self.session.action_pos_session_closing_control()
        self.assertEqual(self.session.state, "closed")
        return self.session.move_id

    def balance(self, lines, account):
        return sum(lines.filtered(lambda line: line.account_id == account).mapped("balance"))

    def account_payments(self):
        return self.env["account.payment"].search(
            [("pos_session_id", "=", self.session.id)], order="id"
        )

    def received(self):
        """Return what the accounting payments of the session received, less what they paid out."""
        return sum(
            -payment.amount if payment.payment_type == "outbound" else payment.amount
            for payment in self.account_payments()
        )

    def sell_and_pay_back(self):
        """Sell for 10.00 and 20.00, take 2.34 as a tip, pay 4.00 back; return the orders."""
        first, second = self.sell(10.0), self.sell(20.0, tip=234)
        return first | second | self.pay_back(first, 4.0)

    def assert_books(self, move):
        """What `sell_and_pay_back` does, to the cent, and nothing of it in cash."""
        revenue = self.company_data["default_account_revenue"]
        self.assertAlmostEqual(self.balance(move.line_ids, revenue), -26.0)
        self.assertAlmostEqual(self.balance(move.line_ids, self.tip_account), -2.34)
        self.assertAlmostEqual(self.received(), 28.34)
        self.assertFalse(self.session.order_ids.payment_ids.filtered("is_change"))
        receivable = (move | self.account_payments().move_id).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        self.assertAlmostEqual(sum(receivable.mapped("balance")), 0.0)
        self.assertTrue(all(receivable.mapped("reconciled")))
        self.assert_ledgers_agree(payments=3)

    def test_one_sum_and_the_entry_lists_the_payments(self):
        orders = self.sell_and_pay_back()
        move = self.close()
        self.assert_books(move)
        [payment] = self.account_payments()
        self.assertIn("Combine", payment.memo)
        for order in orders:
            self.assertIn(order.payment_ids.transaction_id, move.narration)
            self.assertIn(order.payment_ids.payment_ref_no, move.narration)
            self.assertIn(order.name, move.narration)

    def test_identified_customer_each_payment_has_its_references(self):
        self.session.action_pos_session_closing_control()
        self.viva_method.split_transactions = True
        self.session = self.open_register()
        orders = self.sell_and_pay_back()
        move = self.close()
        self.assert_books(move)
        payments = {payment.amount: payment for payment in self.account_payments()}
        self.assertEqual(sorted(payments), [4.0, 10.0, 22.34])
        for order in orders:
            payment = payments[abs(order.amount_total)]
            for reference in (
                order.payment_ids.transaction_id,
                order.payment_ids.payment_ref_no,
            ):
                self.assertIn(reference, payment.memo)
                self.assertIn(reference, payment.move_id.ref)
        self.assertFalse(move.narration)

    def sell_and_pay_back_with_cash(self):
        """Sell for 10.00 by card and 5.00 in cash, pay 4.00 and 2.00 of them back; return the orders."""
        sale = self.sell(10.0, cash=5.0)
        return sale | self.pay_back(sale, 4.0, cash=2.0)

    def assert_books_with_cash(self, move):
        """What `sell_and_pay_back_with_cash` does, to the cent: 6.00 at Viva, 3.00 in the drawer."""
        self.assertAlmostEqual(
            self.balance(move.line_ids, self.company_data["default_account_revenue"]), -9.0
        )
        self.assertAlmostEqual(self.received(), 6.0)
        drawer = self.session.statement_line_ids.filtered(
            lambda line: line.journal_id == self.drawer.journal_id
        )
        self.assertAlmostEqual(sum(drawer.mapped("amount")), 3.0)
        moves = move | self.account_payments().move_id | drawer.move_id
        receivable = moves.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        self.assertTrue(receivable)
        self.assertAlmostEqual(sum(receivable.mapped("balance")), 0.0)
        self.assertTrue(all(receivable.mapped("reconciled")))
        self.assert_ledgers_agree(payments=2)

    def test_card_and_cash(self):
        self.sell_and_pay_back_with_cash()
        self.assert_books_with_cash(self.close(cash=3.0))
        self.assertEqual(len(self.account_payments()), 1)

    def test_card_and_cash_with_identified_customer(self):
        self.session.action_pos_session_closing_control()
        (self.viva_method | self.drawer).split_transactions = True
        self.session = self.open_register()
        self.sell_and_pay_back_with_cash()
        self.assert_books_with_cash(self.close(cash=3.0))
        self.assertEqual(sorted(self.account_payments().mapped("amount")), [4.0, 10.0])

    def test_surplus_without_a_tip_product_has_its_own_line(self):
        surplus = self.env.ref("pos_viva_wallet.product_product_surplus")
        surplus.property_account_income_id = self.tip_account
        self.viva_config.write({"iface_tipproduct": False, "tip_product_id": False})
        self.sell(30.0, tip=234)
        move = self.close()
        self.assertAlmostEqual(self.balance(move.line_ids, self.tip_account), -2.34)
        self.assertAlmostEqual(sum(self.account_payments().mapped("amount")), 32.34)
        self.assertFalse(self.session.order_ids.payment_ids.filtered("is_change"))

    # === DAILY TOTALS === #

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

    def test_day_is_the_day_of_the_register(self):
        self.env.company.partner_id.tz = "Pacific/Auckland"
        late = self.create_transaction()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE viva_wallet_transaction SET create_date = '2026-03-01 11:30' WHERE id = %s",
            [late.id],
        )
        self.env.invalidate_all()
        late._compute_day()
        self.assertEqual((str(late.day), late.hour), ("2026-03-02", 0))

    def test_report_prints(self):
        self.sell(10.0)
        self.approved_sale(amount=5.0)
        totals = self.daily()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "pos_viva_wallet.viva_wallet_daily_report", totals.ids
        )
        for transaction in totals._transactions():
            self.assertIn(transaction.transaction_id.encode(), html)

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
