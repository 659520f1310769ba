import { expect, test } from "@odoo/hoot";
import { patchWithCleanup } from "@web/../tests/web_test_helpers";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { timing } from "@pos_viva_wallet/app/timing";
import { NEVER, pass, setupTill } from "../../till_env";

definePosModels();

test("a part that is reached through a reactive record is the same object", async () => {
    const { store, method } = await setupTill();
    expect(method.payment_terminal.flows).toBe(store.vivaWallet.flows);
});

test("what was running is taken up, also when loading does not end", async () => {
    const { store } = await setupTill();
    patchWithCleanup(store.vivaWallet.recovery, { recover: () => expect.step("recover") });
    patchWithCleanup(store.vivaWallet.reviews, { load: () => expect.step("reviews") });
    store.vivaWallet.onLoaded(NEVER);
    await pass(timing.LOAD - 1);
    expect.verifySteps([]);
    await pass(1);
    expect.verifySteps(["recover", "reviews"]);
});
