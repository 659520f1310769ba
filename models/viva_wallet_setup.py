from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..viva import const, diagnosis
from ..viva.account import DEMO, LIVE, Credentials, Hosts, is_loopback_url
from ..viva.const import SIMULATOR_CREDENTIALS, SIMULATOR_URL
from ..viva.credential_cleanup import clean
from .messages import setup_messages
from .pos_payment_method import SIMULATOR_PARAMETER
from .pos_payment_method_credentials import CREDENTIAL_FIELDS, NEW_CREDENTIALS

MAX_NEW_METHODS = 50


class VivaWalletSetup(models.AbstractModel):
    """What the form of a payment method asks while it is filled in, also before it is saved.

    Values that were typed go before those stored. Nothing here returns a secret, and nothing moves
    money: the questions to Viva are for an access token, the webhook key and the terminals.
    """

    _name = "viva.wallet.setup"
    _description = "Viva Wallet: set-up of payment methods"

    # === CALLED BY THE FORM === #

    @api.model
    def check_connection(self, method_id, values):
        """Ask Viva whether a payment method would work.

        :param int method_id: payment method, or False for one that is not saved yet.
        :param dict values: what the form shows: `viva_wallet_test_mode`,
            `viva_wallet_terminal_id`, `viva_wallet_simulator_url` and the names of
            `NEW_CREDENTIALS`; what is missing or empty is taken from the method.
        :return: lines `{"topic": str, "level": "good", "bad", "warning" or "info", "text": str}`.
        :rtype: list
        """
        candidate = self._candidate(method_id, values)
        credentials, hosts, other = candidate.credentials, candidate.hosts, candidate.other_hosts
        terminal_pair = diagnosis.terminal_pair(credentials, hosts, other)
        merchant_pair = diagnosis.merchant_pair(credentials, hosts, other)
        devices = None
        if terminal_pair == diagnosis.ACCEPTED:
            devices = diagnosis.devices(credentials, hosts)
        texts = setup_messages.SetupMessages(self.env, candidate)
        return [
            *texts.environment(),
            texts.terminal_pair(terminal_pair),
            texts.merchant_pair(merchant_pair),
            texts.terminal(devices),
            *texts.sharers(),
            *texts.registers(),
            *candidate.method._viva_wallet_webhook_lines(merchant_pair == diagnosis.ACCEPTED),
        ]

    @api.model
    def find_terminals(self, method_id, values):
        """List the terminals of the account.

        :param int method_id: see `check_connection`, as `values`.
        :return: `terminals`: dicts with `terminal_id`, `state` (words), `is_live`, `used_by`
            (names of payment methods, or empty) and `is_own` (this method has it already);
            `registers`: `{"id", "name"}` of those that a new method can be linked to;
            `problem`: why there is no list, or empty.
        :rtype: dict
        """
        candidate = self._candidate(method_id, values)
        texts = setup_messages.SetupMessages(self.env, candidate)
        verdict = diagnosis.terminal_pair(
            candidate.credentials, candidate.hosts, candidate.other_hosts
        )
        if verdict != diagnosis.ACCEPTED:
            return self._no_terminals(texts.terminal_pair(verdict)["text"])
        found = diagnosis.devices(candidate.credentials, candidate.hosts)
        if found.verdict != diagnosis.FOUND:
            return self._no_terminals(texts.terminal(found)["text"])
        return {
            "terminals": [self._describe(device, candidate, texts) for device in found.devices],
            "registers": self._closed_registers(candidate.method).read(["name"]),
            "problem": "",
        }

    @api.model
    def create_methods(self, method_id, terminals):
        """Create payment methods for more terminals of the account of `method_id`.

        They share its credentials, which need not be typed again, and its journal: a bank journal
        may serve any number of payment methods.

        :param int method_id: a saved payment method.
        :param list terminals: `{"terminal_id": str, "register_id": int or False}`.
        :return: ids of the new methods.
        :rtype: list
        :raise UserError: when there are more than `MAX_NEW_METHODS`, or nothing to copy from.
        """
        self._check_rights()
        method = self.env["pos.payment.method"].browse(int(method_id)).exists()
        method.check_access("read")
        if not method or len(terminals) > MAX_NEW_METHODS:
            raise UserError(
                self.env._("Save the payment method first, and choose at most 50 terminals.")
            )
        registers = self._closed_registers(method).grouped("id")
        return (
            self.env["pos.payment.method"]
            .create([
                self._sibling_values(
                    method, str(entry["terminal_id"]), registers.get(entry.get("register_id"))
                )
                for entry in terminals
            ])
            .ids
        )  # fmt: skip

    @api.model
    def simulator_values(self):
        """Return what the form takes over when somebody chooses the simulator.

        :return: its usual address and the credentials that everybody knows, by field.
        :rtype: dict
        """
        self._check_rights()
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(self.env._("Only a system administrator can choose the simulator."))
        known_url = self.env["ir.config_parameter"].sudo().get_param(SIMULATOR_PARAMETER)
        return {
            "viva_wallet_test_mode": True,
            "viva_wallet_simulator_url": known_url or SIMULATOR_URL,
            **{f"viva_wallet_new_{name}": text for name, text in SIMULATOR_CREDENTIALS.items()},
        }

    # === HELPERS === #

    @api.model
    def _check_rights(self):
        if not self.env.user.has_group("point_of_sale.group_pos_manager"):
            raise AccessError(
                self.env._("Only administrators of the Point of Sale can set up terminals.")
            )

    @api.model
    def _candidate(self, method_id, values):
        """Return what the form describes, saved or not.

        :rtype: Candidate
        """
        self._check_rights()
        method = self.env["pos.payment.method"].browse(method_id or False).exists()
        method.check_access("read")
        return Candidate(method, values)

    @api.model
    def _no_terminals(self, problem):
        return {"terminals": [], "registers": [], "problem": problem}

    @api.model
    def _describe(self, device, candidate, texts):
        same = self.env["pos.payment.method"].sudo().search([
            ("viva_wallet_terminal_id", "=", device.terminal_id),
            ("use_payment_terminal", "=", "viva_wallet"),
        ])  # fmt: skip
        others = same - candidate.method
        return {
            "terminal_id": device.terminal_id,
            "state": texts.device_state(device),
            "is_live": device.status == const.STATUS_LIVE,
            "used_by": candidate.method._viva_wallet_names(others),
            "is_own": bool(same & candidate.method),
        }

    @api.model
    def _closed_registers(self, method):
        """Return the registers whose payment methods can be changed now: Odoo refuses the others."""
        company = method.company_id or self.env.company
        configs = self.env["pos.config"].search([("company_id", "=", company.id)])
        return configs.filtered(lambda config: not config.has_active_session)

    @api.model
    def _sibling_values(self, method, terminal_id, register):
        known = method.sudo()
        values = {
            **{name: known[name] for name in CREDENTIAL_FIELDS},
            "name": f"{method.name} {terminal_id}",
            "use_payment_terminal": "viva_wallet",
            "viva_wallet_terminal_id": terminal_id,
        }
        (copied,) = known.copy_data(values)
        copied["config_ids"] = [(6, 0, register.ids if register else [])]
        return {
            name: value
            for name, value in copied.items()
            if method._has_field_access(method._fields[name], "write")
        }


