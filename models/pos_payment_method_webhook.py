import secrets
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL, format_datetime

from ..viva import address, const, timing
from . import verification_key
from .messages.setup_messages import GOOD, INFO, WARNING, line

# Written by the server while registers are open.
WEBHOOK_FIELDS = {
    "viva_wallet_webhook_token",
    "viva_wallet_webhook_old_token",
    "viva_wallet_webhook_verification_key",
    "viva_wallet_webhook_verified_at",
    "viva_wallet_webhook_events",
    "viva_wallet_webhook_silent_since",
    "viva_wallet_webhook_senders",
}
# Events that a merchant can subscribe to, and those that Viva's support has to enable.
SELF_SERVICE_EVENTS = (
    (const.WEBHOOK_PAYMENT, "Transaction Payment Created"),
    (const.WEBHOOK_FAILED, "Transaction Failed"),
    (const.WEBHOOK_REVERSAL, "Transaction Reversal Created"),
)
SUPPORT_EVENTS = (
    (const.WEBHOOK_SESSION_CREATED, "Transaction POS ECR Session Created"),
    (const.WEBHOOK_SESSION_FAILED, "Transaction POS ECR Session Failed"),
)
# A verdict on an address that only a simulator on this machine has to reach.
SIMULATED = "simulated"
SILENT_SALES = 10  # approved in a row and never announced, after notifications had worked
PROMPT_MINUTES = 15  # Viva may take some minutes to announce a sale


