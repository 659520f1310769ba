"""What the tests of the books and of what is printed share: a register that sells and pays back."""

from .common import VivaWalletCommon


class AccountingCommon(VivaWalletCommon):
    """A register with a tip product and a cash drawer, and a customer.

    :ivar session: of the register, open.
    """

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
            prices = dict.fromkeys(("price_unit", "price_subtotal", "price_subtotal_incl"), cash)
            order.lines[0].copy({**prices, "order_id": order.id})
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

    def sell_and_pay_back(self):
        """Sell for 10.00 and 20.00, take 2.34 as a tip, pay 4.00 back; return the orders."""
        first, second = self.sell(10.0), self.sell(20.0, tip=234)
        return first | second | self.pay_back(first, 4.0)
