import { animationFrame, describe, expect, test } from "@odoo/hoot";
import { queryText } from "@odoo/hoot-dom";
import { mountWithCleanup, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { timing } from "@pos_viva_wallet/app/timing";
import {
    CARD,
    DECLINED,
    NEVER,
    PAYMENT_UUID,
    SESSION_ID,
    pass,
    settle,
    setupManual,
    setupScreen,
    setupTill,
} from "../../till_env";

definePosModels();

describe("a page that has lost its lines", () => {
    async function recover(values) {
        const till = await setupTill();
        await mountWithCleanup(MainComponentsContainer);
        const { server, store, order, method } = till;
        server.payments = [
            {
                session_id: SESSION_ID,
                payment_uuid: PAYMENT_UUID,
                payment_method_id: method.id,
                order_uuid: order.uuid,
                amount: order.priceIncl,
                state: "sent",
                statement: false,
                ...values,
            },
        ];
        await store.vivaWallet.recovery.recover();
        await settle();
        return till;
    }

    test("finds them again and follows them", async () => {
        const { server, order, store } = await recover();
        const [line] = order.payment_ids;
        expect(line.uuid).toBe(PAYMENT_UUID);
        expect(line.viva_wallet_session_id).toBe(SESSION_ID);
        expect(line.payment_status).toBe("waitingCard");
        await store.vivaWallet.recovery.recover();
        await settle();
        expect(order.payment_ids).toHaveLength(1);
        server.approve(line);
        await pass();
        expect(order.state).toBe("paid");
    });

    test("leaves alone what the cashier has decided, and what is not of this till", async () => {
        const { order } = await recover({ state: "unknown", statement: "not_paid" });
        expect(order.payment_ids).toHaveLength(0);
    });

    test("does not mind a server that does not answer", async () => {
        const { server, store, order } = await recover({ order_uuid: PAYMENT_UUID });
        server.answer = new Error("gone");
        await store.vivaWallet.recovery.recover();
        expect(order.payment_ids).toHaveLength(0);
    });
});

describe("a page that was reloaded", () => {
    test("a page that was loaded anew takes the payment up again", async () => {
        const { server, store, order, method, screen } = await setupScreen();
        store.config.auto_validate_terminal_payment = false;
        const line = order.addPaymentline(method).data;
        line.viva_wallet_session_id = SESSION_ID;
        line.setPaymentStatus("waitingCard");
        store.vivaWallet.recovery.resume();
        store.vivaWallet.recovery.resume(order);
        await settle();
        expect(server.count("start_sale")).toBe(0);
        expect(server.calls[0].args).toEqual([[line.viva_wallet_session_id]]);
        server.approve(line);
        await pass(300);
        expect(line.payment_status).toBe("done");
        expect(line.card_no).toBe(CARD.card_no);
        expect(screen.currentOrder.isPaid()).toBe(true);
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

describe("an order that another device has charged", () => {
    test("says what this till knows of it", async () => {
        const { server, order, line } = await setupManual();
        const sale = server.last("start_sale");
        expect(sale.order_total).toBe(order.totalDue);
        expect(sale.order_payments).toEqual([line.uuid]);
        server.answer = DECLINED;
        await pass();
    });

    test("is not charged again; that charge is shown, and the line can be removed", async () => {
        const { server, store, screen, order, line } = await setupManual();
        patchWithCleanup(store.deviceSync, {
            readDataFromServer: async () => expect.step("read from server"),
        });
        server.answer = DECLINED;
        await pass();
        server.payments = [
            {
                session_id: SESSION_ID,
                payment_uuid: PAYMENT_UUID,
                payment_method_id: line.payment_method_id.id,
                order_uuid: order.uuid,
                amount: 1,
                state: "approved",
                statement: false,
            },
        ];
        server.answers.start_sale = {
            state: "failed",
            refused: true,
            reason: "order_paid",
            text: "It has been charged already. [P]",
        };
        server.answer = { state: "not_recorded" };
        server.sessions[SESSION_ID] = { state: "approved", charged: 1, card: CARD };
        screen.sendPaymentRequest(line);
        await pass();
        await animationFrame();
        expect.verifySteps(["read from server"]);
        expect(line.payment_status).toBe("retry");
        const other = order.getPaymentlineByUuid(PAYMENT_UUID);
        expect(other.payment_status).toBe("done");
        expect(other.amount).toBe(1);
        expect(other.transaction_id).toBe(CARD.transaction_id);
        await screen.deletePaymentLine(line.uuid);
        expect(order.payment_ids).toEqual([other]);
    });

    test("... nor while it is not known whether an earlier request has charged it", async () => {
        const { server, screen, order, line } = await setupManual();
        server.answer = DECLINED;
        await pass();
        const text = "Viva has not said yet. [S]";
        server.answer = { state: "failed", refused: true, reason: "unsettled", text };
        await screen.sendPaymentRequest(line);
        await animationFrame();
        expect(line.payment_status).toBe("retry");
        expect(queryText(".o_viva_wallet_line_status")).toInclude(text);
        expect(order.payment_ids).toEqual([line]);
    });
});

test("what was not sent before the page was reloaded can be sent", async () => {
    const { store, order, method } = await setupTill();
    const line = order.addPaymentline(method).data;
    line.setPaymentStatus("waiting");
    store.vivaWallet.recovery.releaseUnsent();
    expect(line.payment_status).toBe("pending");
    // ... but not what may have been sent.
    line.update({ viva_wallet_session_id: SESSION_ID, payment_status: "waiting" });
    store.vivaWallet.recovery.releaseUnsent();
    expect(line.payment_status).toBe("waiting");
});
