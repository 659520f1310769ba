import { animationFrame, describe, expect, test } from "@odoo/hoot";
import { queryAll, queryText } from "@odoo/hoot-dom";
import { mountWithCleanup, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { CARD, DECLINED, OPEN, UNKNOWN, pass, settle, setupTill, setupWaiting } from "./till_env";

definePosModels();

const SESSION_ID = "11111111-1111-4111-8111-111111111111";
const PAYMENT_UUID = "22222222-2222-4222-8222-222222222222";

function dialogTitles() {
    return queryAll(".modal-title").map((title) => title.textContent);
}

/** A waiting line, in a register that leaves validating to the cashier. */
async function setupPatient() {
    const till = await setupWaiting();
    till.store.config.auto_validate_terminal_payment = false;
    return till;
}

describe("the amount of a line", () => {
    test("stays while the terminal waits, and after the card was charged", async () => {
        const { server, screen, order, line } = await setupPatient();
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
        const { server, screen, store, line } = await setupPatient();
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
        const { server, order, screen, line } = await setupPatient();
        server.answer = DECLINED;
        await pass();
        order.selectPaymentline(line);
        screen.updateSelectedPaymentline(1);
        expect(line.amount).toBe(1);
    });
});

describe("a hand that is quick", () => {
    test("sends once", async () => {
        const { server, screen, line } = await setupPatient();
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

    test("cancels once, and is told once that it was too late", async () => {
        const { server, screen, line } = await setupPatient();
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

    test("validates once", async () => {
        const { server, store, order, line } = await setupWaiting();
        server.approve(line);
        await pass();
        await Promise.all([
            store.vivaWallet.completion.validateIfPaid(order),
            store.vivaWallet.completion.validateIfPaid(order),
        ]);
        expect(order.state).toBe("paid");
    });
});

describe("what the server has of an order", () => {
    test("it gets as soon as the terminal is busy", async () => {
        const { server, order, line } = await setupPatient();
        await pass();
        expect(order.isSynced).toBe(true);
        expect(order.payment_ids).toEqual([line]);
        server.answer = DECLINED;
        await pass();
    });

    test("does not undo what Viva has said since", async () => {
        const { server, store, line } = await setupPatient();
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

    test("does not open a running payment for deletion", async () => {
        const { server, store, order, line } = await setupPatient();
        const session = line.viva_wallet_session_id;
        store.models.loadConnectedData({
            "pos.payment": [
                { ...line.raw, payment_status: "pending", viva_wallet_session_id: false },
            ],
        });
        await settle();
        expect(line.isVivaWalletInFlight()).toBe(true);
        expect(line.viva_wallet_session_id).toBe(session);
        expect(await store.deleteOrders([order])).toBe(false);
        server.answer = DECLINED;
        await pass();
    });
});

describe("a line of another device", () => {
    async function setupForeign() {
        const till = await setupTill();
        await mountWithCleanup(MainComponentsContainer);
        const { store, order, method } = till;
        const line = store.models["pos.payment"].create({
            uuid: PAYMENT_UUID,
            pos_order_id: order,
            payment_method_id: method,
            amount: order.priceIncl,
            viva_wallet_session_id: SESSION_ID,
            payment_status: "waitingCard",
        });
        await settle();
        return { ...till, line };
    }

    test("is followed, and its order is left to that device", async () => {
        const { server, order, line } = await setupForeign();
        expect(server.calls.map(({ method }) => method)).toEqual(["read_status"]);
        server.approve(line);
        await pass();
        expect(line.payment_status).toBe("done");
        expect(order.state).toBe("draft");
    });

    test("can be cancelled from here", async () => {
        const { server, line, method } = await setupForeign();
        const cancelled = method.payment_terminal.sendPaymentCancel(null, line.uuid);
        await settle();
        const { args } = server.calls.at(-1);
        expect(server.calls.at(-1).method).toBe("abort");
        expect(args[0].session_id).toBe(SESSION_ID);
        server.answer = DECLINED;
        await pass();
        expect(await cancelled).toBe(true);
        expect(line.payment_status).toBe("retry");
    });
});

describe("a line that is gone", () => {
    async function setupUnknown() {
        const till = await setupPatient();
        till.server.answer = UNKNOWN;
        await pass();
        const flows = till.store.vivaWallet.flows.byLine;
        expect(flows.size).toBe(1);
        return { ...till, flows };
    }

    async function expectEnd({ server, store, flows }) {
        await settle();
        expect(flows.size).toBe(0);
        expect(Boolean(store.paymentTerminalInProgress)).toBe(false);
        const asked = server.calls.length;
        await pass(60000);
        expect(server.calls).toHaveLength(asked);
    }

    test("because another device has deleted it is not asked about any more", async () => {
        const till = await setupUnknown();
        till.store.models["pos.payment"].deleteMany([till.line], { silent: true });
        await expectEnd(till);
    });

    test("... or its order", async () => {
        const till = await setupTill();
        const { server, store, order, method } = till;
        server.answer = UNKNOWN;
        const paying = order.addPaymentline(method).data.pay();
        await settle();
        store.data.localDeleteCascade(order);
        expect(await paying).toBe(false);
        await expectEnd({ ...till, flows: store.vivaWallet.flows.byLine });
    });

    test("... or has finished its order", async () => {
        const till = await setupUnknown();
        till.order.update({ state: "cancel" });
        await expectEnd(till);
    });

    test("is not thought to be gone while its order gets its number", async () => {
        const till = await setupPatient();
        const { server, store, order, line } = till;
        await store.syncAllOrders({ orders: [order], force: true });
        await settle();
        expect(order.isSynced).toBe(true);
        expect(store.vivaWallet.flows.byLine.size).toBe(1);
        server.answer = DECLINED;
        await pass();
        expect(line.payment_status).toBe("retry");
    });
});

describe("an order that another device has charged", () => {
    test("says what this till knows of it", async () => {
        const { server, order, line } = await setupPatient();
        const sale = server.last("start_sale");
        expect(sale.order_total).toBe(order.totalDue);
        expect(sale.order_payments).toEqual([line.uuid]);
        server.answer = DECLINED;
        await pass();
    });

    test("is not charged again; that charge is shown, and the line can be removed", async () => {
        const { server, store, screen, order, line } = await setupPatient();
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
        const { server, screen, order, line } = await setupPatient();
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

describe("the server does not answer any more", () => {
    test("a question that hangs is asked again", async () => {
        const { server, line } = await setupPatient();
        const { answer } = server;
        server.answer = new Promise(() => {});
        await pass();
        server.answer = answer;
        const asked = server.count("read_status");
        await pass(20000);
        await pass(1000);
        expect(server.count("read_status")).toBe(asked + 1);
        server.approve(line);
        await pass(5000);
        expect(line.payment_status).toBe("done");
    });
});

describe("an outcome that changes", () => {
    test("a charge that was undone is said, and can be taken again", async () => {
        const { server, store, line } = await setupPatient();
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
        const { server, store, line } = await setupPatient();
        server.answer = DECLINED;
        await pass();
        server.approve(line);
        await store.vivaWallet.notifications.onStatus(line.viva_wallet_session_id);
        expect(line.payment_status).toBe("done");
        expect(line.card_no).toBe(CARD.card_no);
    });

    test("an unknown one cannot be deleted before somebody says what the terminal shows", async () => {
        const { server, screen, order, line } = await setupPatient();
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

describe("an order that is on its way to the server", () => {
    test("keeps what is added to it meanwhile", async () => {
        const { store, order } = await setupTill();
        const [known] = order.lines;
        const { call } = store.data;
        store.data.call = async function (model, method) {
            const answer = await call.apply(this, arguments);
            if (method === "sync_from_ui") {
                store.models["pos.order.line"].create({
                    order_id: order,
                    product_id: known.product_id,
                    qty: 7,
                });
            }
            return answer;
        };
        const count = order.lines.length;
        store.vivaWallet.orderSync.save(order);
        await store.vivaWallet.orderSync.running.get(order.uuid);
        expect(order.isSynced).toBe(true);
        expect(order.lines).toHaveLength(count + 1);
        const added = order.lines.find((line) => line.qty === 7);
        expect(added.order_id?.uuid).toBe(order.uuid);
    });

    test("keeps what is changed in it meanwhile", async () => {
        const { store, order } = await setupTill();
        const cash = store.models["pos.payment.method"].find((method) => method.is_cash_count);
        const { data: other } = order.addPaymentline(cash);
        const partner = store.models["res.partner"].getFirst();
        const { call } = store.data;
        store.data.call = async function (model, method) {
            const answer = await call.apply(this, arguments);
            if (method === "sync_from_ui") {
                order.payment_ids.find((line) => line.uuid === other.uuid).setAmount(3);
                order.update({ partner_id: partner, to_invoice: true });
            }
            return answer;
        };
        other.setAmount(1);
        store.vivaWallet.orderSync.save(order);
        await store.vivaWallet.orderSync.running.get(order.uuid);
        expect(order.isSynced).toBe(true);
        expect(order.payment_ids.find((line) => line.uuid === other.uuid).amount).toBe(3);
        expect(order.partner_id.id).toBe(partner.id);
        expect(order.to_invoice).toBe(true);
        expect(order.isDirty()).toBe(true);
    });

    test("keeps what is removed from it meanwhile", async () => {
        const { store, order } = await setupTill();
        const cash = store.models["pos.payment.method"].find((method) => method.is_cash_count);
        const { data: line } = order.addPaymentline(cash);
        const { call } = store.data;
        store.data.call = async function (model, method) {
            const answer = await call.apply(this, arguments);
            if (method === "sync_from_ui") {
                order.removePaymentline(line);
            }
            return answer;
        };
        store.vivaWallet.orderSync.save(order);
        await store.vivaWallet.orderSync.running.get(order.uuid);
        expect(order.isSynced).toBe(true);
        expect(order.payment_ids).toHaveLength(0);
        expect(order.isDirty()).toBe(true);
    });

    test("is waited for on the way back to its products", async () => {
        const { server, store, order } = await setupPatient();
        patchWithCleanup(store.router, {
            navigate: (screen, { orderUuid }) => expect.step(`${screen} ${orderUuid}`),
        });
        let arrive;
        store.vivaWallet.orderSync.running.set(
            order.uuid,
            new Promise((resolve) => (arrive = resolve))
        );
        store.navigate("ProductScreen", { orderUuid: order.uuid });
        await settle();
        expect.verifySteps([]);
        arrive();
        await settle();
        expect.verifySteps([`ProductScreen ${order.uuid}`]);
        server.answer = DECLINED;
        await pass();
    });
});
