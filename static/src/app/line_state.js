/** What the state of a payment line means for what may be done with it. */

const IN_FLIGHT = ["waiting", "waitingCard", "waitingCancel"];

/** @returns {boolean} whether the line is one of a Viva terminal */
export function isVivaWallet(line) {
    return line.payment_method_id?.use_payment_terminal === "viva_wallet";
}

/** @returns {boolean} whether money may be moving for this line at this moment */
export function isInFlight(line) {
    return (
        isVivaWallet(line) &&
        Boolean(line.viva_wallet_session_id) &&
        (IN_FLIGHT.includes(line.payment_status) ||
            Boolean(line.payment_method_id.payment_terminal?.isFollowing(line)))
    );
}

/** @returns {boolean} whether the line was charged, or paid back */
export function isCharged(line) {
    return (
        isVivaWallet(line) && Boolean(line.viva_wallet_session_id) && line.payment_status === "done"
    );
}

/** @returns {boolean} whether the amount is fixed, because it is being charged or was charged */
export function isLocked(line) {
    return isInFlight(line) || isCharged(line);
}

/** @returns {boolean} whether Viva has said what became of a request of the line */
export function hasOutcome(line) {
    const isDenied = isVivaWallet(line) && line.payment_status === "retry";
    return isCharged(line) || (isDenied && Boolean(line.viva_wallet_session_id));
}

/** @returns {boolean} whether the line pays money back, also while its amount is being typed */
export function isRefund(line) {
    return (
        isVivaWallet(line) &&
        (line.amount < 0 ||
            Boolean(line.uiState.vivaWalletRefund) ||
            (line.amount === 0 && line.pos_order_id?.isRefund))
    );
}

/** @returns {boolean} whether it is known what the line pays back, and to which card */
export function isRefundReady(line) {
    return Boolean(
        line.viva_wallet_parent_session_id || line.uiState.vivaWalletRefund?.isUnreferenced
    );
}

/** @returns {boolean} whether the charge can be paid back in its open order, and was not yet */
export function canBeUndone(line) {
    const order = line.pos_order_id;
    return (
        isVivaWallet(line) &&
        line.amount > 0 &&
        line.payment_status === "done" &&
        Boolean(line.transaction_id && line.viva_wallet_session_id) &&
        !order.finalized &&
        !order.electronicPaymentInProgress() &&
        !order.payment_ids.some(
            (other) => other.viva_wallet_parent_session_id === line.viva_wallet_session_id
        )
    );
}
