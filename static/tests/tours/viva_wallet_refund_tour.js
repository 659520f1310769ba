import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as TicketScreen from "@point_of_sale/../tests/pos/tours/utils/ticket_screen_util";
import * as Till from "@pos_viva_wallet/../tests/tours/utils/viva_wallet_util";

const CARD = "Pay back to Visa •••• 0133";

/** Sell two pieces at half of 12.34 each, by card. */
function sellTwo() {
    return [
        ProductScreen.addOrderline("Desk Pad", "2", "6.17"),
        ProductScreen.clickPayButton(),
        PaymentScreen.clickPaymentMethod(Till.METHOD),
        Till.customer("approve"),
        ReceiptScreen.isShown(),
        ReceiptScreen.clickNextOrder(),
    ];
}

/** Have pieces of the last order come back, and go on to the payment. */
function giveBack(pieces, total) {
    return [
        ProductScreen.clickRefund(),
        TicketScreen.selectOrder("001"),
        ProductScreen.clickNumpad(pieces),
        TicketScreen.toRefundTextContains(`To Refund: ${pieces}`),
        TicketScreen.confirmRefund(),
        PaymentScreen.isShown(),
        PaymentScreen.totalIs(total),
    ];
}

function sendRefund() {
    return Till.click(`${Till.LINE} .send_refund_request`);
}

function isPayingBack() {
    return Till.lineIs("waitingCard", "present");
}

function isDone() {
    return [
        ReceiptScreen.isShown(),
        {
            content: "the receipt says that it is a refund",
            trigger: '.receipt-screen .o_viva_wallet_slip_refund:contains("Refund to card")',
        },
        ReceiptScreen.clickNextOrder(),
    ];
}

function chooseCard(text) {
    return [
        Dialog.is({ title: "Pay back to which card?" }),
        Till.click(`.o_viva_wallet_refund_picker button:contains("${text}")`),
    ];
}

// One piece after the other; a declined card and a reloaded page on the way.
Till.addTour("viva_wallet_refund_pieces", () => [
    sellTwo(),
    giveBack("1", "-6.17"),
    PaymentScreen.clickPaymentMethod(Till.METHOD),
    Till.lineIs("pending", CARD),
    Till.lineIs("pending", "12.34"),
    sendRefund(),
    isPayingBack(),
    Till.simulator("decline"),
    Till.lineIs("retry", "Nothing was paid back"),
    sendRefund(),
    isPayingBack(),
    Till.simulator("approve"),
    isDone(),

    giveBack("1", "-6.17"),
    PaymentScreen.clickPaymentMethod(Till.METHOD),
    Till.lineIs("pending", "6.17"),
    sendRefund(),
    isPayingBack(),
    Till.reload(),
    isPayingBack(),
    Till.simulator("approve"),
    isDone(),
]);

// More than remains is refused; a cancelled request pays nothing, and one whose reply is lost once.
Till.addTour("viva_wallet_refund_refused", () => [
    sellTwo(),
    giveBack("2", "-12.34"),
    PaymentScreen.clickPaymentMethod(Till.METHOD),
    Till.lineIs("pending", CARD),
    PaymentScreen.clickNumpad("5 0"),
    PaymentScreen.selectedPaymentlineHas(Till.METHOD, "-50.00"),
    sendRefund(),
    Till.lineIs("retry", "can still be paid back"),
    PaymentScreen.clickNumpad("1 2 . 3 4"),
    PaymentScreen.selectedPaymentlineHas(Till.METHOD, "-12.34"),
    sendRefund(),
    isPayingBack(),
    Till.cancel(),
    Till.lineIs("retry", "Nothing was paid back"),
    Till.simulator("faults", { rules: [{ operation: "refund", action: "drop_after" }] }),
    sendRefund(),
    isPayingBack(),
    Till.simulator("approve"),
    isDone(),
]);

Till.addTour("viva_wallet_refund_card_and_cash", () => [
    Till.enterProduct("12"),
    ProductScreen.clickPayButton(),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickNumpad("2"),
    PaymentScreen.remainingIs("10.00"),
    PaymentScreen.clickPaymentMethod(Till.METHOD),
    Till.customer("approve"),
    ReceiptScreen.isShown(),
    ReceiptScreen.clickNextOrder(),

    giveBack("1", "-12.00"),
    PaymentScreen.clickPaymentMethod(Till.METHOD),
    Dialog.is({ title: "Pay back to which card?" }),
    {
        content: "what was paid in cash is named",
        trigger: '.o_viva_wallet_refund_picker p:contains("Cash"):contains("2.00")',
    },
    chooseCard("0133"),
    PaymentScreen.selectedPaymentlineHas(Till.METHOD, "-10.00"),
    sendRefund(),
    isPayingBack(),
    Till.simulator("approve"),
    Till.lineIs("done"),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickValidate(),
    isDone(),
]);

Till.addTour("viva_wallet_refund_two_cards", () => [
    Till.enterProduct("12"),
    Till.payPart("5"),
    Till.customer("approve", { card: "mastercard" }),
    Till.lineIs("done"),
    PaymentScreen.clickPaymentMethod(Till.METHOD),
    Till.customer("approve"),
    ReceiptScreen.isShown(),
    ReceiptScreen.clickNextOrder(),

    giveBack("1", "-12.00"),
    PaymentScreen.clickPaymentMethod(Till.METHOD),
    chooseCard("Visa"),
    PaymentScreen.selectedPaymentlineHas(Till.METHOD, "-5.00"),
    sendRefund(),
    isPayingBack(),
    Till.simulator("approve"),
    Till.lineIs("done"),
    PaymentScreen.clickPaymentMethod(Till.METHOD),
    Till.lineIs("pending", "Mastercard"),
    sendRefund(),
    isPayingBack(),
    Till.simulator("approve"),
    isDone(),
]);

// The payment method pays back through the account: no terminal, no card.
Till.addTour("viva_wallet_refund_by_account", () => [
    sellTwo(),
    giveBack("2", "-12.34"),
    PaymentScreen.clickPaymentMethod(Till.METHOD),
    sendRefund(),
    isDone(),
]);

// The card cannot be used any more: the second way is offered.
Till.addTour("viva_wallet_refund_other_way", () => [
    sellTwo(),
    giveBack("2", "-12.34"),
    PaymentScreen.clickPaymentMethod(Till.METHOD),
    sendRefund(),
    isPayingBack(),
    Till.simulator("decline"),
    Till.lineIs("retry", "did not take the refund"),
    Till.click(`${Till.LINE} .o_viva_wallet_other_way`),
    isDone(),
]);

Till.addTour("viva_wallet_sold_yesterday", () => sellTwo());

Till.addTour("viva_wallet_refund_next_day", () => [
    giveBack("2", "-12.34"),
    PaymentScreen.clickPaymentMethod(Till.METHOD),
    Till.lineIs("pending", CARD),
    sendRefund(),
    isPayingBack(),
    Till.simulator("approve"),
    isDone(),
]);

// A payment made in error is undone while its order is open.
Till.addTour("viva_wallet_reverse", () => [
    Till.enterProduct("12"),
    Till.payPart("5"),
    Till.customer("approve"),
    Till.lineIs("done"),
    Till.click(`${Till.LINE} .send_payment_reversal`),
    Dialog.is({ title: "Pay back to the card?" }),
    Dialog.confirm("Pay back"),
    isPayingBack(),
    Till.simulator("approve"),
    Till.lineIs("done"),
    PaymentScreen.remainingIs("12.00"),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
]);
