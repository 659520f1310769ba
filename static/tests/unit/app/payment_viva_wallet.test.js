import { describe, expect, test } from "@odoo/hoot";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { getFilledOrder, setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { PaymentVivaWallet } from "@pos_viva_wallet/app/payment_viva_wallet";

definePosModels();

const CARD = {
    transaction_id: "5f4b5f55-5c54-4b5f-8a0e-000000000001",
    card_brand: "Visa",
    card_no: "0133",
    payment_method_authcode: "086253",
    payment_ref_no: "570683020069",
    payment_method_payment_mode: "contactless",
};

/** A server that answers each call with what the test has prepared. */
class Server {
    constructor() {
        this.calls = [];
        this.answer = new Promise((resolve) => (this.respond = resolve));
    }

    rpc() {
        const answer = (name) => async (sale) => {
            this.calls.push(name);
            const values = await this.answer;
            return { session_id: sale?.session_id || sale, card: false, ...values };
        };
        return { start: answer("start"), status: answer("status"), abort: answer("abort") };
    }
}

async function setup() {
    const store = await setupPosEnv();
    const order = await getFilledOrder(store);
    const method = store.models["pos.payment.method"].get(2);
    method.use_payment_terminal = "viva_wallet";
    method.payment_terminal = new PaymentVivaWallet(store, method);
    const server = new Server();
    store.vivaWallet.rpc = server.rpc();
    const line = order.addPaymentline(method).data;
    return { store, order, line, server, terminal: method.payment_terminal };
}

describe("the line takes over what the server says", () => {
    test("approved", async () => {
        const { line, server } = await setup();
        const paying = line.pay();
        server.respond({ state: "approved", charged: line.amount, card: CARD });
        expect(await paying).toBe(true);
        expect(line.payment_status).toBe("done");
        expect(line.transaction_id).toBe(CARD.transaction_id);
        expect(line.card_brand).toBe("Visa");
        expect(line.card_no).toBe("0133");
        expect(line.payment_method_authcode).toBe("086253");
        expect(server.calls).toEqual(["start"]);
    });

    test("another amount than asked for is booked as charged", async () => {
        const { line, server } = await setup();
        const charged = line.amount + 1;
        const paying = line.pay();
        server.respond({ state: "approved", charged, card: CARD });
        await paying;
        expect(line.amount).toBe(charged);
    });

    test("failed", async () => {
        const { line, server } = await setup();
        const paying = line.pay();
        server.respond({ state: "failed", text: "The card was declined. [1006]" });
        expect(await paying).toBe(false);
        expect(line.payment_status).toBe("retry");
        expect(line.uiState.vivaWallet.text).toBe("The card was declined. [1006]");
    });
});

describe("nothing is asked of the terminal", () => {
    test("for an amount below zero", async () => {
        const { line, server } = await setup();
        line.amount = -5;
        expect(await line.pay()).toBe(false);
        expect(server.calls).toEqual([]);
    });

    test("without a connection to the server", async () => {
        const { store, line, server } = await setup();
        store.data.network.offline = true;
        expect(await line.pay()).toBe(false);
        store.data.network.offline = false;
        expect(server.calls).toEqual([]);
    });

    test("twice for one line, however often it is sent", async () => {
        const { line, server, terminal } = await setup();
        const first = line.pay();
        while (!server.calls.length) {
            await Promise.resolve();
        }
        const second = terminal.sendPaymentRequest(line.uuid);
        server.respond({ state: "approved", charged: line.amount, card: CARD });
        expect(await first).toBe(true);
        expect(await second).toBe(true);
        expect(server.calls).toEqual(["start"]);
    });

    test("twice for one line, also when it is sent twice at the same moment", async () => {
        const { line, server, terminal } = await setup();
        const both = [line.pay(), terminal.sendPaymentRequest(line.uuid)];
        server.respond({ state: "approved", charged: line.amount, card: CARD });
        expect(await Promise.all(both)).toEqual([true, true]);
        expect(server.calls).toEqual(["start"]);
    });
});

describe("while the terminal may charge", () => {
    test("the order is neither validated nor deleted", async () => {
        const { store, order, line, server } = await setup();
        const paying = line.pay();
        while (!server.calls.length) {
            await Promise.resolve();
        }
        expect(line.isVivaWalletInFlight()).toBe(true);
        const validation = new OrderPaymentValidation({ pos: store, orderUuid: order.uuid });
        expect(await validation.isOrderValid(true)).toBe(false);
        expect(await store.deleteOrders([order])).toBe(false);
        server.respond({ state: "failed", text: "" });
        await paying;
        expect(line.isVivaWalletInFlight()).toBe(false);
    });

    test("a charged line keeps its order from being deleted", async () => {
        const { store, order, line, server } = await setup();
        const paying = line.pay();
        server.respond({ state: "approved", charged: line.amount, card: CARD });
        await paying;
        expect(await store.deleteOrders([order])).toBe(false);
    });
});

test("a tip after payment is not offered", async () => {
    const { terminal } = await setup();
    expect(terminal.canBeAdjusted()).toBe(false);
});
