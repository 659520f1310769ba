import logging

from odoo import api, models
from odoo.exceptions import LockError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..viva import masking, money
from .refused import Refused
from .states import OPEN_STATES

_logger = logging.getLogger(__name__)

DETAIL_CHARACTERS = 200  # of what Odoo said when it could not book a charge


class VivaWalletOrders(models.AbstractModel):
    """What the ledger has to do with orders: it refuses what would lose a charge, and books on the
    order what the till could not book."""

    _name = "viva.wallet.orders"
    _description = "Viva Wallet: transactions of orders"

    # === QUESTIONS === #

    @api.model
    def _of_orders(self, orders, domain):
        """Return the transactions of orders, as superuser.

        They are found by the uuid of the order: its payment line may not have reached the server.

        :param orders: `pos.order`
        :param list domain: of which transactions
        """
        uuids = [order_uuid for order_uuid in orders.mapped("uuid") if order_uuid]
        return self.sudo().search(
            [
                ("order_uuid", "in", uuids),
                ("company_id", "in", orders.company_id.ids),
                *domain,
            ]
        )

    @api.model
    def _domain_running(self):
        """Return the domain of transactions of which nobody can say yet whether money moved."""
        return [
            "|",
            ("state", "in", OPEN_STATES),
            "&",
            ("state", "=", "unknown"),
            ("statement", "=", False),
        ]

    # === REFUSALS === #

    @api.model
    def _check_removable(self, orders):
        """Refuse to cancel or delete orders whose card was charged, or may be at this moment.

        :param orders: `pos.order`
        :raise UserError: says which payment, and what to do.
        """
        charged = ["&", ("state", "=", "approved"), ("review_state", "!=", "resolved")]
        for transaction in self._of_orders(orders, ["|", *charged, *self._domain_running()]):
            if not transaction._is_undone_in(orders.payment_ids):
                raise UserError(transaction._removal_refusal())

    def _removal_refusal(self):
        self.ensure_one()
        details = {
            "amount": self.currency_id.format(self.charged_amount or self.amount),
            "terminal": self.terminal_id,
            "order": self.order_name or self.order_uuid,
        }
        if self.state == "approved" and self.kind == "refund":
            return self.env._(
                "%(amount)s of order %(order)s was paid back to a card, so it cannot be cancelled or "
                "deleted. Validate the order instead.",
                **details,
            )
        if self.state == "approved":
            return self.env._(
                "%(amount)s of order %(order)s was charged to a card, so it cannot be cancelled or "
                "deleted. Validate the order and refund it instead.",
                **details,
            )
        if self.state == "unknown":
            return self.env._(
                "It is not known whether terminal %(terminal)s has charged %(amount)s for order "
                "%(order)s. Open its payment screen at the till and say what the terminal shows, "
                "then try again.",
                **details,
            )
        return self._running_refusal()

    @api.model
    def _check_payable(self, orders):
        """Refuse to close orders as paid while a terminal may be charging for them.

        :param orders: `pos.order`
        :raise UserError: says which payment, and what to do.
        """
        for transaction in self._of_orders(orders, [("state", "in", OPEN_STATES)]):
            raise UserError(transaction._running_refusal())

    def _running_refusal(self):
        self.ensure_one()
        return self.env._(
            "Terminal %(terminal)s may still charge %(amount)s for order %(order)s. Wait for the "
            "outcome, or cancel that payment at the till, then try again.",
            terminal=self.terminal_id,
            amount=self.currency_id.format(self.amount),
            order=self.order_name or self.order_uuid,
        )

    # === WHAT THE ORDER COSTS === #

    def _check_order_cost(self, wish):
        """Refuse to move more money for an order than it costs, unless the cashier can see it all.

        A device with an old copy of an order does not know what another one has charged. Whoever
        sees all payments may ask for more on purpose: a tip, change, a further payment. Call it on
        the rows of the order, among others.

        :param Wish wish: see there.
        :raise Refused: "order_paid".
        """
        values = wish.values
        holding = self.filtered(
            lambda row: (
                row.order_uuid == values["order_uuid"]
                and row._holds_money()
                and row.statement != "not_paid"
            )
        )
        unseen = holding.filtered(
            lambda row: (
                row.payment_uuid not in wish.order_payments
                and row.payment_uuid != values["payment_uuid"]
            )
        )
        total = self._order_total_minor(wish) if unseen else None
        if total is None:
            return
        sign = -1 if values.get("kind") == "refund" else 1
        moved = sign * sum(row._sign() * row._moved_minor() for row in holding)
        if moved + values["amount_minor"] > sign * total > 0:
            currency = self.env["res.currency"].browse(values["currency_id"])
            moved_amount = float(money.to_major(moved, currency.name))
            raise Refused("order_paid", moved=currency.format(moved_amount))

    def _moved_minor(self):
        """Return what has moved by this row, or may have, without what the customer gave on top."""
        return self.charged_minor - self.tip_minor if self.charged_minor else self.amount_minor

    @api.model
    def _order_total_minor(self, wish):
        """Return what an order costs in minor units, by whoever knows of more; None if nobody says."""
        currency = self.env["res.currency"].browse(wish.values["currency_id"])
        order = self.env["pos.order"].sudo().search(
            [
                ("uuid", "=", wish.values["order_uuid"]),
                ("company_id", "=", wish.values["company_id"]),
            ],
            limit=1,
        )  # fmt: skip
        totals = [order.amount_total] if order else []
        if wish.order_total is not None:
            totals.append(wish.order_total)
        if not totals:
            return None
        return money.to_minor(currency.round(max(totals, key=abs)), currency.name)

    # === BOOKING === #

    def _book(self):
        """Bring an approved charge onto its order, whether or not the till still lives."""
        self.ensure_one()
        self._book_safely(self._bind)
        self._book_safely(self._apply_to_sale)

    def _book_safely(self, work):
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
        order.add_payment(
            {
                "pos_order_id": order.id,
                "uuid": self.payment_uuid,
                "payment_method_id": self.payment_method_id.id,
                "amount": self._signed_amount(),
                "payment_status": "done",
                "viva_wallet_session_id": self.session_id,
            }
        )
        # No device has this line, so all of them are told.
        order.config_id.notify_synchronisation(order.session_id.id, 0)

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
