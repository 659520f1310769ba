import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import { serverIs } from "@pos_viva_wallet/../tests/tours/utils/connection_util";
import * as Till from "@pos_viva_wallet/../tests/tours/utils/viva_wallet_util";

/** A sale in which calls to Viva go wrong, and which ends well all the same. */
function saleDespite(...rules) {
    return [
        Till.simulator("faults", { rules }),
        Till.pay(),
        Till.isWaiting(),
        Till.simulator("approve"),
        ReceiptScreen.isShown(),
        Till.simulator("clear_faults"),
        ReceiptScreen.clickNextOrder(),
    ];
}

// The reply to the request is lost: asked for under the same id, never charged twice.
Till.addTour("viva_wallet_lost_replies", () => [
    saleDespite({ operation: "sale", action: "drop_after" }),
    saleDespite({ operation: "sale", action: "drop_before" }),
    saleDespite({ operation: "sale", action: "hang", seconds: 2, handled: true }),
    saleDespite({ operation: "sale", action: "answer", status: 500, handled: true }),
    saleDespite({ operation: "sale", action: "answer", status: 503 }),
    saleDespite({ operation: "sale", action: "answer", status: 429 }),
]);

const session = (values) => ({ operation: "session", action: "answer", times: 2, ...values });

// The questions about the outcome are answered with nonsense, or not at all.
Till.addTour("viva_wallet_sick_viva", () => [
    saleDespite(session({ status: 500, body: "<html>500</html>" })),
    saleDespite(session({ status: 200, body: "<html>login</html>" })),
    saleDespite(session({ status: 200, body: {} })),
    saleDespite(session({ status: 200, body: { success: "false", eventId: "0" } })),
    saleDespite(session({ status: 429 }), { operation: "session", action: "drop_before" }),

    // Without access nothing is sent, and the next try works.
    Till.simulator("revoke_tokens"),
    Till.simulator("faults", { rules: [{ operation: "token", action: "answer", status: 503 }] }),
    Till.pay(),
    Till.lineIs("retry", "Viva does not answer at the moment"),
    Till.retry(),
    Till.customer("approve"),
    ReceiptScreen.isShown(),
    ReceiptScreen.clickNextOrder(),

    // A clear refusal is said in words, and nothing hangs.
    Till.simulator("faults", { rules: [{ operation: "sale", action: "answer", status: 422 }] }),
    Till.pay(),
    Till.lineIs("retry", "Viva did not accept the request"),
    Till.retry(),
    Till.customer("approve"),
    ReceiptScreen.isShown(),
]);

// Odoo and its database go and come back while the customer pays.
Till.addTour("viva_wallet_odoo_restarted", () =>
    ["gone", "proxy", "broken"].map((state) => [
        Till.pay(),
        Till.isWaiting(),
        serverIs(state),
        Till.simulator("approve"),
        Till.isCutOff(),
        serverIs("well"),
        ReceiptScreen.isShown(),
        ReceiptScreen.clickNextOrder(),
    ])
);

// The request itself does not get through at first; it is made once.
Till.addTour("viva_wallet_odoo_gone_at_first", () => [
    serverIs("gone"),
    Till.pay(),
    Till.isCutOff("waiting"),
    serverIs("well"),
    Till.isWaiting(),
    Till.simulator("approve"),
    ReceiptScreen.isShown(),
]);

// An outcome that Viva cannot tell; the cashier sees that nothing was charged.
Till.addTour("viva_wallet_unknown_not_paid", () => [
    Till.simulator("settings", { endless_202: true }),
    Till.pay(),
    Till.isWaiting(),
    Till.simulator("pass", { seconds: 160 }),
    Till.lineIs("waitingCard", "Not known whether paid"),
    Till.click(`${Till.LINE} .o_viva_wallet_shows_not_paid`),
    Till.lineIs("retry"),
    PaymentScreen.clickPaymentlineDelButton(Till.METHOD, "12.34"),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
]);

// Viva says that nothing was charged, and later that it was.
Till.addTour("viva_wallet_failed_then_paid", () => [
    Till.pay(),
    Till.customer("decline"),
    Till.lineIs("retry", "The card was declined"),
    Till.simulator("approve_late"),
    Till.simulator("cron"),
    ReceiptScreen.isShown(),
    ReceiptScreen.paymentLineContains(Till.METHOD, "12.34"),
]);

// Viva undoes a charge while its order is still open, because more is to be paid.
Till.addTour("viva_wallet_paid_then_reversed", () => [
    Till.enterProduct("12"),
    Till.payPart("5"),
    Till.customer("approve"),
    Till.lineIs("done"),
    Till.simulator("reversed"),
    Till.acknowledge("The card payment was undone"),
    Till.lineIs("retry", "Take the payment again"),
    Till.retry(),
    Till.customer("approve"),
    Till.lineIs("done"),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
]);

// The customer pays before Odoo has the reply to its request.
Till.addTour("viva_wallet_webhook_before_reply", () => [
    Till.simulator("settings", { autopilot: { outcome: "approve" } }),
    Till.simulator("faults", {
        rules: [{ operation: "sale", action: "after_webhooks", seconds: 3 }],
    }),
    Till.pay(),
    ReceiptScreen.isShown(),
]);

Till.addTour("viva_wallet_one_sale", () => [
    Till.pay(),
    Till.customer("approve"),
    ReceiptScreen.isShown(),
]);
