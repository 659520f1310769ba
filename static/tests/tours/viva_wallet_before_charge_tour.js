import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as TextInputPopup from "@point_of_sale/../tests/generic_helpers/text_input_popup_util";
import * as TicketScreen from "@point_of_sale/../tests/pos/tours/utils/ticket_screen_util";
import { elementDoesNotExist, scan_barcode } from "@point_of_sale/../tests/generic_helpers/utils";
import * as Till from "@pos_viva_wallet/../tests/tours/utils/viva_wallet_util";

/** Type an amount for the line and send it again. */
function retryWith(keys, amount) {
    return [
        PaymentScreen.clickNumpad(keys),
        PaymentScreen.selectedPaymentlineHas(Till.METHOD, amount),
        Till.retry(),
    ];
}

// The method identifies customers: one is chosen, and the payment goes on.
Till.addTour("viva_wallet_customer_is_chosen", () => [
    Till.pay(),
    Dialog.is({ title: "Customer Required" }),
    Dialog.confirm("Ok"),
    PaymentScreen.clickCustomer("Ada"),
    Till.customer("approve"),
    ReceiptScreen.isShown(),
]);

// Nobody is chosen; then the customer cannot be invoiced; without an invoice it is finished.
Till.addTour("viva_wallet_customer_cannot_be_invoiced", () => [
    Till.enterProduct(),
    ProductScreen.clickPayButton(),
    PaymentScreen.clickInvoiceButton(),
    PaymentScreen.isInvoiceButtonChecked(),
    PaymentScreen.clickPaymentMethod(Till.METHOD),
    Dialog.is({ title: "Please select the Customer" }),
    Dialog.cancel(),
    Till.lineIs("retry", "Nothing was sent to the terminal"),

    PaymentScreen.clickPartnerButton(),
    PaymentScreen.clickCustomer("Ada"),
    Till.retry(),
    Till.lineIs("retry", "Odoo cannot make an invoice for Ada"),

    PaymentScreen.clickInvoiceButton(),
    PaymentScreen.isInvoiceButtonUnchecked(),
    Till.retry(),
    Till.customer("approve"),
    ReceiptScreen.isShown(),
]);

// A register without cash, and more is typed than the order costs.
Till.addTour("viva_wallet_no_cash_for_change", () => [
    Till.pay("5.10"),
    Till.customer("decline"),
    Till.lineIs("retry", "declined"),
    retryWith("7", "7.00"),
    Till.acknowledge("Cannot return change without a cash payment method"),
    Till.lineIs("retry", "Nothing was sent to the terminal"),

    retryWith("5 . 1", "5.10"),
    Till.customer("approve"),
    ReceiptScreen.isShown(),
]);

// All in cash after a declined card; what is left of the card is nowhere.
Till.addTour("viva_wallet_cash_after_decline", () => [
    Till.enterProduct("12"),
    ProductScreen.clickPayButton(),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickNumpad("2"),
    PaymentScreen.remainingIs("10.00"),
    PaymentScreen.clickPaymentMethod(Till.METHOD),
    Till.customer("decline"),
    Till.lineIs("retry", "declined"),
    Till.isSaved(),
    PaymentScreen.clickPaymentline("Cash", "2.00"),
    PaymentScreen.clickNumpad("1 2"),
    PaymentScreen.selectedPaymentlineHas("Cash", "12.00"),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
    ReceiptScreen.paymentLineContains("Cash", "12.00"),
    elementDoesNotExist(`.paymentlines:contains("${Till.METHOD}")`),
    ReceiptScreen.clickNextOrder(),

    // An empty line is not sent.
    Till.enterProduct("5"),
    ProductScreen.clickPayButton(),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickPaymentMethod(Till.METHOD),
    Till.lineIs("retry", "Enter an amount first"),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
    ReceiptScreen.paymentLineContains("Cash", "5.00"),
    elementDoesNotExist(`.paymentlines:contains("${Till.METHOD}")`),
]);

