from odoo import Command, api, models
from odoo.exceptions import UserError

# What a line costs by.
PRICE_FIELDS = {"qty", "price_unit", "discount", "price_subtotal", "price_subtotal_incl"}
# What it is, which does not change.
FIXED_FIELDS = {"product_id", "tax_ids", "order_id"}
# Commands that name a line by its id, also one of another order.
NAMING_A_LINE = (Command.UPDATE, Command.LINK, Command.DELETE, Command.UNLINK)


class PosOrder(models.Model):
    """Several devices at one order: what is being charged stays together.

    A till saves what its copy says, and a device that has not heard of a card payment yet, or a page
    from before it, has an old copy. What such a copy takes away is left out; what it adds is saved,
    and stays to be paid.
    """

    _inherit = "pos.order"

    @api.model
    def _get_open_order(self, order):
        """Override of `point_of_sale`: an order under whose uuid money moves is saved as itself.

        `pos_restaurant`, which comes below this, saves a draft into the newest draft of its table
        instead, and does not call `point_of_sale`. No other module of Odoo overrides it.
        """
        found = super()._get_open_order(order)
        if not found or found.uuid == order.get("uuid"):
            return found
        own = self.search([("uuid", "=", order.get("uuid"))], limit=1)
        if not found.config_id._viva_wallet_is_used():
            return found
        ledger = self.env["viva.wallet.transaction"]
        is_known = own and own.state != "cancel"
        is_held = ledger._holding(found) or ledger._holding_uuid(order["uuid"], found.company_id)
        return own if is_known or is_held else found

    def _viva_wallet_meet_devices(self, order):
        """Keep together what is charged, here and in other orders, whatever a till's copy says.

        :param dict order: as the till sends it; is changed. Empty `self`: the server does not have it.
        """
        commands = order.get("lines") or []
        order["lines"] = self._viva_wallet_own_lines(commands)
        is_changed = len(order["lines"]) != len(commands)
        if self and self._viva_wallet_is_paid_elsewhere():
            order["lines"] = self._viva_wallet_additions(order["lines"])
            is_changed = True
        if is_changed and self:
            self._viva_wallet_reprice(order)
        elif is_changed:
            total = sum(command[2]["price_subtotal_incl"] for command in order["lines"])
            net = sum(command[2]["price_subtotal"] for command in order["lines"])
            order.update(amount_total=total, amount_tax=total - net)

    def _viva_wallet_is_paid_elsewhere(self):
        """Return whether another device than the saving one has asked for money for this order."""
        device = self.env.context.get("device_identifier") or False
        rows = self.env["viva.wallet.transaction"]._holding(self)
        return bool(rows) and all(row.device != device for row in rows)

    def _viva_wallet_own_lines(self, commands):
        """Return commands for lines, without those for lines of other orders that are charged."""
        lines = self.env["pos.order.line"]
        ids = {command[1] for command in commands if command[0] in NAMING_A_LINE}
        uuids = [command[2].get("uuid") for command in commands if command[0] == Command.CREATE]
        named = lines.search(["|", ("id", "in", list(ids)), ("uuid", "in", uuids)])
        others = named.order_id - self
        held = others.filtered(self.env["viva.wallet.transaction"]._holding)
        if not held:
            return commands
        foreign = named.filtered(lambda line: line.order_id in held)
        held._viva_wallet_tell_devices()
        foreign_uuids = set(foreign.mapped("uuid"))
        return [
            command
            for command in commands
            if command[1] not in foreign.ids
            and not (command[0] == Command.CREATE and command[2].get("uuid") in foreign_uuids)
        ]

    def _viva_wallet_tell_devices(self):
        """Have the devices read these orders anew, of which one of them has another idea."""
        for order in self.sudo():
            order.access_token = order.access_token  # what was not written is not read again
            order.config_id.notify_synchronisation(order.session_id.id, 0)

    def _viva_wallet_additions(self, commands):
        """Return what commands for lines add, and what they change that costs nothing."""
        lines = {line.id: line for line in self.lines}
        kept = []
        for command in commands:
            if command[0] == Command.UPDATE and command[1] in lines:
                is_less = self._viva_wallet_is_less(lines[command[1]], command[2])
                kept_back = FIXED_FIELDS | PRICE_FIELDS if is_less else FIXED_FIELDS
                values = {k: value for k, value in command[2].items() if k not in kept_back}
                kept.append(Command.update(command[1], values))
            elif command[0] in (Command.CREATE, Command.LINK):
                kept.append(command)
        new = [command[2] for command in kept if command[0] == Command.CREATE]
        if sum(values.get("price_subtotal_incl", 0) for values in new) < 0:
            kept = [command for command in kept if command[0] != Command.CREATE]
        return kept

    @api.model
    def _viva_wallet_is_less(self, line, values):
        """Return whether a line would cost less with these values, or give back less."""
        sign = -1 if line.qty < 0 else 1
        less = any(
            name in values and sign * (values[name] or 0) < sign * line[name]
            for name in ("qty", "price_subtotal", "price_subtotal_incl")
        )
        is_cheaper = "price_unit" in values and values["price_unit"] < line.price_unit
        return less or is_cheaper or values.get("discount", 0) > line.discount

    def _viva_wallet_reprice(self, order):
        """Save the lines, and let the order cost what the server's lines cost.

        :param dict order: as the till sends it, its lines as they may be saved; is changed.
        """
        self.write({"lines": order["lines"]})
        self._compute_prices()
        order.update(
            lines=[], amount_total=self.amount_total, amount_tax=self.amount_tax, amount_return=0
        )

    def _viva_wallet_check_complete(self):
        """Refuse to close an order that a card has paid while another device has added to it.

        :raise UserError: says how much, and what to do.
        """
        self.ensure_one()
        # To a refund nothing can be added, and tills save its lines without a sign.
        if self.is_refund or not self.env["viva.wallet.transaction"]._holding(self):
            return
        total = sum(self.lines.mapped("price_subtotal_incl"))
        missing = total - self.amount_total
        # Taxes are rounded by line in one of them, and of the whole in the other.
        tolerance = self.currency_id.rounding * (len(self.lines) + 1)
        if self.config_id.cash_rounding:
            tolerance += self.config_id.rounding_method.rounding
        if missing > tolerance:
            raise UserError(
                self.env._(
                    "Another device has added products for %(amount)s to order %(order)s. Look at "
                    "the order again, take what remains to be paid, then validate it.",
                    amount=self.currency_id.format(missing),
                    order=self.pos_reference or self.name,
                )
            )
