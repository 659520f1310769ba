"""Every field that holds a secret, tried on every path on which a value leaves the server.

The fields are found, not listed: a new text field of this module has to be declared harmless here,
or be seen by system administrators only.
"""

import json
import logging
import re
from contextlib import contextmanager

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..models.pos_payment_method_credentials import NEW_CREDENTIALS
from .common import VivaWalletCommon, VivaWalletHttpCommon

TEXT_TYPES = ("char", "text", "html", "json", "binary", "reference", "properties")
# Text fields on a payment method that anybody at the till may read.
HARMLESS = {
    "viva_wallet_terminal_id",
    "viva_wallet_terminal_warning",
    *(f"{name}_hint" for name in NEW_CREDENTIALS.values()),
    "viva_wallet_webhook_events",
    "viva_wallet_webhook_steps",
    "viva_wallet_webhook_senders",
    *NEW_CREDENTIALS,
}
# Seen by system administrators only, but no secret.
ADMINISTRATION = {"viva_wallet_simulator_url", "viva_wallet_stored_at"}


class SecretsMixin:
    """A payment method whose secrets are unmistakable texts, and users who may not see them."""

    @classmethod
    def secret_fields(cls):
        """Return the fields of a payment method that hold a secret, stored or computed."""
        fields = cls.env["pos.payment.method"]._fields
        return sorted(
            name
            for name, field in fields.items()
            if name.startswith("viva_wallet")
            and field.type in TEXT_TYPES
            and name not in HARMLESS | ADMINISTRATION
        )

    @classmethod
    def set_secrets(cls):
        cls.values = {
            name: f"secret-{name.replace('_', '-')}"
            for name in cls.secret_fields()
            if cls.env["pos.payment.method"]._fields[name].store
        }
        cls.viva_method.write(cls.values)
        cls.env.flush_all()

    def find_secrets(self, answer):
        """Return the names of the secrets that are in an answer, however it is wrapped."""
        text = answer if isinstance(answer, str) else json.dumps(answer, default=str)
        return [name for name, value in self.values.items() if value in text]

    def assert_no_secret(self, answer, path):
        self.assertFalse(self.find_secrets(answer), path)


