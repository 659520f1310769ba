import logging

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..viva import const
from ..viva.account import DEMO, LIVE, Credentials, Hosts, is_loopback_url
from ..viva.client import VivaClient
from ..viva.credential_cleanup import clean
from . import verification_key
from .pos_payment_method_credentials import CREDENTIAL_FIELDS, NEW_CREDENTIALS, STORED_AT
from .pos_payment_method_webhook import WEBHOOK_FIELDS

_logger = logging.getLogger(__name__)

REQUIRED_FIELDS = (*CREDENTIAL_FIELDS, "viva_wallet_terminal_id")
SIMULATOR_PARAMETER = "pos_viva_wallet.simulator_url"


class PosPaymentMethod(models.Model):
    _inherit = "pos.payment.method"

    viva_wallet_terminal_id = fields.Char(
        string="Terminal ID",
        copy=False,
        help="Eight digits. In Viva: Sales > Physical payments > Card Terminals, column Terminal "
        "ID; or on the device: More > About > Source Terminal ID.",
    )
    viva_wallet_test_mode = fields.Boolean(
        string="Test mode",
        help="Talk to Viva's demo environment. It has accounts and credentials of its own: those "
        "of the live environment do not work there.",
    )
    viva_wallet_simulator_url = fields.Char(
        string="Simulator",
        groups="base.group_system",
        compute="_compute_viva_wallet_simulator_url",
        inverse="_inverse_viva_wallet_simulator_url",
        copy=False,
        help="Address of a simulator on this machine, such as http://127.0.0.1:8090. It takes the "
        "place of Viva's demo environment for all payment methods in test mode. Leave it empty to "
        "talk to Viva.",
    )
    viva_wallet_terminal_warning = fields.Char(
        groups="point_of_sale.group_pos_manager",
        compute="_compute_viva_wallet_terminal_warning",
        compute_sudo=True,
    )
    viva_wallet_refund_way = fields.Selection(
        [("terminal", "On the terminal"), ("account", "Through the Viva account")],
        string="Refunds",
        default="terminal",
        required=True,
        help="On the terminal: Viva's terminal pays the money back to the card that paid, and may "
        "ask for that card. Through the Viva account: at once, without the terminal and without "
        "the card; at Viva, “Allow refunds” must be ticked under Settings > API Access.",
    )
    viva_wallet_unreferenced_refund = fields.Boolean(
        string="Refunds to any card",
        help="Managers of the Point of Sale can pay money to whatever card is presented, without "
        "naming a sale. Viva must have enabled it, and nothing limits the amount to what was paid.",
    )
    viva_wallet_skip_surcharge = fields.Boolean(
        string="No surcharge",
        help="The terminal adds nothing for business and foreign cards, even where the Viva account "
        "has surcharges switched on.",
    )
    viva_wallet_max_instalments = fields.Integer(
        string="Instalments up to",
        help="The highest number of instalments that a customer may choose on the terminal; 0 for "
        "none. Greek accounts and credit cards only, at most 36; the Viva Terminal app must have "
        "them switched on.",
    )
    viva_wallet_instalments_from = fields.Float(
        string="From an amount of",
        digits="Product Price",
        help="Instalments are offered for this amount and more.",
    )
    viva_wallet_receipt = fields.Selection(
        [("full", "Full card slip"), ("line", "One line"), ("none", "Nothing")],
        string="On the receipt",
        default="full",
        help="What the customer's receipt says about the card payment. The merchant copy always "
        "has the full slip.",
    )
    viva_wallet_show_receipt = fields.Boolean(
        string="Receipt on the terminal",
        default=True,
        help="The terminal shows or prints a receipt of its own after each payment.",
    )
    viva_wallet_show_result = fields.Boolean(
        string="Result on the terminal",
        default=True,
        help="The terminal shows the result after each payment. Without receipt and result it is "
        "free for the next payment sooner.",
    )

    def _compute_viva_wallet_simulator_url(self):
        self.viva_wallet_simulator_url = (
            self.env["ir.config_parameter"].sudo().get_param(SIMULATOR_PARAMETER)
        )

    def _inverse_viva_wallet_simulator_url(self):
        for method in self:
            url = (method.viva_wallet_simulator_url or "").strip()
            if url and not is_loopback_url(url):
                raise ValidationError(
                    method.env._(
                        "The simulator must run on the same machine as Odoo. Give an address such "
                        "as http://127.0.0.1:8090, or leave it empty to talk to Viva."
                    )
                )
            self.env["ir.config_parameter"].set_param(SIMULATOR_PARAMETER, url)

    @api.depends("viva_wallet_terminal_id", "use_payment_terminal")
    def _compute_viva_wallet_terminal_warning(self):
        for method in self:
            others = method.browse()
            if method.use_payment_terminal == "viva_wallet":
                others = method._viva_wallet_sharers(method.viva_wallet_terminal_id)
            method.viva_wallet_terminal_warning = bool(others) and method.env._(
                "Terminal %(terminal)s is also used by %(methods)s. It takes one payment at a "
                "time: the second register has to wait. One payment method can serve several "
                "registers.",
                terminal=method.viva_wallet_terminal_id,
                methods=method._viva_wallet_names(others),
            )

    @api.constrains("use_payment_terminal", "active", *REQUIRED_FIELDS)
    def _check_viva_wallet_configuration(self):
        for method in self.sudo():
            if method.use_payment_terminal != "viva_wallet" or not method.active:
                continue
            missing = [name for name in REQUIRED_FIELDS if not method[name]]
            if missing:
                labels = ", ".join(
                    method._fields[name]._description_string(method.env) for name in missing
                )
                raise ValidationError(
                    method.env._(
                        "The payment method “%(method)s” cannot reach a Viva terminal yet. Please "
                        "fill in: %(fields)s.",
                        method=method.name,
                        fields=labels,
                    )
                )

    @api.constrains("viva_wallet_max_instalments", "viva_wallet_instalments_from")
    def _check_viva_wallet_instalments(self):
        for method in self:
            number, amount = method.viva_wallet_max_instalments, method.viva_wallet_instalments_from
            if not 0 <= number <= const.MAX_INSTALMENTS or amount < 0:
                raise ValidationError(
                    method.env._(
                        "Viva offers at most %(number)s instalments. Enter a number from 0 (none) to "
                        "%(number)s, and an amount from which they are offered that is not below "
                        "zero.",
                        number=const.MAX_INSTALMENTS,
                    )
                )

    @api.constrains("use_payment_terminal", "config_ids")
    def _check_viva_wallet_currency(self):
        self.config_ids._check_viva_wallet_currency()

    def _get_payment_terminal_selection(self):
        return [*super()._get_payment_terminal_selection(), ("viva_wallet", "Viva Wallet")]

    @api.model
    def _load_pos_data_fields(self, config):
        return [
            *super()._load_pos_data_fields(config),
            "viva_wallet_terminal_id",
            "viva_wallet_receipt",
            "viva_wallet_refund_way",
            "viva_wallet_unreferenced_refund",
        ]

    def _is_write_forbidden(self, fields):
        return super()._is_write_forbidden(fields - WEBHOOK_FIELDS - {STORED_AT})

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [
            self._viva_wallet_without_providers(self._viva_wallet_clean(vals)) for vals in vals_list
        ]
        methods = super().create(vals_list)
        for method, vals in zip(methods, vals_list, strict=True):
            method._viva_wallet_note_stored(vals)
        methods._viva_wallet_ensure_webhook_token()
        verification_key.fetch_later(methods)
        return methods

    def write(self, vals):
        vals = self._viva_wallet_clean(vals)
        result = super().write(vals)
        self._viva_wallet_note_stored(vals)
        changes_account = {"viva_wallet_merchant_id", "viva_wallet_test_mode"} & vals.keys()
        if changes_account and "viva_wallet_webhook_verification_key" not in vals:
            self.sudo().write(
                {
                    "viva_wallet_webhook_verification_key": False,
                    "viva_wallet_webhook_old_token": False,
                }
            )
        if "use_payment_terminal" in vals:
            self._viva_wallet_ensure_webhook_token()
        if verification_key.FIELDS & vals.keys():
            verification_key.fetch_later(self)
        return result

    def onchange(self, values, field_names, fields_spec):
        """Override of `web` to open as a terminal what the settings ask for.

        `pos_online_payment` resets the type of each new method.
        """
        result = super().onchange(values, field_names, fields_spec)
        terminal = self.env.context.get("default_use_payment_terminal")
        if not field_names and terminal == "viva_wallet":
            wanted = {
                "payment_method_type": "terminal",
                "use_payment_terminal": terminal,
                "hide_use_payment_terminal": False,
            }
            shown = result.get("value", {})
            shown.update({name: wanted[name] for name in wanted.keys() & shown.keys()})
        return result

    def copy_data(self, default=None):
        """Override of `point_of_sale`: a copy has no credentials, so it has no terminal either."""
        default = dict(default or {})
        vals_list = super().copy_data(default=default)
        for method, vals in zip(self, vals_list, strict=True):
            is_bare = not set(default).issuperset(("use_payment_terminal", *REQUIRED_FIELDS))
            if method.use_payment_terminal == "viva_wallet" and is_bare:
                vals.update(use_payment_terminal=False, payment_method_type="none")
        return vals_list

    @staticmethod
    def _viva_wallet_clean(vals):
        """Return `vals` with new credentials in their places, and without what came along when
        they were pasted."""
        vals = dict(vals)
        for new_name, name in NEW_CREDENTIALS.items():
            value = clean(vals.pop(new_name, False) or "")
            if value:
                vals[name] = value
        cleaned = {
            name: clean(vals[name]) for name in REQUIRED_FIELDS if isinstance(vals.get(name), str)
        }
        return {**vals, **cleaned}

    @staticmethod
    def _viva_wallet_without_providers(vals):
        """Return the values of a new method without an empty list of payment providers.

        `pos_online_payment` adds the list. Odoo asks for the right to read providers even when there
        are none in it, and managers of the Point of Sale do not have that right.
        """
        providers = "online_payment_provider_ids"
        commands = vals.get(providers) or ()
        is_empty = all(command[0] == Command.SET and not command[2] for command in commands)
        if vals.get("use_payment_terminal") != "viva_wallet" or not is_empty:
            return vals
        return {name: value for name, value in vals.items() if name != providers}

    def _viva_wallet_sharers(self, terminal_id):
        """Return the active methods of any company but this one that use a terminal.

        :param str terminal_id: whether of the demo or of the live environment: the ledger keeps one
            open request for each id.
        """
        if not terminal_id:
            return self.browse()
        return self.sudo().search([
            ("viva_wallet_terminal_id", "=", terminal_id),
            ("use_payment_terminal", "=", "viva_wallet"),
            ("id", "not in", self._origin.ids),
        ])  # fmt: skip

    def _viva_wallet_names(self, methods):
        """Return the names of `methods` in one text, with their companies where these differ."""
        return ", ".join(
            f"“{method.name}”"
            if method.company_id == (self.company_id or self.env.company)
            else f"“{method.name}” ({method.company_id.name})"
            for method in methods
        )

    # === ACTIONS === #

    def action_viva_wallet_open_register(self):
        """Open the register that this method is linked to, the one that is not open yet first.

        :raise UserError: when it is linked to none.
        """
        self.ensure_one()
        if not self.config_ids:
            raise UserError(
                self.env._("Choose a register under Point of Sale and save, then open it.")
            )
        return self.config_ids.sorted("has_active_session")[0].open_ui()

    # === VIVA === #

    def _viva_wallet_instalments_for(self, amount):
        """Return up to how many instalments a customer may choose, 0 for none.

        :param float amount: of the sale, major units.
        """
        self.ensure_one()
        is_offered = amount >= self.viva_wallet_instalments_from
        number = self.viva_wallet_max_instalments
        return number if number > 1 and is_offered else 0

    def _viva_wallet_client(self):
        """Return the client that speaks for this method.

        :rtype: VivaClient
        """
        self.ensure_one()
        method = self.sudo()
        method.fetch([*CREDENTIAL_FIELDS, "viva_wallet_test_mode"])
        return VivaClient(
            Credentials(*(method[name] or "" for name in CREDENTIAL_FIELDS)),
            method._viva_wallet_hosts(),
        )

    def _viva_wallet_account(self):
        """Return the name of the account at Viva that this method speaks for.

        Only the account that took a payment can pay it back. Not a secret, though for
        administrators only.

        :rtype: str
        """
        self.ensure_one()
        method = self.sudo()
        environment = "demo" if method.viva_wallet_test_mode else "live"
        return f"{environment} {method.viva_wallet_merchant_id}"

    def _viva_wallet_hosts(self):
        """Return the hosts of the environment that this method is set to.

        The simulator replaces them in test mode only, and only on this machine: whoever may write
        system parameters must not be able to send credentials elsewhere.

        :rtype: Hosts
        """
        self.ensure_one()
        if not self.viva_wallet_test_mode:
            return LIVE
        simulator_url = self.env["ir.config_parameter"].sudo().get_param(SIMULATOR_PARAMETER)
        if not simulator_url:
            return DEMO
        if not is_loopback_url(simulator_url):
            _logger.warning(
                "The system parameter pos_viva_wallet.simulator_url is ignored: it must be an "
                "http or https address of this machine, such as http://127.0.0.1:8090."
            )
            return DEMO
        return Hosts.simulator(simulator_url)
