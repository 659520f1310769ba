from odoo import api, fields, models
from odoo.tools import SQL


class VivaWalletDaily(models.Model):
    """What a terminal took on a day, to lay beside Viva's own list of that day.

    One row per day, terminal, register and currency; computed by PostgreSQL, never stored.
    """

    _name = "viva.wallet.daily"
    _description = "Viva Wallet daily totals"
    _auto = False
    _order = "day desc, terminal_id, pos_config_id"
    _rec_name = "day"

    day = fields.Date(readonly=True)
    terminal_id = fields.Char(string="Terminal ID", readonly=True)
    pos_config_id = fields.Many2one("pos.config", string="Register", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    sale_count = fields.Integer(string="Number of sales", readonly=True)
    sale_amount = fields.Monetary(string="Sales", readonly=True, help="Charged, tips included.")
    tip_amount = fields.Monetary(string="Tips", readonly=True, help="Part of the sales.")
    surcharge_amount = fields.Monetary(
        string="Card surcharges", readonly=True, help="Part of the sales."
    )
    refund_count = fields.Integer(string="Number of refunds", readonly=True)
    refund_amount = fields.Monetary(string="Refunds", readonly=True)
    net_amount = fields.Monetary(
        string="Sales less refunds", readonly=True, help="What Viva owes for that day, before fees."
    )
    booked_amount = fields.Monetary(
        string="Booked in Odoo",
        readonly=True,
        help="The payments of orders that name these charges and refunds.",
    )
    difference = fields.Monetary(
        readonly=True, help="Sales less refunds, less what is booked in Odoo."
    )
    review_count = fields.Integer(string="To review", readonly=True)

    @property
    def _table_query(self):
        """Override of the ORM: what to read instead of a table.

        The sign of a refund's amount is not documented by Viva, so it is taken from the kind. What
        Viva has reversed is not owed any more, and counts as neither.
        """
        return SQL(
            """
            WITH moved AS (
                SELECT movement.id, movement.day, movement.terminal_id, movement.pos_config_id,
                       movement.company_id, movement.currency_id, movement.review_state,
                       movement.kind <> 'sale' AS is_refund,
                       movement.state = 'approved' AS is_charged,
                       abs(movement.charged_amount) AS charged,
                       CASE WHEN movement.kind <> 'sale' THEN 0
                            ELSE movement.tip_amount END AS tip,
                       CASE WHEN movement.kind <> 'sale' THEN 0
                            ELSE movement.surcharge_amount END AS surcharge,
                       payment.amount AS booked
                  FROM viva_wallet_transaction movement
             LEFT JOIN pos_payment payment ON payment.id = movement.payment_id
                 WHERE movement.state IN ('approved', 'reversed') OR movement.review_state = 'open'
            ), totals AS (
                SELECT min(id) AS id, day, terminal_id, pos_config_id, company_id, currency_id,
                       count(*) FILTER (WHERE is_charged AND NOT is_refund) AS sale_count,
                       coalesce(sum(charged) FILTER (WHERE is_charged AND NOT is_refund), 0)
                           AS sale_amount,
                       coalesce(sum(tip) FILTER (WHERE is_charged), 0) AS tip_amount,
                       coalesce(sum(surcharge) FILTER (WHERE is_charged), 0) AS surcharge_amount,
                       count(*) FILTER (WHERE is_charged AND is_refund) AS refund_count,
                       coalesce(sum(charged) FILTER (WHERE is_charged AND is_refund), 0)
                           AS refund_amount,
                       coalesce(sum(booked), 0) AS booked_amount,
                       count(*) FILTER (WHERE review_state = 'open') AS review_count
                  FROM moved
              GROUP BY day, terminal_id, pos_config_id, company_id, currency_id
            )
            SELECT totals.*,
                   sale_amount - refund_amount AS net_amount,
                   sale_amount - refund_amount - booked_amount AS difference
              FROM totals
            """
        )

    def _domain_transactions(self):
        """Return the domain of the transactions that these totals are made of."""
        self.ensure_one()
        return [
            ("day", "=", self.day),
            ("terminal_id", "=", self.terminal_id),
            ("pos_config_id", "=", self.pos_config_id.id),
            ("currency_id", "=", self.currency_id.id),
            ("company_id", "=", self.company_id.id),
        ]

    def _transactions(self):
        """Return all that moved money, or should have, on the day of these totals."""
        domain = [
            *self._domain_transactions(),
            "|",
            ("state", "in", ("approved", "reversed")),
            ("review_state", "=", "open"),
        ]
        return self.env["viva.wallet.transaction"].search(domain, order="id")

    def _differing(self):
        """Return the transactions by which Viva's list and Odoo's payments can differ."""
        return self._transactions().filtered(lambda transaction: transaction._is_booked_otherwise())

    def action_open_transactions(self):
        """Open what these totals are made of."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pos_viva_wallet.viva_wallet_transaction_action"
        )
        return {**action, "domain": self._domain_transactions()}

    def action_open_differences(self):
        """Open the transactions that make the difference."""
        return {
            **self.action_open_transactions(),
            "domain": [("id", "in", self._differing().ids)],
        }

    @api.depends("day", "terminal_id")
    def _compute_display_name(self):
        for totals in self:
            totals.display_name = f"{totals.day} {totals.terminal_id}"
