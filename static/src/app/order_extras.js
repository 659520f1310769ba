import { _t } from "@web/core/l10n/translation";
import { timing } from "./timing";
import { withTimeout } from "./with_timeout";

const PRICE_STEPS = [0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6, 7, -7, 8, -8, 9, -9, 10, -10];

/**
 * @typedef {{
 *   uuid: string, product_id: number, amount: number, kind: "tip"|"surcharge"|"surplus",
 * }} Extra
 */

/**
 * Add lines for what a terminal charged on top, so that nothing of it is given back as change. The
 * server does the same when the till does not come back; the uuids make them the same lines.
 *
 * @param {Object} pos the `PosStore`
 * @param {Object} order draft `pos.order`
 * @param {Extra[]} extras of a snapshot
 */
export async function addExtras(pos, order, extras) {
    const present = new Set(order.lines.map((line) => line.uuid));
    for (const extra of extras.filter(({ uuid }) => !present.has(uuid))) {
        const product = await loadProduct(pos, extra.product_id);
        const total = order.priceIncl + extra.amount;
        const line = pos.models["pos.order.line"].create({
            uuid: extra.uuid,
            order_id: order,
            product_id: product,
            qty: 1,
            price_unit: extra.amount,
            price_type: "manual",
            price_extra: 0,
            tax_ids: product.product_tmpl_id.taxes_id.map((tax) => ["link", tax]),
        });
        fitPrice(order, line, total);
        if (extra.kind === "tip") {
            order.is_tipped = true;
            order.tip_amount = (order.tip_amount || 0) + extra.amount;
        } else {
            const amount = pos.env.utils.formatCurrency(extra.amount);
            const isToldNow = () =>
                extra.kind === "surplus" || pos.selectedOrderUuid === order.uuid;
            pos.vivaWallet.notices.add(
                addedText(extra.kind, amount),
                { type: "warning" },
                isToldNow
            );
        }
    }
}

function addedText(kind, amount) {
    return kind === "surcharge"
        ? _t("The terminal added a card surcharge of %s for this kind of card.", amount)
        : _t(
              "The terminal charged %s more than the order came to. It is booked as a line of its own.",
              amount
          );
}

/**
 * With a tax on top the order must still come to what was charged. Not every total can be reached
 * then: prices near the exact one are tried, until a rounding decides rightly.
 */
function fitPrice(order, line, total) {
    const amount = line.price_unit;
    const excess = order.priceIncl - total;
    if (order.currency.isZero(excess)) {
        return;
    }
    const exact = (amount * amount) / (amount + excess);
    for (const step of PRICE_STEPS) {
        line.price_unit = exact + step / 1000;
        if (order.currency.isZero(order.priceIncl - total)) {
            return;
        }
    }
}

async function loadProduct(pos, productId) {
    const products = pos.models["product.product"];
    if (!products.get(productId)) {
        await withTimeout(
            pos.loadNewProducts([["product_variant_ids", "in", [productId]]]),
            timing.LOAD
        );
    }
    return products.get(productId);
}