class PosPaymentMethod(models.Model):
    """The address at which Viva notifies a payment method, and what is known about it."""

    _inherit = "pos.payment.method"

    viva_wallet_webhook_token = fields.Char(
        groups="base.group_system",
        copy=False,
        index="btree_not_null",
    )
    viva_wallet_webhook_old_token = fields.Char(
        groups="base.group_system",
        copy=False,
        index="btree_not_null",
        help="The secret in the address that Odoo's own module of 16-18 had given to Viva.",
    )
    viva_wallet_webhook_verification_key = fields.Char(groups="base.group_system", copy=False)
    viva_wallet_webhook_endpoint = fields.Char(
        groups="base.group_system",
        compute="_compute_viva_wallet_webhook_endpoint",
        help="Paste it in Viva under Settings > API Access > Webhooks, once for each event. Treat "
        "it like a password.",
    )
    viva_wallet_webhook_verified_at = fields.Datetime(
        readonly=True, copy=False, help="When Viva verified the address the last time."
    )
    viva_wallet_webhook_events = fields.Json(readonly=True, copy=False)
    viva_wallet_webhook_silent_since = fields.Datetime(readonly=True, copy=False)
    viva_wallet_webhook_senders = fields.Char(
        string="Allowed senders",
        copy=False,
        help="Addresses and networks from which notifications are taken, separated by commas. Viva "
        "publishes a list and changes it now and then. Leave it empty to rely on the secret "
        "address alone. Behind a reverse proxy Odoo must run with --proxy-mode, or it sees the "
        "proxy's address only.",
    )
    viva_wallet_webhook_steps = fields.Json(compute="_compute_viva_wallet_webhook_steps")

    @api.depends("viva_wallet_webhook_token")
    def _compute_viva_wallet_webhook_endpoint(self):
        for method in self:
            token = method.sudo().viva_wallet_webhook_token
            method.viva_wallet_webhook_endpoint = token and (
                f"{method.get_base_url()}/pos_viva_wallet/notification/{token}"
            )

    @api.depends("viva_wallet_webhook_verified_at", "viva_wallet_webhook_events")
    def _compute_viva_wallet_webhook_steps(self):
        for method in self:
            is_ours = method.use_payment_terminal == "viva_wallet" and method._origin
            method.viva_wallet_webhook_steps = is_ours and [
                *method._viva_wallet_address_lines(method._viva_wallet_judge_address()),
                *method._viva_wallet_event_lines(),
            ]

    @api.constrains("viva_wallet_webhook_senders")
    def _check_viva_wallet_webhook_senders(self):
        for method in self:
            try:
                address.networks(method.viva_wallet_webhook_senders)
            except ValueError as error:
                raise ValidationError(
                    method.env._(
                        "Allowed senders: please give addresses such as 13.80.70.181, or networks "
                        "such as 40.127.253.112/28, separated by commas. (%(error)s)",
                        error=error,
                    )
                ) from error

    # === ACTIONS === #

    def action_viva_wallet_new_webhook_token(self):
        """Give the webhook address a new secret; the present address stops working at once.

        :raise AccessError: for anybody but a system administrator, who alone sees the address.
        """
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(
                self.env._("Only a system administrator can change the webhook address.")
            )
        self.check_access("write")
        for method in self:
            method.write({
                "viva_wallet_webhook_token": secrets.token_urlsafe(32),
                "viva_wallet_webhook_old_token": False,
                "viva_wallet_webhook_verified_at": False,
                "viva_wallet_webhook_events": False,
                "viva_wallet_webhook_silent_since": False,
            })  # fmt: skip

    # === ADDRESS === #

    def _viva_wallet_ensure_webhook_token(self):
        """Give every Viva Wallet method in `self` the secret of its webhook address."""
        for method in self.sudo():
            if (
                method.use_payment_terminal == "viva_wallet"
                and not method.viva_wallet_webhook_token
            ):
                method.viva_wallet_webhook_token = secrets.token_urlsafe(32)

    def _viva_wallet_base_url(self):
        return self.get_base_url() if self else self.env["ir.config_parameter"].get_base_url()

    def _viva_wallet_verification_key(self):
        """Return the key with which Viva proves that a webhook address is the merchant's.

        It is asked from Viva each time, because it may have been rotated, and kept for the times
        when Viva does not answer, or not in a moment.

        :return: the key, or False when Viva never gave one.
        :rtype: str or bool
        """
        self.ensure_one()
        method = self.sudo()
        known = method.viva_wallet_webhook_verification_key
        return verification_key.fetch(method) or known

    def _viva_wallet_accepts_sender(self, sender):
        """Tell whether a notification may come from the network address `sender`."""
        return address.is_sender(sender, address.networks(self.viva_wallet_webhook_senders))

    # === WHAT IS KNOWN === #

    def _viva_wallet_note_verification(self):
        """Write down that Viva fetched the key, without waiting for whoever is at the row."""
        self._viva_wallet_note(
            SQL("viva_wallet_webhook_verified_at = clock_timestamp() AT TIME ZONE 'UTC'"),
            SQL("viva_wallet_webhook_verified_at"),
        )

    def _viva_wallet_note_event(self, event_type):
        """Write down that a notification came.

        :param int event_type: one of `const.WEBHOOK_EVENTS`.
        """
        key = str(event_type)
        self._viva_wallet_note(
            SQL(
                """
                viva_wallet_webhook_events =
                    COALESCE(viva_wallet_webhook_events, '{}'::jsonb) || jsonb_build_object(
                        %s, to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'))
                """,
                key,
            ),
            SQL("(viva_wallet_webhook_events ->> %s)::timestamp", key),
        )

    def _viva_wallet_note(self, assignment, last):
        query = SQL(
            """
            UPDATE pos_payment_method
               SET %(assignment)s
             WHERE id IN (SELECT id FROM pos_payment_method
                           WHERE id = %(method)s
                             AND (%(last)s IS NULL OR %(last)s
                                  < clock_timestamp() AT TIME ZONE 'UTC'
                                    - %(interval)s * interval '1 second')
                             FOR NO KEY UPDATE SKIP LOCKED)
            """,
            assignment=assignment,
            last=last,
            method=self.id,
            interval=timing.NOTE_INTERVAL,
        )
        self.env["viva.wallet.transaction"]._update_unless_contended(query, lambda _rows: None)

    def _viva_wallet_siblings(self):
        """Return the methods of the same account at Viva: one address serves them all."""
        self.ensure_one()
        method = self.sudo()
        merchant = method.viva_wallet_merchant_id
        if not merchant:
            return method
        return method.search([
            ("viva_wallet_merchant_id", "=", merchant),
            ("viva_wallet_test_mode", "=", method.viva_wallet_test_mode),
            ("use_payment_terminal", "=", "viva_wallet"),
            ("company_id", "child_of", (method.company_id or self.env.company).root_id.id),
        ])  # fmt: skip

    def _viva_wallet_events_seen(self):
        """Return when each event came the last time, at any address of the account.

        :return: moments in UTC by event type.
        :rtype: dict
        """
        seen = {}
        for method in self._viva_wallet_siblings():
            for event_type, text in (method.viva_wallet_webhook_events or {}).items():
                moment = fields.Datetime.to_datetime(text)
                seen[int(event_type)] = max(moment, seen.get(int(event_type), moment))
        return seen

    def _viva_wallet_is_silent(self):
        """Tell whether notifications stopped coming while sales go on."""
        account = self._viva_wallet_siblings()
        if not self._viva_wallet_events_seen():
            return False
        sales = self.env["viva.wallet.transaction"].sudo().search(
            [
                ("payment_method_id", "in", account.ids),
                ("kind", "=", "sale"),
                ("state", "=", "approved"),
                ("finished_at", "<", timing.now() - timedelta(minutes=PROMPT_MINUTES)),
            ],
            order="finished_at desc",
            limit=SILENT_SALES,
        )  # fmt: skip
        return len(sales) == SILENT_SALES and not any(sales.mapped("notified_at"))

    # === IN WORDS === #

    def _viva_wallet_webhook_lines(self, has_account):
        """Return the lines of a check about notifications; see `setup_messages.line`.

        :param bool has_account: whether Viva accepts Merchant ID and API Key.
        :rtype: list
        """
        verdict = self._viva_wallet_judge_address()
        if not self:
            return [self._viva_wallet_address_line(verdict)]
        lines = self._viva_wallet_address_lines(verdict)
        if verdict == address.PUBLIC and has_account:
            lines.insert(1, self._viva_wallet_reach_line())
        return [*lines, self._viva_wallet_last_line()]

    def _viva_wallet_judge_address(self):
        verdict = address.judge(self._viva_wallet_base_url())
        is_simulated = self and not self._viva_wallet_hosts().verify_tls
        return SIMULATED if is_simulated and verdict != address.PUBLIC else verdict

    def _viva_wallet_address_lines(self, verdict):
        """Return the lines about the address and, where there is a point in it, its verification."""
        verified = self._viva_wallet_siblings().filtered("viva_wallet_webhook_verified_at")
        lines = [self._viva_wallet_address_line(verdict)]
        if verified or verdict in (address.PUBLIC, address.PRIVATE_HERE):
            lines.append(self._viva_wallet_verification_line(verified))
        return lines

    def _viva_wallet_address_line(self, verdict):
        _ = self.env._
        url = self._viva_wallet_base_url()
        texts = {
            address.NOT_HTTPS: lambda: _(
                "%(url)s is not https, so Viva cannot notify this Odoo. Sales work all the same: "
                "the till asks about once per second. To change it, put Odoo behind https and "
                "correct the system parameter web.base.url.",
                url=url,
            ),
            address.NOT_PUBLIC: lambda: _(
                "%(url)s is not known outside of your network, so Viva cannot notify this Odoo. "
                "Sales work all the same. Set the system parameter web.base.url to the public "
                "address.",
                url=url,
            ),
            address.NO_SUCH_NAME: lambda: _(
                "Nobody knows the name in %(url)s. Correct the system parameter web.base.url, or "
                "the DNS.",
                url=url,
            ),
            address.PRIVATE_HERE: lambda: _(
                "%(url)s leads to a private address from here. Make sure that it leads to this "
                "Odoo from the internet, too.",
                url=url,
            ),
            address.PUBLIC: lambda: _("%(url)s is public and https.", url=url),
            SIMULATED: lambda: _(
                "The simulator can notify %(url)s. Viva itself needs a public https address.",
                url=url,
            ),
        }
        level = {address.PUBLIC: GOOD, SIMULATED: INFO}.get(verdict, WARNING)
        return line(_("Webhook address"), level, texts[verdict]())

    def _viva_wallet_reach_line(self):
        _, method = self.env._, self.sudo()
        key = method._viva_wallet_verification_key()
        verdict = address.look(f"{method.viva_wallet_webhook_endpoint}?probe=1", key)
        texts = {
            address.REACHED: lambda: _("This Odoo answers there."),
            address.REDIRECTED: lambda: _(
                "The address redirects to another one, and Viva does not follow. Set the system "
                "parameter web.base.url to the address that it ends at."
            ),
            address.SOMEBODY_ELSE: lambda: _(
                "Something else than this database answers there. Check web.base.url, the reverse "
                "proxy and, with several databases, dbfilter."
            ),
            address.NOT_REACHED: lambda: _(
                "No answer when asked from here. Check the firewall, the reverse proxy and the "
                "certificate. Some networks hide a server from itself: if Viva could verify the "
                "address, all is well."
            ),
        }
        level = GOOD if verdict == address.REACHED else WARNING
        return line(_("Webhook address"), level, texts[verdict]())

    def _viva_wallet_verification_line(self, verified):
        _ = self.env._
        topic = _("Verification")
        if not verified:
            return line(
                topic,
                WARNING,
                _(
                    "Viva has not verified the address yet. At Viva: Settings > API Access > "
                    "Webhooks > Create Webhook, paste the address, press Verify."
                ),
            )
        if self in verified:
            when = self._viva_wallet_when(self.viva_wallet_webhook_verified_at)
            return line(topic, GOOD, _("Verified by Viva on %(when)s.", when=when))
        text = _(
            "Viva notifies at the address of %(methods)s, which serves the whole account.",
            methods=self._viva_wallet_names(verified),
        )
        return line(topic, GOOD, text)

    def _viva_wallet_event_lines(self):
        _, seen, lines = self.env._, self._viva_wallet_events_seen(), []
        for event_type, name in (*SELF_SERVICE_EVENTS, *SUPPORT_EVENTS):
            topic = f"{name} ({event_type})"
            if event_type in seen:
                when = self._viva_wallet_when(seen[event_type])
                lines.append(line(topic, GOOD, _("Last on %(when)s.", when=when)))
            elif (event_type, name) in SUPPORT_EVENTS:
                text = _("None yet. Optional: Viva's support has to enable it.")
                lines.append(line(topic, INFO, text))
            else:
                text = _("None yet. Create a webhook for this event at Viva and tick Active.")
                lines.append(line(topic, INFO, text))
        return lines

    def _viva_wallet_last_line(self):
        _, seen = self.env._, self._viva_wallet_events_seen()
        topic = _("Last notification")
        if self._viva_wallet_is_silent():
            return line(topic, WARNING, self._viva_wallet_silence_text(max(seen.values())))
        if seen:
            return line(topic, GOOD, self._viva_wallet_when(max(seen.values())))
        text = _("None yet. The first one comes after the first payment.")
        return line(topic, INFO, text)

    def _viva_wallet_silence_text(self, last):
        return self.env._(
            "Viva stopped notifying: the last notification came on %(when)s, and %(count)s sales "
            "since then were not announced. Sales go on, a little slower. Check at Viva under "
            "Settings > API Access > Webhooks that they are active, and press Verify.",
            when=self._viva_wallet_when(last),
            count=SILENT_SALES,
        )

    def _viva_wallet_when(self, moment):
        return format_datetime(self.env, moment, dt_format="short")

    # === CRON === #

    @api.model
    def _cron_viva_wallet_watch_notifications(self):
        """Tell the administrators, once, that notifications stopped coming while sales go on."""
        methods = self.search([("use_payment_terminal", "=", "viva_wallet")])
        for method in methods:
            is_silent = method._viva_wallet_is_silent()
            if is_silent and not method.viva_wallet_webhook_silent_since:
                account = method._viva_wallet_siblings()
                account.viva_wallet_webhook_silent_since = timing.now()
                method._viva_wallet_tell_silence()
            elif not is_silent and method.viva_wallet_webhook_silent_since:
                method.viva_wallet_webhook_silent_since = False

    def _viva_wallet_tell_silence(self):
        administrators = self.env.ref("base.group_system").all_user_ids.filtered(
            lambda user: not self.company_id or self.company_id in user.company_ids
        )
        last = max(self._viva_wallet_events_seen().values())
        self.env["mail.thread"].sudo().message_notify(
            partner_ids=administrators.partner_id.ids,
            subject=self.env._("Viva does not notify any more (%(method)s)", method=self.name),
            body=Markup("<p>%s</p>") % self._viva_wallet_silence_text(last),
            model=self._name,
            res_id=self.id,
        )
