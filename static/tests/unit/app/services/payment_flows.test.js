import { describe, expect, test } from "@odoo/hoot";
import { mountWithCleanup } from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import {
    DECLINED,
    PAYMENT_UUID,
    SESSION_ID,
    UNKNOWN,
    pass,
    settle,
    setupManual,
    setupTill,
    setupWaiting,
} from "../../till_env";

definePosModels();

describe("a line of another device", () => {
    async function setupForeign() {
        const till = await setupTill();
        await mountWithCleanup(MainComponentsContainer);
        const { store, order, method } = till;
        const line = store.models["pos.payment"].create({
            uuid: PAYMENT_UUID,
            pos_order_id: order,
            payment_method_id: method,
            amount: order.priceIncl,
            viva_wallet_session_id: SESSION_ID,
            payment_status: "waitingCard",
        });
        await settle();
        return { ...till, line };
    }

    test("is followed, and its order is left to that device", async () => {
        const { server, order, line } = await setupForeign();
        expect(server.calls.map(({ method }) => method)).toEqual(["read_status"]);
        server.approve(line);
        await pass();
        expect(line.payment_status).toBe("done");
        expect(order.state).toBe("draft");
    });

    test("can be cancelled from here", async () => {
        const { server, line, method } = await setupForeign();
        const cancelled = method.payment_terminal.sendPaymentCancel(null, line.uuid);
        await settle();
        const { args } = server.calls.at(-1);
        expect(server.calls.at(-1).method).toBe("abort");
        expect(args[0].session_id).toBe(SESSION_ID);
        server.answer = DECLINED;
        await pass();
        expect(await cancelled).toBe(true);
        expect(line.payment_status).toBe("retry");
    });
});

describe("a line that is gone", () => {
    async function setupUnknown() {
        const till = await setupManual();
        till.server.answer = UNKNOWN;
        await pass();
        const flows = till.store.vivaWallet.flows.byLine;
        expect(flows.size).toBe(1);
        return { ...till, flows };
    }

    async function expectEnd({ server, store, flows }) {
        await settle();
        expect(flows.size).toBe(0);
        expect(Boolean(store.paymentTerminalInProgress)).toBe(false);
        const asked = server.calls.length;
        await pass(60000);
        expect(server.calls).toHaveLength(asked);
    }

    test("because another device has deleted it is not asked about any more", async () => {
        const till = await setupUnknown();
        till.store.models["pos.payment"].deleteMany([till.line], { silent: true });
        await expectEnd(till);
    });

    test("... or its order", async () => {
        const till = await setupTill();
        const { server, store, order, method } = till;
        server.answer = UNKNOWN;
        const paying = order.addPaymentline(method).data.pay();
        await settle();
        store.data.localDeleteCascade(order);
        expect(await paying).toBe(false);
        await expectEnd({ ...till, flows: store.vivaWallet.flows.byLine });
    });

    test("... or has finished its order", async () => {
        const till = await setupUnknown();
        till.order.update({ state: "cancel" });
        await expectEnd(till);
    });

    test("is not thought to be gone while its order gets its number", async () => {
        const till = await setupManual();
        const { server, store, order, line } = till;
        await store.syncAllOrders({ orders: [order], force: true });
        await settle();
        expect(order.isSynced).toBe(true);
        expect(store.vivaWallet.flows.byLine.size).toBe(1);
        server.answer = DECLINED;
        await pass();
        expect(line.payment_status).toBe("retry");
    });
});

describe("a record that the server replaces", () => {
    test("does not open a running payment for deletion", async () => {
        const { server, store, order, line } = await setupManual();
        const session = line.viva_wallet_session_id;
        store.models.loadConnectedData({
            "pos.payment": [
                { ...line.raw, payment_status: "pending", viva_wallet_session_id: false },
            ],
        });
        await settle();
        expect(line.isVivaWalletInFlight()).toBe(true);
        expect(line.viva_wallet_session_id).toBe(session);
        expect(await store.deleteOrders([order])).toBe(false);
        server.answer = DECLINED;
        await pass();
    });

    test("what the line shows survives an update of its record", async () => {
        const { server, store, line } = await setupWaiting();
        const session = line.viva_wallet_session_id;
        const shown = { ...line.uiState.vivaWallet };
        expect(shown.phase).toBe("waiting");
        await store.syncAllOrders({ orders: [line.pos_order_id] });
        await settle();
        expect(line.viva_wallet_session_id).toBe(session);
        expect({ ...line.uiState.vivaWallet }).toEqual(shown);
        expect(line.isVivaWalletInFlight()).toBe(true);
        server.answer = DECLINED;
        await pass();
        expect(line.payment_status).toBe("retry");
    });
});

describe("the server does not answer any more", () => {
    test("a question that hangs is asked again", async () => {
        const { server, line } = await setupManual();
        const { answer } = server;
        server.answer = new Promise(() => {});
        await pass();
        server.answer = answer;
        const asked = server.count("read_status");
        await pass(20000);
        await pass(1000);
        expect(server.count("read_status")).toBe(asked + 1);
        server.approve(line);
        await pass(5000);
        expect(line.payment_status).toBe("done");
    });
});