// All methods are rounded to 0.05: in parts by card, to the cent.
Till.addTour("viva_wallet_rounded_in_parts", () => [
    Till.pay(),
    Till.customer("decline"),
    Till.lineIs("retry", "declined"),
    retryWith("5 . 1 2", "5.12"),
    Till.customer("approve"),
    PaymentScreen.remainingIs("7.23"),
    PaymentScreen.clickPaymentMethod(Till.METHOD),
    PaymentScreen.selectedPaymentlineHas(Till.METHOD, "7.23"),
    Till.customer("approve"),
    ReceiptScreen.isShown(),
    ReceiptScreen.clickNextOrder(),

    // Not rounded: what is missing is the rounding.
    Till.pay(),
    Till.customer("decline"),
    Till.lineIs("retry", "declined"),
    retryWith("1 2 . 3 4", "12.34"),
    Till.customer("approve"),
    ReceiptScreen.isShown(),
    ReceiptScreen.clickNextOrder(),

    // What was charged is paid back, not what the order was rounded to.
    ProductScreen.clickRefund(),
    TicketScreen.selectOrder("002"),
    ProductScreen.clickNumpad("1"),
    TicketScreen.confirmRefund(),
    PaymentScreen.isShown(),
    PaymentScreen.clickPaymentMethod(Till.METHOD),
    PaymentScreen.selectedPaymentlineHas(Till.METHOD, "-12.34"),
    Till.click(`${Till.LINE} .send_refund_request`),
    Till.lineIs("waitingCard", "present"),
    Till.simulator("approve"),
    ReceiptScreen.isShown(),
]);

Till.addTour("viva_wallet_fast_payment", () => [
    Till.enterProduct(),
    ProductScreen.clickFastPaymentButton(Till.METHOD),
    Till.customer("decline"),
    Till.lineIs("retry", "declined"),
    PaymentScreen.clickBack(),
    ProductScreen.clickFastPaymentButton(Till.METHOD),
    Till.customer("approve"),
    ReceiptScreen.isShown(),
    ReceiptScreen.paymentLineContains(Till.METHOD, "12.34"),
]);

// The barcode of a customer with half the price, while the terminal asks for the whole.
Till.addTour("viva_wallet_customer_is_scanned", () => [
    ProductScreen.addOrderline("Letter Tray", "1"),
    ProductScreen.clickPayButton(),
    PaymentScreen.clickPaymentMethod(Till.METHOD),
    Till.isWaiting(),
    PaymentScreen.clickBack(),
    { content: "the products are shown", trigger: ".product-screen .product-list" },
    scan_barcode("0421234567890"),
    ProductScreen.customerIsSelected("Ada"),
    {
        content: "told what the order comes to now",
        trigger: ".o_notification:contains('but the terminal still asks for')",
    },
    ProductScreen.clickPayButton(),
    Till.lineIs("waitingCard", "asks for more than the order"),
    Till.cancel(),
    Till.lineIs("retry", "Nothing was charged"),
    elementDoesNotExist(".o_notification:contains('but the terminal still asks for')"),
    Till.retry(),
    Till.customer("approve"),
    ReceiptScreen.isShown(),
]);

// With `pos_loyalty`: most of a gift card is used up at another till, just before the card is asked.
Till.addTour("viva_wallet_gift_card_used_up", () => [
    Till.enterProduct(),
    ProductScreen.clickControlButton("Enter Code"),
    TextInputPopup.inputText("044123456"),
    Dialog.confirm(),
    Till.acknowledge("Unpaid gift card"),
    ProductScreen.totalAmountIs("7.34"),
    Till.simulator("spend", { points: 4 }),
    ProductScreen.clickPayButton(),
    PaymentScreen.clickPaymentMethod(Till.METHOD),
    Till.acknowledge("Error validating rewards"),
    Till.lineIs("retry", "Nothing was sent to the terminal"),
    PaymentScreen.selectedPaymentlineHas(Till.METHOD, "11.34"),
    Till.retry(),
    Till.customer("approve"),
    ReceiptScreen.isShown(),
]);
