/** Who is at the till. With `pos_hr` employees log in there, all with the Odoo user who has opened it. */

/**
 * @param {Object} pos the `PosStore`
 * @returns {{name: string, employee_id: number|false}} nobody on the screen where employees log in
 */
export function cashierOf(pos) {
    const cashier = pos.getCashier();
    return { name: cashier?.name || "", employee_id: isEmployee(cashier) && cashier.id };
}

/**
 * @param {Object} pos the `PosStore`
 * @returns {boolean} whether a manager is at the till, in a session of a manager: the server knows the
 *  employee from the till only, so it asks for both
 */
export function isManager(pos) {
    return pos.getCashier()?._role === "manager" && pos.user.raw.role === "manager";
}

/**
 * Whoever asks for a payment is the one who sells: put the employee onto the order, as `pos_hr` does
 * with who adds a product or validates. The order is saved with it while the terminal is busy.
 *
 * @param {Object} pos the `PosStore`
 * @param {Object} order
 */
export function takeOrder(pos, order) {
    const cashier = pos.getCashier();
    if (isEmployee(cashier) && order.employee_id !== cashier) {
        order.employee_id = cashier;
    }
}

function isEmployee(cashier) {
    return cashier?.model?.name === "hr.employee";
}
