"""What the form asks while it is filled in: the connection, the terminals, the simulator."""

import json
import uuid
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..models import viva_wallet_setup
from ..models.pos_payment_method_credentials import NEW_CREDENTIALS
from ..simulator import Simulator
from ..viva import address, diagnosis
from ..viva.account import Hosts
from .common import OTHER_TERMINAL, TERMINAL, VivaWalletCommon


class SetupCommon(VivaWalletCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.create_user(
            "viva_manager", "point_of_sale.group_pos_manager", "account.group_account_manager"
        )
        cls.setup_service = cls.env["viva.wallet.setup"].with_user(cls.manager)

    def typed(self, **values):
        """Return what a new form says that was filled in for the simulator."""
        stored = self.viva_method_values()
        names = {name: new for new, name in NEW_CREDENTIALS.items()}
        return {
            "viva_wallet_test_mode": True,
            "viva_wallet_terminal_id": OTHER_TERMINAL,
            **{new: stored[name] for name, new in names.items()},
            **values,
        }

    def check(self, method=False, **values):
        """Return the lines of a check by topic, as those that read them see them."""
        values = values if method else self.typed(**values)
        lines = self.setup_service.check_connection(method and method.id, values)
        self.assert_no_secret(lines)
        return {topic: (level, text) for topic, level, text in map(self.parts, lines)}

    @staticmethod
    def parts(line):
        return line["topic"], line["level"], line["text"]

    def assert_no_secret(self, answer):
        known = [value for name, value in self.viva_method_values().items() if "viva" in name]
        secrets = [value for value in known if isinstance(value, str) and len(value) > 8]
        self.assertFalse([value for value in secrets if value in json.dumps(answer)])


@tagged("post_install", "-at_install")
class TestCheckConnection(SetupCommon):
    PAIR = "Client ID and secret"
    MERCHANT = "Merchant ID and API Key"

    def test_all_is_well(self):
        for lines in (self.check(), self.check(self.viva_method)):
            self.assertEqual(lines[self.PAIR], ("good", "Accepted by the simulator."))
            self.assertEqual(lines[self.MERCHANT], ("good", "Accepted by the simulator."))
            self.assertEqual(lines["Terminal"][0], "good")
            self.assertIn("does not tell whether it is switched on", lines["Terminal"][1])
            self.assertFalse([line for line in lines.values() if line[0] == "bad"])

    def test_nothing_is_charged_or_written(self):
        self.check()
        self.assertEqual(
            set(self.simulator.counts()), {"token", "devices", "webhook_key"}, "only questions"
        )
        self.assertFalse(self.simulator.ledger())

    def test_typed_values_go_before_stored_ones(self):
        wrong = {"viva_wallet_test_mode": True, "viva_wallet_new_client_secret": "wrong"}
        self.assertEqual(self.check(self.viva_method, **wrong)[self.PAIR][0], "bad")
        self.assertEqual(self.check(self.viva_method)[self.PAIR][0], "good")

    def test_wrong_values(self):
        for name, topic, other in (
            ("viva_wallet_new_client_id", self.PAIR, self.MERCHANT),
            ("viva_wallet_new_client_secret", self.PAIR, self.MERCHANT),
            ("viva_wallet_new_merchant_id", self.MERCHANT, self.PAIR),
            ("viva_wallet_new_api_key", self.MERCHANT, self.PAIR),
        ):
            with self.subTest(name=name):
                lines = self.check(**{name: f"wrong {uuid.uuid4()}"})
                self.assertEqual(lines[topic][0], "bad")
                self.assertIn("Refused by the simulator. Copy", lines[topic][1])
                self.assertEqual(lines[other][0], "good")

    def test_missing_values(self):
        lines = self.check(**dict.fromkeys(NEW_CREDENTIALS, ""))
        self.assertIn("Fill in Client ID", lines[self.PAIR][1])
        self.assertIn("Fill in Merchant ID", lines[self.MERCHANT][1])
        self.assertEqual(lines["Terminal"][0], "info")
        self.assertFalse(self.simulator.requests())

    def test_swapped_values(self):
        values = self.typed()
        client, secret = "viva_wallet_new_client_id", "viva_wallet_new_client_secret"
        merchant, key = "viva_wallet_new_merchant_id", "viva_wallet_new_api_key"
        lines = self.check(**{client: values[secret], secret: values[client]})
        self.assertIn("are swapped", lines[self.PAIR][1])
        lines = self.check(**{merchant: values[key], key: values[merchant]})
        self.assertIn("are swapped", lines[self.MERCHANT][1])
        lines = self.check(**{
            client: values[merchant], secret: values[key],
            merchant: values[client], key: values[secret],
        })  # fmt: skip
        self.assertIn("looks like a Merchant ID", lines[self.PAIR][1])
        self.assertIn("looks like the Client ID", lines[self.MERCHANT][1])

    def test_untidy_values_are_tidied(self):
        values = {new: f' "{value}"\r\n' for new, value in self.typed().items() if "new" in new}
        lines = self.check(**values)
        self.assertEqual((lines[self.PAIR][0], lines[self.MERCHANT][0]), ("good", "good"))

    def test_untidy_values_from_elsewhere_are_named(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE pos_payment_method SET viva_wallet_api_key = viva_wallet_api_key || E'\\n' "
            "WHERE id = %s",
            [self.viva_method.id],
        )
        self.env.invalidate_all()
        level, text = self.check(self.viva_method)["Stored values"]
        self.assertEqual(level, "bad")
        self.assertIn("API Key", text)
        self.assertNotIn("Client", text)

    def test_unreachable(self):
        self._set_simulator_url(self.unused_url())
        lines = self.check()
        for topic in (self.PAIR, self.MERCHANT):
            self.assertEqual(lines[topic][0], "bad")
            self.assertIn("Nobody answers at http://127.0.0.1", lines[topic][1])
        with patch.object(viva_wallet_setup.Candidate, "_simulator_url", return_value=""):
            self.use_environments(self.unused_url(), self.unused_url())
            self.assertIn("firewall", self.check()[self.PAIR][1])

    def test_trouble_at_viva(self):
        for fault in (
            {"action": "answer", "status": 500},
            {"action": "answer", "status": 429},
            {"action": "answer", "status": 200, "body": "<html></html>"},
            {"action": "drop_after"},
        ):
            with self.subTest(fault=fault):
                self.simulator.clear_faults()
                for operation in ("token", "webhook_key"):
                    self.simulator.add_faults({"operation": operation, "times": None, **fault})
                lines = self.check()
                self.assertIn("does not answer at the moment", lines[self.PAIR][1])

    # === ENVIRONMENTS === #

    def use_environments(self, demo, live):
        """Let two addresses of this machine play Viva's demo and live environments."""
        self._set_simulator_url("")
        self.startPatcher(patch.object(viva_wallet_setup, "DEMO", Hosts.simulator(demo)))
        self.startPatcher(patch.object(viva_wallet_setup, "LIVE", Hosts.simulator(live)))

    def start_live(self):
        """Start a second Viva, with other credentials than those of the first."""
        live = Simulator(
            clock=self.clock, client_secret="live secret", api_key="live key"
        ).start()  # fmt: skip
        self.addCleanup(live.stop)
        self.use_environments(self.simulator.url, live.url)
        return live

    def test_credentials_of_the_other_environment(self):
        self.start_live()
        lines = self.check(viva_wallet_test_mode=False)
        for topic in (self.PAIR, self.MERCHANT):
            self.assertEqual(lines[topic][0], "bad")
            self.assertIn("Switch Test mode on", lines[topic][1])
        live = {
            "viva_wallet_new_client_secret": "live secret",
            "viva_wallet_new_api_key": "live key",
        }
        lines = self.check(viva_wallet_test_mode=True, **live)
        for topic in (self.PAIR, self.MERCHANT):
            self.assertIn("Switch Test mode off", lines[topic][1])
        lines = self.check(viva_wallet_test_mode=False, **live)
        self.assertEqual(lines[self.PAIR], ("good", "Accepted by Viva (live)."))

    def test_other_environment_is_only_asked_when_this_one_refuses(self):
        live = self.start_live()
        self.check()
        self.assertFalse(live.requests())
        self.check(viva_wallet_new_client_id="x", viva_wallet_new_api_key="x")
        self.assertEqual(set(live.counts()), {"token", "webhook_key"})

    def test_copied_database_never_asks_the_other_environment(self):
        live = self.start_live()
        self.env["ir.config_parameter"].set_param("database.is_neutralized", True)
        self.check(viva_wallet_new_client_id="x", viva_wallet_new_api_key="x")
        self.assertFalse(live.requests())

    # === TERMINAL === #

    def test_terminal_that_is_not_there(self):
        level, text = self.check(viva_wallet_terminal_id="16009999")["Terminal"]
        self.assertEqual(level, "bad")
        self.assertIn("16009999 is not on this account", text)

    def test_no_terminal_chosen(self):
        self.assertIn("Find my terminals", self.check(viva_wallet_terminal_id="")["Terminal"][1])

    def test_states_in_words(self):
        for status, word in ((0, "warehouse"), (5, "lost"), (7, "locked"), (4, "keys")):
            with self.subTest(status=status):
                self.simulator.set_terminal(OTHER_TERMINAL, status_id=status)
                level, text = self.check()["Terminal"]
                self.assertEqual(level, "warning")
                self.assertIn(word, text)

    def test_answers_about_terminals(self):
        for fault, sentence in (
            ({"status": 200, "body": []}, "no terminal yet"),
            ({"status": 403, "body": {}}, "not for card terminals"),
            ({"status": 500, "body": {}}, "does not list the terminals"),
            ({"status": 200, "body": {"a": 1}}, "does not list the terminals"),
            ({"status": 200, "body": [None, 1, {}, {"terminalId": ""}]}, "no terminal yet"),
            (
                {"status": 200, "body": [{"terminalId": OTHER_TERMINAL, "statusId": "x"}]},
                "state not known",
            ),
            (
                {"status": 200, "body": [{"terminalId": int(OTHER_TERMINAL), "statusId": 1}]},
                "released for payments",
            ),
        ):
            with self.subTest(fault=fault):
                self.simulator.add_faults({"operation": "devices", "action": "answer", **fault})
                self.assertIn(sentence, self.check()["Terminal"][1])

    def test_smart_checkout_credentials(self):
        self.simulator.add_faults(
            {"operation": "devices", "action": "answer", "status": 401, "times": None}
        )
        self.assertIn("not those of Smart Checkout", self.check()["Terminal"][1])

    # === TERMINAL OF TWO METHODS === #

    def test_terminal_used_twice_is_named(self):
        other = self.env["res.company"].create({"name": "Other company"})
        self.viva_method.name = "First till"
        foreign = self.create_viva_method(
            name="Abroad", company_id=other.id, journal_id=False, viva_wallet_test_mode=False
        )
        own = self.create_viva_method(name="Second till")
        warning = own.with_user(self.manager).viva_wallet_terminal_warning
        self.assertIn("“First till”", warning)
        self.assertIn(f"“Abroad” ({other.name})", warning)
        self.assertNotIn("Second till", warning)
        lines = self.setup_service.check_connection(own.id, {})
        (text,) = [
            line["text"]
            for line in lines
            if line["level"] == "warning" and line["topic"] == "Terminal"
        ]
        self.assertIn("“First till”", text)
        with self.assertRaises(AccessError):
            own.with_user(self.cashier).read(["viva_wallet_terminal_warning"])
        foreign.active = False
        own.viva_wallet_terminal_id = OTHER_TERMINAL
        self.env.invalidate_all()
        self.assertFalse(self.viva_method.viva_wallet_terminal_warning)

    # === ADDRESS === #

    def address_lines(self, verdict, look=None):
        self.simulator.configure(webhook_key="KEY")
        self._set_simulator_url(self.simulator.url)
        with (
            patch.object(address, "judge", return_value=verdict),
            patch.object(address, "look", return_value=look) as looked,
        ):
            lines = self.setup_service.check_connection(self.viva_method.id, {})
        self.assert_no_secret(lines)
        texts = [line["text"] for line in lines if line["topic"] == "Webhook address"]
        if look:
            self.assertTrue(looked.call_args.args[0].endswith("?probe=1"))
            self.assertEqual(looked.call_args.args[1], "KEY")
        else:
            looked.assert_not_called()
        return texts

    def test_answers_at_the_address(self):
        for look, sentence in (
            (address.REACHED, "This Odoo answers there"),
            (address.REDIRECTED, "redirects"),
            (address.SOMEBODY_ELSE, "Something else"),
            (address.NOT_REACHED, "firewall"),
        ):
            with self.subTest(look=look):
                texts = self.address_lines(address.PUBLIC, look)
                self.assertIn("public and https", texts[0])
                self.assertIn(sentence, texts[1])

    def test_addresses_that_viva_cannot_reach(self):
        is_simulated = patch.object(
            type(self.viva_method), "_viva_wallet_hosts", return_value=viva_wallet_setup.DEMO
        )
        for verdict, sentence in (
            (address.NOT_HTTPS, "is not https"),
            (address.NOT_PUBLIC, "outside of your network"),
            (address.NO_SUCH_NAME, "Nobody knows"),
        ):
            with self.subTest(verdict=verdict), is_simulated:
                self.assertIn(sentence, self.address_lines(verdict)[0])
        self.assertIn("The simulator can notify", self.address_lines(address.NOT_HTTPS)[0])

    # === RIGHTS === #

    def test_only_managers_may_ask(self):
        service = self.env["viva.wallet.setup"]
        for user in (self.cashier, self.env.ref("base.public_user")):
            for call in (
                lambda own: own.check_connection(False, self.typed()),
                lambda own: own.find_terminals(False, self.typed()),
                lambda own: own.create_methods(self.viva_method.id, []),
                lambda own: own.simulator_values(),
            ):
                with self.subTest(user=user.id), self.assertRaises(AccessError):
                    call(service.with_user(user))
        with self.assertRaises(AccessError):
            self.setup_service.simulator_values()
        self.assertFalse(self.simulator.requests())

    def test_methods_of_other_companies(self):
        other = self.env["res.company"].create({"name": "Other company"})
        foreign = self.create_viva_method(company_id=other.id, journal_id=False)
        service = self.setup_service.with_context(allowed_company_ids=self.env.company.ids)
        for call in ("check_connection", "find_terminals", "create_methods"):
            with self.subTest(call=call), self.assertRaises(AccessError):
                getattr(service, call)(foreign.id, [] if call == "create_methods" else {})
        self.assertFalse(self.simulator.requests())

    def test_managers_cannot_send_credentials_elsewhere(self):
        """Only a system administrator says where the simulator is, and only on this machine."""
        values = {"viva_wallet_simulator_url": self.unused_url()}
        self.assertEqual(self.check(self.viva_method, **values)[self.PAIR][0], "good")
        administrator = self.create_user(
            "viva_admin", "base.group_system", "point_of_sale.group_pos_manager"
        )
        service = self.env["viva.wallet.setup"].with_user(administrator)
        candidate = service._candidate(self.viva_method.id, values)
        self.assertEqual(candidate.hosts.api, values["viva_wallet_simulator_url"])
        for url in ("http://192.168.0.7:8090", "https://viva.example", "nonsense"):
            values = {"viva_wallet_simulator_url": url}
            candidate = service._candidate(self.viva_method.id, values)
            self.assertEqual(candidate.hosts, viva_wallet_setup.DEMO)

    def test_public_methods_are_the_calls_above(self):
        service = self.env["viva.wallet.setup"]
        names = set(dir(type(service))) - set(dir(self.env["base"]))
        self.assertEqual(
            {name for name in names if not name.startswith("_")},
            {"check_connection", "find_terminals", "create_methods", "simulator_values"},
        )


@tagged("post_install", "-at_install")
class TestFindTerminals(SetupCommon):
    def find(self, method=False, **values):
        values = values if method else self.typed(**values)
        found = self.setup_service.find_terminals(method and method.id, values)
        self.assert_no_secret(found)
        return found

    def test_list(self):
        self.simulator.set_terminal("16000003", status_id=7)
        other = self.create_viva_method(name="Second till", viva_wallet_terminal_id=OTHER_TERMINAL)
        found = self.find(self.viva_method)
        self.assertFalse(found["problem"])
        rows = {row["terminal_id"]: row for row in found["terminals"]}
        self.assertEqual(set(rows), {TERMINAL, OTHER_TERMINAL, "16000003"})
        self.assertTrue(rows[TERMINAL]["is_own"])
        self.assertFalse(rows[TERMINAL]["used_by"])
        self.assertIn(other.name, rows[OTHER_TERMINAL]["used_by"])
        self.assertEqual(
            (rows["16000003"]["state"], rows["16000003"]["is_live"]), ("locked", False)
        )

    def test_problems(self):
        self.assertIn("Refused", self.find(viva_wallet_new_client_secret="x")["problem"])
        self.assertIn("Fill in", self.find(viva_wallet_new_client_secret="")["problem"])
        self.simulator.add_faults(
            {"operation": "devices", "action": "answer", "status": 200, "body": []}
        )
        found = self.find()
        self.assertIn("no terminal yet", found["problem"])
        self.assertFalse(found["terminals"])

    def test_more_terminals_than_anybody_has(self):
        body = [{"terminalId": str(number), "statusId": 1} for number in range(3000)]
        self.simulator.add_faults(
            {"operation": "devices", "action": "answer", "status": 200, "body": body}
        )
        self.assertLessEqual(len(self.find()["terminals"]), diagnosis.MAX_TERMINALS)

    def test_methods_for_several(self):
        second = self.create_config("Register two")
        self.open_register()
        registers = {row["name"] for row in self.find(self.viva_method)["registers"]}
        self.assertIn(second.name, registers)
        self.assertNotIn(self.viva_config.name, registers, "open registers cannot be changed")
        ids = self.setup_service.create_methods(
            self.viva_method.id,
            [
                {"terminal_id": OTHER_TERMINAL, "register_id": second.id},
                {"terminal_id": "16000003", "register_id": False},
            ],
        )
        linked, free = self.env["pos.payment.method"].browse(ids)
        self.assertEqual(linked.config_ids, second)
        self.assertFalse(free.config_ids)
        for method in (linked, free):
            for name in NEW_CREDENTIALS.values():
                self.assertEqual(method[name], self.viva_method[name])
            self.assertEqual(method.journal_id, self.viva_method.journal_id)
            self.assertTrue(method.viva_wallet_test_mode)
            self.assertNotEqual(
                method.viva_wallet_webhook_token, self.viva_method.viva_wallet_webhook_token
            )
        session = self.open_register(second)
        sale = self.sale_values(payment_method_id=linked.id, pos_session_id=session.id)
        self.assertEqual(self.till("start_sale", sale)["state"], "sent")

    def test_register_that_is_open_is_not_linked(self):
        self.open_register()
        (created,) = self.setup_service.create_methods(
            self.viva_method.id,
            [{"terminal_id": OTHER_TERMINAL, "register_id": self.viva_config.id}],
        )
        self.assertFalse(self.env["pos.payment.method"].browse(created).config_ids)

    def test_too_many(self):
        rows = [{"terminal_id": str(number), "register_id": False} for number in range(51)]
        with self.assertRaises(UserError):
            self.setup_service.create_methods(self.viva_method.id, rows)
        with self.assertRaises(UserError):
            self.setup_service.create_methods(False, rows[:1])


@tagged("post_install", "-at_install")
class TestForm(SetupCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.administrator = cls.create_user(
            "viva_admin",
            "base.group_system",
            "point_of_sale.group_pos_manager",
            "account.group_account_manager",
        )

    def new_form(self, user):
        action = (
            self.env["res.config.settings"]
            .with_user(user)
            .with_context(
                selection="viva_wallet",
                config_ids=[self.viva_config.id],
                provider_name="Viva Wallet",
            )
            .open_payment_method_form()
        )
        model = self.env["pos.payment.method"].with_user(user).with_context(**action["context"])
        return Form(model)

    def fill_in(self, form):
        for name, value in self.typed().items():
            setattr(form, name, value)

    def test_new_method_from_the_settings(self):
        for user in (self.manager, self.administrator):
            with self.subTest(user=user.login):
                form = self.new_form(user)
                self.assertEqual(form.payment_method_type, "terminal")
                self.assertEqual(form.use_payment_terminal, "viva_wallet")
                self.assertEqual(form.config_ids.ids, self.viva_config.ids)
                self.fill_in(form)
                method = form.save()
                for new_name, name in NEW_CREDENTIALS.items():
                    self.assertEqual(method.sudo()[name], self.typed()[new_name])
                    self.assertFalse(getattr(form, new_name))

    def test_saved_form_holds_no_credential(self):
        """Not even for a system administrator: what the page shows, the page has."""
        method = self.viva_method.with_user(self.administrator)
        form = Form(method)
        for new_name in NEW_CREDENTIALS:
            self.assertFalse(getattr(form, new_name))
        view = method.get_view()
        for name in NEW_CREDENTIALS.values():
            self.assertNotIn(f'name="{name}"', view["arch"])
        spec = {name: {} for name in view["models"]["pos.payment.method"] if "viva_wallet" in name}
        shown = json.dumps(method.web_read(spec), default=str)
        self.assert_no_secret(shown)
        self.assertIn(method.viva_wallet_webhook_endpoint, shown)

    def hints(self):
        """Return what the form shows in place of what is stored, by credential."""
        method = self.viva_method.with_user(self.manager)
        return {name: method[f"{name}_hint"] for name in NEW_CREDENTIALS.values()}

    def test_stored_credentials_can_be_told_apart(self):
        self.viva_method.write(
            {
                "viva_wallet_merchant_id": "6f8b2d64-5c1e-4f0a-9d3b-2a7c51e01234",
                "viva_wallet_client_id": "abcdef5678.apps.vivapayments.com",
                "viva_wallet_api_key": "key-9999",
                "viva_wallet_client_secret": "secret-9999",
            }
        )
        hints = self.hints()
        for name, end in (("merchant_id", "1234"), ("client_id", "5678")):
            self.assertRegex(hints[f"viva_wallet_{name}"], rf"^…{end}, stored \d.+ Paste")
        for name in ("api_key", "client_secret"):
            self.assertRegex(hints[f"viva_wallet_{name}"], r"^Stored \d.+ Paste")
            self.assertNotIn("9999", hints[f"viva_wallet_{name}"])

    def test_replacing_one_credential_dates_only_that_one(self):
        before = "2020-01-01 00:00:00"
        self.viva_method.viva_wallet_stored_at = dict.fromkeys(NEW_CREDENTIALS.values(), before)
        self.viva_method.with_user(self.manager).write({"viva_wallet_new_api_key": "another"})
        after = self.viva_method.viva_wallet_stored_at
        changed = [name for name, date in after.items() if date != before]
        self.assertEqual(changed, ["viva_wallet_api_key"])

    def test_method_of_an_open_register_can_be_created(self):
        self.open_register()
        created = self.create_viva_method(config_ids=[(4, self.viva_config.id)])
        self.assertTrue(created.viva_wallet_stored_at)

    def test_credentials_from_before_have_no_date(self):
        self.viva_method.viva_wallet_stored_at = False
        hints = self.hints()
        self.assertRegex(hints["viva_wallet_merchant_id"], r"^….{4}, stored\. Paste")
        self.assertRegex(hints["viva_wallet_api_key"], r"^Stored\. Paste")
        copied = self.viva_method.copy()
        self.assertFalse(copied.viva_wallet_merchant_id_hint)

    def test_replacing_one_keeps_the_others(self):
        before = {name: self.viva_method[name] for name in NEW_CREDENTIALS.values()}
        with Form(self.viva_method.with_user(self.administrator)) as form:
            form.viva_wallet_new_api_key = "new key"
        self.env.invalidate_all()
        after = {name: self.viva_method[name] for name in NEW_CREDENTIALS.values()}
        self.assertEqual(after, {**before, "viva_wallet_api_key": "new key"})

    def test_simulator(self):
        self._set_simulator_url("")
        service = self.env["viva.wallet.setup"].with_user(self.administrator)
        values = service.simulator_values()
        self.assertEqual(values["viva_wallet_simulator_url"], viva_wallet_setup.SIMULATOR_URL)
        values["viva_wallet_simulator_url"] = self.simulator.url
        form = self.new_form(self.administrator)
        for name, value in values.items():
            setattr(form, name, value)
        form.viva_wallet_terminal_id = OTHER_TERMINAL
        method = form.save()
        self.assertEqual(method._viva_wallet_hosts().api, self.simulator.url)
        self.assertFalse(self.viva_method._viva_wallet_client().authenticate().problem)
        with self.assertRaisesRegex(ValidationError, "same machine"):
            method.viva_wallet_simulator_url = "http://192.168.0.7:8090"
        method.viva_wallet_simulator_url = False
        self.assertFalse(self.env["ir.config_parameter"].get_param("pos_viva_wallet.simulator_url"))
        with self.assertRaises(AccessError):
            method.with_user(self.manager).viva_wallet_simulator_url = self.simulator.url

    def test_opening_the_register(self):
        action = self.viva_method.with_user(self.manager).action_viva_wallet_open_register()
        self.assertIn(f"/pos/ui/{self.viva_config.id}", action["url"])
        unlinked = self.create_viva_method()
        with self.assertRaises(UserError):
            unlinked.with_user(self.manager).action_viva_wallet_open_register()

    def test_settings_say_how_many_there_are(self):
        settings = self.env["res.config.settings"].with_user(self.administrator)
        self.assertEqual(settings.create({}).viva_wallet_method_count, 1)
        action = settings.create({}).action_viva_wallet_methods()
        self.assertEqual(
            self.env["pos.payment.method"].search(action["domain"]) & self.viva_method,
            self.viva_method,
        )
