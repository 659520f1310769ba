import logging
import secrets

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..viva.client import DEMO, LIVE, Credentials, Hosts, VivaClient, is_loopback_url
from .own_transaction import committed

_logger = logging.getLogger(__name__)

CREDENTIAL_FIELDS = (
    "viva_wallet_merchant_id",
    "viva_wallet_api_key",
    "viva_wallet_client_id",
    "viva_wallet_client_secret",
)
REQUIRED_FIELDS = (*CREDENTIAL_FIELDS, "viva_wallet_terminal_id")
WEBHOOK_FIELDS = {"viva_wallet_webhook_token", "viva_wallet_webhook_verification_key"}


class PosPaymentMethod(models.Model):
    _inherit = "pos.payment.method"

    viva_wallet_merchant_id = fields.Char(
        string="Merchant ID",
        groups="base.group_system",
        copy=False,
        help="In Viva: Settings > API Access > Access credentials, Merchant ID.",
    )
    viva_wallet_api_key = fields.Char(
        string="API Key",
        groups="base.group_system",
        copy=False,
        help="In Viva: Settings > API Access > Access credentials, API Key.",
    )
    viva_wallet_client_id = fields.Char(
        string="Client ID",
        groups="base.group_system",
        copy=False,
        help="In Viva: Settings > API Access > POS APIs Credentials. "
        "It ends in .apps.vivapayments.com.",
    )
    viva_wallet_client_secret = fields.Char(
        string="Client secret",
        groups="base.group_system",
        copy=False,
        help="In Viva: Settings > API Access > POS APIs Credentials > Generate. "
        "Viva shows it once: paste it here straight away.",
    )
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
    viva_wallet_webhook_token = fields.Char(
        groups="base.group_system",
        copy=False,
        index="btree_not_null",
    )
    viva_wallet_webhook_verification_key = fields.Char(groups="base.group_system", copy=False)
    viva_wallet_webhook_endpoint = fields.Char(
        groups="base.group_system",
        compute="_compute_viva_wallet_webhook_endpoint",
        help="Paste it in Viva under Settings > API Access > Webhooks, once for each of the events "
        "Transaction Payment Created, Transaction Failed and Transaction Reversal Created.",
    )

    @api.depends("viva_wallet_webhook_token")
    def _compute_viva_wallet_webhook_endpoint(self):
        for method in self:
            token = method.sudo().viva_wallet_webhook_token
            method.viva_wallet_webhook_endpoint = token and (
                f"{method.get_base_url()}/pos_viva_wallet/notification/{token}"
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
                        "fill in: %(fields)s. A system administrator can see all of these fields.",
                        method=method.name,
                        fields=labels,
                    )
                )

    def _get_payment_terminal_selection(self):
        return [*super()._get_payment_terminal_selection(), ("viva_wallet", "Viva Wallet")]

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "viva_wallet_terminal_id"]

    def _is_write_forbidden(self, fields):
        return super()._is_write_forbidden(fields - WEBHOOK_FIELDS)

    @api.model_create_multi
    def create(self, vals_list):
        methods = super().create([self._viva_wallet_clean(vals) for vals in vals_list])
        methods._viva_wallet_ensure_webhook_token()
        return methods

    def write(self, vals):
        vals = self._viva_wallet_clean(vals)
        if {"viva_wallet_merchant_id", "viva_wallet_test_mode"} & vals.keys():
            vals = {"viva_wallet_webhook_verification_key": False, **vals}
        result = super().write(vals)
        if "use_payment_terminal" in vals:
            self._viva_wallet_ensure_webhook_token()
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
        """Return `vals` without the blanks that come along when credentials are pasted."""
        cleaned = {
            name: vals[name].strip()
            for name in REQUIRED_FIELDS
            if isinstance(vals.get(name), str)
        }
        return {**vals, **cleaned}

    def _viva_wallet_ensure_webhook_token(self):
        """Give every Viva Wallet method in `self` the secret of its webhook address."""
        for method in self.sudo():
            if method.use_payment_terminal == "viva_wallet" and not method.viva_wallet_webhook_token:
                method.viva_wallet_webhook_token = secrets.token_urlsafe(32)

    # === VIVA === #

    def _viva_wallet_client(self):
        """Return the client that speaks for this method.

        :rtype: VivaClient
        """
        self.ensure_one()
        method = self.sudo()
        return VivaClient(
            Credentials(*(method[name] or "" for name in CREDENTIAL_FIELDS)),
            method._viva_wallet_hosts(),
        )

    def _viva_wallet_hosts(self):
        """Return the hosts of the environment that this method is set to.

        The simulator replaces them in test mode only, and only on this machine: whoever may write
        system parameters must not be able to send credentials elsewhere.

        :rtype: Hosts
        """
        self.ensure_one()
        if not self.viva_wallet_test_mode:
            return LIVE
        simulator_url = (
            self.env["ir.config_parameter"].sudo().get_param("pos_viva_wallet.simulator_url")
        )
        if not simulator_url:
            return DEMO
        if not is_loopback_url(simulator_url):
            _logger.warning(
                "The system parameter pos_viva_wallet.simulator_url is ignored: it must be an "
                "http or https address of this machine, such as http://127.0.0.1:8090."
            )
            return DEMO
        return Hosts.simulator(simulator_url)

    def _viva_wallet_verification_key(self):
        """Return the key with which Viva proves that a webhook address is the merchant's.

        It is asked from Viva when it is not known yet, and kept.

        :return: the key, or False when Viva did not give one.
        :rtype: str or bool
        """
        self.ensure_one()
        method = self.sudo()
        if method.viva_wallet_webhook_verification_key:
            return method.viva_wallet_webhook_verification_key
        reply = method._viva_wallet_client().webhook_key()
        key = reply.body.get("Key") if isinstance(reply.body, dict) else None
        if reply.status != 200 or not isinstance(key, str) or not key:
            return False
        committed(
            method, lambda own: own.write({"viva_wallet_webhook_verification_key": key}) and None
        )
        return key
