/**
 * Coupons, gift cards and eWallets of an order, as far as `pos_loyalty` is installed.
 *
 * @typedef {{ points: Object<number, number>, codes: string[] }} CouponUse `points` that each card
 *  gains or loses, by id; `codes` of cards that are sold
 */

/**
 * @param {Object} order
 * @returns {CouponUse|undefined} what `pos_loyalty` has checked when the order is validated; undefined
 *  where no card is used up and none is sold
 */
export function couponUse(order) {
    const rewards = (order._get_reward_lines?.() || []).filter((line) => line.coupon_id?.id > 0);
    const changes = Object.values(order.uiState.couponPointChanges || {});
    const codes = changes
        .filter((change) => !(change.coupon_id > 0) && change.barcode && !change.giftCardId)
        .map((change) => change.barcode);
    if (!rewards.length && !codes.length) {
        return undefined;
    }
    const points = {};
    for (const change of changes.filter(({ coupon_id }) => coupon_id > 0)) {
        points[change.coupon_id] = change.points;
    }
    for (const { coupon_id, points_cost } of rewards) {
        points[coupon_id.id] = (points[coupon_id.id] || 0) - points_cost;
    }
    return { points, codes };
}

/**
 * Bring the page up to date with what the server knows of cards, as `pos_loyalty` does, and the
 * rewards of the order with them.
 *
 * @param {Object} pos the `PosStore`
 * @param {Object} order on the screen
 * @param {Object} payload of `validate_coupon_programs`
 */
export async function updateCoupons(pos, order, payload) {
    const cards = pos.models["loyalty.card"];
    for (const [id, points] of Object.entries(payload.updated_points || {})) {
        const card = cards.get(Number(id));
        if (card) {
            card.points = points;
        }
    }
    const removed = new Set(payload.removed_coupons);
    // Their rewards first: a reward without its card is more than `pos_loyalty` expects.
    for (const line of order._get_reward_lines().filter((one) => removed.has(one.coupon_id?.id))) {
        line.delete();
    }
    removed.forEach((id) => cards.get(id)?.delete());
    await pos.orderUpdateLoyaltyPrograms();
    order._updateRewardLines();
}
