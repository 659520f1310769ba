import logging
import uuid

from odoo import api, models
from odoo.exceptions import LockError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...viva import masking, money

_logger = logging.getLogger(__name__)

DETAIL_CHARACTERS = 200  # of what Odoo said when it could not book a charge


class VivaWalletTransaction(models.Model):
    """The charge on its order and payment in Odoo, whoever comes first: the till or the server.

    What a terminal charged on top of what the till had asked for, tips above all, is charged, so it
    is booked, as order lines: then nothing is left to give back as change. Server and till both add
    these lines; their uuids make them the same ones.
    """

    _inherit = "viva.wallet.transaction"

    # === BOOKING === #

    def _book(self):
        """Bring an approved charge onto its order, whether or not the till is still there."""
        self.ensure_one()
        self._book_or_flag(self._book_charge)
        self._book_or_flag(self._resolve_review_of_sale)

    def _book_or_flag(self, work):
        """Do what books a charge. What cannot be booked is for a person to look at.

        That Viva has charged a card is never forgotten because something in Odoo goes wrong, be it
        a rule of Odoo or a mistake in one of its modules. A conflict with somebody else's saving is
        neither: whoever called is repeated.

        :param callable work: gets nothing.
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                work()
        except (LockError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
            raise
        except Exception as error:
            is_rule = isinstance(error, UserError)
            _logger.warning(
                "Viva Wallet session %s cannot be booked: %s",
                self.session_id, error, exc_info=not is_rule,
            )  # fmt: skip
            self.review_detail = masking.mask_text(str(error))[:DETAIL_CHARACTERS]
            self._flag("no_payment")

    def _book_charge(self):
        """Complete the payment line of an approved row, or make it where the order has none."""
        if not self.payment_uuid:
            return  # found in Viva's list
        payment = (
            self.env["pos.payment"]
            .sudo()
            .search(
                [("uuid", "=", self.payment_uuid), ("company_id", "=", self.company_id.id)], limit=1
            )
        )
        if not payment:
            self._book_on_order()
            return
        if payment.payment_method_id.use_payment_terminal != "viva_wallet":
            self._flag("no_payment")  # somebody has corrected the line to another method
            return
        named = payment.viva_wallet_session_id
        if named not in (False, self.session_id) and not self._is_retry_of(named):
            self._flag("no_payment")  # the line has gone on to another request meanwhile
            return
        self._book_on_payment(payment)
        if payment.pos_order_id.state == "cancel":
            self._flag("no_payment")

    def _is_retry_of(self, session_id):
        """Tell whether this is the later request of a payment line whose saved one had failed."""
        earlier = self.search(
            [("session_id", "=", session_id), ("payment_uuid", "=", self.payment_uuid)]
        )
        return earlier.state == "failed" and earlier.id < self.id

    def _book_on_order(self):
        """Book an approved charge for which the order has no payment line.

        An order that the server does not know yet may still come while its register is open, see
        `_flag_without_payment`.
        """
        self.ensure_one()
        order = (
            self.env["pos.order"]
            .sudo()
            .search(
                [("uuid", "=", self.order_uuid), ("company_id", "=", self.company_id.id)], limit=1
            )
        )
        if not order:
            if self.pos_session_id.state == "closed":
                self._flag("no_payment")
            return
        if order.state != "draft":
            self.order_id = order
            self._flag("no_payment")
            return
        self._add_payment(order, self.payment_uuid)
        # No device has this line, so all of them are told.
        order.config_id.notify_synchronisation(order.session_id.id, 0)

    def _add_payment(self, order, payment_uuid):
        """Add a payment for the charge to a draft order, and tie the two."""
        order.with_context(viva_wallet_booking=True).add_payment(
            {
                "pos_order_id": order.id,
                "uuid": payment_uuid,
                "payment_method_id": self.payment_method_id.id,
                "amount": self._signed_amount(),
                "payment_status": "done",
                "viva_wallet_session_id": self.session_id,
            }
        )
        payment = order.payment_ids.filtered(lambda payment: payment.uuid == payment_uuid)
        self._bind_payment(payment)

    def _book_on_payment(self, payment):
        """Have a payment name this charge, and tie the two."""
        payment.with_context(viva_wallet_booking=True).viva_wallet_session_id = self.session_id
        self._bind_payment(payment)

    def _bind_payment(self, payment):
        """Tie the charge to the payment that names it, and complete that payment.

        All ways of booking a charge lead here: from the ledger by `_book`, and from a till that
        saves its order by `pos.payment`. Only once it is approved: an open row is written with every
        question, and a till that saves its order at that moment would collide with it.

        :param payment: `pos.payment` that names this session.
        """
        self.ensure_one()
        if (
            payment.payment_method_id.use_payment_terminal != "viva_wallet"
            or self.state != "approved"
        ):
            return
        if self.payment_id and self.payment_id != payment:
            self._flag("conflict")  # two payments claim the same charge
            return
        self._link(payment)
        if not self.env.context.get("viva_wallet_saving_order"):
            self._complete_order()
        values = self._payment_values()
        if payment.pos_order_id.state == "draft":
            values["payment_status"] = "done"
            values["amount"] = self._signed_amount()
        changed = {name: value for name, value in values.items() if payment[name] != value}
        payment.write(changed)
        if "amount" in changed:
            payment.pos_order_id.amount_paid = payment.pos_order_id._compute_amount_paid()
        self._unflag("no_payment", "no_row", "not_charged")
        if payment.pos_order_id.state != "draft":
            self._check_paid(payment)

    def _link(self, payment):
        if self.payment_id != payment or self.order_id != payment.pos_order_id:
            self._lock(wait=True)
            self.write({"payment_id": payment.id, "order_id": payment.pos_order_id.id})

    def _payment_values(self):
        """Return what a payment in Odoo says about the card.

        :rtype: dict
        """
        return {
            "transaction_id": self.transaction_id or False,
            "card_brand": self.card_brand or False,
            "card_no": self.card_last4 or False,
            "payment_method_authcode": self.authorization_code or False,
            "payment_ref_no": self.rrn or False,
            "payment_method_payment_mode": self.entry_mode or False,
            "viva_wallet_terminal_id": self.terminal_id or False,
            "viva_wallet_aid": self.aid or False,
            "viva_wallet_surcharge": self.surcharge_amount,
            "viva_wallet_instalments": self.instalments,
        }

    def _signed_amount(self):
        """Return what the payment of this row amounts to, in major units: below zero for a refund,
        and with the tip once it was charged."""
        self.ensure_one()
        return self._sign() * (self.charged_amount if self.state == "approved" else self.amount)

    @api.model
    def _book_missing(self, orders):
        """Book the charges of draft orders that have just reached the server without them.

        :param orders: `pos.order`
        """
        drafts = orders.filtered(lambda order: order.state == "draft")
        missing = self._of_orders(drafts, [("state", "=", "approved"), ("payment_id", "=", False)])
        for transaction in missing:
            transaction._book()

    @api.model
    def _flag_unbooked(self, orders):
        """Send to review the charges of orders that were paid without them.

        :param orders: `pos.order`
        """
        unbooked = self._of_orders(orders, [("state", "=", "approved"), ("payment_id", "=", False)])
        for transaction in unbooked:
            transaction._lock(wait=True)
            transaction._flag("no_payment")

    # === CHARGED ON TOP === #

    def _extras(self):
        """Return the lines by which the order comes to what was charged.

        :return: a dict for each: `uuid` of the line, `product_id`, `amount` in major units with all
            taxes, and `kind`: "tip", "surcharge" (of the kind of card) or "surplus": what neither
            of them explains, or no product stands for.
        :rtype: list
        """
        self.ensure_one()
        if self.kind != "sale" or self.state != "approved":
            return []
        surplus = self.charged_minor - self.amount_minor
        if surplus <= 0:
            return []
        tip = max(min(self.tip_minor - self.tip_asked_minor, surplus), 0)
        surcharge = max(min(self.surcharge_minor, surplus - tip), 0)
        config = self.pos_config_id
        tip_product = config.tip_product_id
        surcharge_product = config._viva_wallet_product("surcharge")
        if not tip_product:
            tip = 0
        if not surcharge_product:
            surcharge = 0
        parts = [
            ("tip", tip_product, tip),
            ("surcharge", surcharge_product, surcharge),
            ("surplus", config._viva_wallet_product("surplus"), surplus - tip - surcharge),
        ]
        return [
            {
                "uuid": str(uuid.uuid5(uuid.UUID(self.session_id), name)),
                "product_id": product.id,
                "amount": float(money.to_major(minor, self.currency_id.name)),
                "kind": name,
                # For pages that were loaded before there was a kind.
                "is_tip": name == "tip",
            }
            for name, product, minor in parts
            if minor > 0 and product
        ]

    def _has_surplus(self):
        """Tell whether more was charged than the till had asked for and Viva explains."""
        return any(extra["kind"] == "surplus" for extra in self._extras())

    def _complete_order(self):
        """Make the draft orders of these charges say what was charged.

        The till does the same; this is for when it does not come back.
        """
        for transaction in self.filtered(lambda t: t.state == "approved" and t.kind == "sale"):
            payment = transaction.payment_id
            if payment.pos_order_id.state != "draft":
                continue
            if payment.currency_id.compare_amounts(payment.amount, transaction.charged_amount):
                payment.amount = transaction.charged_amount
            payment.pos_order_id._viva_wallet_add_extras(transaction._extras())

    # === WHAT IS BOOKED === #

    def _booking(self):
        """Return the payment that books the charge in an order that counts."""
        return self.sudo().payment_id.filtered(
            lambda payment: payment.pos_order_id.state != "cancel"
        )

    def _is_booked(self):
        """Tell whether an order counts as paid by this request."""
        return bool(self.payment_id) and self.order_id.state not in ("draft", "cancel")

    def _signed_charge(self):
        """Return what moved towards the shop, in major units: a refund is below zero."""
        self.ensure_one()
        if self.state != "approved":
            return 0.0
        return -abs(self.charged_amount) if self.kind != "sale" else self.charged_amount

    def _is_booked_otherwise(self):
        """Tell whether what moved and what is booked in Odoo are different, or in doubt."""
        self.ensure_one()
        booked = self.payment_id.amount
        return self.review_state == "open" or bool(
            self.currency_id.compare_amounts(self._signed_charge(), booked)
        )

    def _check_paid(self, payment, again=False):
        """Compare the row with its payment, now that the order is paid.

        :param bool again: see `_flag`.
        """
        self.ensure_one()
        if self.state != "approved":
            self._link(payment)
            if not self._is_vouched_for(payment):
                self._flag("not_charged", replace=bool(self.statement), again=again)
        elif not self._is_amount(payment.amount):
            self._flag("amount_differs", again=again)

    def _is_vouched_for(self, payment):
        """Tell whether what is booked is what a cashier has made a statement about."""
        return (
            bool(self.statement)
            and self._is_amount(payment.amount)
            and payment.payment_method_id == self.payment_method_id
        )

    # === WHAT A TILL SAVES === #

    def _is_contradicted_by(self, payment, changed):
        """Tell whether a payment would no longer be the one that this row is about.

        :param payment: `pos.payment`, which need not be linked yet: an order and the outcome of its
            payment can be saved at the same moment.
        :param dict changed: new values of fields of the payment.
        :rtype: bool
        """
        self.ensure_one()
        allowed = {"viva_wallet_session_id": self.session_id}
        is_open = self.state != "approved" or payment.pos_order_id.state == "draft"
        if "amount" in changed and is_open and self._is_amount(changed["amount"]):
            allowed["amount"] = changed["amount"]
        return any(name not in allowed or allowed[name] != changed[name] for name in changed)

    def _is_amount(self, amount):
        """Tell whether this is what the payment of this row amounts to.

        :param float amount: major units
        """
        return not self.currency_id.compare_amounts(amount, self._signed_amount())

    def _corrected(self, vals):
        """Return what a till saves of the payment of this row, with what the row knows better.

        :param dict vals: values of a `pos.payment`.
        :rtype: dict
        """
        self.ensure_one()
        known = {"payment_method_id", "pos_order_id", "amount", "viva_wallet_session_id"}
        if self.state == "approved":
            known |= {"payment_status", *self._payment_values()}
        return {
            **{name: value for name, value in vals.items() if name not in known},
            "amount": self._signed_amount(),
            "viva_wallet_session_id": self.session_id,
        }
