import logging

from odoo import http
from odoo.http import request
from odoo.tools import consteq

from ..viva import const, webhook

_logger = logging.getLogger(__name__)

# The present address, and that of Odoo SA's module of 16-18, which is taken over with its database.
TOKEN_FIELDS = ("viva_wallet_webhook_token", "viva_wallet_webhook_old_token")


class VivaWalletWebhook(http.Controller):
    """Viva's notifications. They wake us up; nothing that they say is believed."""

    @http.route(
        [
            "/pos_viva_wallet/notification/<string:token>",
            # The address of Odoo SA's module of 16-18, which may still be registered at Viva.
            "/pos_viva_wallet/notification",
        ],
        type="http",
        auth="public",
        methods=["GET", "POST"],
        csrf=False,
        save_session=False,
        max_content_length=const.WEBHOOK_BYTES,
    )
    def notification(self, token="", company_id=None, probe=None, **_kwargs):
        """Answer Viva's verification (GET) and its notifications (POST).

        :param str token: secret of the address.
        :param str company_id: only in the address of 16-18; the token alone decides.
        :param str probe: set when we try our own address, which does not make it verified by Viva.
        :raise NotFound: for a token that is not ours, whatever else is right or wrong, and for a
            sender that is not allowed.
        """
        method = self._find_method(token)
        if not method:
            raise request.not_found()
        if request.httprequest.method == "GET" and probe:
            return self._answer_key(method.viva_wallet_webhook_verification_key)
        if not method._viva_wallet_accepts_sender(request.httprequest.remote_addr):
            _logger.warning(
                "A notification for payment method %s came from %s, which is not among its allowed "
                "senders.",
                method.id,
                request.httprequest.remote_addr,
            )
            raise request.not_found()
        if request.httprequest.method == "GET":
            return self._verify(method)
        if request.httprequest.method == "POST":
            self._on_notification(method)
        return request.make_json_response({})

    def _find_method(self, token):
        """Return the payment method, as superuser, whose webhook address holds `token`."""
        methods = request.env["pos.payment.method"].sudo()
        if not token or not token.isascii() or not token.isprintable():
            return methods
        for name in TOKEN_FIELDS:
            found = methods.search_fetch(
                [(name, "=", token), ("use_payment_terminal", "=", "viva_wallet")],
                [name, "company_id", "viva_wallet_webhook_senders"],
                limit=1,
            )
            if found and consteq(found[name], token):
                return found
        return methods

    def _verify(self, method):
        """Prove to Viva that this address belongs to the merchant.

        :return: `{"Key": ...}`
        :raise NotFound: when Viva has not told us the key. It then says that the address could not
            be verified; the key may be here when the admin presses Verify again.
        """
        key = method._viva_wallet_verification_key()
        if not key:
            _logger.warning(
                "Viva wants to verify the webhook address of payment method %s, but gave no "
                "verification key for it: check Merchant ID, API Key and Test mode.",
                method.id,
            )
        else:
            method._viva_wallet_note_verification()
        return self._answer_key(key)

    def _answer_key(self, key):
        if not key:
            raise request.not_found()
        return request.make_json_response({"Key": key})

    def _on_notification(self, method):
        size = request.httprequest.content_length
        if size is None or size > const.WEBHOOK_BYTES:
            return
        notification = webhook.parse_webhook(request.httprequest.get_data())
        if notification:
            request.env["viva.wallet.transaction"].sudo()._on_notification(method, notification)
            method._viva_wallet_note_event(notification.event_type)
