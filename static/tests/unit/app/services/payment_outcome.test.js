import { animationFrame, describe, expect, test } from "@odoo/hoot";
import { queryAll, queryText } from "@odoo/hoot-dom";
import { patchWithCleanup } from "@web/../tests/web_test_helpers";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { timing } from "@pos_viva_wallet/app/timing";
import {
    CARD,
    DECLINED,
    NEVER,
    dialogTitles,
    pass,
    settle,
    setupManual,
    setupWaiting,
} from "../../till_env";

definePosModels();

const LINE = ".o_viva_wallet_line_status";

describe("an outcome that changes", () => {
    test("a charge that was undone is said, and can be taken again", async () => {
        const { server, store, line } = await setupManual();
        server.approve(line);
        await pass();
        expect(line.payment_status).toBe("done");
        server.answer = { state: "reversed", text: "Viva has undone this payment." };
        await store.vivaWallet.notifications.onStatus(line.viva_wallet_session_id);
        await animationFrame();
        expect(line.payment_status).toBe("retry");
        expect(line.transaction_id).toBe(false);
        expect(dialogTitles()).toEqual(["The card payment was undone"]);
        expect(queryText(".o_viva_wallet_line_status")).toInclude("has undone");
    });

    test("a failure that was a charge after all", async () => {
        const { server, store, line } = await setupManual();
        server.answer = DECLINED;
        await pass();
        server.approve(line);
        await store.vivaWallet.notifications.onStatus(line.viva_wallet_session_id);
        expect(line.payment_status).toBe("done");
        expect(line.card_no).toBe(CARD.card_no);
    });

    test("a page that was loaded anew says why a payment failed", async () => {
        const { server, store, line } = await setupWaiting();
        server.answer = DECLINED;
        await pass();
        line.uiState.vivaWallet = null;
        await animationFrame();
        expect(queryText(LINE)).not.toInclude("Nothing was charged");
        store.vivaWallet.recovery.resume();
        await settle();
        await animationFrame();
        expect(queryText(LINE)).toInclude(DECLINED.text);
        expect(line.payment_status).toBe("retry");
    });
});

describe("a charge", () => {
    test("does not undo what Viva has said since", async () => {
        const { server, store, line } = await setupManual();
        server.approve(line, { charged: line.amount + 1 });
        const charged = line.amount + 1;
        await pass();
        expect(line.payment_status).toBe("done");
        store.models.loadConnectedData({
            "pos.payment": [
                {
                    ...line.raw,
                    amount: charged - 1,
                    payment_status: "waiting",
                    viva_wallet_session_id: false,
                    transaction_id: false,
                },
            ],
        });
        await settle();
        expect(line.payment_status).toBe("done");
        expect(line.amount).toBe(charged);
        expect(line.transaction_id).toBe(CARD.transaction_id);
    });

    test("cancels once, and is told once that it was too late", async () => {
        const { server, screen, line } = await setupManual();
        for (let count = 0; count < 3; count++) {
            screen.sendPaymentCancel(line);
        }
        await settle();
        expect(server.count("abort")).toBe(1);
        server.approve(line, { cancelled: true });
        await pass();
        await animationFrame();
        expect(line.payment_status).toBe("done");
        expect(dialogTitles()).toEqual(["Too late to cancel"]);
    });

    test("less than was asked for: the rest remains due, and the cashier is told", async () => {
        const { server, store, line, order } = await setupWaiting();
        const asked = line.amount;
        server.approve(line, { charged: asked - 1 });
        await pass();
        await animationFrame();
        expect(line.payment_status).toBe("done");
        expect(order.isPaid()).toBe(false);
        expect(order.finalized).toBe(false);
        expect(order.currency.round(order.remainingDue)).toBe(1);
        expect(".o_notification:contains(remains to be paid)").toHaveCount(1);
        await store.vivaWallet.outcome.complete(line, { card: CARD, charged: asked - 1 });
        await animationFrame();
        expect(".o_notification:contains(remains to be paid)").toHaveCount(1);
    });

    test("the product of what was charged on top: the cashier is told", async () => {
        const till = await setupWaiting();
        const { server, store, line } = till;
        store.config.auto_validate_terminal_payment = false;
        patchWithCleanup(store, { loadNewProducts: () => NEVER });
        const extra = { uuid: "extra", product_id: 987654, amount: 1, kind: "tip" };
        server.approve(line, { charged: line.amount + 1, extras: [extra] });
        await pass();
        await pass(timing.LOAD);
        await animationFrame();
        expect(line.payment_status).toBe("done");
        expect(queryAll(".modal-title").map((title) => title.textContent)).toEqual([
            "The terminal charged more than the order",
        ]);
    });
});
