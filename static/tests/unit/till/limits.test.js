import { animationFrame, describe, expect, test } from "@odoo/hoot";
import { click, queryAll, queryText } from "@odoo/hoot-dom";
import { mountWithCleanup, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { ConnectionLostError } from "@web/core/network/rpc";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { VivaWalletMerchantCopyButton } from "@pos_viva_wallet/app/receipt/merchant_copy";
import { timing } from "@pos_viva_wallet/app/timing";
import {
    CARD,
    DECLINED,
    pass,
    refundableCard,
    settle,
    setupRefund,
    setupTill,
    setupWaiting,
} from "./till_env";

definePosModels();

const NEVER = new Promise(() => {});

/** The connection is half open: calls of these methods are taken by nobody. */
function swallow(store, ...methods) {
    const { call } = store.data.orm;
    patchWithCleanup(store.data.orm, {
        call: (model, method, ...args) =>
            methods.includes(method) ? NEVER : call.call(store.data.orm, model, method, ...args),
    });
}

/** @returns {{isDone: boolean}} */
function follow(promise) {
    const state = { isDone: false };
    promise.then((result) => Object.assign(state, { isDone: true, result }));
    return state;
}

/** A card payment that was cancelled while its order is on its way to a server that is gone. */
async function setupHalfOpen() {
    const till = await setupTill();
    const { server, store, order, method } = till;
    store.config.auto_validate_terminal_payment = false;
    swallow(store, "sync_from_ui");
    const line = order.addPaymentline(method).data;
    const paying = line.pay();
    await settle();
    expect(store.vivaWallet.orderSync.running.has(order.uuid)).toBe(true);
    server.answer = DECLINED;
    await pass();
    expect(await paying).toBe(false);
    return { ...till, line };
}

describe("an order that cannot be saved", () => {
    test("is paid in cash instead, and finished", async () => {
        const { store, order, line } = await setupHalfOpen();
        order.removePaymentline(line);
        const cash = store.models["pos.payment.method"].find((method) => method.is_cash_count);
        order.addPaymentline(cash);
        patchWithCleanup(store.router, { navigate: (screen) => expect.step(screen) });
        const validating = follow(
            new OrderPaymentValidation({ pos: store, orderUuid: order.uuid }).validateOrder(false)
        );
        await pass(timing.SHARED);
        await pass(timing.SAVE);
        expect(validating.isDone).toBe(true);
        expect(order.state).toBe("paid");
        expect(order.isSynced).toBe(false);
        expect.verifySteps(["ReceiptScreen"]);
        await pass(timing.SAVE + timing.LOAD);
        expect(store.getPendingOrder().orderToCreate).toEqual([order]);
    });

    test("can be deleted", async () => {
        const { store, order } = await setupHalfOpen();
        const deleting = follow(store.deleteOrders([order]));
        await pass(timing.SHARED);
        expect(deleting).toEqual({ isDone: true, result: true });
    });

    test("can be deleted, or it is said why not, when the server has it and does not answer", async () => {
        const { store, order } = await setupTill();
        await store.syncAllOrders({ orders: [order] });
        swallow(store, "action_pos_order_cancel");
        const deleting = store.deleteOrders([order]).catch((error) => error);
        await settle();
        await pass(timing.SAVE);
        expect(await deleting).toBeInstanceOf(ConnectionLostError);
        expect(order.state).toBe("draft");
        expect(store.getOpenOrders()).toInclude(order);
    });

    test("can be saved again after a while", async () => {
        const { store, order } = await setupHalfOpen();
        await pass(timing.SAVE + timing.LOAD);
        expect(store.vivaWallet.orderSync.running.size).toBe(0);
        expect(store.syncingOrders.size).toBe(0);
        expect(store.data.network.offline).toBe(false);
        expect(order.state).toBe("draft");
    });

    test("is not opened again by an answer that is older than its end", async () => {
        const { server, store, order, method } = await setupTill();
        store.config.auto_validate_terminal_payment = false;
        const { call } = store.data.orm;
        let answer;
        const arrived = new Promise((resolve) => (answer = resolve));
        patchWithCleanup(store.data.orm, {
            async call(model, name) {
                const result = await call.apply(store.data.orm, arguments);
                if (name === "sync_from_ui") {
                    await arrived;
                }
                return result;
            },
        });
        const line = order.addPaymentline(method).data;
        const paying = line.pay();
        await settle();
        server.approve(line);
        await pass();
        await paying;
        order.update({ state: "paid" });
        answer();
        await settle();
        expect(order.state).toBe("paid");
    });
});

describe("Odoo takes a question and never answers", () => {
    test("which card has paid: said, and can be asked again", async () => {
        const till = await setupRefund();
        till.server.answer = NEVER;
        const adding = follow(till.screen.addNewPaymentLine(till.method));
        await settle();
        await pass(timing.LOOK_UP);
        await animationFrame();
        expect(adding.isDone).toBe(true);
        expect(queryText(".o_viva_wallet_refund_status")).toInclude("could not be asked");
    });

    test("what is known of the open orders: the running ones are followed all the same", async () => {
        const { server, store, order, method } = await setupTill();
        const line = order.addPaymentline(method).data;
        line.update({ viva_wallet_session_id: "11111111-1111-4111-8111-111111111111" });
        line.setPaymentStatus("waitingCard");
        await settle();
        const flow = store.vivaWallet.flows.byLine.get(line.uuid);
        expect(flow.isForeign).toBe(true);
        server.silent = ["read_orders"];
        store.vivaWallet.recovery.recover();
        await pass(timing.QUESTION);
        expect(flow.isForeign).toBe(false);
        server.answer = DECLINED;
        await pass();
    });

    test("the product of what was charged on top: the cashier is told", async () => {
        const till = await setupWaiting();
        const { server, store, line } = till;
        store.config.auto_validate_terminal_payment = false;
        patchWithCleanup(store, { loadNewProducts: () => NEVER });
        const extra = { uuid: "extra", product_id: 987654, amount: 1, is_tip: true };
        server.approve(line, { charged: line.amount + 1, extras: [extra] });
        await pass();
        await pass(timing.LOAD);
        await animationFrame();
        expect(line.payment_status).toBe("done");
        expect(queryAll(".modal-title").map((title) => title.textContent)).toEqual([
            "The terminal charged more than the order",
        ]);
    });

    test("what is on review: what is known stays", async () => {
        const { server, store } = await setupTill();
        server.answer = NEVER;
        const loading = follow(store.vivaWallet.reviews.load());
        await pass(timing.QUESTION);
        expect(loading.isDone).toBe(true);
    });

    test("while the page is loaded: what was running is followed", async () => {
        const { server, store, order, method } = await setupTill();
        const line = order.addPaymentline(method).data;
        line.update({ viva_wallet_session_id: "11111111-1111-4111-8111-111111111111" });
        line.setPaymentStatus("waitingCard");
        await settle();
        const flow = store.vivaWallet.flows.byLine.get(line.uuid);
        patchWithCleanup(store.deviceSync, { readDataFromServer: () => NEVER });
        store.afterProcessServerData();
        await pass(timing.LOAD);
        expect(flow.isForeign).toBe(false);
        server.answer = DECLINED;
        await pass();
    });
});

test("a printer that does not answer is named", async () => {
    const { store, order, method } = await setupTill();
    const line = order.addPaymentline(method).data;
    line.update(CARD);
    line.setPaymentStatus("done");
    patchWithCleanup(store.printer, { print: () => NEVER });
    patchWithCleanup(store.notification, { add: (message) => expect.step(message) });
    await mountWithCleanup(VivaWalletMerchantCopyButton, { props: { order } });
    await click(".o_viva_wallet_print_merchant_copy");
    await pass(timing.PRINT);
    expect.verifySteps([
        "The printer does not answer. Check it, then print the merchant copy again.",
    ]);
});

test("a refund whose card is looked for can be sent when the server answers again", async () => {
    const { server, order, method } = await setupRefund();
    const { answer } = server;
    server.answer = NEVER;
    const line = order.addPaymentline(method).data;
    const paying = follow(line.pay());
    await settle();
    await pass(timing.LOOK_UP);
    expect(paying).toEqual({ isDone: true, result: false });
    server.answer = answer;
    server.refundable.cards = [refundableCard()];
    line.pay();
    await settle();
    expect(server.count("start_refund")).toBe(1);
    server.answer = DECLINED;
    await pass();
});
