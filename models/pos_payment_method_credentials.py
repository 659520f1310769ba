from odoo import api, fields, models
from odoo.tools import format_datetime

from ..viva.credential_cleanup import CLIENT_ID_END

CREDENTIAL_FIELDS = (
    "viva_wallet_merchant_id",
    "viva_wallet_api_key",
    "viva_wallet_client_id",
    "viva_wallet_client_secret",
)
# What the form writes into, so that it never has to read what is stored.
NEW_CREDENTIALS = {
    name.replace("viva_wallet_", "viva_wallet_new_"): name for name in CREDENTIAL_FIELDS
}
# Written beside them, also while a register is open.
STORED_AT = "viva_wallet_stored_at"
# Of what is stored, the form shows this many characters of the two that are no secrets.
SHOWN_CHARACTERS = 4
_SHOWN_IN_PART = ("viva_wallet_merchant_id", "viva_wallet_client_id")
_HINTS = {name: f"{name}_hint" for name in CREDENTIAL_FIELDS}
_HELP = {
    "merchant_id": "In Viva: Settings > API Access > Access credentials, Merchant ID.",
    "api_key": "In Viva: Settings > API Access > Access credentials, API Key.",
    "client_id": "In Viva: Settings > API Access > POS APIs Credentials. "
    "It ends in .apps.vivapayments.com.",
    "client_secret": "In Viva: Settings > API Access > POS APIs Credentials > Generate. "
    "Viva shows it once: paste it here straight away.",
}


def _credential(label, name):
    return fields.Char(string=label, groups="base.group_system", copy=False, help=_HELP[name])


def _new_credential(label, name):
    return fields.Char(
        string=label,
        compute="_compute_viva_wallet_new_credentials",
        readonly=False,
        help=_HELP[name],
    )


def _hint():
    return fields.Char(
        compute="_compute_viva_wallet_has_credentials",
        compute_sudo=True,
        groups="point_of_sale.group_pos_manager",
    )


class PosPaymentMethod(models.Model):
    """The credentials of an account at Viva: who may read, replace and tell them apart."""

    _inherit = "pos.payment.method"

    viva_wallet_merchant_id = _credential("Merchant ID", "merchant_id")
    viva_wallet_api_key = _credential("API Key", "api_key")
    viva_wallet_client_id = _credential("Client ID", "client_id")
    viva_wallet_client_secret = _credential("Client secret", "client_secret")
    viva_wallet_new_merchant_id = _new_credential("New Merchant ID", "merchant_id")
    viva_wallet_new_api_key = _new_credential("New API Key", "api_key")
    viva_wallet_new_client_id = _new_credential("New Client ID", "client_id")
    viva_wallet_new_client_secret = _new_credential("New Client secret", "client_secret")
    viva_wallet_has_credentials = fields.Boolean(
        compute="_compute_viva_wallet_has_credentials", compute_sudo=True
    )
    viva_wallet_stored_at = fields.Json(
        groups="base.group_system",
        copy=False,
        help="When each credential was stored: ISO date and time in UTC, by the name of its field.",
    )
    viva_wallet_merchant_id_hint = _hint()
    viva_wallet_api_key_hint = _hint()
    viva_wallet_client_id_hint = _hint()
    viva_wallet_client_secret_hint = _hint()

    def _compute_viva_wallet_new_credentials(self):
        """Never show what is stored: the page would hold it."""
        for name in NEW_CREDENTIALS:
            self[name] = False

    @api.depends("viva_wallet_stored_at", *CREDENTIAL_FIELDS)
    @api.depends_context("lang", "tz")
    def _compute_viva_wallet_has_credentials(self):
        for method in self:
            method.viva_wallet_has_credentials = all(method[name] for name in CREDENTIAL_FIELDS)
            for name, hint in _HINTS.items():
                method[hint] = method._viva_wallet_hint(name)

    def _viva_wallet_hint(self, name):
        """Return what the form shows in place of a stored credential; False without one.

        :param str name: one of `CREDENTIAL_FIELDS`.
        """
        value = self[name]
        if not value:
            return False
        stored_at = (self.viva_wallet_stored_at or {}).get(name)
        details = {
            "end": value.removesuffix(CLIENT_ID_END)[-SHOWN_CHARACTERS:],
            "date": stored_at and format_datetime(self.env, stored_at, dt_format="short"),
        }
        if name in _SHOWN_IN_PART and stored_at:
            return self.env._(
                "…%(end)s, stored %(date)s. Paste a new value to replace it.", **details
            )
        if name in _SHOWN_IN_PART:
            return self.env._("…%(end)s, stored. Paste a new value to replace it.", **details)
        if stored_at:
            return self.env._("Stored %(date)s. Paste a new value to replace it.", **details)
        return self.env._("Stored. Paste a new value to replace it.")

    @api.model
    def _has_field_access(self, field, operation):
        """Override of `base`: those who set up registers replace credentials without seeing them."""
        return super()._has_field_access(field, operation) or (
            operation == "write"
            and field.name in CREDENTIAL_FIELDS
            and self.env.user.has_group("point_of_sale.group_pos_manager")
        )

    def _viva_wallet_note_stored(self, vals):
        """Keep when credentials were stored.

        :param dict vals: what has just been written.
        """
        names = [name for name in CREDENTIAL_FIELDS if vals.get(name)]
        if not names:
            return
        now = fields.Datetime.to_string(fields.Datetime.now())
        for method in self.sudo():
            stored_at = method.viva_wallet_stored_at or {}
            method.viva_wallet_stored_at = {**stored_at, **dict.fromkeys(names, now)}
