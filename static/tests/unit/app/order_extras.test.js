import { describe, expect, test } from "@odoo/hoot";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { CARD, pass, setupScreen, setupTill } from "../till_env";

definePosModels();

function extraOf(product, amount, values = {}) {
    return {
        uuid: "0a4d0f0e-0000-5000-8000-000000000001",
        product_id: product.id,
        amount,
        kind: "tip",
        ...values,
    };
}

function untaxedProduct(store) {
    const product = store.models["product.product"].getFirst();
    product.product_tmpl_id.taxes_id = [];
    return product;
}

/** Pay the whole order; the customer adds something on the terminal. */
async function payWith(till, amount, values = {}) {
    const { server, store, order, method } = till;
    const line = order.addPaymentline(method).data;
    const asked = line.amount;
    server.answer = {
        state: "approved",
        charged: order.currency.round(asked + amount),
        card: CARD,
        extras: [extraOf(untaxedProduct(store), amount, values)],
    };
    await line.pay();
    return { line, asked };
}

describe("a tip that the customer adds on the terminal", () => {
    test("is a line of the order, and nothing is change", async () => {
        const till = await setupTill();
        const { order } = till;
        const before = order.lines.length;
        const { line, asked } = await payWith(till, 2);
        expect(line.amount).toBe(order.currency.round(asked + 2));
        expect(order.lines).toHaveLength(before + 1);
        expect(order.priceIncl).toBe(line.amount);
        expect(order.change).toBe(0);
        expect(order.isPaid()).toBe(true);
        expect(order.is_tipped).toBe(true);
        expect(order.tip_amount).toBe(2);
    });

    test("is added once, also when the outcome is learnt twice", async () => {
        const till = await setupTill();
        const { line } = await payWith(till, 2);
        const before = till.order.lines.length;
        await till.store.vivaWallet.outcome.complete(line, {
            ...till.server.answer,
            session_id: line.viva_wallet_session_id,
        });
        expect(till.order.lines).toHaveLength(before);
        expect(till.order.tip_amount).toBe(2);
    });

    test("comes to what was charged when the tip product has a tax", async () => {
        const till = await setupTill();
        const { store, order, server, method } = till;
        const taxed = store.models["product.product"].find(
            (product) =>
                product.product_tmpl_id.taxes_id.length &&
                !product.product_tmpl_id.taxes_id[0].price_include
        );
        const line = order.addPaymentline(method).data;
        server.answer = {
            state: "approved",
            charged: order.currency.round(line.amount + 2.03),
            card: CARD,
            extras: [extraOf(taxed, 2.03)],
        };
        await line.pay();
        const tip = order.lines.at(-1).prices;
        expect(tip.total_included).toBeGreaterThan(tip.total_excluded);
        expect(order.currency.round(tip.total_included)).toBe(2.03);
        expect(order.change).toBe(0);
    });

    test("without a tip product it is booked, and the cashier is told", async () => {
        const till = await setupScreen();
        const { order } = till;
        await payWith(till, 2, { kind: "surplus" });
        await pass(0);
        expect(order.change).toBe(0);
        expect(order.is_tipped).not.toBe(true);
        expect(".o_notification:contains(more than the order came to)").toHaveCount(1);
    });

    test("a card surcharge is booked, and the cashier is told what it is", async () => {
        const till = await setupScreen();
        const { order } = till;
        const { line, asked } = await payWith(till, 0.31, { kind: "surcharge" });
        await pass(0);
        expect(line.amount).toBe(order.currency.round(asked + 0.31));
        expect(order.change).toBe(0);
        expect(order.is_tipped).not.toBe(true);
        expect(".o_notification:contains(card surcharge of)").toHaveCount(1);
    });
});
