import { animationFrame, describe, expect, test } from "@odoo/hoot";
import { click } from "@odoo/hoot-dom";
import { mountWithCleanup } from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { CARD, DECLINED, SESSION_ID, pass, settle, setupTill, setupWaiting } from "../../till_env";

definePosModels();

const LINE = ".o_viva_wallet_line_status";

/** What the bus does with a message, once for each time it was connected. */
function notify(store, sessionId) {
    const { method } = store.data.channels.find(({ channel }) => channel === "VIVA_WALLET_STATUS");
    method({ session_id: sessionId });
}

describe("news from elsewhere", () => {
    test("a notification that is handled many times asks once, and once more", async () => {
        const { server, store, line } = await setupWaiting();
        const asked = server.count("read_status");
        for (let count = 0; count < 5; count++) {
            notify(store, line.viva_wallet_session_id);
        }
        await pass(1);
        expect(server.count("read_status")).toBe(asked + 2);
        store.config.auto_validate_terminal_payment = false;
        server.approve(line);
        notify(store, line.viva_wallet_session_id);
        notify(store, line.viva_wallet_session_id);
        await pass(300);
        expect(line.payment_status).toBe("done");
    });

    test("an approval that is told needs no question", async () => {
        const { server, store, line } = await setupWaiting();
        store.config.auto_validate_terminal_payment = false;
        server.approve(line);
        const asked = server.calls.length;
        store.vivaWallet.notifications.onApproved(server.snapshot(line.viva_wallet_session_id));
        store.vivaWallet.notifications.onStatus(line.viva_wallet_session_id, "approved");
        await settle();
        expect(line.payment_status).toBe("done");
        expect(line.card_no).toBe(server.snapshot(line.viva_wallet_session_id).card.card_no);
        expect(server.calls.length).toBe(asked);
    });

    test("an approval that is told of a payment that had failed counts", async () => {
        const { server, store, line } = await setupWaiting();
        store.config.auto_validate_terminal_payment = false;
        server.answer = DECLINED;
        await pass();
        expect(line.payment_status).toBe("retry");
        server.approve(line);
        const asked = server.calls.length;
        store.vivaWallet.notifications.onApproved(server.snapshot(line.viva_wallet_session_id));
        await settle();
        expect(line.payment_status).toBe("done");
        expect(line.card_no).toBe(CARD.card_no);
        expect(server.calls).toHaveLength(asked);
    });

    test("... also when the server says so in answer to the retry", async () => {
        const { server, store, line } = await setupWaiting();
        store.config.auto_validate_terminal_payment = false;
        const first = line.viva_wallet_session_id;
        server.answer = DECLINED;
        await pass();
        await animationFrame();
        server.approve(line, { session_id: first });
        await click(`${LINE} .send_payment_request`);
        await settle();
        expect(server.count("start_sale")).toBe(2);
        expect(line.viva_wallet_session_id).toBe(first);
        expect(line.payment_status).toBe("done");
        expect(line.transaction_id).toBe(CARD.transaction_id);
    });

    test("... also after a retry that the server did not take", async () => {
        const { server, store, line } = await setupWaiting();
        store.config.auto_validate_terminal_payment = false;
        const first = line.viva_wallet_session_id;
        server.answer = DECLINED;
        await pass();
        await animationFrame();
        server.answer = { ...DECLINED, refused: true, reason: "unsettled" };
        await click(`${LINE} .send_payment_request`);
        await settle();
        expect(line.viva_wallet_session_id).not.toBe(first);
        server.approve(line);
        notify(store, first);
        await settle();
        expect(server.calls.at(-1).args).toEqual([[first]]);
        expect(line.payment_status).toBe("done");
        expect(line.viva_wallet_session_id).toBe(first);
    });

    test("... and a refund that had failed, too", async () => {
        const { server, store, order, method } = await setupTill();
        await mountWithCleanup(MainComponentsContainer);
        const line = order.addPaymentline(method).data;
        line.update({ amount: -5, viva_wallet_session_id: SESSION_ID });
        line.setPaymentStatus("retry");
        server.approve(line);
        notify(store, SESSION_ID);
        await settle();
        expect(line.payment_status).toBe("done");
    });

    test("a notification about a payment of nobody here does nothing", async () => {
        const { server, store } = await setupWaiting();
        const asked = server.calls.length;
        notify(store, "somebody else's");
        await settle();
        expect(server.calls).toHaveLength(asked);
    });
});
