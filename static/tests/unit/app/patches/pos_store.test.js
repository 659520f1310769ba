import { animationFrame, describe, expect, test } from "@odoo/hoot";
import { mountWithCleanup, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { CARD, SESSION_ID, dialogTitles, setupTill } from "../../till_env";

definePosModels();

/** An order that a card has paid, and that is still open. */
async function setupCharged() {
    const till = await setupTill();
    await mountWithCleanup(MainComponentsContainer);
    const line = till.order.addPaymentline(till.method).data;
    line.update({ viva_wallet_session_id: SESSION_ID, ...CARD });
    line.setPaymentStatus("done");
    till.store.setOrder(till.order);
    return till;
}

describe("a charged order", () => {
    test("is not split", async () => {
        const { store } = await setupCharged();
        patchWithCleanup(store.router, { navigate: (screen) => expect.step(screen) });
        store.navigate("SplitBillScreen");
        await animationFrame();
        expect(dialogTitles()).toEqual(["This order has a card payment"]);
        store.navigate("ProductScreen");
        expect.verifySteps(["ProductScreen"]);
    });

    test("is not being split any more once another device charges it", async () => {
        const { store, order } = await setupCharged();
        patchWithCleanup(store.router, { navigate: (screen) => expect.step(screen) });
        Object.assign(store.router.state, {
            current: "SplitBillScreen",
            params: { orderUuid: order.uuid },
        });
        store.vivaWallet.guard.leaveSplitting();
        expect.verifySteps(["ProductScreen"]);
    });

    test("is not merged into another one, nor divided again", async () => {
        const { store, order } = await setupCharged();
        expect(await store.mergeOrders(order)).toBe(order);
        order.uiState.unmerge = { line: { table_id: 7, quantity: 1 } };
        expect(await store.restoreOrdersToOriginalTable(order, { id: 7 })).toBe(false);
    });

    test("is not removed without being asked about", async () => {
        const { store, order } = await setupCharged();
        expect(store.removeOrder(order)).toBe(false);
        expect(store.getOpenOrders()).toInclude(order);
    });
});
