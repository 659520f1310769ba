import { animationFrame, describe, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { DECLINED, pass, settle, setupScreen, setupWaiting } from "../../till_env";

definePosModels();

async function notices() {
    await settle();
    await animationFrame();
    return queryAllTexts(".o_notification_content");
}

test("an order that changes while its terminal waits is told, with both amounts", async () => {
    const { order, line, store } = await setupWaiting();
    expect(await notices()).toEqual([]);
    order.lines[0].setUnitPrice(1);
    const [text, ...others] = await notices();
    expect(others).toEqual([]);
    // As the page shows it: with an ordinary space.
    const formatCurrency = (amount) =>
        store.env.utils.formatCurrency(amount).replaceAll("\u00a0", " ");
    expect(text).toInclude(`comes to ${formatCurrency(order.totalDue)} now`);
    expect(text).toInclude(`asks for ${formatCurrency(line.amount)}`);
    // ... by what it comes to at last.
    order.lines[0].setUnitPrice(2);
    expect(await notices()).toHaveLength(1);
    expect((await notices())[0]).toInclude(`comes to ${formatCurrency(order.totalDue)} now`);
});

test("it is not told when the order comes to the same again, or the payment is over", async () => {
    const { order, line, server } = await setupWaiting();
    const price = order.lines[0].price_unit;
    order.lines[0].setUnitPrice(1);
    expect(await notices()).toHaveLength(1);
    order.lines[0].setUnitPrice(price);
    expect(await notices()).toEqual([]);
    order.lines[0].setUnitPrice(1);
    expect(await notices()).toHaveLength(1);
    server.approve(line);
    await pass();
    expect((await notices()).filter((text) => text.includes("still asks"))).toEqual([]);
});

test("what does not change the total is not told", async () => {
    const { order, store } = await setupWaiting();
    order.lines[0].setNote("no onions");
    order.setPartner(store.models["res.partner"].get(3));
    expect(await notices()).toEqual([]);
});

describe("after a payment that was not made", () => {
    async function fail(till) {
        till.server.answer = DECLINED;
        await pass();
        expect(till.line.payment_status).toBe("retry");
    }

    test("the next one is for what the order comes to now", async () => {
        const till = await setupWaiting();
        till.order.lines[0].setUnitPrice(1);
        await fail(till);
        expect(till.line.amount).toBe(till.order.totalDue);
        expect(till.order.remainingDue).toBe(till.order.totalDue);
    });

    test("an amount that was not the whole rest stays", async () => {
        const till = await setupScreen();
        const line = till.order.addPaymentline(till.method).data;
        line.setAmount(3);
        till.screen.sendPaymentRequest(line);
        await settle();
        till.order.lines[0].setUnitPrice(1);
        await fail({ ...till, line });
        expect(line.amount).toBe(3);
    });

    test("an order that has not changed keeps its amount", async () => {
        const till = await setupWaiting();
        const { amount } = till.line;
        await fail(till);
        expect(till.line.amount).toBe(amount);
    });
});
