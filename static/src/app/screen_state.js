/** Screens that are about the selected order. */
const SCREENS_OF_ORDER = ["ProductScreen", "TicketScreen"];

/**
 * @param {Object} pos the `PosStore`
 * @param {Object} [order]
 * @returns {boolean} whether the payment screen of this order is open
 */
export function isPaymentScreenOf(pos, order) {
    const { current, params } = pos.router.state;
    return current === "PaymentScreen" && params.orderUuid === order?.uuid;
}

/**
 * @param {Object} pos the `PosStore`
 * @param {Object} order
 * @returns {boolean} whether the open screen is about this order
 */
export function isOnScreen(pos, order) {
    return (
        isPaymentScreenOf(pos, order) ||
        (SCREENS_OF_ORDER.includes(pos.router.state.current) &&
            pos.selectedOrderUuid === order.uuid)
    );
}
