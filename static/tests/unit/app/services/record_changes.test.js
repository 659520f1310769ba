import { expect, test } from "@odoo/hoot";
import { RecordChanges } from "@pos_viva_wallet/app/services/record_changes";

function setup() {
    const heard = [];
    const model = { addEventListener: (event, callback) => heard.push({ event, callback }) };
    const changes = new RecordChanges({
        models: { "pos.order": model, "pos.order.line": model, "pos.payment": model },
        vivaWallet: {
            flows: { endGone: () => expect.step("flows") },
            notices: { closeOutdated: () => expect.step("notices") },
            changedTotals: { check: () => expect.step("totals") },
            guard: { leaveSplitting: () => expect.step("splitting") },
        },
    });
    changes.listen();
    return heard;
}

test("many changes at once are looked at once, when they are complete", async () => {
    const heard = setup();
    const events = ["create", "update", "delete"].flatMap((event) => [event, event, event]);
    expect(heard.map(({ event }) => event)).toEqual(events);
    heard.forEach(({ callback }) => callback());
    expect.verifySteps([]);
    await Promise.resolve();
    expect.verifySteps(["flows", "notices", "totals", "splitting"]);
    heard[0].callback();
    await Promise.resolve();
    expect.verifySteps(["flows", "notices", "totals", "splitting"]);
});