class Candidate:
    """A payment method as a form describes it.

    :ivar method: the saved one, or an empty recordset.
    :ivar Credentials credentials: typed, or else stored.
    :ivar bool test_mode: of the environment chosen.
    :ivar Hosts hosts: of that environment.
    :ivar Hosts other_hosts: of the other one; None when it makes no sense to ask there.
    :ivar str simulator_url: of the simulator that stands in for Viva, or empty.
    :ivar str terminal_id: typed, or else stored.
    :ivar set untidy: names of stored fields that hold blanks, quotes or line breaks.
    """

    def __init__(self, method, values):
        """Read `values` of `VivaWalletSetup.check_connection`, and what is stored."""
        env = method.env
        stored = method.sudo()
        typed = {name: clean(str(values.get(new) or "")) for new, name in NEW_CREDENTIALS.items()}
        kept = {name: stored[name] or "" for name in CREDENTIAL_FIELDS if not typed[name]}
        self.untidy = {name for name, value in kept.items() if value != clean(value)}
        self.credentials = Credentials(
            *(typed[name] or clean(kept[name]) for name in CREDENTIAL_FIELDS)
        )
        self.method = method
        self.test_mode = bool(values.get("viva_wallet_test_mode", stored.viva_wallet_test_mode))
        self.terminal_id = clean(
            str(values.get("viva_wallet_terminal_id") or stored.viva_wallet_terminal_id or "")
        )
        self.simulator_url = (self.test_mode and self._simulator_url(env, values)) or ""
        self.hosts, self.other_hosts = self._environments(env)

    @staticmethod
    def _simulator_url(env, values):
        url = env["ir.config_parameter"].sudo().get_param(SIMULATOR_PARAMETER)
        if "viva_wallet_simulator_url" in values and env.user.has_group("base.group_system"):
            url = values["viva_wallet_simulator_url"]
        return url.strip() if url and is_loopback_url(url) else ""

    def _environments(self, env):
        if self.simulator_url:
            return Hosts.simulator(self.simulator_url), None
        hosts, other = (DEMO, LIVE) if self.test_mode else (LIVE, DEMO)
        # A copy for tests has nothing to say to the environment that it was taken from.
        is_copy = env["ir.config_parameter"].sudo().get_param("database.is_neutralized")
        return hosts, None if is_copy else other
