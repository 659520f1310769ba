import { negateStep } from "@point_of_sale/../tests/generic_helpers/utils";
import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as Till from "@pos_viva_wallet/../tests/tours/utils/viva_wallet_util";

Till.addTour("viva_wallet_reloaded", () => [
    Till.pay(),
    Till.isWaiting(),
    // Once the order is on the server, its copy there wins over that of the browser.
    Till.isSaved(),
    Till.isWaiting(),
    Till.reload(),
    Till.customer("approve"),
    ReceiptScreen.isShown(),
]);

Till.addTour("viva_wallet_left", () => [
    Till.pay(),
    Till.isWaiting(),
    PaymentScreen.clickBack(),
    ProductScreen.clickPayButton(),
    Till.isWaiting(),

    Chrome.clickOrders(),
    Till.click(".ticket-screen .order-row button.text-danger"),
    Till.acknowledge("Existing orderlines"),
    Till.acknowledge("This order has a card payment"),

    Till.simulator("approve"),
    ReceiptScreen.isShown(),
]);

Till.addTour("viva_wallet_split", () => [
    Till.enterProduct("12"),
    ProductScreen.clickPayButton(),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickNumpad("2"),
    PaymentScreen.remainingIs("10.00"),
    PaymentScreen.clickPaymentMethod(Till.METHOD),
    Till.isWaiting(),

    // Enough cash for the whole order does not end what the terminal is doing.
    PaymentScreen.clickPaymentline("Cash", "2.00"),
    PaymentScreen.clickNumpad("1 2"),
    PaymentScreen.selectedPaymentlineHas("Cash", "12.00"),
    PaymentScreen.clickValidate(),
    Till.acknowledge("Card payment still running"),

    PaymentScreen.clickPaymentlineDelButton(Till.METHOD, "10.00"),
    negateStep(PaymentScreen.clickPaymentlineDelButton(Till.METHOD, "10.00")[0]),

    PaymentScreen.clickPaymentline("Cash", "12.00"),
    PaymentScreen.clickNumpad("2"),
    PaymentScreen.remainingIs("10.00"),
    PaymentScreen.clickPaymentMethod(Till.METHOD),
    Till.customer("approve"),
    ReceiptScreen.isShown(),
    ReceiptScreen.paymentLineContains("Cash", "2.00"),
    ReceiptScreen.paymentLineContains(Till.METHOD, "10.00"),
]);

Till.addTour("viva_wallet_cancelled_too_late", () => [
    Till.pay(),
    Till.customer("insert"),
    Till.cancel(),
    Till.lineIs("waitingCancel"),
    Till.simulator("approve"),
    Till.acknowledge("Too late to cancel"),
    ReceiptScreen.isShown(),
    Dialog.isNot(),
]);
