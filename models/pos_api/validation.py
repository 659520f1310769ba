import uuid
from contextlib import suppress

from odoo import api, fields, models

from ...viva import masking, money
from ..ledger.admission import Wish
from ..refused import Refused


class VivaWalletPosApi(models.AbstractModel):
    """What a till sends, checked and turned into the values of a row."""

    _inherit = "viva.wallet.till"

    @api.model
    def _wish(self, request, since, is_cancelled=False):
        """Return what a till wants, checked.

        :param dict request: see `start_sale` and `start_refund`.
        :param datetime since: when the till wanted it.
        :param bool is_cancelled: it must not be sent any more.
        :rtype: Wish
        :raise Refused: when it must not be sent.
        """
        validated = self._validated_cancelled if is_cancelled else self._validated
        values = validated(request)
        if not is_cancelled:
            config = self.env["pos.config"].browse(values["pos_config_id"])
            self._check_can_be_finished(config, request)
        payments = request.get("order_payments") or ()
        return Wish(
            values=values,
            since=since,
            order_total=self._validated_total(request.get("order_total")),
            order_payments=frozenset(name for name in payments if isinstance(name, str)),
        )

    # === SALES === #

    @api.model
    def _validated(self, sale):
        """Return the values of the row for what a till asks.

        :raise Refused: when it must not be sent.
        """
        if sale.get("kind") == "refund":
            return self._validated_refund(sale)
        pos_session = self._validated_session(sale.get("pos_session_id"))
        config = pos_session.config_id
        method = self._validated_method(config, sale.get("payment_method_id"))
        currency = config.currency_id
        amount_minor = self._validated_amount(sale.get("amount"), currency)
        return {
            "session_id": self._validated_uuid(sale.get("session_id")),
            "payment_method_id": method.id,
            "terminal_id": method.viva_wallet_terminal_id,
            "cash_register_id": self.env["viva.wallet.transaction"]._cash_register_id(config),
            "pos_config_id": config.id,
            "pos_session_id": pos_session.id,
            "company_id": config.company_id.id,
            "user_id": self.env.uid,
            **self._validated_cashier(config, sale.get("cashier")),
            "device": self._validated_device(sale.get("device")),
            "order_uuid": self._validated_order(sale.get("order_uuid")),
            "order_name": masking.clean_text(str(sale.get("order_name") or ""))[:64],
            "payment_uuid": self._validated_uuid(sale.get("payment_uuid")),
            "currency_id": currency.id,
            "amount_minor": amount_minor,
            "tip_asked_minor": self._validated_tip(sale.get("tip"), amount_minor, currency),
            "max_instalments": method._viva_wallet_instalments_for(sale.get("amount")),
        }

    @api.model
    def _validated_uuid(self, value):
        with suppress(ValueError, TypeError, AttributeError):
            if str(uuid.UUID(value)) == value:
                return value
        raise Refused("invalid")

    @api.model
    def _validated_device(self, device):
        """Return by which name a device saves its orders; empty where it does not say."""
        return masking.clean_text(device)[:64] if isinstance(device, str) else False

    @api.model
    def _validated_session(self, pos_session_id):
        if not self._is_id(pos_session_id):
            raise Refused("invalid")
        pos_session = self.env["pos.session"].search_fetch(
            [("id", "=", pos_session_id)], ["state", "config_id", "user_id"]
        )
        pos_session.config_id.fetch(["company_id", "currency_id"])
        if not pos_session or pos_session.state not in ("opening_control", "opened"):
            raise Refused("register_closed")
        return pos_session

    @api.model
    def _is_id(self, value):
        """Tell whether a value of a till can be an id; a search takes more for one than that."""
        return isinstance(value, int) and not isinstance(value, bool)

    @api.model
    def _validated_method(self, config, payment_method_id):
        if not self._is_id(payment_method_id):
            raise Refused("not_configured")
        method = self.env["pos.payment.method"].search_fetch(
            [("id", "=", payment_method_id), ("config_ids", "in", config.ids)],
            [
                "use_payment_terminal",
                "viva_wallet_terminal_id",
                "viva_wallet_max_instalments",
                "viva_wallet_instalments_from",
            ],
        )
        if method.use_payment_terminal != "viva_wallet" or not method.viva_wallet_terminal_id:
            raise Refused("not_configured")
        return method

    @api.model
    def _validated_order(self, order_uuid):
        order_uuid = self._validated_uuid(order_uuid)
        order = self.env["pos.order"].sudo().search([("uuid", "=", order_uuid)], limit=1)
        if order and order.state != "draft":
            raise Refused("order_finished")
        return order_uuid

    @api.model
    def _validated_amount(self, amount, currency):
        if isinstance(amount, bool) or not isinstance(amount, (int, float)):
            raise Refused("invalid")
        ended = money.ended(currency.name, fields.Date.today())
        if ended:
            raise Refused("currency_ended", currency=currency.name, successor=ended.successor)
        try:
            amount_minor = money.to_minor(amount, currency.name)
        except money.UnsupportedCurrency:
            raise Refused("currency", currency=currency.name) from None
        except ValueError:
            raise Refused("invalid") from None
        if amount_minor <= 0:
            raise Refused("amount_not_positive")
        return amount_minor

    @api.model
    def _validated_tip(self, tip, amount_minor, currency):
        """Return the part of the amount that Viva is told to be a tip.

        A tip that Viva would not take as one, because it is more than the rest (Viva's page "Sale
        request"), is asked for as part of the amount.
        """
        if not tip:
            return 0
        tip_minor = self._validated_amount(tip, currency)
        return tip_minor if tip_minor <= amount_minor - tip_minor else 0

    @api.model
    def _validated_cancelled(self, sale):
        """Return the values of the row for a request that must not be sent any more.

        Whatever has become of the order and the register meanwhile, it is written down: else it
        could still be sent when it arrives.

        :raise Refused: when nobody could have asked for it.
        """
        try:
            return self._validated(sale)
        except Refused:
            pos_session = self.env["pos.session"].browse()
            if self._is_id(sale.get("pos_session_id")):
                pos_session = pos_session.search([("id", "=", sale["pos_session_id"])])
            if not pos_session:
                raise
        config = pos_session.config_id
        method = self.env["pos.payment.method"].browse()
        if self._is_id(sale.get("payment_method_id")):
            method = method.search([("id", "=", sale["payment_method_id"])])
        return {
            "session_id": self._validated_uuid(sale.get("session_id")),
            "kind": "refund" if sale.get("kind") == "refund" else "sale",
            "payment_method_id": method.id,
            "terminal_id": method.viva_wallet_terminal_id or "-",
            "cash_register_id": self.env["viva.wallet.transaction"]._cash_register_id(config),
            "pos_config_id": config.id,
            "pos_session_id": pos_session.id,
            "company_id": config.company_id.id,
            "user_id": self.env.uid,
            **self._validated_cashier(config, sale.get("cashier")),
            "order_uuid": self._validated_uuid(sale.get("order_uuid")),
            "order_name": masking.clean_text(str(sale.get("order_name") or ""))[:64],
            "payment_uuid": self._validated_uuid(sale.get("payment_uuid")),
            "currency_id": config.currency_id.id,
            "amount_minor": 0,
        }

    @api.model
    def _validated_total(self, total):
        """Return what an order costs by a till's copy; None where it does not say."""
        if total is None or total is False:
            return None
        is_number = isinstance(total, (int, float)) and not isinstance(total, bool)
        if not is_number or not abs(total) <= money.MAX_MINOR:
            raise Refused("invalid")
        return total

    # === REFUNDS === #

    @api.model
    def _validated_refund(self, refund):
        """Return the values of the row for a refund that a till asks for.

        :raise Refused: when it must not be sent.
        """
        amount = refund.get("amount")
        if isinstance(amount, (int, float)) and amount >= 0:
            raise Refused("amount_not_negative")
        amount = -amount if isinstance(amount, (int, float)) else amount
        values = self._validated({**refund, "kind": "sale", "amount": amount})
        method = self.env["pos.payment.method"].browse(values["payment_method_id"])
        way = refund.get("way") or self._usual_way(refund, method)
        values.update(kind="refund", refund_way=way, parent_id=False, max_instalments=0)
        if way == "unreferenced":
            self._validate_unreferenced(method, refund)
        elif way in ("terminal", "account"):
            values["parent_id"] = self._validated_parent(refund, values, method).id
        else:
            raise Refused("invalid")
        return values

    @api.model
    def _usual_way(self, refund, method):
        """Return the way by which a refund goes when the till names none."""
        ledger = self.env["viva.wallet.transaction"]
        parent = ledger._of_sessions([refund.get("parent_session_id")])
        return "account" if parent._is_without_card() else method.viva_wallet_refund_way

    @api.model
    def _validate_unreferenced(self, method, refund):
        config = self._validated_session(refund.get("pos_session_id")).config_id
        is_manager = self._is_manager(config, refund.get("cashier"))
        if not (is_manager and method.viva_wallet_unreferenced_refund):
            raise Refused("unreferenced_forbidden")

    @api.model
    def _validated_parent(self, refund, values, method):
        parent = self.env["viva.wallet.transaction"]._of_sessions([refund.get("parent_session_id")])
        if parent.company_id.id != values["company_id"]:
            raise Refused("parent_unknown")
        currency = self.env["res.currency"].browse(values["currency_id"])
        account = method._viva_wallet_account()
        refused = parent._why_not_refundable(account, currency.name)
        if refused:
            raise refused
        return parent
