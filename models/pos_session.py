from odoo import api, fields, models
from odoo.exceptions import UserError


class PosSession(models.Model):
    _inherit = "pos.session"

    viva_wallet_review_text = fields.Text(
        string="Card payments on review", compute="_compute_viva_wallet_review_text"
    )

    @api.depends("config_id", "state")
    def _compute_viva_wallet_review_text(self):
        for session in self:
            entries = session._viva_wallet_open_reviews()._review_entries()
            session.viva_wallet_review_text = "\n".join(
                f"{entry['title']}: {entry['facts']}" for entry in entries
            )

    def _cannot_close_session(self, bank_payment_method_diffs=None):
        """Override of `point_of_sale` to keep a register open while a terminal may be charging."""
        open_transactions = self._viva_wallet_open_transactions()
        if open_transactions:
            return {
                "successful": False,
                "message": open_transactions._closing_refusal(),
                "redirect": False,
            }
        return super()._cannot_close_session(bank_payment_method_diffs)

    def get_closing_control_data(self):
        """Override of `point_of_sale` to name what a person must still look at."""
        return {
            **super().get_closing_control_data(),
            "viva_wallet_reviews": self._viva_wallet_open_reviews()._review_entries(),
        }

    def _viva_wallet_open_reviews(self):
        """Return the rows on review of the registers, while their sessions are open."""
        return (
            self.filtered(lambda session: session.state != "closed")
            .config_id.sudo()
            ._viva_wallet_open_reviews()
        )

    def action_viva_wallet_transactions(self):
        """Open all that was asked of Viva terminals in this session."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pos_viva_wallet.viva_wallet_transaction_action"
        )
        return {**action, "domain": [("pos_session_id", "=", self.id)]}

    # === BOOKKEEPING === #

    def _create_split_account_payment(self, payment, amounts):
        """Override of `point_of_sale`: with *Identify Customer* each payment tells by which
        references Viva's payout names it.
        """
        if self._viva_wallet_lacks_account(payment, amounts):
            lines = self._viva_wallet_create_refund_payment(payment, amounts)
        else:
            lines = super()._create_split_account_payment(payment, amounts)
        references = payment._viva_wallet_references()
        if references:
            account_payment = self._viva_wallet_last_account_payment(payment.payment_method_id)
            account_payment.memo = f"{account_payment.memo} - {references}"
        return lines

    @api.model
    def _viva_wallet_lacks_account(self, payment, amounts):
        """Tell whether Odoo would book a refund of ours on no account, and so never close the session.

        `point_of_sale` swaps the accounts of a refund, also when the payment method leaves the
        outstanding account to the journal.
        """
        method = payment.payment_method_id
        return (
            method.use_payment_terminal == "viva_wallet"
            and bool(method.journal_id)
            and not method.outstanding_account_id
            and self.currency_id.compare_amounts(amounts["amount"], 0) < 0
        )

    def _viva_wallet_create_refund_payment(self, payment, amounts):
        """Create the account payment of a refund with *Identify Customer*.

        :return: its lines on the account of the customer.
        """
        method = payment.payment_method_id
        partner = self.env["res.partner"]._find_accounting_partner(payment.partner_id)
        receivable = partner.property_account_receivable_id
        account_payment = self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": "customer",
                "amount": abs(amounts["amount"]),
                "partner_id": partner.id,
                "journal_id": method.journal_id.id,
                "destination_account_id": receivable.id,
                "memo": self.env._(
                    "%(payment_method)s refund of %(partner)s in %(session)s",
                    payment_method=method.name,
                    partner=payment.partner_id.display_name,
                    session=self.name,
                ),
                "pos_payment_method_id": method.id,
                "pos_session_id": self.id,
            }
        )
        account_payment.action_post()
        return account_payment.move_id.line_ids.filtered(lambda line: line.account_id == receivable)

    def _create_account_move(self, *args, **kwargs):
        """Override of `point_of_sale`: where card payments are booked as one sum, the entry of the
        session lists what it is made of.
        """
        data = super()._create_account_move(*args, **kwargs)
        payments = self._get_closed_orders().payment_ids.filtered(
            lambda payment: (
                payment.viva_wallet_session_id and not payment.payment_method_id.split_transactions
            )
        )
        if payments:
            self.move_id.narration = payments.sorted("id")._viva_wallet_list()
        return data

    def _viva_wallet_last_account_payment(self, method):
        """Return the account payment that was just made for a payment method."""
        return self.env["account.payment"].search(
            [("pos_session_id", "=", self.id), ("pos_payment_method_id", "=", method.id)],
            order="id desc",
            limit=1,
        )

    def action_pos_session_closing_control(self, *args, **kwargs):
        """Override of `point_of_sale`: the back office closes registers without asking the above."""
        open_transactions = self._viva_wallet_open_transactions()
        if open_transactions:
            raise UserError(open_transactions._closing_refusal())
        return super().action_pos_session_closing_control(*args, **kwargs)

    def _viva_wallet_open_transactions(self):
        return (
            self.env["viva.wallet.transaction"]
            .sudo()
            .search([("pos_session_id", "in", self.ids), ("state", "=", "sent")])
        )
