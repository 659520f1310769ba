import { animationFrame, describe, expect, test } from "@odoo/hoot";
import { mountWithCleanup, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { dialogTitles, settle, setupTill } from "../../till_env";

definePosModels();

/** The products of an order, from which a tap opens the payment screen. */
async function setupProducts() {
    const till = await setupTill();
    const { store, order } = till;
    store.setOrder(order);
    await mountWithCleanup(MainComponentsContainer);
    patchWithCleanup(store.router, {
        navigate(page, { orderUuid }) {
            store.router.state.current = page;
            store.router.state.params = { orderUuid };
            mountWithCleanup(PaymentScreen, { props: { orderUuid } });
        },
    });
    const pay = async () => {
        await store.validateOrderFast(till.method);
        await animationFrame();
        await settle();
    };
    return { ...till, pay };
}

describe("fast payment on a terminal", () => {
    test("sends and waits on the payment screen", async () => {
        const { order, server, pay } = await setupProducts();
        await pay();
        expect(server.count("start_sale")).toBe(1);
        expect(server.last("start_sale").amount).toBe(order.totalDue);
        expect(order.payment_ids.map((line) => line.payment_status)).toEqual(["waitingCard"]);
        expect(order.state).toBe("draft");
        expect(dialogTitles()).toEqual([]);
    });

    test("is checked like any other", async () => {
        const { order, server, pay } = await setupProducts();
        order.setToInvoice(true);
        await pay();
        await animationFrame();
        expect(dialogTitles()).toEqual(["Please select the Customer"]);
        expect(server.count("start_sale")).toBe(0);
    });

    test("takes up a line that was not paid", async () => {
        const { order, server, method, pay } = await setupProducts();
        order.addPaymentline(method).data.setPaymentStatus("retry");
        await pay();
        expect(server.count("start_sale")).toBe(1);
        expect(order.payment_ids.length).toBe(1);
    });

    test("sends nothing while a card is being charged", async () => {
        const { order, server, pay } = await setupProducts();
        await pay();
        await pay();
        expect(server.count("start_sale")).toBe(1);
        expect(order.payment_ids.length).toBe(1);
        expect(dialogTitles()).toEqual([]);
    });

    test("does nothing for an empty order", async () => {
        const { order, server, pay } = await setupProducts();
        [...order.lines].forEach((line) => line.delete());
        await pay();
        expect(order.payment_ids.length).toBe(0);
        expect(server.count("start_sale")).toBe(0);
    });

    test("leaves other methods to Odoo", async () => {
        const { store, order } = await setupProducts();
        await store.validateOrderFast(store.models["pos.payment.method"].get(1));
        expect(order.state).toBe("paid");
    });
});
