"""What is charged by terminal appears in the books to the cent, with Viva's references."""

from odoo.tests import tagged

from .common_accounting import AccountingCommon


@tagged("post_install", "-at_install")
class TestAccounting(AccountingCommon):
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
