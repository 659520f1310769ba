"""Who may see and do what: secrets, rows of the ledger, calls of the till, other companies."""

import json
import uuid
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import new_test_user, tagged

from ..models.pos_payment_method_credentials import CREDENTIAL_FIELDS, NEW_CREDENTIALS
from .common import TERMINAL, VivaWalletCommon

# Fields of a payment method that only a system administrator may see, with a value under test.
SECRETS = {
    "viva_wallet_merchant_id": "secret-merchant",
    "viva_wallet_api_key": "secret-api-key",
    "viva_wallet_client_id": "secret-client",
    "viva_wallet_client_secret": "secret-client-secret",
    "viva_wallet_webhook_token": "secret-webhook-token",
    "viva_wallet_webhook_verification_key": "secret-verification-key",
}
COMPUTED = "viva_wallet_webhook_endpoint"


@tagged("post_install", "-at_install")
class TestSecrets(VivaWalletCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.viva_method.write(SECRETS)
        cls.manager = cls.create_user(
            "viva_manager", "point_of_sale.group_pos_manager", "account.group_account_manager"
        )
        cls.env.ref("base.group_allow_export").user_ids += cls.cashier + cls.manager
        cls.administrator = cls.create_user(
            "viva_admin", "base.group_system", "point_of_sale.group_pos_manager"
        )

    def assert_tells_nothing(self, call):
        """Check that a call is refused, or that its answer holds none of the secrets."""
        self.env.invalidate_all()
        try:
            answer = json.dumps(call(), default=str)
        except AccessError as refusal:
            answer = str(refusal)
        for value in SECRETS.values():
            self.assertNotIn(value, answer)

    def for_each_secret(self):
        """Return pairs: the method as seen by a user without the right, name of a secret field."""
        return [
            (self.viva_method.with_user(user), name)
            for user in (self.cashier, self.manager)
            for name in (*SECRETS, COMPUTED)
        ]

    def test_reading(self):
        for method, name in self.for_each_secret():
            with self.assertRaises(AccessError):
                method.read([name])
            with self.assertRaises(AccessError):
                method[name]
            with self.assertRaises(AccessError):
                method.search_read([("id", "=", method.id)], [name])
            for call in (
                lambda method=method, name=name: method.web_read({name: {}}),
                lambda method=method, name=name: method.web_search_read([], {name: {}}),
                lambda method=method, name=name: method.export_data([name]),
                lambda method=method, name=name: method.export_data(["name", name]),
            ):
                self.assert_tells_nothing(call)

    def test_reading_all(self):
        for user in (self.cashier, self.manager):
            method = self.viva_method.with_user(user)
            texts = [
                name
                for name, description in method.fields_get(attributes=["type"]).items()
                if description["type"] in ("char", "text", "selection", "boolean")
            ]
            self.assertIn("viva_wallet_terminal_id", texts)
            self.assert_tells_nothing(lambda method=method, texts=texts: method.read(texts))
            self.assert_tells_nothing(method.read)
            self.assert_tells_nothing(lambda method=method: method.name_search("Viva"))
            self.assert_tells_nothing(lambda method=method: method.copy_data())
            self.assert_tells_nothing(lambda method=method: method.default_get([*SECRETS]))

    def test_searching(self):
        for method, name in self.for_each_secret():
            value = SECRETS.get(name, "http")
            for domain in (
                [(name, "=", value)],
                [(name, "=like", value[:8] + "%")],
                [(name, "!=", False)],
                ["!", (name, "=", False)],
            ):
                with self.assertRaises(AccessError):
                    method.search(domain)
                with self.assertRaises(AccessError):
                    method.search_count(domain)
                with self.assertRaises(AccessError):
                    method.name_search("", domain)

    def test_searching_from_another_model(self):
        for method, name in self.for_each_secret():
            config = method.env["pos.config"]
            with self.assertRaises(AccessError):
                config.search([(f"payment_method_ids.{name}", "!=", False)])
            with self.assertRaises(AccessError):
                config.search([("payment_method_ids", "any", [(name, "!=", False)])])

    def test_sorting(self):
        for method, name in self.for_each_secret():
            if name == COMPUTED:
                continue
            with self.assertRaises(AccessError):
                method.search([], order=name)

    def test_grouping(self):
        for method, name in self.for_each_secret():
            if name == COMPUTED:
                continue
            with self.assertRaises(AccessError):
                method.formatted_read_group([], [name], ["__count"])
            with self.assertRaises(AccessError):
                method.formatted_read_group([], ["name"], [f"{name}:array_agg"])
            with self.assertRaises(AccessError):
                method._read_group(Domain.TRUE, [name], ["__count"])
            with self.assertRaises(AccessError):
                method.web_read_group([], [name], ["__count"])

    def test_fields(self):
        for method, name in self.for_each_secret():
            self.assertNotIn(name, method.fields_get())
            self.assertNotIn(name, method.fields_get([name]))

    def test_writing(self):
        for method, name in self.for_each_secret():
            is_replaceable = method.env.user == self.manager and name in CREDENTIAL_FIELDS
            if name == COMPUTED or is_replaceable:
                continue
            with self.assertRaises(AccessError):
                method.write({name: "x"})
            with self.assertRaises(AccessError):
                method.create({"name": "New", name: "x"})

    def test_managers_replace_credentials_without_seeing_them(self):
        method = self.viva_method.with_user(self.manager)
        for new_name, name in NEW_CREDENTIALS.items():
            with self.subTest(name=name):
                self.assertFalse(method[new_name])
                saved = method.web_save({new_name: f" new {name}\n"}, {new_name: {}})
                self.assertFalse(saved[0][new_name])
                self.assertEqual(self.viva_method[name], f"new {name}")
                method.write({new_name: ""})
                self.assertEqual(self.viva_method[name], f"new {name}", "nothing typed, all kept")
                with self.assertRaises(AccessError):
                    method.with_user(self.cashier).write({new_name: "stolen"})
        self.assert_tells_nothing(method.read)

    def test_managers_create_methods(self):
        values = self.viva_method_values()
        for new_name, name in NEW_CREDENTIALS.items():
            values[new_name] = values.pop(name)
        created = self.env["pos.payment.method"].with_user(self.manager).create(values)
        for new_name, name in NEW_CREDENTIALS.items():
            self.assertEqual(created.sudo()[name], values[new_name])
            self.assertFalse(created[new_name])
        self.assertTrue(created.viva_wallet_has_credentials)

    def test_what_the_till_loads(self):
        session = self.open_register()
        for user in (self.cashier, self.manager):
            data = session.with_user(user).load_data([])
            (method,) = data["pos.payment.method"]
            self.assertEqual(method["viva_wallet_terminal_id"], TERMINAL)
            self.assertEqual(method["use_payment_terminal"], "viva_wallet")
            self.assertFalse({*SECRETS, COMPUTED} & method.keys())
            self.assert_tells_nothing(lambda data=data: data)

    def test_administrator(self):
        method = self.viva_method.with_user(self.administrator)
        (values,) = method.read([*SECRETS, COMPUTED])
        self.assertEqual({name: values[name] for name in SECRETS}, SECRETS)
        self.assertTrue(values[COMPUTED].endswith("/notification/secret-webhook-token"))
        self.assertTrue({*SECRETS, COMPUTED} <= method.fields_get().keys())

    def test_logs(self):
        """Whatever goes wrong, credentials and tokens do not reach the log."""
        self.open_register()
        settings = {
            name: SECRETS[f"viva_wallet_{name}"]
            for name in ("merchant_id", "api_key", "client_id", "client_secret")
        }
        self.simulator.configure(**settings, webhook_key=SECRETS[
            "viva_wallet_webhook_verification_key"])  # fmt: skip
        self.viva_method.viva_wallet_webhook_verification_key = False
        self.simulator.add_faults(
            {"operation": "token", "action": "answer", "status": 500, "body": settings},
            {"operation": "sale", "action": "answer", "status": 400, "body": settings},
            {"operation": "sale", "action": "drop_after"},
            {"operation": "session", "action": "answer", "status": 200, "body": settings},
            {"operation": "session", "action": "answer", "status": 500, "body": str(settings)},
            {"operation": "abort", "action": "drop_before"},
        )
        with self.assertLogs("odoo.addons.pos_viva_wallet", "DEBUG") as logs:
            for _attempt in range(3):
                sale = self.sale_values()
                self.till("start_sale", sale)
            self.till("abort", sale)
            for _attempt in range(3):
                self.read(sale["session_id"])
            self.viva_method._viva_wallet_verification_key()
        written = "\n".join(logs.output)
        for value in (*settings.values(), SECRETS["viva_wallet_webhook_verification_key"]):
            self.assertNotIn(value, written)
        self.assertNotIn("simulator-", written, "an access token")


@tagged("post_install", "-at_install")
class TestRights(VivaWalletCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.create_user("viva_manager", "point_of_sale.group_pos_manager")
        cls.accountant = cls.create_user("viva_accountant", "account.group_account_readonly")
        cls.employee = cls.create_user("viva_employee")
        cls.portal = new_test_user(
            cls.env, login="viva_portal", groups="base.group_portal", company_id=cls.env.company.id,
            company_ids=[(6, 0, cls.env.company.ids)],
        )  # fmt: skip
        cls.other_company = cls.setup_other_company(currency_id=cls.env.ref("base.EUR").id)[
            "company"
        ]
        cls.stranger = cls.create_user(
            "viva_stranger", "point_of_sale.group_pos_manager", company=cls.other_company
        )

    def setUp(self):
        super().setUp()
        self.pos_session = self.open_register()

    def calls(self, sale):
        return {
            "start_sale": (sale,),
            "read_status": ([sale["session_id"]],),
            "abort": (sale,),
            "state_outcome": (sale["session_id"], True),
            "open_reviews": (self.viva_config.id,),
            "read_orders": ([sale["order_uuid"]],),
            "start_refund": ({**sale, "parent_session_id": sale["session_id"], "amount": -1},),
            "list_refundable": ({**sale, "order_uuids": [sale["order_uuid"]]},),
        }

    def patch_ledger(self, name):
        """Replace a method of the ledger, and return the mock that is called instead."""
        return self.startPatcher(
            patch.object(self.env.registry["viva.wallet.transaction"], name, return_value=None)
        )

    # === CALLS OF THE TILL === #

    def test_calls_need_a_user_of_the_point_of_sale(self):
        known, unknown = self.sale_values(), self.sale_values()
        self.till("start_sale", known)
        self.create_transaction(session_id=unknown["session_id"], state="unknown")
        # `assertRaises` undoes what was written meanwhile, so writing is watched where it is done.
        statement = self.patch_ledger("_record_statement")
        asked = self.simulator.counts()
        for user in (self.employee, self.portal, self.accountant, self.env.ref("base.public_user")):
            for sale in (known, unknown, self.sale_values()):
                for call, args in self.calls(sale).items():
                    with self.subTest(user=user.id, call=call), self.assertRaises(AccessError):
                        self.till(call, *args, user=user)
        self.assertEqual(self.simulator.counts(), asked)
        self.assertEqual(len(self.transactions()), 2)
        statement.assert_not_called()

    def test_other_methods_cannot_be_called(self):
        till = self.env["viva.wallet.till"].with_user(self.cashier)
        public = {
            name
            for name in dir(type(till))
            if not name.startswith("_") and name not in dir(self.env["base"])
        }
        self.assertEqual(public, set(self.calls(self.sale_values())))
        ledger = self.env["viva.wallet.transaction"]
        fields = set(ledger._fields)
        callables = {
            name
            for name in dir(type(ledger))
            if not name.startswith("_") and name not in dir(self.env["base"])
        }
        # The one that is called by a button checks the rights of whoever presses it.
        self.assertEqual(callables - fields, {"action_refund"})

    # === THE LEDGER === #

    def test_cashier_cannot_touch_the_ledger(self):
        row = self.create_transaction(state="failed").with_user(self.cashier)
        values = {"session_id": str(uuid.uuid4()), "terminal_id": "1", "state": "approved"}
        for call in (
            lambda: row.read(["state"]),
            lambda: row.search([]),
            lambda: row.search_read([], ["state"]),
            lambda: row.formatted_read_group([], ["state"], ["__count"]),
            lambda: row.web_read({"state": {}}),
            lambda: row.write({"state": "approved"}),
            lambda: row.create(values),
            lambda: row.unlink(),
        ):
            with self.assertRaises(AccessError):
                call()
                self.env.flush_all()
        self.assertEqual(row.sudo().state, "failed")

    def test_managers_and_accountants_read_only(self):
        for user in (self.manager, self.accountant):
            with self.subTest(user=user.login):
                row = self.create_transaction(state="failed", raw_answer={"a": 1}).with_user(user)
                self.assertEqual(row.read(["state", "amount"])[0]["state"], "failed")
                for call in (
                    lambda row=row: row.write({"state": "approved"}),
                    lambda row=row: row.write({"review": False}),
                    lambda row=row: row.copy(),
                    lambda row=row: row.unlink(),
                    lambda row=row: row.read(["raw_answer"]),
                    lambda row=row: row.search([("raw_answer", "!=", False)]),
                ):
                    with self.assertRaises(AccessError):
                        call()
                        self.env.flush_all()

    def test_what_the_till_sees_of_a_row(self):
        sale = self.approved_sale()
        snapshot = json.dumps(self.read(sale["session_id"]))
        raw = self.transaction(sale["session_id"]).raw_answer
        self.assertTrue(raw)
        for name in ("raw", "primaryAccountNumber", self.viva_method.viva_wallet_api_key):
            self.assertNotIn(name, snapshot)

    # === OTHER COMPANIES === #

    def foreign_sale(self):
        """Return a sale at a register of the other company, which has a terminal of its own."""
        method = self.env["pos.payment.method"].create(
            {
                **self.viva_method_values(journal_id=False, viva_wallet_terminal_id="16000003"),
                "company_id": self.other_company.id,
            }
        )
        config = (
            self.env["pos.config"]
            .with_company(self.other_company)
            .create({"name": "Register abroad", "payment_method_ids": method.ids})
        )
        config.with_user(self.stranger).open_ui()
        session = config.current_session_id
        session.with_user(self.stranger).set_opening_control(0, "")
        return self.sale_values(pos_session_id=session.id, payment_method_id=method.id, amount=5.0)

    def test_other_company_sells_at_its_own_register(self):
        sale = self.foreign_sale()
        self.assertEqual(self.till("start_sale", sale, user=self.stranger)["state"], "sent")
        self.assertEqual(self.simulator.sessions()[0]["terminal_id"], "16000003")

    def test_register_of_another_company(self):
        snapshot = self.till("start_sale", self.sale_values(), user=self.stranger)
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", "register_closed"))
        self.assertFalse(self.simulator.requests())

    def test_method_of_another_company(self):
        sale = {**self.foreign_sale(), "payment_method_id": self.viva_method.id}
        snapshot = self.till("start_sale", sale, user=self.stranger)
        self.assertEqual((snapshot["state"], snapshot["reason"]), ("failed", "not_configured"))
        self.assertFalse(self.simulator.requests())

    def test_rows_of_another_company_do_not_exist(self):
        sale = self.approved_sale()
        row = self.transaction(sale["session_id"])
        self.assertFalse(row.with_user(self.stranger).search([]))
        with self.assertRaises(AccessError):
            row.with_user(self.stranger).read(["state"])
        snapshot = self.till("read_status", [row.session_id], user=self.stranger)
        self.assertEqual(
            snapshot,
            {
                row.session_id: {
                    "session_id": row.session_id,
                    "state": "not_recorded",
                    "card": False,
                }
            },
        )

    def test_payment_of_another_company_cannot_be_seen_or_stopped(self):
        """Not even with its session id or payment line, and an own register to go with it."""
        sale = self.sale_values()
        self.till("start_sale", sale)
        foreign = self.foreign_sale()
        for stolen in (
            {**foreign, "session_id": sale["session_id"]},
            {**foreign, "payment_uuid": sale["payment_uuid"]},
        ):
            for call in ("start_sale", "abort", "read_status", "state_outcome"):
                with self.subTest(stolen=stolen, call=call):
                    args = self.calls(stolen)[call]
                    answer = self.till(call, *args, user=self.stranger)
                    self.assertNotIn("12.34", json.dumps(answer))
        row = self.transaction(sale["session_id"])
        self.assertFalse(row.abort_requested_at)
        self.assertFalse(row.statement)
        self.assertFalse(self.simulator.requests("abort", session_id=sale["session_id"]))
        self.simulator.tap(TERMINAL)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")

    def test_charge_of_another_company_cannot_be_claimed(self):
        """A payment that names a session of another company gets none of its card data."""
        sale = self.approved_sale()
        foreign = {**self.foreign_sale(), "session_id": sale["session_id"]}
        order = self.env["pos.order"].create({
            "session_id": foreign["pos_session_id"], "company_id": self.other_company.id,
            "amount_total": 5, "amount_tax": 0, "amount_paid": 0, "amount_return": 0,
        })  # fmt: skip
        payment = self.env["pos.payment"].create({
            "pos_order_id": order.id, "amount": 5, "viva_wallet_session_id": sale["session_id"],
            "payment_method_id": foreign["payment_method_id"],
        })  # fmt: skip
        self.assertFalse(payment.card_no)
        self.assertFalse(payment.transaction_id)
        self.assertFalse(self.transaction(sale["session_id"]).payment_id)

    def test_cashier_of_two_companies(self):
        sale = self.sale_values()
        self.till("start_sale", sale)
        self.cashier.company_ids += self.other_company
        status = self.till("read_status", [sale["session_id"]])
        self.assertEqual(status[sale["session_id"]]["state"], "sent")
