import { animationFrame, describe, expect, test } from "@odoo/hoot";
import { click, queryAll, queryText, waitFor } from "@odoo/hoot-dom";
import { ConnectionLostError } from "@web/core/network/rpc";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { timing } from "@pos_viva_wallet/app/timing";
import {
    CARD,
    NEVER,
    follow,
    pass,
    refundableCard,
    settle,
    setupRefund,
    setupScreen,
} from "../../till_env";
import { PICKER, SECOND, STATUS, press, setupRefundLine } from "../../refund_env";

definePosModels();

describe("before anything is sent", () => {
    test("the only card is chosen, and nothing is sent before the cashier says so", async () => {
        const { server, line, order } = await setupRefundLine(refundableCard());
        expect(line.viva_wallet_parent_session_id).toBe(refundableCard().session_id);
        expect(line.payment_status).toBe("pending");
        expect(line.amount).toBe(order.priceIncl);
        expect(line.amount).toBeLessThan(0);
        expect(queryText(STATUS)).toInclude("Pay back to Visa •••• 0133");
        expect(server.count("start_refund")).toBe(0);
        expect(server.last("list_refundable").order_uuids).toInclude(order.uuid);
    });

    test("never more than remains of the card payment", async () => {
        const { line } = await setupRefundLine(refundableCard({ remaining: 3 }));
        expect(line.amount).toBe(-3);
    });

    test("the cashier chooses among several", async () => {
        const { line } = await setupRefundLine(refundableCard(), refundableCard(SECOND));
        await waitFor(PICKER);
        expect(queryText(PICKER)).toInclude("•••• 0133");
        expect(line.viva_wallet_parent_session_id).toBe(undefined);
        await click(`${PICKER} button:contains(6241)`);
        await settle();
        await animationFrame();
        expect(line.viva_wallet_parent_session_id).toBe(SECOND.session_id);
        expect(queryText(STATUS)).toInclude("•••• 6241");
        await press(".o_viva_wallet_choose_card");
        await click(`${PICKER} button:contains(0133)`);
        await settle();
        expect(line.viva_wallet_parent_session_id).toBe(refundableCard().session_id);
    });

    test("a card of which nothing remains cannot be chosen", async () => {
        await setupRefundLine(refundableCard(SECOND), refundableCard({ remaining: 0 }));
        await waitFor(PICKER);
        expect(queryAll(`${PICKER} button:disabled`)).toHaveLength(1);
        expect(queryText(`${PICKER} button:disabled`)).toInclude("0133");
    });

    test("an order paid otherwise offers nothing but an explanation", async () => {
        const { server, line } = await setupRefundLine();
        expect(queryText(STATUS)).toInclude("No card has paid. [T]");
        expect(`${STATUS} .send_refund_request`).toHaveCount(0);
        expect(await line.pay()).toBe(false);
        expect(server.count("start_refund")).toBe(0);
    });

    test("the server cannot be asked", async () => {
        const till = await setupRefund();
        till.server.answer = new ConnectionLostError("/web/dataset/call_kw");
        await till.screen.addNewPaymentLine(till.method);
        await settle();
        await animationFrame();
        expect(queryText(STATUS)).toInclude("could not be asked");
    });

    test("a line that is deleted while its card is looked for", async () => {
        const { server, screen, order, method } = await setupRefund();
        let answer;
        server.answer = new Promise((resolve) => (answer = resolve));
        const adding = screen.addNewPaymentLine(method);
        await settle();
        const [line] = order.payment_ids;
        const paying = line.pay();
        order.removePaymentline(line);
        answer({ cards: [refundableCard()], others: [], text: "" });
        expect(await adding).toBe(true);
        expect(await paying).toBe(false);
        expect(server.count("start_refund")).toBe(0);
    });

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
});

describe("an order that is still open", () => {
    async function setupPaid() {
        const till = await setupScreen();
        till.store.config.auto_validate_terminal_payment = false;
        await till.screen.addNewPaymentLine(till.method);
        await settle();
        const line = till.order.payment_ids[0];
        till.server.approve(line);
        await till.store.vivaWallet.flows.wake(line);
        await settle();
        await animationFrame();
        return { ...till, line };
    }

    test("its card payment is paid back by a line of its own", async () => {
        const { server, store, order, line } = await setupPaid();
        expect(await store.deleteOrders([order])).toBe(false);
        await animationFrame();
        await click(".modal .btn-primary");
        await animationFrame();
        await click(".send_payment_reversal");
        await animationFrame();
        server.answer = { state: "approved", charged: -line.amount, card: CARD };
        await click(".modal .btn-primary");
        await settle();
        await animationFrame();
        const [charge, refund] = order.payment_ids;
        expect(charge.payment_status).toBe("done");
        expect(refund.payment_status).toBe("done");
        expect(refund.amount).toBe(-charge.amount);
        expect(server.last("start_refund").parent_session_id).toBe(charge.viva_wallet_session_id);
        expect(charge.canVivaWalletBeUndone()).toBe(false);
        expect(store.vivaWallet.guard.movedMoney(order)).toBe(undefined);
    });

    test("nothing is paid back when the cashier thinks better of it", async () => {
        const { server, order } = await setupPaid();
        await click(".send_payment_reversal");
        await animationFrame();
        await click(".modal .btn-secondary");
        await settle();
        expect(order.payment_ids).toHaveLength(1);
        expect(server.count("start_refund")).toBe(0);
    });
});
