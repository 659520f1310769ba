from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.ledger.review import RESOLUTIONS


class VivaWalletResolve(models.TransientModel):
    """The dialog in which a person says what became of a card payment on review."""

    _name = "viva.wallet.resolve"
    _description = "Resolve a card payment on review"

    transaction_id = fields.Many2one(
        "viva.wallet.transaction", required=True, readonly=True, ondelete="cascade"
    )
    review_facts = fields.Char(related="transaction_id.review_facts")
    review_advice = fields.Char(related="transaction_id.review_advice")
    company_id = fields.Many2one(related="transaction_id.company_id")
    resolution = fields.Selection(
        RESOLUTIONS, string="What was done", required=True, default="checked"
    )
    order_id = fields.Many2one(
        "pos.order",
        compute="_compute_order_id",
        store=True,
        readonly=False,
        domain="[('company_id', '=', company_id), ('amount_total', '>', 0),"
        " ('state', '!=', 'cancel')]",
        help="The order that the customer paid for with this charge.",
    )
    effect = fields.Char(compute="_compute_effect")
    is_possible = fields.Boolean(compute="_compute_effect")
    note = fields.Text(help="Who decided it, what was paid or refunded where, and why.")

    @api.depends("transaction_id", "resolution")
    def _compute_order_id(self):
        for wizard in self:
            order = wizard.transaction_id._order_of_uuid()
            if wizard.resolution == "attached" and order.state != "cancel":
                wizard.order_id = wizard.order_id or order

    @api.depends("order_id", "resolution")
    def _compute_effect(self):
        for wizard in self:
            wizard.effect, wizard.is_possible = wizard._effect()

    def _effect(self):
        if self.resolution != "attached":
            return "", True
        if not self.order_id:
            return "", False
        return self.transaction_id._attach_effect(self.order_id)

    def action_resolve(self):
        """Do what was chosen, and write down who did.

        :raise AccessError: for users who may not.
        :raise UserError: without a note, or when the charge cannot be attached.
        """
        self.ensure_one()
        transaction = self.transaction_id
        transaction._check_may_resolve()
        if transaction.review_state != "open":
            raise UserError(self.env._("Somebody else has resolved this card payment meanwhile."))
        note = (self.note or "").strip()
        if self.resolution == "attached":
            self._attach(note)
        elif not note:
            raise UserError(
                self.env._("Please write down what was done, so that others can follow it later.")
            )
        else:
            transaction.sudo()._resolve(self.resolution, note)
        return {"type": "ir.actions.act_window_close"}

    def _attach(self, note):
        if not self.order_id:
            raise UserError(self.env._("Please choose the order that the customer paid for."))
        self.order_id.check_access("write")
        self.transaction_id.sudo()._attach(self.order_id, note)
