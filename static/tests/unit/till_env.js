import { tick } from "@odoo/hoot";
import { queryAll } from "@odoo/hoot-dom";
import { advanceTime } from "@odoo/hoot-mock";
import {
    makeServerError,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import { getFilledOrder, setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import { PaymentVivaWallet } from "@pos_viva_wallet/app/payment_viva_wallet";

export const TERMINAL = "16000001";
export const CARD = {
    transaction_id: "5f4b5f55-5c54-4b5f-8a0e-000000000001",
    card_brand: "Visa",
    card_no: "0133",
    payment_method_authcode: "086253",
    payment_ref_no: "570683020069",
    payment_method_payment_mode: "contactless",
};
export const OPEN = { state: "sent", accepted: true };
export const DECLINED = { state: "failed", text: "The card was declined. [1006]" };
export const SILENT = { ...OPEN, silent: true };
export const SESSION_ID = "11111111-1111-4111-8111-111111111111";
export const PAYMENT_UUID = "22222222-2222-4222-8222-222222222222";

/** An answer that never comes. */
export const NEVER = new Promise(() => {});
export const UNKNOWN = { state: "unknown", text: "Viva cannot say what happened. [T]" };

/** `viva.wallet.till` as a test wants it: it gives the same answer to every call until told else. */
export class TillServer {
    constructor() {
        this.calls = [];
        /** @type {Object|Error|Promise} snapshot without session id, or what is thrown instead */
        this.answer = OPEN;
        /** Snapshots by method, before `answer`. */
        this.answers = {};
        /** Snapshots by session id, before `answer` and after `answers`. */
        this.sessions = {};
        /** Methods that are never answered. */
        this.silent = [];
        /** What `list_refundable` answers. */
        this.refundable = { cards: [], others: [], text: "" };
        /** What `read_orders` finds. */
        this.payments = [];
        onRpc("viva.wallet.till", "*", ({ method, args }) => this._handle(method, args));
    }

    approve(line, values = {}) {
        this.answer = { state: "approved", charged: line.amount, card: CARD, ...values };
    }

    /** @returns {Object} what the last call of a method was about */
    last(method) {
        return this.calls.findLast((call) => call.method === method)?.args[0];
    }

    count(method) {
        return this.calls.filter((call) => call.method === method).length;
    }

    _handle(method, args) {
        this.calls.push({ method, args });
        if (this.silent.includes(method)) {
            return new Promise(() => {});
        }
        if (this.answer instanceof Error) {
            throw this.answer;
        }
        if (this.answer instanceof Promise) {
            return this.answer;
        }
        if (method === "read_orders") {
            return this.payments;
        }
        const [argument] = args;
        if (method === "list_refundable") {
            return this.refundable;
        }
        if (method === "read_status") {
            return Object.fromEntries(argument.map((id) => [id, this.snapshot(id)]));
        }
        return this.snapshot(argument.session_id || argument, this.answers[method]);
    }

    /** What the server says of a payment. */
    snapshot(sessionId, answer = this.sessions[sessionId] || this.answer) {
        return { session_id: sessionId, card: false, ...answer };
    }
}

/** What the server says when Odoo refuses a call. */
export function refusal(type, message) {
    return makeServerError({ type, message });
}

/** The session is that of a user with this role: "manager" or "cashier". */
export function actAsUser(store, role) {
    patchWithCleanup(store, { user: { name: "Mitchell", raw: { role } } });
}

/** A till with a filled order and a payment method on a Viva terminal. */
export async function setupTill() {
    const server = new TillServer();
    const store = await setupPosEnv();
    const order = await getFilledOrder(store);
    const method = store.models["pos.payment.method"].get(2);
    method.update({ use_payment_terminal: "viva_wallet", viva_wallet_terminal_id: TERMINAL });
    method.payment_terminal = new PaymentVivaWallet(store, method);
    return { server, store, order, method };
}

/** The same, with the payment screen of the order. */
export async function setupScreen() {
    const till = await setupTill();
    const { store, order } = till;
    store.router.state.current = "PaymentScreen";
    store.router.state.params = { orderUuid: order.uuid };
    await mountWithCleanup(MainComponentsContainer);
    const screen = await mountWithCleanup(PaymentScreen, { props: { orderUuid: order.uuid } });
    return { ...till, screen };
}

/** A card payment of which the server says that it can be paid back. */
export function refundableCard(values = {}) {
    return {
        session_id: "11111111-1111-4111-8111-111111111111",
        method: "Viva Wallet",
        card_brand: "Visa",
        card_no: "0133",
        date: "2026-11-25 10:00:00",
        charged: 1000,
        remaining: 1000,
        obstacle: false,
        ...values,
    };
}

/** The payment screen of an order that gives back all that was bought. */
export async function setupRefund(...cards) {
    const till = await setupTill();
    const { server, store, order } = till;
    order.is_refund = true;
    for (const line of order.lines) {
        line.setQuantity(-line.qty);
    }
    server.refundable = { cards, others: [], text: "No card has paid. [T]" };
    store.router.state.current = "PaymentScreen";
    store.router.state.params = { orderUuid: order.uuid };
    await mountWithCleanup(MainComponentsContainer);
    const screen = await mountWithCleanup(PaymentScreen, { props: { orderUuid: order.uuid } });
    return { ...till, screen };
}

/** ... after the cashier has tapped the method and the server has the request. */
export async function setupWaiting() {
    const till = await setupScreen();
    await till.screen.addNewPaymentLine(till.method);
    await settle();
    return { ...till, line: till.order.payment_ids[0] };
}

/** Let the calls that are under way be answered. */
export async function settle() {
    for (let turn = 0; turn < 5; turn++) {
        await tick();
    }
}

/** Let time pass, for the next question to the server at least. */
export async function pass(milliseconds = 1000) {
    await advanceTime(milliseconds);
    await settle();
}

/** A waiting line, in a register that leaves validating to the cashier. */
export async function setupManual() {
    const till = await setupWaiting();
    till.store.config.auto_validate_terminal_payment = false;
    return till;
}

/** @returns {string[]} titles of the open dialogs */
export function dialogTitles() {
    return queryAll(".modal-title").map((title) => title.textContent);
}

/** The connection is half open: calls of these methods are taken by nobody. */
export function swallow(store, ...methods) {
    const { call } = store.data.orm;
    patchWithCleanup(store.data.orm, {
        call: (model, method, ...args) =>
            methods.includes(method) ? NEVER : call.call(store.data.orm, model, method, ...args),
    });
}

/** @returns {{isDone: boolean, result?: any}} filled in when the promise resolves */
export function follow(promise) {
    const state = { isDone: false };
    promise.then((result) => Object.assign(state, { isDone: true, result }));
    return state;
}

/** What a card slip says besides the card. */
export const SLIP = {
    ...CARD,
    viva_wallet_terminal_id: TERMINAL,
    viva_wallet_aid: "A0000000031010",
};

/** An order that a card has paid. */
export async function paidOrder(values = {}) {
    const till = await setupTill();
    const { data: line } = till.order.addPaymentline(till.method);
    line.update({ ...SLIP, ...values });
    line.setPaymentStatus("done");
    return { ...till, line };
}
