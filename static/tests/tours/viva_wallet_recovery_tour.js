import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import { run } from "@point_of_sale/../tests/generic_helpers/utils";
import { serverIs } from "@pos_viva_wallet/../tests/tours/utils/connection_util";
import * as Till from "@pos_viva_wallet/../tests/tours/utils/viva_wallet_util";

Till.addTour("viva_wallet_reloaded_after_tap", () => [
    Till.pay(),
    Till.isWaiting(),
    serverIs("gone"),
    Till.simulator("approve"),
    Till.reload(),
    ReceiptScreen.isShown(),
]);

Till.addTour("viva_wallet_reloaded_while_cancelling", () => [
    Till.pay(),
    Till.customer("insert"),
    Till.cancel(),
    Till.lineIs("waitingCancel"),
    Till.reload(),
    Till.lineIs("waitingCancel"),
    Till.simulator("approve"),
    Till.acknowledge("Too late to cancel"),
    ReceiptScreen.isShown(),
]);

// The page dies before the browser has written down that there is a payment.
Till.addTour("viva_wallet_died_before_it_was_stored", () => [
    Till.enterProduct(),
    ProductScreen.clickPayButton(),
    run(async () => {
        await posmodel.data.synchronizeLocalDataInIndexedDB();
        posmodel.data.indexedDB.create = async () => {};
        posmodel.data.indexedDB.delete = async () => {};
        posmodel.vivaWallet.orderSync.save = () => {};
    }, "nothing is stored from now on"),
    PaymentScreen.clickPaymentMethod(Till.METHOD),
    Till.isWaiting(),
    Till.reload(),
    Till.isWaiting(),
    Till.simulator("approve"),
    ReceiptScreen.isShown(),
]);

Till.addTour("viva_wallet_browser_wiped", () => [
    Till.pay(),
    Till.isWaiting(),
    Till.isSaved(),
    serverIs("gone"),
    Till.simulator("approve"),
    run(
        async () => {
            const databases = await indexedDB.databases();
            // When nothing looks into it any more. The tour itself lives there, too.
            window.addEventListener("pagehide", () =>
                Object.keys(localStorage)
                    .filter((key) => !key.includes("tour"))
                    .forEach((key) => localStorage.removeItem(key))
            );
            posmodel.data.indexedDB.create = async () => {};
            posmodel.data.indexedDB.delete = async () => {};
            posmodel.data.indexedDB.db?.close();
            databases.forEach(({ name }) => indexedDB.deleteDatabase(name));
            window.location.reload();
        },
        "wipe the browser and reload",
        true
    ),
    ReceiptScreen.isShown(),
]);

Till.addTour("viva_wallet_offline", () => [
    Till.pay(),
    Till.isWaiting(),
    serverIs("gone", ""),
    Till.simulator("approve"),
    Till.isCutOff(),
    serverIs("well"),
    ReceiptScreen.isShown(),
]);

Till.addTour("viva_wallet_websocket_dead", () => [
    run(() => posmodel.env.services.bus_service.stop(), "no notifications any more"),
    Till.pay(),
    Till.customer("approve"),
    ReceiptScreen.isShown(),
]);

// The till is left alone while the terminal waits; see the next tour.
Till.addTour("viva_wallet_tab_closed", () => [Till.pay(), Till.isWaiting(), Till.isSaved()]);

// The customer paid before the till was opened: nobody waits, and the next customer can be served.
Till.addTour(
    "viva_wallet_next_morning",
    () => [
        {
            content: "told what has become of it",
            trigger: '.o_notification:contains("was paid by card and is finished")',
        },
        Till.enterProduct("3"),
        ProductScreen.totalAmountIs("3.00"),
    ],
    { isOpen: true }
);

// The customer pays while the till is open, at the products of the order.
Till.addTour(
    "viva_wallet_paid_at_last",
    () => [
        ProductScreen.totalAmountIs("12.34"),
        Till.until(
            () => posmodel.getOrder().payment_ids[0].uiState.vivaWallet?.accepted,
            "the till has heard that the terminal waits"
        ),
        Till.simulator("approve"),
        ReceiptScreen.isShown(),
        ReceiptScreen.paymentLineContains(Till.METHOD, "12.34"),
    ],
    { isOpen: true }
);

// Another device takes over an order whose card has not been presented yet.
Till.addTour(
    "viva_wallet_taken_over",
    () => [
        Chrome.clickOrders(),
        Till.click(".ticket-screen .order-row:contains('12.34')"),
        Till.click(
            ".ticket-screen .pads button:contains('Load Order'), .ticket-screen .validation"
        ),
        Till.isWaiting(),
        Till.cancel(),
        Till.lineIs("retry", "Nothing was charged"),
        Till.retry(),
        Till.customer("approve"),
        ReceiptScreen.isShown(),
    ],
    { isOpen: true }
);
