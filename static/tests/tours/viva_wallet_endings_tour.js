import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as Till from "@pos_viva_wallet/../tests/tours/utils/viva_wallet_util";

Till.addTour("viva_wallet_endings", () => [
    Till.pay(),

    Till.customer("decline"),
    Till.lineIs("retry", "The card was declined"),
    Till.lineIs("retry", "[1006]"),
    Till.retry(),

    Till.customer("cancel"),
    Till.lineIs("retry", "[1000]"),
    Till.retry(),

    Till.isWaiting(),
    Till.lineIs("waitingCard", "16000001"),
    Till.cancel(),
    Till.lineIs("retry", "Nothing was charged"),

    Till.simulator("configure", { session_seconds: 1 }),
    Till.retry(),
    Till.lineIs("retry", "No card was presented in time"),
    Till.simulator("configure", { session_seconds: 60 }),
    Till.retry(),

    Till.customer("approve"),
    ReceiptScreen.isShown(),
    ReceiptScreen.paymentLineContains(Till.METHOD, "12.34"),
]);

Till.addTour("viva_wallet_unknown", () => [
    Till.simulator("settings", { endless_202: true }),
    Till.pay(),
    Till.customer("approve"),
    Till.simulator("pass", { seconds: 160 }),
    Till.lineIs("waitingCard", "Not known whether paid"),
    Till.click(`${Till.LINE} .o_viva_wallet_check_again`),
    Till.lineIs("waitingCard", "Not known whether paid"),
    Till.click(`${Till.LINE} .o_viva_wallet_shows_paid`),
    ReceiptScreen.isShown(),
]);
