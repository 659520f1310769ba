import { describe, expect, test } from "@odoo/hoot";
import { patchWithCleanup } from "@web/../tests/web_test_helpers";
import { ConnectionLostError } from "@web/core/network/rpc";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { keepPaymentLines } from "@pos_viva_wallet/app/order_calls";
import { timing } from "@pos_viva_wallet/app/timing";
import { SESSION_ID, pass, settle, setupTill, swallow } from "../till_env";

definePosModels();

describe("an order that cannot be saved", () => {
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

describe("payment lines that pos_online_payment has deleted before it validates", () => {
    const METHOD = "get_and_set_online_payments_data";

    test("stay where a terminal has to do with the order", async () => {
        const { store, order, method } = await setupTill();
        await store.syncAllOrders({ orders: [order] });
        expect(keepPaymentLines(store.models, METHOD, [order.id, 0])).toEqual([order.id, 0]);
        const line = order.addPaymentline(method).data;
        expect(keepPaymentLines(store.models, METHOD, [order.id, 0])).toEqual([order.id, 0]);
        for (const status of ["waitingCard", "done", "retry"]) {
            line.update({ viva_wallet_session_id: SESSION_ID, payment_status: status });
            expect(keepPaymentLines(store.models, METHOD, [order.id, 0])).toEqual([
                order.id,
                false,
            ]);
        }
        expect(keepPaymentLines(store.models, METHOD, [order.id, 5])).toEqual([order.id, 5]);
        expect(keepPaymentLines(store.models, "read", [order.id, 0])).toEqual([order.id, 0]);
    });
});
