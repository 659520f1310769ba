import { expect, test } from "@odoo/hoot";
import { takesAway } from "@pos_viva_wallet/app/line_changes";

const line = { price_unit: 5, getQuantity: () => 2, getDiscount: () => 10 };

test("what makes a line cost less", () => {
    for (const [mode, value] of [
        ["quantity", "remove"],
        ["quantity", "1"],
        ["quantity", 0],
        ["quantity", null],
        ["discount", "20"],
        ["price", "4.99"],
    ]) {
        expect(takesAway(line, mode, value)).toBe(true);
    }
});

test("what does not", () => {
    for (const [mode, value] of [
        ["quantity", "3"],
        ["discount", "5"],
        ["discount", "remove"],
        ["price", "6"],
        ["price", "remove"],
    ]) {
        expect(takesAway(line, mode, value)).toBe(false);
    }
    expect(takesAway(undefined, "quantity", "remove")).toBe(false);
});
