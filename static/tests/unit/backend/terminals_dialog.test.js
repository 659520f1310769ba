import { expect, test } from "@odoo/hoot";
import { click, queryAllTexts, select } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { mountWithCleanup } from "@web/../tests/web_test_helpers";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import { VivaWalletTerminalsDialog } from "@pos_viva_wallet/backend/terminals_dialog";

// The bundle of the tests starts the Point of Sale.
definePosModels();

async function setup() {
    const chosen = [];
    await setupPosEnv();
    await mountWithCleanup(VivaWalletTerminalsDialog, {
        props: {
            terminals: [
                { terminal_id: "16000001", is_live: true, state: "Released", is_own: true },
                { terminal_id: "16000002", is_live: true, state: "Released", used_by: "Bar" },
            ],
            registers: [{ id: 7, name: "Garden" }],
            choose: (rows) => chosen.push(rows),
            close: () => expect.step("close"),
        },
    });
    return chosen;
}

test("one terminal is chosen at once", async () => {
    const chosen = await setup();
    await click("tr:contains(16000002) button");
    expect(chosen).toEqual([[{ terminal_id: "16000002", register_id: false }]]);
    expect.verifySteps(["close"]);
});

test("several are ticked, and each after the first can have a register", async () => {
    const chosen = await setup();
    await click("tr:contains(16000001) input");
    await click("tr:contains(16000002) input");
    await animationFrame();
    expect(queryAllTexts("footer .btn-primary")).toEqual(["Create 2 payment methods"]);
    await click("select");
    await select("7");
    await click("footer .btn-primary");
    expect(chosen).toEqual([
        [
            { terminal_id: "16000001", register_id: false },
            { terminal_id: "16000002", register_id: 7 },
        ],
    ]);
    expect.verifySteps(["close"]);
});
