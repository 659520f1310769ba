from odoo import api, models
from odoo.fields import Domain

from ...viva import masking

NAME_CHARACTERS = 64


class VivaWalletPosApi(models.AbstractModel):
    """Who is at the till, as far as the server can know it.

    With `pos_hr` employees log in at the till, all with the Odoo user who has opened it. The till
    tells who they are; the server checks that there is such an employee at this register.
    """

    _inherit = "viva.wallet.till"

    @api.model
    def _validated_cashier(self, config, cashier):
        """Return who is at the till, as values of a row.

        :param config: `pos.config` of the till.
        :param cashier: what the till says: a dict with `name`, and `employee_id` where employees
            log in; anything else where it says nothing.
        :rtype: dict
        """
        told = cashier if isinstance(cashier, dict) else {}
        employee = self._employee(config, told.get("employee_id"))
        name = employee.name if employee else told.get("name")
        return {
            "cashier_name": masking.clean_text(str(name or self.env.user.name))[:NAME_CHARACTERS],
            "cashier_employee_id": employee.id if employee else 0,
        }

    @api.model
    def _named(self, transaction, cashier):
        """Return a row, with the cashier's name for its timeline.

        :param transaction: `viva.wallet.transaction`.
        :param cashier: see `_validated_cashier`.
        """
        name = self._validated_cashier(transaction.pos_config_id, cashier)["cashier_name"]
        return transaction.with_context(viva_wallet_cashier=name)

    @api.model
    def _is_manager(self, config, cashier):
        """Tell whether a manager of this register asks: user and employee have to be one.

        That the employee has really logged in is known at the till only.

        :param config: `pos.config` of the till.
        :param cashier: see `_validated_cashier`.
        :rtype: bool
        """
        if not self.env.user.has_group("point_of_sale.group_pos_manager"):
            return False
        if not self._has_employees(config):
            return True
        told = cashier if isinstance(cashier, dict) else {}
        employee = self._employee(config, told.get("employee_id"))
        if not employee:
            return False
        [loaded] = employee._load_pos_data_read(employee, config.sudo())
        return loaded["_role"] == "manager"

    @api.model
    def _has_employees(self, config):
        """Tell whether employees log in at a register: `pos_hr` is installed, and it uses it."""
        return "advanced_employee_ids" in config._fields and config.sudo().module_pos_hr

    @api.model
    def _employee(self, config, employee_id):
        """Return the employee of a register, as superuser; None where there is none.

        :rtype: hr.employee or None
        """
        if not self._has_employees(config) or not self._is_id(employee_id):
            return None
        at_register = config.sudo()._employee_domain(self.env.uid)
        domain = Domain.AND([at_register, [("id", "=", employee_id)]])
        return self.env["hr.employee"].sudo().search(domain, limit=1) or None
