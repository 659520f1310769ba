import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import { run } from "@point_of_sale/../tests/generic_helpers/utils";
import * as Till from "@pos_viva_wallet/../tests/tours/utils/viva_wallet_util";

// Before it validates, `pos_online_payment` has the server delete the payment lines of a saved order.
Till.addTour("viva_wallet_with_online_method", () => [
    Till.pay(),
    Till.isWaiting(),
    Till.isSaved(),
    Till.customer("approve"),
    ReceiptScreen.isShown(),
    Dialog.isNot(),
    ReceiptScreen.clickNextOrder(),

    Till.pay("5"),
    Till.isWaiting(),
    Till.isSaved(),
    Till.simulator("decline"),
    Till.lineIs("retry"),
    PaymentScreen.clickPaymentlineDelButton(Till.METHOD, "5.00"),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
    Dialog.isNot(),
]);

function openTable(number) {
    return [
        run(() => posmodel.navigate("FloorScreen"), "floor"),
        Till.click(`.table:contains("${number}")`),
        { content: "its products", trigger: ".product-screen" },
    ];
}

function save() {
    return run(() => posmodel.syncAllOrders({ orders: [posmodel.getOrder()] }), "save the order");
}

function orderAt(number) {
    return posmodel.models["pos.order"].find(
        (order) => order.table_id?.table_number === number && !order.finalized
    );
}

function drag(from, to) {
    return run(async () => {
        const parent = posmodel.models["restaurant.table"].find((t) => t.table_number === to);
        const child = posmodel.models["restaurant.table"].find((t) => t.table_number === from);
        // As the floor screen of `pos_restaurant` does when a table is dropped.
        posmodel.mergeTableOrders(orderAt(from).uuid, parent);
        posmodel.data.write("restaurant.table", [child.id], { parent_id: parent.id });
    }, `drag table ${from} to ${to}`);
}

Till.addTour("viva_wallet_paid_elsewhere", () => [
    openTable(102),
    Till.enterProduct("8"),
    save(),
    openTable(101),
    Till.enterProduct("12.34"),
    ProductScreen.addOrderline("Letter Tray", "1", "5"),
    save(),
    Till.simulator("pay_elsewhere"),
    {
        content: "who takes the card is told",
        trigger: `.o_notification:contains("on terminal 16000001 for this order. What you add stays")`,
    },

    ProductScreen.clickNumpad("⌫"),
    Dialog.is({ title: "Card payment still running" }),
    Dialog.confirm("Ok"),
    run(() => posmodel.navigate("SplitBillScreen", { orderUuid: posmodel.getOrder().uuid })),
    Dialog.is({ title: "This order has a card payment" }),
    Dialog.confirm("Ok"),
    drag(101, 102),
    Dialog.is({ title: "This order has a card payment" }),
    Dialog.confirm("Ok"),
    run(() => {
        if (posmodel.models["restaurant.table"].some((table) => table.parent_id)) {
            throw new Error("The tables were linked");
        }
        if (orderAt(101).lines.length !== 2) {
            throw new Error("Lines have left the order");
        }
    }),

    ProductScreen.addOrderline("Monitor Stand", "1", "5"),
    save(),
    Till.simulator("approve"),
    run(async () => {
        while (!orderAt(101).payment_ids[0].isVivaWalletCharged()) {
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
        if (orderAt(101).finalized) {
            throw new Error("What was added is not paid");
        }
    }, "charged, and not finished"),
]);

Till.addTour("viva_wallet_table_shared", () => [
    openTable(101),
    Till.enterProduct(),
    ProductScreen.clickPayButton(false),
    PaymentScreen.clickPaymentMethod(Till.METHOD),
    Till.isWaiting(),
    Till.isSaved(),
    Till.simulator("sell_elsewhere"),
    Till.until(
        () =>
            posmodel.models["pos.order"].filter(
                (order) => order.table_id?.table_number === 101 && order.isSynced
            ).length === 2,
        "the order of the other device is here"
    ),
    Till.lineIs("waitingCard"),
    Dialog.isNot(),
    Till.customer("approve"),
    ReceiptScreen.isShown(),
]);
