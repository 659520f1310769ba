import { describe, expect, test } from "@odoo/hoot";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { CustomerDisplayPosAdapter } from "@point_of_sale/app/customer_display/customer_display_adapter";
import { customerText } from "@pos_viva_wallet/app/customer_display/customer_texts";
import {
    CARD,
    DECLINED,
    OPEN,
    SILENT,
    UNKNOWN,
    pass,
    refundableCard,
    settle,
    setupManual,
    setupTill,
} from "../../till_env";
import { press, setupRefundLine } from "../../refund_env";

definePosModels();

/** What the till sends to the display. */
function shown(order) {
    const adapter = new CustomerDisplayPosAdapter();
    adapter.formatOrderData(order);
    return adapter.data.vivaWalletPayment;
}

/** The display is public: no card, no reason, no id. */
function expectNoSecrets(order) {
    const adapter = new CustomerDisplayPosAdapter();
    adapter.formatOrderData(order);
    const told = JSON.stringify(adapter.data);
    for (const secret of [...Object.values(CARD), DECLINED.text, UNKNOWN.text]) {
        expect(told.includes(secret)).toBe(false);
    }
}

describe("a sale", () => {
    test("tells nothing before anything is sent", async () => {
        const { order, method } = await setupTill();
        expect(shown(order)).toBe(null);
        order.addPaymentline(method);
        expect(shown(order)).toBe(null);
    });

    test("asks for the card, with the amount, once Viva has the request", async () => {
        const { server, order, line } = await setupManual();
        expect(shown(order).stage).toBe("present");
        expect(shown(order).amount).toInclude("17.85");
        expect(customerText(shown(order))).toInclude("tap");
        server.answer = { ...OPEN, accepted: false };
        await pass();
        expect(shown(order).stage).toBe("starting");
        server.approve(line);
        await pass();
        expect(shown(order).stage).toBe("done");
        expectNoSecrets(order);
    });

    test("says that nothing was charged, and not why", async () => {
        const { server, order } = await setupManual();
        server.answer = DECLINED;
        await pass();
        expect(shown(order).stage).toBe("notDone");
        expect(customerText(shown(order))).not.toInclude("declined");
        expectNoSecrets(order);
    });

    test("never says so while it is not certain", async () => {
        const { server, order } = await setupManual();
        for (const answer of [SILENT, UNKNOWN]) {
            server.answer = answer;
            await pass(3000);
            expect(shown(order).stage).toBe("checking");
        }
        server.answer = { ...DECLINED, uncertain: true };
        await pass(5000);
        expect(shown(order).stage).toBe("checking");
        expectNoSecrets(order);
    });

    test("does not ask for a card while it is being cancelled", async () => {
        const { store, order, line } = await setupManual();
        store.vivaWallet.flows.cancel(line);
        await settle();
        expect(shown(order).stage).toBe("cancelling");
    });

    test("tells what was added on the terminal", async () => {
        const { server, order, line } = await setupManual();
        server.approve(line, {
            charged: line.amount + 2,
            extras: [{ uuid: "e", product_id: 5, amount: 2, is_tip: true }],
        });
        await pass();
        expect(shown(order).added).toInclude("2.00");
        expect(shown(order).amount).toInclude("19.85");
    });

    test("that was declined is no matter once its line is removed", async () => {
        const { server, store, order, line } = await setupManual();
        server.answer = DECLINED;
        await pass();
        expect(shown(order).stage).toBe("notDone");
        order.removePaymentline(line);
        order.addPaymentline(store.models["pos.payment.method"].find((one) => one.is_cash_count));
        expect(shown(order)).toBe(null);
    });

    test("goes on being told when the order is finished", async () => {
        const { server, order, line } = await setupManual();
        server.approve(line);
        await pass();
        order.state = "paid";
        expect(shown(order).stage).toBe("done");
    });
});

test("a refund is told as one", async () => {
    const { server, order, line } = await setupRefundLine(refundableCard());
    server.answer = { ...OPEN, way: "terminal" };
    await press(".send_refund_request");
    expect(shown(order)).toMatchObject({ stage: "present", isRefund: true });
    expect(customerText(shown(order))).toInclude("paid back");
    server.answer = { state: "approved", charged: line.amount, card: CARD };
    await pass();
    expect(shown(order).stage).toBe("done");
    expect(customerText(shown(order))).toInclude("was paid back");
});
