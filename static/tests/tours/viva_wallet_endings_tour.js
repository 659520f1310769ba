import { registry } from "@web/core/registry";
import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import { refresh } from "@point_of_sale/../tests/generic_helpers/utils";

const LINE = ".o_viva_wallet_line_status";

/** The customer's part is played by the simulator; the Python test says what it does, and when. */
function addTour(name, steps) {
    registry.category("web_tour.tours").add(name, {
        steps: () => [Chrome.startPoS(), Dialog.confirm("Open Register"), steps()].flat(Infinity),
    });
}

function pay() {
    return [
        ProductScreen.addOrderline("Desk Pad", "1", "12.34"),
        ProductScreen.clickPayButton(),
        PaymentScreen.clickPaymentMethod("Viva Wallet"),
    ];
}

function lineIs(status, text = "") {
    return {
        content: `the line is ${status}`,
        trigger: `${LINE}[data-status='${status}']${text && `:contains("${text}")`}`,
    };
}

function click(selector) {
    return { content: `click ${selector}`, trigger: selector, run: "click" };
}

addTour("viva_wallet_approved", () => [pay(), ReceiptScreen.isShown()]);

addTour("viva_wallet_declined", () => [
    pay(),
    lineIs("retry", "The card was declined"),
    lineIs("retry", "[1006]"),
]);

addTour("viva_wallet_cancelled_on_terminal", () => [pay(), lineIs("retry", "[1000]")]);

addTour("viva_wallet_timed_out", () => [
    pay(),
    lineIs("waitingCard"),
    lineIs("retry", "No card was presented in time"),
]);

addTour("viva_wallet_cancelled_at_till", () => [
    pay(),
    lineIs("waitingCard", "16000001"),
    click(`${LINE} .send_payment_cancel`),
    lineIs("retry", "Nothing was charged"),
]);

addTour("viva_wallet_reloaded", () => [
    pay(),
    lineIs("waitingCard"),
    refresh(),
    ReceiptScreen.isShown(),
]);

addTour("viva_wallet_deleted_while_waiting", () => [
    pay(),
    lineIs("waitingCard"),
    {
        content: "delete the order, as a second device could ask for",
        trigger: LINE,
        run: () => {
            posmodel.deleteOrders([posmodel.getOrder()]);
        },
    },
    Dialog.is({ title: "This order has a card payment" }),
    Dialog.confirm("Ok"),
    click(`${LINE} .send_payment_cancel`),
    lineIs("retry"),
]);
