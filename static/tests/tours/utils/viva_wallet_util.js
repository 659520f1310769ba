import { registry } from "@web/core/registry";
import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as Utils from "@point_of_sale/../tests/generic_helpers/utils";

export const METHOD = "Viva Wallet";
export const LINE = ".o_viva_wallet_line_status";

/** Milliseconds for a step: some wait for several seconds of Viva's time, on slow machines, too. */
const PATIENCE = 40000;

/** Milliseconds between two looks at what is waited for. */
const GLANCE = 50;

/** Not an address of anybody: the Python test answers, see `fetch_proxy` in test_tours.py. */
const SIMULATOR = "https://simulator.test";

/**
 * Register a tour.
 *
 * @param {string} name
 * @param {() => Array} steps
 * @param {Object} [options]
 * @param {boolean} [options.isOpen] the register is open already
 */
export function addTour(name, steps, { isOpen = false } = {}) {
    const opening = isOpen ? [] : Dialog.confirm("Open Register");
    registry.category("web_tour.tours").add(name, {
        steps: () =>
            [Chrome.startPoS(), opening, steps()]
                .flat(Infinity)
                .map((step) => ({ timeout: PATIENCE, ...step })),
    });
}

/**
 * @param {string} what the simulator is to do: an act of the customer (`approve`, `decline`,
 *  `cancel`, `insert`), or `configure`
 * @param {Object} [options] of the act
 */
export function simulator(what, options = {}) {
    return Utils.run(async () => {
        const values = encodeURIComponent(JSON.stringify(options));
        // Not GET, because the service worker of the Point of Sale handles those by itself.
        const reply = await fetch(`${SIMULATOR}/${what}?${values}`, { method: "POST" });
        if (!reply.ok) {
            throw new Error(`The simulator cannot ${what}: ${await reply.text()}`);
        }
    }, `simulator: ${what}`);
}

/**
 * Wait for what the page does not show.
 *
 * @param {() => boolean} condition
 * @param {string} content what is waited for
 */
export function until(condition, content) {
    return Utils.run(async () => {
        while (!condition()) {
            await new Promise((resolve) => setTimeout(resolve, GLANCE));
        }
    }, content);
}

/** Nothing of the order is on its way to the server any more. */
export function isSaved() {
    return until(
        () => posmodel.getOrder().isSynced && !posmodel.vivaWallet.orderSync.running.size,
        "the server has the order"
    );
}

/** Reload the page once the browser has written down what there is. */
export function reload() {
    return Utils.run(
        async () => {
            await posmodel.data.synchronizeLocalDataInIndexedDB();
            window.location.reload();
        },
        "reload the page",
        true
    );
}

/** What the customer does once the terminal shows the amount. */
export function customer(what, options) {
    return [isWaiting(), simulator(what, options)];
}

export function enterProduct(price = "12.34") {
    return ProductScreen.addOrderline("Desk Pad", "1", price);
}

export function pay(price) {
    return [
        enterProduct(price),
        ProductScreen.clickPayButton(),
        PaymentScreen.clickPaymentMethod(METHOD),
    ];
}

/** Pay a part of the order on the terminal. */
export function payPart(amount) {
    return [
        ProductScreen.clickPayButton(),
        PaymentScreen.clickPaymentMethod("Cash"),
        PaymentScreen.clickNumpad(amount.split("").join(" ")),
        PaymentScreen.selectedPaymentlineHas("Cash", `${amount}.00`),
        PaymentScreen.clickPaymentMethod(METHOD),
        isWaiting(),
        PaymentScreen.clickPaymentlineDelButton("Cash", `${amount}.00`),
    ];
}

export function lineIs(status, text = "") {
    return {
        content: `the line is ${status}, ${text}`,
        trigger: `${LINE}[data-status='${status}']${text && `:contains("${text}")`}`,
    };
}

export function isWaiting() {
    return lineIs("waitingCard", "The customer taps");
}

/** Odoo cannot be asked; the first words change after a while. */
export function isCutOff(status = "waitingCard") {
    return lineIs(status, "The card may still be charged");
}

export function click(selector) {
    return { content: `click ${selector}`, trigger: selector, run: "click" };
}

export function retry() {
    return click(`${LINE} .send_payment_request:contains("Retry")`);
}

export function cancel() {
    return click(`${LINE} .send_payment_cancel`);
}

/** A dialog says something and is confirmed. */
export function acknowledge(title, button = "Ok") {
    return [Dialog.is({ title }), Dialog.confirm(button)];
}
