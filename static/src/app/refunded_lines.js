/**
 * The sold lines that a refund refers to. A page that was reloaded has the refund, but not the finished
 * sale: of the refunded lines only the ids are left then, in the raw values of the lines.
 */

/**
 * @param {Object} order
 * @returns {number[]} ids of the lines, known to the server, that this order pays back
 */
export function refundedLineIds(order) {
    return order.lines
        .map((line) => line.raw.refunded_orderline_id)
        .filter((id) => typeof id === "number");
}

/**
 * @param {Object} line payment line
 * @returns {string[]} uuids of the orders that it may pay back: those of the refunded lines, as far as
 *  the page has them, and its own
 */
export function refundedOrderUuids(line) {
    const order = line.pos_order_id;
    const refunded = order.lines.map((line) => line.refunded_orderline_id?.order_id?.uuid);
    return [...new Set([order.uuid, ...refunded])].filter(Boolean);
}

/**
 * Put the ids of the refunded lines into what is sent to the server, which would otherwise be told
 * that the order pays back nothing.
 *
 * @param {Object} data result of `serializeForORM`
 * @param {Map<string, number>} idsByLine see `refundedIdsByLine`
 * @returns {Object} the same data
 */
export function addRefundedLineIds(data, idsByLine) {
    for (const [, , values] of data.lines || []) {
        const id = values?.uuid && idsByLine.get(values.uuid);
        if (typeof id === "number") {
            values.refunded_orderline_id = id;
        }
    }
    return data;
}

/**
 * @param {Object} order
 * @returns {Map<string, number>} id of the refunded line, by uuid of the line of this order
 */
export function refundedIdsByLine(order) {
    return new Map(order.lines.map((line) => [line.uuid, line.raw.refunded_orderline_id]));
}
