import { animationFrame, describe, expect, test } from "@odoo/hoot";
import { click, queryAll, queryOne, queryText } from "@odoo/hoot-dom";
import { mountWithCleanup, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { ConnectionLostError } from "@web/core/network/rpc";
import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import {
    CARD,
    DECLINED,
    OPEN,
    SILENT,
    TERMINAL,
    UNKNOWN,
    pass,
    refusal,
    settle,
    setupScreen,
    setupTill,
    setupWaiting,
} from "./till_env";

definePosModels();

const SESSION_ID = "11111111-1111-4111-8111-111111111111";
const LINE = ".o_viva_wallet_line_status";

/** What the bus does with a message, once for each time it was connected. */
function notify(store, sessionId) {
    const { method } = store.data.channels.find(({ channel }) => channel === "VIVA_WALLET_STATUS");
    method({ session_id: sessionId });
}

function dialogTitles() {
    return queryAll(".modal-title").map((title) => title.textContent);
}

describe("what the cashier sees", () => {
    test("waiting, then paid, with the card on the line", async () => {
        const { server, store, line } = await setupWaiting();
        store.config.auto_validate_terminal_payment = false;
        await animationFrame();
        expect(queryOne(LINE)).toHaveAttribute("data-status", "waitingCard");
        expect(queryText(LINE)).toInclude(TERMINAL);
        server.approve(line);
        await pass();
        await animationFrame();
        expect(queryOne(LINE)).toHaveAttribute("data-status", "done");
        expect(queryText(LINE)).toInclude("Visa •••• 0133");
        for (const [name, value] of Object.entries(CARD)) {
            expect(line[name]).toBe(value);
        }
        expect(store.paymentTerminalInProgress).toBe(false);
    });

    test("declined, and a retry goes out under a new id", async () => {
        const { server, store, line } = await setupWaiting();
        const first = line.viva_wallet_session_id;
        server.answer = DECLINED;
        await pass();
        await animationFrame();
        expect(queryOne(LINE)).toHaveAttribute("data-status", "retry");
        expect(queryText(LINE)).toInclude(DECLINED.text);
        expect(store.paymentTerminalInProgress).toBe(false);
        server.answer = OPEN;
        await click(`${LINE} .send_payment_request`);
        await settle();
        await animationFrame();
        expect(queryOne(LINE)).toHaveAttribute("data-status", "waitingCard");
        expect(server.count("start_sale")).toBe(2);
        expect(line.viva_wallet_session_id).not.toBe(first);
    });

    test("what is not certain is not said", async () => {
        const { server } = await setupWaiting();
        server.answer = { ...DECLINED, text: "Look at the terminal.", uncertain: true };
        await pass();
        await animationFrame();
        expect(queryText(`${LINE} strong`)).toBe("Not certain whether paid");
        expect(queryText(LINE)).not.toInclude("Nothing was charged");
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

    test("an unknown outcome offers three ways on, and a statement ends it", async () => {
        const { server, line } = await setupWaiting();
        server.answer = UNKNOWN;
        await pass();
        await animationFrame();
        expect(queryText(LINE)).toInclude(UNKNOWN.text);
        expect(`${LINE} .send_payment_cancel`).toHaveCount(0);
        expect(`${LINE} .o_viva_wallet_shows_paid`).toHaveCount(1);
        const asked = server.count("read_status");
        await click(`${LINE} .o_viva_wallet_check_again`);
        await settle();
        expect(server.count("read_status")).toBe(asked + 1);
        server.answer = { ...UNKNOWN, statement: "not_paid" };
        await click(`${LINE} .o_viva_wallet_shows_not_paid`);
        await settle();
        expect(server.calls.at(-1).args).toEqual([line.viva_wallet_session_id, false]);
        expect(line.payment_status).toBe("retry");
    });

    test("no connection is said, and nothing is given up", async () => {
        const { server, store, line } = await setupWaiting();
        store.config.auto_validate_terminal_payment = false;
        server.answer = new ConnectionLostError("/web/dataset/call_kw");
        await pass();
        await animationFrame();
        expect(queryText(LINE)).toInclude("No connection to Odoo");
        expect(line.payment_status).toBe("waitingCard");
        server.approve(line);
        await pass();
        expect(line.payment_status).toBe("done");
    });

    test("a right that is missing ends the request before it was sent", async () => {
        const { server, screen, order, method } = await setupScreen();
        server.answer = refusal("AccessError", "Only users of the Point of Sale can do that.");
        await screen.addNewPaymentLine(method);
        await settle();
        await animationFrame();
        expect(order.payment_ids[0].payment_status).toBe("retry");
        expect(queryText(LINE)).toInclude("Only users of the Point of Sale can do that.");
        await pass(60000);
        expect(server.count("start_sale")).toBe(1);
    });

    test("a right that goes missing after the request may have got through ends nothing", async () => {
        const { server, store, screen, order, method } = await setupScreen();
        store.config.auto_validate_terminal_payment = false;
        server.answer = new ConnectionLostError("/web/dataset/call_kw");
        await screen.addNewPaymentLine(method);
        await settle();
        server.answer = refusal("AccessError", "Only users of the Point of Sale can do that.");
        await pass();
        await animationFrame();
        const [line] = order.payment_ids;
        expect(server.count("start_sale")).toBe(2);
        expect(line.isVivaWalletInFlight()).toBe(true);
        expect(queryText(LINE)).toInclude("Only users of the Point of Sale can do that.");
        expect(queryText(LINE)).toInclude("Not known whether paid");
        expect(queryText(LINE)).toInclude("An earlier request may have got through");
        expect(`${LINE} .send_payment_request`).toHaveCount(0);
        server.approve(line);
        await pass();
        expect(line.payment_status).toBe("done");
    });

    test("a server that does not take a repeated request ends nothing", async () => {
        const { server, screen, order, method } = await setupScreen();
        server.answer = new ConnectionLostError("/web/dataset/call_kw");
        await screen.addNewPaymentLine(method);
        await settle();
        const [line] = order.payment_ids;
        server.answer = { state: "failed", refused: true, text: "The register is closed. [R]" };
        await pass();
        await animationFrame();
        expect(line.isVivaWalletInFlight()).toBe(true);
        expect(queryText(LINE)).toInclude("The register is closed. [R]");
        server.answer = DECLINED;
        await pass();
        expect(line.payment_status).toBe("retry");
    });

    test("Viva is silent: said, with what can be done, until it speaks again", async () => {
        const { server, line } = await setupWaiting();
        server.answer = SILENT;
        await pass();
        await animationFrame();
        expect(queryText(LINE)).toInclude("Viva does not answer");
        expect(queryText(LINE)).toInclude(`Look at terminal ${TERMINAL}`);
        expect(`${LINE} .send_payment_cancel`).toHaveCount(1);
        expect(`${LINE} .o_viva_wallet_shows_not_paid`).toHaveCount(1);
        const asked = server.count("read_status");
        await click(`${LINE} .o_viva_wallet_check_again`);
        await settle();
        expect(server.count("read_status")).toBe(asked + 1);
        server.answer = OPEN;
        await pass();
        await animationFrame();
        expect(queryText(LINE)).toInclude("Waiting for card");
        expect(`${LINE} .o_viva_wallet_check_again`).toHaveCount(0);
        server.answer = SILENT;
        await pass();
        await animationFrame();
        server.answer = { ...UNKNOWN, statement: "not_paid" };
        await click(`${LINE} .o_viva_wallet_shows_not_paid`);
        await settle();
        expect(server.calls.at(-1).method).toBe("state_outcome");
        expect(line.payment_status).toBe("retry");
    });

    test("Viva is silent while cancelling: a statement ends it", async () => {
        const { server, store, screen, line } = await setupWaiting();
        store.config.auto_validate_terminal_payment = false;
        await animationFrame();
        server.answer = SILENT;
        await click(`${LINE} .send_payment_cancel`);
        await settle();
        await animationFrame();
        expect(queryText(LINE)).toInclude("not confirmed that the terminal has stopped");
        screen.deletePaymentLine(line.uuid);
        await animationFrame();
        expect(dialogTitles()).toEqual(["Not known whether paid"]);
        await click(".modal .btn-primary");
        await animationFrame();
        server.answer = { ...UNKNOWN, statement: "paid" };
        await click(`${LINE} .o_viva_wallet_shows_paid`);
        await settle();
        expect(server.calls.at(-1).args).toEqual([line.viva_wallet_session_id, true]);
        expect(line.payment_status).toBe("done");
    });

    test("Odoo is silent: said, and nothing can be stated that nobody would record", async () => {
        const { server, store, line } = await setupWaiting();
        store.config.auto_validate_terminal_payment = false;
        server.answer = SILENT;
        await pass();
        server.answer = new Promise(() => {});
        await pass();
        await pass(20000);
        await animationFrame();
        expect(queryText(LINE)).toInclude("Odoo does not answer");
        expect(`${LINE} .o_viva_wallet_shows_paid`).toHaveCount(0);
        server.approve(line);
        await click(`${LINE} .o_viva_wallet_check_again`);
        await settle();
        expect(line.payment_status).toBe("done");
    });

    test("an error of the server is no outcome: the request is repeated under its id", async () => {
        const { server, screen, order, method, store } = await setupScreen();
        server.answer = refusal("UserError", "Something is broken.");
        await screen.addNewPaymentLine(method);
        await settle();
        const line = order.payment_ids[0];
        expect(line.payment_status).toBe("waiting");
        server.answer = DECLINED;
        await pass();
        expect(line.payment_status).toBe("retry");
        const ids = server.calls.map(({ args }) => args[0].session_id);
        expect(ids).toEqual([line.viva_wallet_session_id, line.viva_wallet_session_id]);
        expect(store.paymentTerminalInProgress).toBe(false);
    });
});

describe("ways out while the terminal may charge", () => {
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

    test("cancelled at the till", async () => {
        const { server, store, line } = await setupWaiting();
        await animationFrame();
        await click(`${LINE} .send_payment_cancel`);
        await settle();
        await animationFrame();
        expect(queryOne(LINE)).toHaveAttribute("data-status", "waitingCancel");
        expect(`${LINE} button`).toHaveCount(0);
        expect(server.calls.at(-1).method).toBe("abort");
        server.answer = { ...DECLINED, text: "Nothing was charged. [A]" };
        await pass();
        expect(line.payment_status).toBe("retry");
        expect(store.paymentTerminalInProgress).toBe(false);
    });

    test("nobody but Viva declares it done", async () => {
        const { server, screen, line } = await setupWaiting();
        const asked = server.count("read_status");
        await screen.sendForceDone(line);
        await settle();
        expect(line.payment_status).toBe("waitingCard");
        expect(server.count("read_status")).toBe(asked + 1);
    });

    test("other money does not validate the order", async () => {
        const { server, store, order, line } = await setupWaiting();
        const cash = store.models["pos.payment"].create({
            pos_order_id: order,
            payment_method_id: store.models["pos.payment.method"].get(1),
        });
        cash.setAmount(order.priceIncl);
        const validation = new OrderPaymentValidation({ pos: store, orderUuid: order.uuid });
        expect(await validation.validateOrder(false)).toBe(false);
        await animationFrame();
        expect(dialogTitles()).toEqual(["Card payment still running"]);
        expect(order.state).toBe("draft");
        expect(order.payment_ids).toHaveLength(2);
        expect(line.payment_status).toBe("waitingCard");
        server.answer = DECLINED;
        await pass();
    });

    test("the order is not deleted", async () => {
        const { store, order } = await setupWaiting();
        expect(await store.deleteOrders([order])).toBe(false);
        await animationFrame();
        expect(dialogTitles()).toEqual(["This order has a card payment"]);
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

describe("news from elsewhere", () => {
    test("what the line shows survives an update of its record", async () => {
        const { server, store, line } = await setupWaiting();
        const session = line.viva_wallet_session_id;
        const shown = { ...line.uiState.vivaWallet };
        expect(shown.phase).toBe("waiting");
        await store.syncAllOrders({ orders: [line.pos_order_id] });
        await settle();
        expect(line.viva_wallet_session_id).toBe(session);
        expect({ ...line.uiState.vivaWallet }).toEqual(shown);
        expect(line.isVivaWalletInFlight()).toBe(true);
        server.answer = DECLINED;
        await pass();
        expect(line.payment_status).toBe("retry");
    });

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

    test("a page that was loaded anew takes the payment up again", async () => {
        const { server, store, order, method, screen } = await setupScreen();
        store.config.auto_validate_terminal_payment = false;
        const line = order.addPaymentline(method).data;
        line.viva_wallet_session_id = SESSION_ID;
        line.setPaymentStatus("waitingCard");
        store.vivaWallet.recovery.resume();
        store.vivaWallet.recovery.resume(order);
        await settle();
        expect(server.count("start_sale")).toBe(0);
        expect(server.calls[0].args).toEqual([[line.viva_wallet_session_id]]);
        server.approve(line);
        await pass(300);
        expect(line.payment_status).toBe("done");
        expect(line.card_no).toBe(CARD.card_no);
        expect(screen.currentOrder.isPaid()).toBe(true);
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
                    expect.step(
                        `${screen} of ${orderUuid === order.uuid ? "this" : "another"} order`
                    ),
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
