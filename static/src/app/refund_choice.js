/**
 * Which card payment a refund pays back. Without Odoo: it works on what the server lists, see
 * `list_refundable` of `viva.wallet.till`.
 */

/** @typedef {{
 *   session_id: string, method: string, card_brand: string, card_no: string, date: string,
 *   charged: number, remaining: number, obstacle: string|false,
 * }} RefundableCard */

/** @typedef {{
 *   cards: RefundableCard[], others: {method: string, amount: number}[], text: string,
 * }} Refundable */

/** Whether something of a card payment can be paid back here. */
export function isUsable(card) {
    return !card.obstacle && card.remaining > 0;
}

/**
 * Choose where there is nothing to choose.
 *
 * @param {Refundable} refundable
 * @param {boolean} isFurther whether another line of this refund has paid back before: then the
 *  cashier has seen what the order was paid with
 * @returns {RefundableCard|"ask"|null} null when nothing can be paid back to a card
 */
export function chooseCard({ cards, others }, isFurther) {
    const usable = cards.filter(isUsable);
    if (!usable.length) {
        return null;
    }
    const isOnly = cards.length + others.length === 1;
    return usable.length === 1 && (isOnly || isFurther) ? usable[0] : "ask";
}
