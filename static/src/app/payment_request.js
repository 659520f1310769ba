/**
 * What the till asks the server for: the argument of `start_sale` and `start_refund`, made from a
 * payment line. No Odoo imports.
 */

/**
 * @param {Object} line payment line that has a session
 * @param {number} posSessionId
 * @param {Object} asker
 * @param {{name: string, employee_id: number|false}} asker.cashier who is at the till
 * @param {string} asker.device as which this page saves its orders
 * @returns {Object} argument of `start_sale`, or of `start_refund` where the line pays back
 */
export function paymentRequest(line, posSessionId, { cashier, device }) {
    const order = line.pos_order_id;
    return {
        session_id: line.viva_wallet_session_id,
        payment_method_id: line.payment_method_id.id,
        pos_session_id: posSessionId,
        cashier,
        amount: line.amount,
        tip: tipOf(line),
        order_uuid: order.uuid,
        order_name: orderName(order),
        order_total: order.totalDue,
        order_payments: order.payment_ids.map((payment) => payment.uuid),
        to_invoice: Boolean(order.isToInvoice()),
        partner_id: order.getPartner()?.id || false,
        payment_uuid: line.uuid,
        device,
        ...(line.isVivaWalletRefund() && refundValues(line)),
    };
}

/**
 * @param {Object} order
 * @returns {string} the name by which a cashier knows the order
 */
export function orderName(order) {
    return order.pos_reference || order.tracking_number || "";
}

/**
 * @param {Object} line payment line
 * @returns {number} the tip that the cashier had entered, where the line pays the whole order
 */
export function tipOf(line) {
    const order = line.pos_order_id;
    const isWhole = order.currency.isZero(line.amount - order.totalDue);
    const tips = order.lines.filter((orderLine) => orderLine.isTipLine());
    const tip = tips.reduce((sum, tipLine) => sum + tipLine.prices.total_included, 0);
    return isWhole && tip > 0 ? order.currency.round(tip) : 0;
}

function refundValues(line) {
    const parent = line.viva_wallet_parent_session_id;
    return {
        kind: "refund",
        parent_session_id: parent || false,
        // A line that was sent without a sale can only have gone to any card.
        way: parent ? line.uiState.vivaWalletRefund?.way || false : "unreferenced",
    };
}
