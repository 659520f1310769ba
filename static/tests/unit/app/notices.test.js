import { expect, test } from "@odoo/hoot";
import { Notices } from "@pos_viva_wallet/app/notices";

function setup() {
    const shown = new Map();
    const notices = new Notices((message, options) => {
        shown.set(message, options);
        return () => shown.delete(message);
    });
    return { shown, notices };
}

test("stays until it is not true any more", () => {
    const { shown, notices } = setup();
    let isTrue = true;
    notices.add("paid", { type: "success" }, () => isTrue);
    notices.closeOutdated();
    expect(shown.get("paid").sticky).toBe(true);
    isTrue = false;
    notices.closeOutdated();
    expect([...shown.keys()]).toEqual([]);
});

test("what the cashier has closed is not closed again", () => {
    const { shown, notices } = setup();
    notices.add("paid", {}, () => {
        expect.step("asked");
        return false;
    });
    shown.get("paid").onClose();
    notices.closeOutdated();
    expect.verifySteps([]);
});
