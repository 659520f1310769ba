import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as FeedbackScreen from "@point_of_sale/../tests/pos/tours/utils/feedback_screen_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as SelectionPopup from "@point_of_sale/../tests/generic_helpers/selection_popup_util";
import { elementDoesNotExist } from "@point_of_sale/../tests/generic_helpers/utils";
import * as Till from "@pos_viva_wallet/../tests/tours/utils/viva_wallet_util";

/** See `TestRefusedOrder` of test_tours_finishing.py. */
const REASON = "No invoice for this customer";

function isTold(text) {
    return { content: `a notice says: ${text}`, trigger: `.o_notification:contains("${text}")` };
}

/** The card is charged, then the server refuses the order because of its invoice. */
function chargeRefused() {
    return [
        Till.enterProduct(),
        ProductScreen.clickPayButton(),
        PaymentScreen.clickPartnerButton(),
        PaymentScreen.clickCustomer("Unbookable Customer"),
        PaymentScreen.clickInvoiceButton(),
        PaymentScreen.isInvoiceButtonChecked(),
        PaymentScreen.clickPaymentMethod(Till.METHOD),
        Till.customer("approve"),
        Dialog.is({ title: "Invalid Operation" }),
        Dialog.bodyIs(REASON),
        Dialog.confirm("Ok"),
    ];
}

/** The cashier goes away and comes back: nothing happens by itself. */
function comeBack() {
    return [
        PaymentScreen.clickBack(),
        ProductScreen.clickPayButton(),
        Till.lineIs("done"),
        isTold("untick Invoice"),
        elementDoesNotExist(".modal"),
    ];
}

function untickInvoice() {
    return [
        PaymentScreen.clickInvoiceButton(),
        PaymentScreen.isInvoiceButtonUnchecked(),
        PaymentScreen.clickValidate(),
    ];
}

Till.addTour("viva_wallet_refused", () => [
    chargeRefused(),
    Till.lineIs("done"),
    isTold("Do not charge again"),
    comeBack(),
    comeBack(),

    Till.reload(),
    PaymentScreen.isShown(),
    Till.lineIs("done"),
    elementDoesNotExist(".modal"),

    untickInvoice(),
    ReceiptScreen.isShown(),
    elementDoesNotExist(".o_notification:contains('untick Invoice')"),
]);

// Where the receipt screen is skipped, the screen that says "Amount Paid" comes after the server.
Till.addTour("viva_wallet_refused_skipping_receipt", () => [
    chargeRefused(),
    elementDoesNotExist(".feedback-screen"),
    Till.lineIs("done"),
    comeBack(),
    untickInvoice(),
    FeedbackScreen.isShown(),
]);

Till.addTour("viva_wallet_refused_elsewhere", () => [
    Till.enterProduct(),
    ProductScreen.clickPayButton(),
    PaymentScreen.clickPartnerButton(),
    PaymentScreen.clickCustomer("Unbookable Customer"),
    PaymentScreen.clickInvoiceButton(),
    PaymentScreen.isInvoiceButtonChecked(),
    PaymentScreen.clickPaymentMethod(Till.METHOD),
    Till.isWaiting(),
    Chrome.createFloatingOrder(),
    Till.enterProduct("5"),
    Till.simulator("approve"),
    isTold(REASON),
    elementDoesNotExist(".modal"),
    ProductScreen.isShown(),
]);

function logIn(name) {
    return [
        Till.click(".login-overlay .select-cashier"),
        SelectionPopup.has(name, { run: "click" }),
    ];
}

function lock() {
    return [
        Till.click(".pos-rightheader i.fa-unlock"),
        Chrome.clickBtn("Unlock Register"),
        { content: "nobody is logged in", trigger: ".login-overlay .screen-login" },
    ];
}

/** Anna asks for a payment; it is approved while somebody else, or nobody, is logged in. */
function askAndLock() {
    return [Till.pay(), Till.isWaiting(), Till.isSaved(), lock()];
}

// With `pos_hr`; see `TestEmployees` of test_tours_finishing.py.
Till.addTour(
    "viva_wallet_employees",
    () => [
        logIn("Anna"),
        Dialog.confirm("Open Register"),
        askAndLock(),
        logIn("Ben"),
        ProductScreen.isShown(),
        Chrome.createFloatingOrder(),
        Till.enterProduct("5"),
        Till.simulator("approve"),
        isTold("was paid by card and is finished"),
        elementDoesNotExist(".o_notification:contains('Open its payment screen')"),
    ],
    { isOpen: true }
);

Till.addTour(
    "viva_wallet_nobody_logged_in",
    () => [
        logIn("Anna"),
        Dialog.confirm("Open Register"),
        askAndLock(),
        Till.simulator("approve"),
        isTold("was paid by card and is finished"),
    ],
    { isOpen: true }
);
