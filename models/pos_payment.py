from functools import partial

from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from .db import lock_rows

# What must stay as it is once a card was charged.
CHARGED_FIELDS = ("amount", "payment_method_id", "pos_order_id", "viva_wallet_session_id")


class PosPayment(models.Model):
    _inherit = "pos.payment"

    viva_wallet_session_id = fields.Char(
        string="Viva Wallet session",
        copy=False,
        index="btree_not_null",
        help="The id by which Viva knows the request to the terminal that this payment came from.",
    )

    viva_wallet_parent_session_id = fields.Char(
        string="Viva Wallet session refunded",
        copy=False,
        help="The request to the terminal whose payment is paid back by this one.",
    )
    viva_wallet_terminal_id = fields.Char(
        string="Terminal ID", copy=False, help="The Viva terminal that took the card."
    )
    viva_wallet_aid = fields.Char(
        string="Application ID", copy=False, help="Of the application on the card, for the slip."
    )
    viva_wallet_surcharge = fields.Monetary(
        string="Card surcharge",
        copy=False,
        help="Part of the amount that the terminal added for a business or foreign card.",
    )
    viva_wallet_instalments = fields.Integer(
        string="Instalments", copy=False, help="In how many the customer pays; 0 for all at once."
    )

    @api.model_create_multi
    def create(self, vals_list):
        payments = super().create(vals_list)
        payments._viva_wallet_bind_saved()
        return payments

    def write(self, vals):
        vals = self._viva_wallet_keep_charged(vals)
        self._viva_wallet_check_untouched(vals)
        # The till saves its order while the server books the outcome.
        lock_rows(self.filtered(lambda payment: payment.viva_wallet_session_id))
        result = super().write(vals)
        if "viva_wallet_session_id" in vals:
            self._viva_wallet_bind_saved()
        return result

    def unlink(self):
        lock_rows(self.filtered(lambda payment: payment.viva_wallet_session_id))
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_charged(self):
        for payment in self:
            charge = payment._viva_wallet_charge()
            if charge and not charge._is_undone_in(self):
                raise UserError(payment._viva_wallet_charged_text())
            running = payment._viva_wallet_running()
            if running:
                raise UserError(running._removal_refusal())

    def action_viva_wallet_transaction(self):
        """Open what the terminal did for this payment."""
        self.ensure_one()
        transaction = self.env["viva.wallet.transaction"].search(
            [("session_id", "=", self.viva_wallet_session_id)], limit=1
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What the terminal did"),
            "res_model": "viva.wallet.transaction",
            "res_id": transaction.id,
            "view_mode": "form",
        }

    def _viva_wallet_references(self):
        """Return by what Viva's payout names this payment: transaction id and RRN.

        :return: text; empty for a payment that no terminal made.
        :rtype: str
        """
        self.ensure_one()
        if not self.viva_wallet_session_id:
            return ""
        rrn = self.payment_ref_no and self.env._("RRN %(rrn)s", rrn=self.payment_ref_no)
        return ", ".join(filter(None, (self.transaction_id, rrn)))

    def _viva_wallet_list(self):
        """Return the payments as a list for a journal entry: order, amount, card, references.

        :rtype: Markup
        """
        rows = [
            (
                payment.pos_order_id.name,
                payment.currency_id.format(payment.amount),
                payment.viva_wallet_terminal_id or "",
                f"{payment.card_brand or ''} {payment.card_no or ''}".strip(),
                payment._viva_wallet_references(),
            )
            for payment in self
        ]
        items = Markup("").join(
            Markup("<li>%s</li>") % " - ".join(filter(None, row)) for row in rows
        )
        title = self.env._("Card payments on Viva terminals:")
        return Markup("<p>%s</p><ul>%s</ul>") % (title, items)

    def _viva_wallet_transactions(self):
        """Return the transactions of their own companies that the payments name, as superuser."""
        session_ids = [name for name in self.mapped("viva_wallet_session_id") if name]
        return (
            self.env["viva.wallet.transaction"]
            .sudo()
            .search([("session_id", "in", session_ids), ("company_id", "in", self.company_id.ids)])
        )

    def _viva_wallet_charge(self):
        """Return the approved transaction that this payment books, if there is one."""
        self.ensure_one()
        return self._viva_wallet_transactions().filtered(
            lambda transaction: (
                transaction.state == "approved" and transaction.payment_id in (self, self.browse())
            )
        )

    def _viva_wallet_running(self):
        """Return the transaction that may be charging for this payment at this moment, if any."""
        self.ensure_one()
        ledger = self.env["viva.wallet.transaction"].sudo()
        return ledger.search(
            [
                ("payment_uuid", "=", self.uuid),
                ("company_id", "=", self.company_id.id),
                *ledger._domain_running(),
            ],
            limit=1,
        )

    def _viva_wallet_bind_saved(self):
        """Tie payments that a till or a person has saved to the transactions that they name.

        The till saves whatever its copy says; what was charged is known by the ledger. Where the
        ledger itself writes payments, it ties them on its own.
        """
        if self._viva_wallet_is_booking():
            return
        by_session = {payment.viva_wallet_session_id: payment for payment in self}
        for transaction in self._viva_wallet_transactions():
            payment = by_session[transaction.session_id].sudo()
            transaction._book_or_flag(partial(transaction._bind_payment, payment))

    def _viva_wallet_check_paid(self, again=False):
        """Have the ledger compare the payments of paid orders with what was charged.

        :param bool again: also where a person has resolved it before: it was changed.
        """
        ledger = self.env["viva.wallet.transaction"].sudo()
        for payment in self:
            is_ours = payment.payment_method_id.use_payment_terminal == "viva_wallet"
            if not is_ours or not payment.amount:
                continue
            transaction = payment._viva_wallet_transactions()
            if transaction:
                transaction._check_paid(payment, again)
            else:
                ledger._record_unasked(payment, again)

    def _viva_wallet_keep_charged(self, vals):
        """Return `vals` with the amount that was charged in place of the one asked for.

        A till that does not know yet what the customer added on the terminal still saves the
        latter.
        """
        if "amount" not in vals or len(self) != 1 or not self.viva_wallet_session_id:
            return vals
        charge = self._viva_wallet_charge()
        if charge.kind != "sale" or self.currency_id.compare_amounts(vals["amount"], charge.amount):
            return vals
        return {**vals, "amount": charge.charged_amount}

    def _viva_wallet_check_untouched(self, vals):
        """Refuse to change what says how much was charged, or may be, and for what.

        An amount may become what was charged: with a tip that is more than was asked for.

        :param dict vals: of a write; the till writes all fields, also those that stay the same.
        :raise UserError: when a payment would differ from what Viva knows of it.
        """
        touched = {name: vals[name] for name in CHARGED_FIELDS if name in vals}
        for payment in self if touched else ():
            changed = payment._viva_wallet_changed(touched)
            if not changed:
                continue
            charge = payment._viva_wallet_charge()
            if charge and charge._is_contradicted_by(payment, changed):
                raise UserError(payment._viva_wallet_charged_text())
            running = payment._viva_wallet_running()
            if running and running._is_contradicted_by(payment, changed):
                raise UserError(running._removal_refusal())

    def _viva_wallet_changed(self, vals):
        """Return those of the values that differ from what the payment has."""
        return {
            name: value
            for name, value in vals.items()
            if self._fields[name].convert_to_cache(value, self)
            != self._fields[name].convert_to_cache(self[name], self)
        }

    def _viva_wallet_charged_text(self):
        if self.amount < 0:
            return self.env._(
                "%(amount)s of this payment was paid back to a card, so it cannot be changed or "
                "deleted.",
                amount=self.currency_id.format(-self.amount),
            )
        return self.env._(
            "%(amount)s of this payment was charged to a card, so it cannot be changed or deleted. "
            "Refund the order instead.",
            amount=self.currency_id.format(self.amount),
        )

    # === SAVING FROM A TILL === #

    @api.model
    def _viva_wallet_clean_commands(self, commands):
        """Return what a till saves about payments, as far as the ledger does not know it better.

        A till that was offline, or another device, may have an old copy of a payment. That must
        neither undo what Viva said nor keep the whole order from being saved.

        :param list commands: for `pos.order.payment_ids`
        :rtype: list
        """
        uuids = [
            command[2]["uuid"]
            for command in commands
            if command[0] == Command.CREATE and command[2].get("uuid")
        ]
        known = self.search(
            [
                ("uuid", "in", uuids),
                ("payment_method_id.use_payment_terminal", "=", "viva_wallet"),
            ]
        )
        ids = {payment.uuid: payment.id for payment in known}
        cleaned = (self._viva_wallet_clean_command(command, ids) for command in commands)
        return [command for command in cleaned if command]

    @api.model
    def _viva_wallet_clean_command(self, command, known):
        """Return one command for `payment_ids`, cleaned; None when nothing is left of it.

        :param dict known: ids of the payments that exist already, by uuid.
        """
        if command[0] == Command.CREATE and command[2].get("uuid") in known:
            # The server was faster: it has booked the charge, or had the line from a first try.
            command = Command.update(known[command[2]["uuid"]], command[2])
        if command[0] not in (Command.UPDATE, Command.DELETE, Command.UNLINK):
            return command
        payment = self.browse(command[1]).exists()
        if not payment and command[0] != Command.UPDATE:
            return None  # `pos_online_payment` deletes lines of a draft before the till saves it
        if payment.payment_method_id.use_payment_terminal != "viva_wallet":
            return command
        owner = payment._viva_wallet_charge() or payment._viva_wallet_running()
        if command[0] != Command.UPDATE:
            return None if owner else command
        vals = owner._corrected(command[2]) if owner else command[2]
        return Command.update(payment.id, payment._viva_wallet_without_unchanged(vals))

    def _viva_wallet_without_unchanged(self, vals):
        """Return a till's values without the amount and the method if they stay the same.

        The till always sends both, and the history of the order would tell of a change.
        """
        told = {name: vals[name] for name in ("amount", "payment_method_id") if name in vals}
        same = told.keys() - self._viva_wallet_changed(told).keys()
        return {name: value for name, value in vals.items() if name not in same}
