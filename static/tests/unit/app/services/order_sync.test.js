import { describe, expect, test } from "@odoo/hoot";
import { patchWithCleanup } from "@web/../tests/web_test_helpers";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { timing } from "@pos_viva_wallet/app/timing";
import { DECLINED, follow, pass, settle, setupManual, setupTill, swallow } from "../../till_env";

definePosModels();

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

describe("an order whose card is being charged", () => {
    test("it gets as soon as the terminal is busy", async () => {
        const { server, order, line } = await setupManual();
        await pass();
        expect(order.isSynced).toBe(true);
        expect(order.payment_ids).toEqual([line]);
        server.answer = DECLINED;
        await pass();
    });
});

describe("an order that is on its way to the server", () => {
    test("keeps what is added to it meanwhile", async () => {
        const { store, order } = await setupTill();
        const [known] = order.lines;
        const { call } = store.data;
        store.data.call = async function (model, method) {
            const answer = await call.apply(this, arguments);
            if (method === "sync_from_ui") {
                store.models["pos.order.line"].create({
                    order_id: order,
                    product_id: known.product_id,
                    qty: 7,
                });
            }
            return answer;
        };
        const count = order.lines.length;
        store.vivaWallet.orderSync.save(order);
        await store.vivaWallet.orderSync.running.get(order.uuid);
        expect(order.isSynced).toBe(true);
        expect(order.lines).toHaveLength(count + 1);
        const added = order.lines.find((line) => line.qty === 7);
        expect(added.order_id?.uuid).toBe(order.uuid);
    });

    test("keeps what is changed in it meanwhile", async () => {
        const { store, order } = await setupTill();
        const cash = store.models["pos.payment.method"].find((method) => method.is_cash_count);
        const { data: other } = order.addPaymentline(cash);
        const partner = store.models["res.partner"].getFirst();
        const { call } = store.data;
        store.data.call = async function (model, method) {
            const answer = await call.apply(this, arguments);
            if (method === "sync_from_ui") {
                order.payment_ids.find((line) => line.uuid === other.uuid).setAmount(3);
                order.update({ partner_id: partner, to_invoice: true });
            }
            return answer;
        };
        other.setAmount(1);
        store.vivaWallet.orderSync.save(order);
        await store.vivaWallet.orderSync.running.get(order.uuid);
        expect(order.isSynced).toBe(true);
        expect(order.payment_ids.find((line) => line.uuid === other.uuid).amount).toBe(3);
        expect(order.partner_id.id).toBe(partner.id);
        expect(order.to_invoice).toBe(true);
        expect(order.isDirty()).toBe(true);
    });

    test("keeps what is removed from it meanwhile", async () => {
        const { store, order } = await setupTill();
        const cash = store.models["pos.payment.method"].find((method) => method.is_cash_count);
        const { data: line } = order.addPaymentline(cash);
        const { call } = store.data;
        store.data.call = async function (model, method) {
            const answer = await call.apply(this, arguments);
            if (method === "sync_from_ui") {
                order.removePaymentline(line);
            }
            return answer;
        };
        store.vivaWallet.orderSync.save(order);
        await store.vivaWallet.orderSync.running.get(order.uuid);
        expect(order.isSynced).toBe(true);
        expect(order.payment_ids).toHaveLength(0);
        expect(order.isDirty()).toBe(true);
    });

    test("is waited for on the way back to its products", async () => {
        const { server, store, order } = await setupManual();
        patchWithCleanup(store.router, {
            navigate: (screen, { orderUuid }) => expect.step(`${screen} ${orderUuid}`),
        });
        let arrive;
        store.vivaWallet.orderSync.running.set(
            order.uuid,
            new Promise((resolve) => (arrive = resolve))
        );
        store.navigate("ProductScreen", { orderUuid: order.uuid });
        await settle();
        expect.verifySteps([]);
        arrive();
        await settle();
        expect.verifySteps([`ProductScreen ${order.uuid}`]);
        server.answer = DECLINED;
        await pass();
    });
});

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

    test("can be saved again after a while", async () => {
        const { store, order } = await setupHalfOpen();
        await pass(timing.SAVE + timing.LOAD);
        expect(store.vivaWallet.orderSync.running.size).toBe(0);
        expect(store.syncingOrders.size).toBe(0);
        expect(store.data.network.offline).toBe(false);
        expect(order.state).toBe("draft");
    });
});