@tagged("post_install", "-at_install")
class TestSecretPaths(SecretsMixin, VivaWalletCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_secrets()
        manager = cls.create_user(
            "viva_manager", "point_of_sale.group_pos_manager", "account.group_account_manager"
        )
        public = cls.env.ref("base.public_user")
        cls.strangers = (cls.cashier + manager + public).sudo()
        cls.env.ref("base.group_allow_export").user_ids += cls.cashier + manager
        cls.manager = manager
        cls.other_method = cls.viva_method.sudo().copy()

    def test_every_text_field_is_declared(self):
        """What is neither harmless nor for system administrators only is a leak."""
        fields = self.env["pos.payment.method"]._fields
        for name in self.secret_fields():
            with self.subTest(name=name):
                self.assertEqual(fields[name].groups, "base.group_system")
                self.assertFalse(fields[name].copy)
        for name in HARMLESS | ADMINISTRATION:
            self.assertIn(name, fields)
        self.assertGreaterEqual(len(self.secret_fields()), 8)

    def test_no_other_model_has_them(self):
        """Nor through a related field, nor by inheritance."""
        secrets = set(self.secret_fields())
        for model_name, model in self.env.registry.items():
            if model._abstract or model_name == "pos.payment.method":
                continue
            for name, field in model._fields.items():
                related = (getattr(field, "related", None) or "").split(".")
                self.assertFalse(secrets & set(related), f"{model_name}.{name}")
                self.assertFalse(
                    name in secrets and field.type in TEXT_TYPES, f"{model_name}.{name}"
                )

    def test_nothing_on_the_register_or_the_ledger(self):
        words = re.compile(r"secret|token|key|password|credential|api|merchant|client")
        for model in ("pos.config", "pos.session", "viva.wallet.transaction", "pos.payment"):
            for name, field in self.env[model]._fields.items():
                is_ours = field._modules and "pos_viva_wallet" in field._modules
                is_open = field.groups != "base.group_system"
                if is_ours and is_open and field.type in TEXT_TYPES and words.search(name):
                    self.fail(f"{model}.{name} looks like a secret")

    def paths(self, method, name):
        """Return what somebody could try to read one field, by name of the path."""
        config, env = method.env["pos.config"], method.env
        value = self.values.get(name, "x")
        through = f"payment_method_ids.{name}"
        return {
            "read": lambda: method.read([name]),
            "read with others": lambda: method.read(["name", name]),
            "attribute": lambda: method[name],
            "mapped": lambda: method.mapped(name),
            "filtered": lambda: method.filtered(name).ids and [value],
            "sorted": lambda: (method + self.other_method.with_env(env)).sorted(name) and [value],
            "search_read": lambda: method.search_read([], [name]),
            "web_read": lambda: method.web_read({name: {}}),
            "web_search_read": lambda: method.web_search_read([], {name: {}}),
            "nested web_read": lambda: config.search([]).web_read(
                {"payment_method_ids": {"fields": {name: {}}}}
            ),
            "domain =": lambda: method.search([(name, "=", value)]) and [value],
            "domain like": lambda: method.search([(name, "=like", "s%")]) and [value],
            "domain from the register": lambda: config.search([(through, "!=", False)]) and [value],
            "domain any": lambda: (
                config.search([("payment_method_ids", "any", [(name, "!=", False)])]) and [value]
            ),
            "filtered_domain": lambda: method.filtered_domain([(name, "=", value)]) and [value],
            "search_count": lambda: method.search_count([(name, "!=", False)]) and [value],
            "order": lambda: method.search([], order=f"{name} desc") and [value],
            "name_search": lambda: method.name_search("", [(name, "!=", False)]) and [value],
            "group": lambda: method.formatted_read_group([], [name], ["__count"]),
            "web group": lambda: method.web_read_group([], [name], ["__count"]),
            "aggregate": lambda: method.formatted_read_group([], [], [f"{name}:array_agg"]),
            "having": lambda: method._read_group([], ["id"], [f"{name}:max"]),
            "export": lambda: method.export_data([name]),
            "export through": lambda: config.search([]).export_data([f"payment_method_ids/{name}"]),
            "copy": lambda: method.copy_data({"name": "Copy"}),
            "onchange": lambda: method.onchange({}, [], {name: {}}),
            "default": lambda: method.default_get([name]),
            "name": lambda: method.display_name,
            "kanban template": lambda: env["ir.qweb"]._render(
                env["ir.ui.view"].sudo().create({
                    "type": "qweb", "name": "t",
                    "arch": f"<t t-name='t'><t t-out='record.{name}'/></t>",
                }).id,
                {"record": method},
            ),
        }  # fmt: skip

    def test_every_field_on_every_path(self):
        self.env.flush_all()
        leaks = []
        for user in self.strangers:
            for name in self.secret_fields():
                method = self.viva_method.with_user(user)
                for path, call in self.paths(method, name).items():
                    self.env.invalidate_all()
                    answer = self.try_path(call)
                    if self.find_secrets(answer):
                        leaks.append(f"{user.login}: {path} of {name}")
        self.assertFalse(leaks)

    def try_path(self, call):
        """Return what a path gives, or what the refusal says."""
        with self.cr.savepoint():
            try:
                return call()
            except Exception as refusal:  # noqa: BLE001 - whatever it says must hold no secret
                return f"{refusal!r} {refusal}"

    def test_the_paths_lead_somewhere(self):
        """A system administrator finds the secrets on them: the test above tries real paths."""
        administrator = self.create_user(
            "viva_admin", "base.group_system", "point_of_sale.group_pos_manager"
        )
        self.env.ref("base.group_allow_export").user_ids += administrator
        method = self.viva_method.with_user(administrator)
        found = set()
        for path, call in self.paths(method, "viva_wallet_api_key").items():
            if self.find_secrets(self.try_path(call)):
                found.add(path)
        for path in ("read", "search_read", "web_read", "domain =", "order", "group", "export"):
            self.assertIn(path, found)

    def test_no_operation_tells(self):
        """Neither saving, nor a refused save, nor a check, writes a secret where others read."""
        with self.watch_log() as log:
            self.viva_method.write({"viva_wallet_new_api_key": self.values["viva_wallet_api_key"]})
            service = self.env["viva.wallet.setup"].with_user(self.manager)
            answers = [
                service.check_connection(self.viva_method.id, {}),
                service.find_terminals(self.viva_method.id, {}),
            ]
            for values in (
                {"viva_wallet_new_client_secret": self.values["viva_wallet_client_secret"],
                 "viva_wallet_terminal_id": ""},
                {"viva_wallet_webhook_token": self.values["viva_wallet_webhook_token"]},
            ):  # fmt: skip
                answers.append(
                    self.try_path(
                        lambda values=values: self.viva_method.with_user(self.manager).write(values)
                    )
                )
            self.open_register()
            answers.append(self.till("start_sale", self.sale_values()))
            answers.append(
                self.try_path(lambda: self.viva_method.write({"viva_wallet_new_api_key": "x"}))
            )
            answers.append(repr(self.viva_method._viva_wallet_client()._credentials))
        self.assertTrue(log)
        for answer in (*answers, "\n".join(log)):
            held = self.find_secrets(answer)
            # The client's repr and the log name the merchant and the client, not their secrets.
            self.assertFalse(set(held) - {"viva_wallet_merchant_id", "viva_wallet_client_id"})

    def test_chatter_and_other_tables(self):
        self.viva_method.write(dict.fromkeys(self.values, "changed") | self.values)
        self.env.flush_all()
        for table, column in (
            ("mail_message", "body"),
            ("mail_tracking_value", "old_value_char"),
            ("mail_tracking_value", "new_value_char"),
            ("ir_logging", "message"),
            ("bus_bus", "message"),
            ("ir_default", "json_value"),
        ):
            self.env.cr.execute(f"SELECT {column}::text FROM {table}")
            texts = " ".join(filter(None, (text for (text,) in self.env.cr.fetchall())))
            self.assert_no_secret(texts, table)

    @contextmanager
    def watch_log(self):
        """Collect all that is logged meanwhile, at any level."""
        lines = []

        class Handler(logging.Handler):
            def emit(self, record):
                lines.append(record.getMessage())

        handler, root = Handler(level=logging.DEBUG), logging.getLogger()
        ours = logging.getLogger("odoo.addons.pos_viva_wallet")
        level = ours.level
        root.addHandler(handler)
        ours.setLevel(logging.DEBUG)
        try:
            yield lines
        finally:
            root.removeHandler(handler)
            ours.setLevel(level)

    def test_views_of_strangers(self):
        for user in self.strangers - self.env.ref("base.public_user"):
            views = self.env["pos.payment.method"].with_user(user).get_views([[False, "form"]])
            fields = views["models"]["pos.payment.method"]["fields"]
            self.assertFalse(set(fields) & set(self.secret_fields()))
            for name in self.secret_fields():
                self.assertNotIn(f'name="{name}"', views["views"]["form"]["arch"])

    def test_data_of_the_till(self):
        session = self.open_register()
        for user in (self.cashier, self.manager):
            self.assert_no_secret(session.with_user(user).load_data([]), user.login)

    def test_data_of_the_kiosk(self):
        if "self_ordering_mode" not in self.env["pos.config"]._fields:
            self.skipTest("pos_self_order is not installed")
        self.viva_config.write({"self_ordering_mode": "kiosk"})
        self.open_register()
        public = self.viva_config.with_user(self.env.ref("base.public_user"))
        answer = self.try_path(lambda: public.sudo().load_self_data())
        self.assertIn("pos.config", answer)
        self.assert_no_secret(answer, "kiosk")

    def test_writing_is_not_reading(self):
        """A manager who replaces a credential gets nothing back; others cannot even replace."""
        for new_name in NEW_CREDENTIALS:
            method = self.viva_method.with_user(self.manager)
            self.assert_no_secret(method.web_save({new_name: ""}, {new_name: {}}), new_name)
            with self.assertRaises(AccessError):
                self.viva_method.with_user(self.cashier).write({new_name: "x"})


@tagged("post_install", "-at_install")
class TestSecretPages(SecretsMixin, VivaWalletHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_secrets()

    def test_page_source(self):
        self.open_register()
        config = self.viva_config.id
        for login in (None, "pos_user", "pos_admin"):
            self.authenticate(login, login)
            for path in (
                "/odoo",
                f"/pos/ui/{config}",
                "/web/login",
                f"/pos-self/{config}",
                f"/pos-self/{config}?access_token={self.viva_config.access_token}",
                "/pos_viva_wallet/notification/wrong",
                f"/json/1/pos.payment.method/{self.viva_method.id}",
                f"/web/content/pos.payment.method/{self.viva_method.id}/viva_wallet_api_key",
                "/web/static/no-such-page",
            ):
                with self.subTest(login=login, path=path):
                    answer = self.url_open(path, allow_redirects=True)
                    self.assert_no_secret(answer.text, path)

    def test_calls_over_http(self):
        calls = {
            "read": ([self.viva_method.id], self.secret_fields()),
            "search_read": ([], self.secret_fields()),
            "web_read": ([self.viva_method.id], {name: {} for name in self.secret_fields()}),
            "_viva_wallet_client": ([self.viva_method.id],),
            "_viva_wallet_verification_key": ([self.viva_method.id],),
        }
        for login in (None, "pos_user", "pos_admin"):
            self.authenticate(login, login)
            for call, args in calls.items():
                body = {
                    "jsonrpc": "2.0", "method": "call",
                    "params": {"model": "pos.payment.method", "method": call, "args": args,
                               "kwargs": {}},
                }  # fmt: skip
                with self.subTest(login=login, call=call):
                    answer = self.url_open(
                        "/web/dataset/call_kw",
                        data=json.dumps(body).encode(),
                        headers={"Content-Type": "application/json"},
                    )
                    self.assert_no_secret(answer.text, call)
                    self.assertNotIn('"result"', answer.text)
