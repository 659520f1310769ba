import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import { run } from "@point_of_sale/../tests/generic_helpers/utils";
import * as Till from "@pos_viva_wallet/../tests/tours/utils/viva_wallet_util";

// A Letter Tray has a tax of 10 % on top of its price.

// Whatever is typed and added while the terminal waits, it asks for what it asked for.
Till.addTour("viva_wallet_order_grows", () => [
    Till.pay(),
    Till.isWaiting(),
    PaymentScreen.clickNumpad("5 0"),
    PaymentScreen.clickNumpad("⌫"),
    PaymentScreen.clickNumpad("⌫"),
    PaymentScreen.clickNumpad("⌫"),
    PaymentScreen.selectedPaymentlineHas(Till.METHOD, "12.34"),

    PaymentScreen.clickBack(),
    ProductScreen.addOrderline("Letter Tray", "1", "5"),
    ProductScreen.clickPayButton(),
    Till.isWaiting(),
    PaymentScreen.selectedPaymentlineHas(Till.METHOD, "12.34"),
    Till.simulator("approve"),
    Till.lineIs("done"),
    PaymentScreen.clickNumpad("9"),
    PaymentScreen.selectedPaymentlineHas(Till.METHOD, "12.34"),
    PaymentScreen.remainingIs("5.50"),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
    ReceiptScreen.paymentLineContains(Till.METHOD, "12.34"),
]);

// An order that has become cheaper is not finished without the cashier, who sees the change.
Till.addTour("viva_wallet_order_shrinks", () => [
    Till.enterProduct("6.84"),
    ProductScreen.addOrderline("Letter Tray", "1", "5"),
    ProductScreen.clickPayButton(),
    PaymentScreen.clickPaymentMethod(Till.METHOD),
    Till.isWaiting(),
    PaymentScreen.clickBack(),
    ProductScreen.clickLine("Letter Tray"),
    ProductScreen.clickNumpad("⌫", "⌫"),
    ProductScreen.totalAmountIs("6.84"),
    ProductScreen.clickPayButton(),
    Till.lineIs("waitingCard", "asks for more than the order"),
    Till.simulator("approve"),
    Till.lineIs("done"),
    PaymentScreen.changeIs("5.50"),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
]);

function clickQuickly(selector, times = 3) {
    return {
        content: `click ${times} times: ${selector}`,
        trigger: selector,
        run: ({ anchor }) => {
            for (let count = 0; count < times; count++) {
                anchor.click();
            }
        },
    };
}

Till.addTour("viva_wallet_fast_hands", () => [
    Till.enterProduct(),
    ProductScreen.clickPayButton(),
    clickQuickly(`.paymentmethod .payment-name:contains("${Till.METHOD}")`),
    // Only one of the clicks made a line; the others were told so.
    Dialog.confirm("Ok"),
    Dialog.confirm("Ok"),
    run(() => {
        if (window.posmodel.getOrder().payment_ids.length !== 1) {
            throw new Error("One line was expected");
        }
    }),
    clickQuickly(`${Till.LINE} .send_payment_cancel`),
    Till.lineIs("retry", "Nothing was charged"),
    clickQuickly(`${Till.LINE} .send_payment_request`),
    // Cancelled before the request can have been answered, and sent again at once.
    clickQuickly(`${Till.LINE}:not([data-status='retry']) .send_payment_cancel`),
    Till.lineIs("retry", "Nothing was charged"),
    clickQuickly(`${Till.LINE} .send_payment_request`),
    Till.customer("approve"),
    ReceiptScreen.isShown(),
]);

// The cashier serves the next customer while this one looks for the card.
Till.addTour("viva_wallet_other_order_meanwhile", () => [
    Till.pay(),
    Till.isWaiting(),
    Chrome.clickOrders(),
    Till.click(".ticket-screen .new-order, .pos-leftheader .list-plus-btn, .list-plus-btn"),
    ProductScreen.addOrderline("Letter Tray", "1", "5"),
    Till.simulator("approve"),
    {
        content: "told that the first order is finished",
        trigger: '.o_notification:contains("was paid by card and is finished")',
    },
    ProductScreen.selectedOrderlineHas("Letter Tray", "1"),
    ProductScreen.clickPayButton(),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
]);

// Cancelled or closed from the back office, charged from a second device: refused, in words.
Till.addTour("viva_wallet_others_interfere", () => [
    Till.pay(),
    Till.isWaiting(),
    Till.isSaved(),
    Till.simulator("interfere"),
    Till.isWaiting(),

    // ... nor can this till close the register.
    Chrome.clickMenuOption("Close Register"),
    Till.click(".modal .modal-footer button:contains('Close Register')"),
    Dialog.bodyIs("A card payment is still running"),
    Till.click(".modal .modal-footer button:contains('Review Orders')"),
    Till.simulator("approve"),
    ReceiptScreen.isShown(),
]);
