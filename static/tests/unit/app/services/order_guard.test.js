import { animationFrame, describe, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import {
    CARD,
    DECLINED,
    dialogTitles,
    pass,
    settle,
    setupManual,
    setupWaiting,
} from "../../till_env";

definePosModels();

describe("while the terminal may charge", () => {
    test("other money does not validate the order", async () => {
        const { server, store, order, line } = await setupWaiting();
        const cash = store.models["pos.payment"].create({
            pos_order_id: order,
            payment_method_id: store.models["pos.payment.method"].get(1),
        });
        cash.setAmount(order.priceIncl);
        const validation = new OrderPaymentValidation({ pos: store, orderUuid: order.uuid });
        expect(await validation.validateOrder(false)).toBe(false);
        await animationFrame();
        expect(dialogTitles()).toEqual(["Card payment still running"]);
        expect(order.state).toBe("draft");
        expect(order.payment_ids).toHaveLength(2);
        expect(line.payment_status).toBe("waitingCard");
        server.answer = DECLINED;
        await pass();
    });

    test("the order is not deleted", async () => {
        const { store, order } = await setupWaiting();
        expect(await store.deleteOrders([order])).toBe(false);
        await animationFrame();
        expect(dialogTitles()).toEqual(["This order has a card payment"]);
    });
});

describe("a refusal speaks of what was tried", () => {
    const TRIED = {
        delete: ["then delete the order", "instead of deleting it"],
        merge: ["then merge the orders", "instead of merging it"],
        transfer: ["then transfer the order", "instead of transferring it"],
        split: ["then split the order", "instead of splitting it"],
        link: ["then put the tables together", "then put the tables together"],
        unlink: ["then separate the tables", "then separate the tables"],
    };

    test("while the terminal asks, and afterwards", async () => {
        const { server, store, order, line } = await setupManual();
        const { guard } = store.vivaWallet;
        const said = async (action) => {
            expect(guard.refuses(order, action)).toBe(true);
            await animationFrame();
            const text = queryAllTexts(".modal-body").at(-1);
            store.dialog.closeAll();
            await animationFrame();
            return text;
        };
        for (const [action, [running]] of Object.entries(TRIED)) {
            expect(await said(action)).toInclude(running);
        }
        server.approve(line);
        await pass();
        for (const [action, [, charged]] of Object.entries(TRIED)) {
            const text = await said(action);
            expect(text).toInclude(charged);
            expect(text).toInclude("was charged to a card");
        }
    });
});

describe("what was paid by card and online", () => {
    async function setupTwice() {
        const till = await setupManual();
        const { server, store, order, line } = till;
        const online = store.models["pos.payment"].create({
            pos_order_id: order,
            payment_method_id: store.models["pos.payment.method"].get(3),
        });
        online.payment_method_id.update({ split_transactions: false, type: "bank" });
        // A field of `pos_online_payment`.
        Object.defineProperty(online.payment_method_id, "is_online_payment", { value: true });
        online.setAmount(order.priceIncl);
        online.setPaymentStatus("done");
        server.approve(line);
        await pass();
        await settle();
        return { ...till, online };
    }

    test("is told at once, and not given back as change", async () => {
        const { store, order } = await setupTwice();
        await animationFrame();
        expect(dialogTitles()).toEqual(["This order was paid twice"]);
        store.dialog.closeAll();
        const validation = new OrderPaymentValidation({ pos: store, orderUuid: order.uuid });
        expect(await validation.validateOrder(false)).toBe(false);
        await animationFrame();
        expect(dialogTitles()).toEqual(["This order was paid twice"]);
        expect(order.state).toBe("draft");
    });

    test("is finished once the card was paid back", async () => {
        const { store, order, line, method } = await setupTwice();
        store.dialog.closeAll();
        const back = store.models["pos.payment"].create({
            pos_order_id: order,
            payment_method_id: method,
            viva_wallet_session_id: "33333333-3333-4333-8333-333333333333",
            ...CARD,
        });
        back.update({ amount: -line.amount, payment_status: "done" });
        expect(store.vivaWallet.guard.refusesPaidTwice(order.payment_ids)).toBe(false);
    });
});
