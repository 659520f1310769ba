import { after, expect, test } from "@odoo/hoot";
import { scale, timing, wrongOrders } from "@pos_viva_wallet/app/timing";

const WRITTEN = { ...timing };

test("every order that must hold does", () => {
    expect(wrongOrders()).toEqual([]);
});

test("an order that does not hold is named", () => {
    expect(wrongOrders({ ...WRITTEN, REQUEST: 40000 })).toEqual([
        "no request is given up while the server may still be at it",
    ]);
});

test("one factor scales all of them, counted from what is written", () => {
    after(() => scale(1));
    scale(0.5);
    scale(0.1);
    for (const [name, milliseconds] of Object.entries(timing)) {
        expect(milliseconds).toBe(WRITTEN[name] * 0.1);
    }
    scale(1);
    expect(timing).toEqual(WRITTEN);
});
