import { animationFrame, describe, expect, test } from "@odoo/hoot";
import { mountWithCleanup } from "@web/../tests/web_test_helpers";
import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import {
    CARD,
    DECLINED,
    OPEN,
    UNKNOWN,
    dialogTitles,
    pass,
    refundableCard,
    settle,
    setupManual,
    setupRefund,
    setupWaiting,
} from "../till_env";
import { setupRefundLine } from "../refund_env";

definePosModels();

describe("the amount of a line", () => {
    test("stays while the terminal waits, and after the card was charged", async () => {
        const { server, screen, order, line } = await setupManual();
        const { amount } = line;
        line.setAmount(1);
        screen.updateSelectedPaymentline(1);
        screen.updateSelectedPaymentline(null);
        order.removePaymentline(line);
        expect(line.amount).toBe(amount);
        server.approve(line);
        await pass();
        order.selectPaymentline(line);
        line.setAmount(1);
        screen.updateSelectedPaymentline(1);
        screen.updateSelectedPaymentline(null);
        order.removePaymentline(line);
        expect(line.amount).toBe(amount);
        expect(order.payment_ids).toHaveLength(1);
    });

    test("stays in a register without cash, where other limits are looked at first", async () => {
        const { server, screen, store, line } = await setupManual();
        const { amount } = line;
        store.models["pos.payment.method"]
            .filter((method) => method.type === "cash")
            .forEach((method) => method.update({ type: "bank" }));
        screen.updateSelectedPaymentline(9999);
        await animationFrame();
        expect(line.amount).toBe(amount);
        expect(dialogTitles()).toEqual([]);
        server.answer = DECLINED;
        await pass();
    });

    test("can be changed after a failure", async () => {
        const { server, order, screen, line } = await setupManual();
        server.answer = DECLINED;
        await pass();
        order.selectPaymentline(line);
        screen.updateSelectedPaymentline(1);
        expect(line.amount).toBe(1);
    });

    test("the amount cannot be changed", async () => {
        const { screen, line } = await setupWaiting();
        const { amount } = line;
        screen.updateSelectedPaymentline(1);
        screen.updateSelectedPaymentline(null);
        await settle();
        expect(line.amount).toBe(amount);
        expect(screen.paymentLines).toHaveLength(1);
    });
});

describe("a line that pays back", () => {
    test("what is typed is paid back, never charged", async () => {
        const { store, screen, line } = await setupRefundLine(refundableCard());
        store.numberBuffer = screen.numberBuffer;
        for (const typed of ["5", "", "5"]) {
            screen.numberBuffer.set(typed);
            screen.updateSelectedPaymentline();
            expect(line.amount).toBe(typed ? -5 : -0);
            expect(line.isVivaWalletRefund()).toBe(true);
        }
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

describe("sending", () => {
    test("sends once", async () => {
        const { server, screen, line } = await setupManual();
        server.answer = DECLINED;
        await pass();
        server.answer = OPEN;
        const begun = server.count("start_sale");
        screen.sendPaymentRequest(line);
        screen.sendPaymentRequest(line);
        screen.sendPaymentRequest(line);
        await settle();
        expect(server.count("start_sale")).toBe(begun + 1);
        server.answer = DECLINED;
        await pass();
        expect(line.payment_status).toBe("retry");
    });

    test("a payment screen that is opened again does not ask a second time", async () => {
        const { server, store, order, line } = await setupWaiting();
        await mountWithCleanup(PaymentScreen, { props: { orderUuid: order.uuid } });
        await settle();
        expect(server.count("start_sale")).toBe(1);
        server.answer = DECLINED;
        await pass();
        expect(line.payment_status).toBe("retry");
        expect(store.vivaWallet.flows.byLine.size).toBe(0);
    });

    test("nobody but Viva declares it done", async () => {
        const { server, screen, line } = await setupWaiting();
        const asked = server.count("read_status");
        await screen.sendForceDone(line);
        await settle();
        expect(line.payment_status).toBe("waitingCard");
        expect(server.count("read_status")).toBe(asked + 1);
    });
});

describe("removing", () => {
    test("the line is deleted once it is certain that nothing was charged", async () => {
        const { server, screen, order, line } = await setupWaiting();
        const deleted = screen.deletePaymentLine(line.uuid);
        await settle();
        expect(server.count("abort")).toBe(1);
        expect(order.payment_ids).toHaveLength(1);
        expect(line.payment_status).toBe("waitingCancel");
        server.answer = DECLINED;
        await pass();
        await deleted;
        expect(order.payment_ids).toHaveLength(0);
    });

    test("the line is not deleted when the card had been charged", async () => {
        const { server, store, screen, order, line } = await setupWaiting();
        store.config.auto_validate_terminal_payment = false;
        const deleted = screen.deletePaymentLine(line.uuid);
        await settle();
        server.approve(line, { cancelled: true });
        await pass();
        await deleted;
        await animationFrame();
        expect(order.payment_ids).toHaveLength(1);
        expect(line.payment_status).toBe("done");
        expect(line.transaction_id).toBe(CARD.transaction_id);
        expect(dialogTitles()).toEqual(["Too late to cancel"]);
    });

    test("an unknown one cannot be deleted before somebody says what the terminal shows", async () => {
        const { server, screen, order, line } = await setupManual();
        server.answer = UNKNOWN;
        await pass();
        await screen.deletePaymentLine(line.uuid);
        await animationFrame();
        expect(dialogTitles()).toEqual(["Not known whether paid"]);
        expect(order.payment_ids).toEqual([line]);
        server.answer = DECLINED;
        await pass(15000);
    });
});
