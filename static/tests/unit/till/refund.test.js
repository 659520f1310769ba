import { animationFrame, describe, expect, test } from "@odoo/hoot";
import { click, queryAll, queryText, waitFor } from "@odoo/hoot-dom";
import { ConnectionLostError } from "@web/core/network/rpc";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { CARD, DECLINED, OPEN, refundableCard, settle, setupRefund, setupScreen } from "./till_env";

definePosModels();

const STATUS = ".o_viva_wallet_refund_status";
const PICKER = ".o_viva_wallet_refund_picker";
const SECOND = { session_id: "22222222-2222-4222-8222-222222222222", card_no: "6241" };

/** The cashier has tapped the payment method. */
async function setupLine(...cards) {
    const till = await setupRefund(...cards);
    till.store.config.auto_validate_terminal_payment = false;
    const adding = till.screen.addNewPaymentLine(till.method);
    await settle();
    await animationFrame();
    return { ...till, adding, line: till.order.payment_ids[0] };
}

async function press(selector) {
    await click(`${STATUS} ${selector}`);
    await settle();
    await animationFrame();
}

describe("before anything is sent", () => {
    test("the only card is chosen, and nothing is sent before the cashier says so", async () => {
        const { server, line, order } = await setupLine(refundableCard());
        expect(line.viva_wallet_parent_session_id).toBe(refundableCard().session_id);
        expect(line.payment_status).toBe("pending");
        expect(line.amount).toBe(order.priceIncl);
        expect(line.amount).toBeLessThan(0);
        expect(queryText(STATUS)).toInclude("Pay back to Visa •••• 0133");
        expect(server.count("start_refund")).toBe(0);
        expect(server.last("list_refundable").order_uuids).toInclude(order.uuid);
    });

    test("never more than remains of the card payment", async () => {
        const { line } = await setupLine(refundableCard({ remaining: 3 }));
        expect(line.amount).toBe(-3);
    });

    test("the cashier chooses among several", async () => {
        const { line } = await setupLine(refundableCard(), refundableCard(SECOND));
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
        await setupLine(refundableCard(SECOND), refundableCard({ remaining: 0 }));
        await waitFor(PICKER);
        expect(queryAll(`${PICKER} button:disabled`)).toHaveLength(1);
        expect(queryText(`${PICKER} button:disabled`)).toInclude("0133");
    });

    test("an order paid otherwise offers nothing but an explanation", async () => {
        const { server, line } = await setupLine();
        expect(queryText(STATUS)).toInclude("No card has paid. [T]");
        expect(`${STATUS} .send_refund_request`).toHaveCount(0);
        expect(await line.pay()).toBe(false);
        expect(server.count("start_refund")).toBe(0);
    });

    test("what is typed is paid back, never charged", async () => {
        const { store, screen, line } = await setupLine(refundableCard());
        store.numberBuffer = screen.numberBuffer;
        for (const typed of ["5", "", "5"]) {
            screen.numberBuffer.set(typed);
            screen.updateSelectedPaymentline();
            expect(line.amount).toBe(typed ? -5 : -0);
            expect(line.isVivaWalletRefund()).toBe(true);
        }
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

    test("what the customer has to pay in a refund is a sale, and has to be sent", async () => {
        const { screen, order, method } = await setupRefund();
        const cash = order.addPaymentline(order.config.payment_method_ids.at(-1)).data;
        cash.setAmount(order.priceIncl - 5);
        await screen.addNewPaymentLine(method);
        await animationFrame();
        const line = order.payment_ids.at(-1);
        expect(line.amount).toBe(5);
        expect(line.payment_status).toBe("pending");
        expect(".o_viva_wallet_line_status .send_payment_request").toHaveCount(1);
    });
});

describe("a page that was loaded anew and has only the refund", () => {
    const REFUNDED = 4711;

    /** The sale is finished, so the page does not have it any more. */
    async function setupReloaded(...cards) {
        const till = await setupRefund(...cards);
        const [line] = till.order.lines;
        till.store.models.loadConnectedData({
            "pos.order.line": [
                { ...line.serializeForIndexedDB(), refunded_orderline_id: REFUNDED },
            ],
        });
        expect(line.refunded_orderline_id).toBe(undefined);
        return till;
    }

    test("tells the server what it knows, and pays back", async () => {
        const { server, screen, order, method } = await setupReloaded(refundableCard());
        await screen.addNewPaymentLine(method);
        await settle();
        const asked = server.last("list_refundable");
        expect(asked.order_uuid).toBe(order.uuid);
        expect(asked.refunded_line_ids).toEqual([REFUNDED]);
        const [line] = order.payment_ids;
        expect(line.isVivaWalletRefund()).toBe(true);
        expect(line.viva_wallet_parent_session_id).toBe(refundableCard().session_id);
    });

    test("saves it as a refund of that sale", async () => {
        const { order } = await setupReloaded();
        const saved = order.serializeForORM();
        expect(saved.is_refund).toBe(true);
        expect(saved.lines.map(([, , values]) => values.refunded_orderline_id)).toEqual([
            REFUNDED,
            false,
        ]);
    });
});

describe("the request", () => {
    test("names the card payment, and is a refund", async () => {
        const { server, line } = await setupLine(refundableCard());
        await press(".send_refund_request");
        const sent = server.last("start_refund");
        expect(sent.kind).toBe("refund");
        expect(sent.parent_session_id).toBe(refundableCard().session_id);
        expect(sent.amount).toBe(line.amount);
        expect(server.count("start_sale")).toBe(0);
        expect(queryText(STATUS)).toInclude("Paying back");
        expect(line.isVivaWalletInFlight()).toBe(true);
    });

    test("is made once, also when it is sent twice while the card is looked for", async () => {
        const { server, line } = await setupLine();
        server.refundable.cards = [refundableCard()];
        server.answer = { state: "approved", charged: line.amount, card: CARD };
        expect(await Promise.all([line.pay(), line.pay()])).toEqual([true, true]);
        expect(server.count("start_refund")).toBe(1);
    });

    test("is booked as what was paid back", async () => {
        const { server, line } = await setupLine(refundableCard());
        server.answer = { state: "approved", charged: line.amount, card: CARD };
        await press(".send_refund_request");
        expect(line.payment_status).toBe("done");
        expect(line.transaction_id).toBe(CARD.transaction_id);
        expect(queryText(STATUS)).toInclude("Paid back to the card");
    });

    test("a refusal books nothing; again, or without the card", async () => {
        const { server, line } = await setupLine(refundableCard());
        server.answer = { ...DECLINED, way: "terminal", other_way: "account" };
        await press(".send_refund_request");
        expect(line.payment_status).toBe("retry");
        expect(queryText(STATUS)).toInclude("Not paid back");
        expect(queryText(STATUS)).toInclude(DECLINED.text);
        const first = server.last("start_refund").session_id;

        server.answer = { ...OPEN, way: "account" };
        await press(".o_viva_wallet_other_way");
        expect(server.last("start_refund").way).toBe("account");
        expect(server.last("start_refund").session_id).not.toBe(first);
        expect(`${STATUS} .send_payment_cancel`).toHaveCount(0);
    });

    test("for any card only by managers, where it is allowed, after a warning", async () => {
        const { server, store, method, line } = await setupLine();
        expect(`${STATUS} .o_viva_wallet_any_card`).toHaveCount(0);
        method.viva_wallet_unreferenced_refund = true;
        store.user._role = "manager";
        line.uiState.vivaWalletRefund = { ...line.uiState.vivaWalletRefund };
        await animationFrame();
        await press(".o_viva_wallet_any_card");
        expect(queryText(".modal")).toInclude("without any link to a sale");
        await click(".modal .btn-primary");
        await settle();
        await animationFrame();
        await press(".send_refund_request");
        expect(server.last("start_refund").way).toBe("unreferenced");
        expect(server.last("start_refund").parent_session_id).toBe(false);
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
