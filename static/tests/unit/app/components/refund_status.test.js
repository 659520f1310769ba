import { animationFrame, describe, expect, test } from "@odoo/hoot";
import { click, queryText } from "@odoo/hoot-dom";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { timing } from "@pos_viva_wallet/app/timing";
import {
    CARD,
    DECLINED,
    NEVER,
    OPEN,
    actAsUser,
    follow,
    pass,
    refundableCard,
    settle,
    setupRefund,
} from "../../till_env";
import { STATUS, press, setupRefundLine } from "../../refund_env";

definePosModels();

describe("the request", () => {
    test("names the card payment, and is a refund", async () => {
        const { server, line } = await setupRefundLine(refundableCard());
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
        const { server, line } = await setupRefundLine();
        server.refundable.cards = [refundableCard()];
        server.answer = { state: "approved", charged: line.amount, card: CARD };
        expect(await Promise.all([line.pay(), line.pay()])).toEqual([true, true]);
        expect(server.count("start_refund")).toBe(1);
    });

    test("is booked as what was paid back", async () => {
        const { server, line } = await setupRefundLine(refundableCard());
        server.answer = { state: "approved", charged: line.amount, card: CARD };
        await press(".send_refund_request");
        expect(line.payment_status).toBe("done");
        expect(line.transaction_id).toBe(CARD.transaction_id);
        expect(queryText(STATUS)).toInclude("Paid back to the card");
    });

    test("a refusal books nothing; again, or without the card", async () => {
        const { server, line } = await setupRefundLine(refundableCard());
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
        const { server, store, method, line } = await setupRefundLine();
        expect(`${STATUS} .o_viva_wallet_any_card`).toHaveCount(0);
        method.viva_wallet_unreferenced_refund = true;
        actAsUser(store, "manager");
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
});
