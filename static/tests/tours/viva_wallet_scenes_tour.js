import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as TicketScreen from "@point_of_sale/../tests/pos/tours/utils/ticket_screen_util";
import * as Till from "@pos_viva_wallet/../tests/tours/utils/viva_wallet_util";

function isDone() {
    return [Dialog.isNot(), ReceiptScreen.isShown(), ReceiptScreen.clickNextOrder()];
}

const SALE = [Till.pay(), Till.customer("approve"), isDone()];

const DECLINED_CANCELLED_RELOADED = [
    Till.pay("5"),
    Till.customer("decline"),
    Till.lineIs("retry", "The card was declined"),
    Till.retry(),
    Till.isWaiting(),
    Till.cancel(),
    Till.lineIs("retry", "Nothing was charged"),
    Till.retry(),
    Till.isWaiting(),
    Till.isSaved(),
    Till.reload(),
    Till.customer("approve"),
    isDone(),
];

const REFUND = [
    ProductScreen.clickRefund(),
    TicketScreen.selectOrder("001"),
    ProductScreen.clickNumpad("1"),
    TicketScreen.toRefundTextContains("To Refund: 1"),
    TicketScreen.confirmRefund(),
    PaymentScreen.isShown(),
    PaymentScreen.clickPaymentMethod(Till.METHOD),
    Till.lineIs("pending", "Pay back to Visa"),
    Till.click(`${Till.LINE} .send_refund_request`),
    Till.lineIs("waitingCard", "present"),
    Till.simulator("approve"),
    isDone(),
];

// The next customer is served meanwhile, and pays otherwise.
const BEHIND_THE_BACK = [
    Till.pay("3"),
    Till.isWaiting(),
    Chrome.clickOrders(),
    Till.click(".ticket-screen .new-order, .pos-leftheader .list-plus-btn, .list-plus-btn"),
    Till.enterProduct("2"),
    Till.simulator("approve"),
    {
        content: "told that the other order is finished",
        trigger: '.o_notification:contains("was paid by card and is finished")',
    },
    ProductScreen.clickPayButton(),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickValidate(),
    isDone(),
];

// What must be the same whatever else is installed.
Till.addTour("viva_wallet_scenes", () => [
    SALE,
    DECLINED_CANCELLED_RELOADED,
    REFUND,
    BEHIND_THE_BACK,
]);
