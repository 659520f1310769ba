import { animationFrame, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { DECLINED, OPEN, dialogTitles, pass, setupWaiting } from "../../till_env";

definePosModels();

/** The products of an order that another device takes a card for. */
async function setupElsewhere(values = {}) {
    const till = await setupWaiting();
    const { server, store, order } = till;
    store.router.state.current = "ProductScreen";
    store.setOrder(order);
    server.answer = { ...OPEN, device: "another", asked_by: "Anna", ...values };
    await pass(5000);
    return till;
}

const notices = () => queryAllTexts(".o_notification_content");

test("who takes a card at another device is told once, as long as it is true", async () => {
    const { server, store, order } = await setupElsewhere();
    await animationFrame();
    expect(notices()).toHaveLength(1);
    expect(notices()[0]).toMatch(/^Anna is taking .* on terminal 16000001 for this order\. What/);
    store.setOrder(order);
    await pass(5000);
    await animationFrame();
    expect(notices()).toHaveLength(1);
    server.answer = DECLINED;
    await pass(10000);
    await animationFrame();
    expect(notices()).toHaveLength(0);
});

test("nothing is told of what this device does itself", async () => {
    const { store, order } = await setupElsewhere({ device: false });
    await animationFrame();
    expect(notices()).toHaveLength(0);
    expect(store.vivaWallet.sharing.refusesTakingAway(order)).toBe(false);
});

test("nothing is taken away from an order that another device charges", async () => {
    const { server, store, order } = await setupElsewhere();
    expect(store.vivaWallet.sharing.refusesTakingAway(order)).toBe(true);
    await animationFrame();
    expect(dialogTitles()).toEqual(["Card payment still running"]);
    server.answer = DECLINED;
    await pass(10000);
    expect(store.vivaWallet.sharing.refusesTakingAway(order)).toBe(false);
});
