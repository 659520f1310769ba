"""Who asked: the cashier as the till tells it, and the employees of `pos_hr`."""

from odoo.tests import tagged

from .common import TERMINAL
from .common_ledger import LedgerCommon, RefundCommon


class EmployeeMixin:
    """A register at which employees log in, where `pos_hr` is installed."""

    def set_up_employees(self):
        if "advanced_employee_ids" not in self.env["pos.config"]._fields:
            self.skipTest("pos_hr is not installed")
        self.viva_config.module_pos_hr = True
        create = self.env["hr.employee"].sudo().create
        company = self.viva_config.company_id.id
        self.anna = create({"name": "Anna", "company_id": company})
        self.boss = create({"name": "Boss", "company_id": company})
        self.stranger = create({"name": "Stranger", "company_id": company})
        self.viva_config.write(
            {
                "basic_employee_ids": [(6, 0, self.anna.ids)],
                "advanced_employee_ids": [(6, 0, self.boss.ids)],
            }
        )

    def told(self, employee, name="told by the till"):
        return {"name": name, "employee_id": employee.id}


@tagged("post_install", "-at_install")
class TestCashierName(LedgerCommon):
    def test_is_what_the_till_tells(self):
        sale = self.start(cashier={"name": "Anna", "employee_id": False})
        row = self.transaction(sale["session_id"])
        self.assertEqual((row.cashier_name, row.cashier_employee_id), ("Anna", 0))
        self.assertEqual(row.event_ids[0].cashier, "Anna")

    def test_is_the_user_where_a_till_tells_nothing(self):
        for nonsense in (None, "Anna", 7, [], {}, {"name": False}, {"employee_id": "x"}):
            with self.subTest(told=nonsense):
                self.simulator.reset()
                sale = self.start(cashier=nonsense)
                self.assertEqual(
                    self.transaction(sale["session_id"]).cashier_name, self.cashier.name
                )
                self.tap(sale)

    def test_is_cut_and_cleaned(self):
        sale = self.start(cashier={"name": "A\x00\n" + "n" * 200})
        name = self.transaction(sale["session_id"]).cashier_name
        self.assertLessEqual(len(name), 64)
        self.assertNotIn("\x00", name)

    def test_of_a_cancellation_is_in_the_timeline(self):
        sale = self.start(cashier={"name": "Anna"})
        self.till("abort", sale, {"name": "Ben"})
        events = self.transaction(sale["session_id"]).event_ids
        self.assertEqual(events.filtered(lambda event: event.what == "cancel").cashier, "Ben")
        self.assertEqual(events.filtered(lambda event: event.what == "sent").cashier, "Anna")

    def test_of_a_statement_is_in_its_texts(self):
        sale = self.start(cashier={"name": "Anna"})
        row = self.transaction(sale["session_id"])
        row._set_state("unknown")
        self.env.flush_all()
        self.till("state_outcome", sale["session_id"], True, {"name": "Ben"})
        row = self.transaction(sale["session_id"])
        self.assertEqual((row.statement, row.statement_cashier), ("paid", "Ben"))
        self.assertIn("Ben", row.review_facts)
        self.assertEqual(row.event_ids.filtered(lambda e: e.what == "paid").cashier, "Ben")


@tagged("post_install", "-at_install")
class TestEmployee(EmployeeMixin, LedgerCommon):
    def setUp(self):
        super().setUp()
        self.set_up_employees()

    def test_has_the_name_that_the_server_knows(self):
        sale = self.start(cashier=self.told(self.anna))
        row = self.transaction(sale["session_id"])
        self.assertEqual((row.cashier_name, row.cashier_employee_id), ("Anna", self.anna.id))

    def test_of_another_register_is_not_taken_for_one_of_this(self):
        sale = self.start(cashier=self.told(self.stranger, "somebody"))
        row = self.transaction(sale["session_id"])
        self.assertEqual((row.cashier_name, row.cashier_employee_id), ("somebody", 0))


@tagged("post_install", "-at_install")
class TestUnreferencedRefundOfEmployees(EmployeeMixin, RefundCommon):
    """Money for whatever card is presented: user and employee have to be managers."""

    def setUp(self):
        super().setUp()
        self.set_up_employees()
        self.viva_method.sudo()._write({"viva_wallet_unreferenced_refund": True})
        self.manager = self.create_user("viva_manager", "point_of_sale.group_pos_manager")

    def ask(self, cashier, user=None):
        refund = self.refund_values(
            self.sale, way="unreferenced", parent_session_id=None, cashier=cashier
        )
        return self.till("start_refund", refund, user=user or self.manager)

    def assert_forbidden(self, snapshot):
        self.assertTrue(snapshot.get("refused"), snapshot)
        self.assertEqual(snapshot["reason"], "unreferenced_forbidden")
        self.assertFalse(self.paid_back())

    def test_of_a_manager(self):
        self.assertEqual(self.ask(self.told(self.boss))["state"], "sent")
        self.simulator.tap(TERMINAL)

    def test_not_of_an_employee_without_that_role(self):
        self.assert_forbidden(self.ask(self.told(self.anna)))

    def test_not_of_an_employee_of_another_register(self):
        self.assert_forbidden(self.ask(self.told(self.stranger)))

    def test_not_of_nobody(self):
        for cashier in (None, {}, {"name": "Boss"}, {"name": "Boss", "employee_id": 10**9}):
            with self.subTest(cashier=cashier):
                self.assert_forbidden(self.ask(cashier))

    def test_not_by_a_user_without_that_right(self):
        self.assert_forbidden(self.ask(self.told(self.boss), user=self.cashier))

    def test_a_register_without_employees_asks_for_the_user_only(self):
        self.viva_config.module_pos_hr = False
        self.assertEqual(self.ask(None)["state"], "sent")
        self.simulator.tap(TERMINAL)
