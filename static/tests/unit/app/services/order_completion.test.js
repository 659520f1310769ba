import { animationFrame, describe, expect, test } from "@odoo/hoot";
import { queryText } from "@odoo/hoot-dom";
import { mountWithCleanup, onRpc, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { ConnectionLostError } from "@web/core/network/rpc";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import {
    CARD,
    SESSION_ID,
    dialogTitles,
    pass,
    refusal,
    settle,
    setupTill,
    setupWaiting,
} from "../../till_env";

definePosModels();

describe("an order that is paid meanwhile", () => {
    /** The server completes the line of an order that it knows, see `_bind` there. */
    async function setupDone() {
        const till = await setupTill();
        const line = till.order.addPaymentline(till.method).data;
        line.update({ viva_wallet_session_id: SESSION_ID, ...CARD });
        line.setPaymentStatus("done");
        return till;
    }

    /** The cashier is at the products of the order. */
    function watchProducts(store, order) {
        store.setOrder(order);
        store.router.state.current = "ProductScreen";
        patchWithCleanup(store.router, {
            navigate: (screen, { orderUuid }) =>
                expect.step(`${screen} of ${orderUuid === order.uuid ? "this" : "another"} order`),
        });
    }

    test("that was over before the page was loaded is finished without anybody", async () => {
        const { store, order } = await setupDone();
        await mountWithCleanup(MainComponentsContainer);
        watchProducts(store, order);
        await store.vivaWallet.recovery.recover();
        await pass();
        await animationFrame();
        expect(order.state).toBe("paid");
        expect.verifySteps(["ProductScreen of another order"]);
        expect(store.selectedOrderUuid).not.toBe(order.uuid);
        expect(queryText(".o_notification")).toInclude("was paid by card and is finished");
    });

    test("... also when only the server knew so", async () => {
        const { server, store, order, method } = await setupTill();
        await mountWithCleanup(MainComponentsContainer);
        const line = order.addPaymentline(method).data;
        line.viva_wallet_session_id = SESSION_ID;
        line.setPaymentStatus("waitingCard");
        watchProducts(store, order);
        server.approve(line);
        await store.vivaWallet.recovery.recover();
        await pass();
        await animationFrame();
        expect(order.state).toBe("paid");
        expect.verifySteps(["ProductScreen of another order"]);
        expect(queryText(".o_notification")).toInclude("was paid by card and is finished");
    });

    test("that ends after the page was loaded is finished before the cashier's eyes", async () => {
        const { server, store, order, method } = await setupTill();
        await mountWithCleanup(MainComponentsContainer);
        const line = order.addPaymentline(method).data;
        line.viva_wallet_session_id = SESSION_ID;
        line.setPaymentStatus("waitingCard");
        watchProducts(store, order);
        await store.vivaWallet.recovery.recover();
        await settle();
        server.approve(line);
        await pass();
        await animationFrame();
        expect(order.state).toBe("paid");
        expect.verifySteps(["ReceiptScreen of this order"]);
        expect(".o_notification").toHaveCount(0);
    });

    test("is validated when its payment screen opens", async () => {
        const { order } = await setupDone();
        await mountWithCleanup(PaymentScreen, { props: { orderUuid: order.uuid } });
        await pass();
        expect(order.state).toBe("paid");
    });

    test("waits for the cashier where the register does not validate by itself", async () => {
        const { store, order } = await setupDone();
        store.config.auto_validate_terminal_payment = false;
        await mountWithCleanup(PaymentScreen, { props: { orderUuid: order.uuid } });
        await pass();
        expect(order.state).toBe("draft");
    });

    test("does not take the cashier away from another screen", async () => {
        const { server, store, order, method } = await setupTill();
        await mountWithCleanup(MainComponentsContainer);
        const line = order.addPaymentline(method).data;
        line.viva_wallet_session_id = SESSION_ID;
        line.setPaymentStatus("waitingCard");
        const { current } = store.router.state;
        server.approve(line);
        store.vivaWallet.recovery.resume();
        await pass();
        await animationFrame();
        expect(line.payment_status).toBe("done");
        expect(order.state).toBe("paid");
        expect(store.router.state.current).toBe(current);
        expect(queryText(".o_notification")).toInclude("was paid by card and is finished");
    });

    test("tells a cashier at the products that more is to be paid", async () => {
        const { server, store, order, method } = await setupTill();
        await mountWithCleanup(MainComponentsContainer);
        const line = order.addPaymentline(method).data;
        line.setAmount(1);
        line.viva_wallet_session_id = SESSION_ID;
        line.setPaymentStatus("waitingCard");
        store.setOrder(order);
        store.router.state.current = "ProductScreen";
        server.approve(line);
        store.vivaWallet.recovery.resume();
        await pass();
        await animationFrame();
        expect(line.payment_status).toBe("done");
        expect(order.state).toBe("draft");
        expect(queryText(".o_notification")).toInclude("Open its payment screen");
    });
});

describe("a notice that an order waits for its cashier", () => {
    /** A part of the order was paid while the cashier was at its products. */
    async function setupTold() {
        const till = await setupTill();
        await mountWithCleanup(MainComponentsContainer);
        const { server, store, order, method } = till;
        const line = order.addPaymentline(method).data;
        line.setAmount(1);
        line.viva_wallet_session_id = SESSION_ID;
        line.setPaymentStatus("waitingCard");
        store.setOrder(order);
        store.router.state.current = "ProductScreen";
        server.approve(line);
        store.vivaWallet.recovery.resume();
        await pass();
        await animationFrame();
        expect(".o_notification").toHaveCount(1);
        return { ...till, line };
    }

    test("stays while it does, whatever else happens", async () => {
        const { store, order } = await setupTold();
        order.update({ general_customer_note: "still there" });
        store.addNewOrder();
        await settle();
        await animationFrame();
        expect(".o_notification").toHaveCount(1);
    });

    test("goes when the order is finished", async () => {
        const { order } = await setupTold();
        order.update({ state: "paid" });
        await settle();
        await animationFrame();
        expect(".o_notification").toHaveCount(0);
    });

    test("goes when the order is deleted", async () => {
        const { store, order } = await setupTold();
        store.data.localDeleteCascade(order);
        await settle();
        await animationFrame();
        expect(".o_notification").toHaveCount(0);
    });

    test("goes when its payment screen is opened", async () => {
        const { store, order } = await setupTold();
        store.router.state.current = "PaymentScreen";
        store.router.state.params = { orderUuid: order.uuid };
        await mountWithCleanup(PaymentScreen, { props: { orderUuid: order.uuid } });
        await settle();
        await animationFrame();
        expect(".o_notification").toHaveCount(0);
    });
});

describe("an order that is paid before the cashier's eyes", () => {
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

describe("an order that the server refuses", () => {
    const REASON = "Please define a receivable account. [T]";

    /** A charged order, of a register that validates by itself, and a server that refuses it. */
    async function setupRefused({ skipsReceipt = false } = {}) {
        const till = await setupTill();
        const { store, order, method } = till;
        await mountWithCleanup(MainComponentsContainer);
        const line = order.addPaymentline(method).data;
        line.update({ viva_wallet_session_id: SESSION_ID, ...CARD });
        line.setPaymentStatus("done");
        store.config.iface_print_auto = skipsReceipt;
        store.config.iface_print_skip_screen = skipsReceipt;
        patchWithCleanup(store, { printReceipt: async () => true });
        const shown = [];
        patchWithCleanup(store.router, { navigate: (screen) => shown.push(screen) });
        const saved = { tries: 0, isRefused: true };
        onRpc("pos.order", "sync_from_ui", () => {
            saved.tries += 1;
            if (saved.isRefused) {
                throw refusal("ValidationError", REASON);
            }
        });
        return { ...till, line, saved, shown };
    }

    async function open(order) {
        const screen = await mountWithCleanup(PaymentScreen, {
            props: { orderUuid: order.uuid },
        });
        await pass();
        await animationFrame();
        return screen;
    }

    function show(store, order) {
        store.setOrder(order);
        store.router.state.current = "PaymentScreen";
        store.router.state.params = { orderUuid: order.uuid };
    }

    for (const skipsReceipt of [false, true]) {
        const where = skipsReceipt ? "where the receipt screen is skipped" : "";
        test(`is tried once by itself, and told once ${where}`, async () => {
            const { store, order, saved, shown } = await setupRefused({ skipsReceipt });
            show(store, order);
            await open(order);
            await open(order);
            await store.vivaWallet.recovery.recover();
            await pass();
            expect(saved.tries).toBe(1);
            expect(order.state).toBe("draft");
            expect(shown).toEqual([]);
            expect(dialogTitles()).toHaveLength(1);
            expect(queryText(".modal-body")).toInclude(REASON);
            expect(".o_notification").toHaveCount(1);
            expect(queryText(".o_notification")).toInclude("untick Invoice");
        });

        test(`is tried when somebody validates it ${where}`, async () => {
            const { store, order, saved, shown } = await setupRefused({ skipsReceipt });
            show(store, order);
            const screen = await open(order);
            saved.isRefused = false;
            await screen.validateOrder();
            await pass();
            await animationFrame();
            expect(saved.tries).toBe(2);
            expect(order.state).toBe("paid");
            expect(shown).toEqual([skipsReceipt ? "FeedbackScreen" : "ReceiptScreen"]);
            expect(".o_notification").toHaveCount(0);
        });
    }

    test("is tried again by itself once something has changed", async () => {
        const { store, order, saved } = await setupRefused();
        show(store, order);
        order.setToInvoice(true);
        order.setPartner(store.models["res.partner"].getFirst());
        await open(order);
        expect(saved.tries).toBe(1);
        saved.isRefused = false;
        order.setToInvoice(false);
        await open(order);
        expect(saved.tries).toBe(2);
        expect(order.state).toBe("paid");
    });

    test("is told once, also when somebody validates it again as it is", async () => {
        const { store, order, saved } = await setupRefused();
        show(store, order);
        const screen = await open(order);
        await screen.validateOrder();
        await pass();
        await animationFrame();
        expect(saved.tries).toBe(2);
        expect(dialogTitles()).toHaveLength(2);
        expect(".o_notification").toHaveCount(1);
    });

    test("is not called approved besides, where its products are open", async () => {
        const { store, order, line, saved } = await setupRefused();
        store.setOrder(order);
        store.router.state.current = "ProductScreen";
        await store.vivaWallet.completion.finish(line, true);
        await animationFrame();
        expect(saved.tries).toBe(1);
        expect(".o_notification").toHaveCount(1);
        expect(queryText(".o_notification")).toInclude("does not accept the order yet");
    });

    test("is remembered over a reload", async () => {
        const { store, order } = await setupRefused();
        show(store, order);
        await open(order);
        const kept = JSON.parse(JSON.stringify(order.serializeState()));
        order.restoreState(kept);
        expect(store.vivaWallet.refusedOrders.has(order)).toBe(true);
    });

    test("in the background is told by its name, without a dialog", async () => {
        const { store, order, saved } = await setupRefused();
        order.pos_reference = "2026-77";
        store.addNewOrder();
        await store.vivaWallet.recovery.recover();
        await pass();
        await animationFrame();
        expect(saved.tries).toBe(1);
        expect(order.state).toBe("draft");
        expect(dialogTitles()).toEqual([]);
        expect(queryText(".o_notification")).toInclude("2026-77");
        expect(queryText(".o_notification")).toInclude(REASON);
        await store.vivaWallet.recovery.recover();
        await pass();
        expect(saved.tries).toBe(1);
    });

    test("after it was finished without a connection is opened again, and told", async () => {
        const { store, order, saved } = await setupRefused();
        order.state = "paid";
        await store.syncAllOrders({ orders: [order] });
        await pass();
        await animationFrame();
        expect(saved.tries).toBe(1);
        expect(order.state).toBe("draft");
        expect(queryText(".o_notification")).toInclude(REASON);
    });
});

describe("an order whose card was charged while the cashier is elsewhere", () => {
    async function setupElsewhere() {
        const till = await setupTill();
        const { store, order, method } = till;
        await mountWithCleanup(MainComponentsContainer);
        const line = order.addPaymentline(method).data;
        line.update({ viva_wallet_session_id: SESSION_ID, ...CARD });
        line.setPaymentStatus("done");
        store.addNewOrder();
        return { ...till, line };
    }

    test("is told as finished, whatever `validateOrder` of another module returns", async () => {
        const { store, order } = await setupElsewhere();
        patchWithCleanup(OrderPaymentValidation.prototype, {
            async validateOrder() {
                await super.validateOrder(...arguments);
            },
        });
        await store.vivaWallet.recovery.recover();
        await pass();
        await animationFrame();
        expect(order.state).toBe("paid");
        expect(queryText(".o_notification")).toInclude("was paid by card and is finished");
    });

    test("is not told as finished before the server has it", async () => {
        const { store, order } = await setupElsewhere();
        const lost = new ConnectionLostError("sync_from_ui");
        patchWithCleanup(store, {
            syncAllOrders: async () => {
                throw lost;
            },
        });
        expect.errors(1);
        await store.vivaWallet.recovery.recover();
        await pass();
        await animationFrame();
        expect(order.state).toBe("paid");
        expect(queryText(".o_notification")).toInclude("as soon as Odoo can be reached");
        expect(queryText(".o_notification")).not.toInclude("is finished");
        expect.verifyErrors([/ConnectionLost|Connection/]);
    });

    test("keeps the employee who asked, whoever is logged in now", async () => {
        const { store, order } = await setupElsewhere();
        const seen = [];
        order.employee_id = "asker";
        patchWithCleanup(OrderPaymentValidation.prototype, {
            async validateOrder() {
                this.order.employee_id = "another";
                await super.validateOrder(...arguments);
            },
            async finalizeValidation() {
                seen.push(this.order.employee_id);
                return super.finalizeValidation(...arguments);
            },
        });
        await store.vivaWallet.recovery.recover();
        await pass();
        expect(order.state).toBe("paid");
        expect(seen).toEqual(["asker"]);
    });
});
