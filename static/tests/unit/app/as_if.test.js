import { expect, test } from "@odoo/hoot";
import { asIf } from "@pos_viva_wallet/app/as_if";

class Purse {
    coins = 3;

    get isEmpty() {
        return this.coins === 0;
    }

    take() {
        return --this.coins;
    }
}

test("a view has its own values, and leaves the object as it is", () => {
    const purse = new Purse();
    const view = asIf(purse, { isEmpty: true });
    expect([view.coins, view.isEmpty, purse.isEmpty]).toEqual([3, true, false]);
    view.coins = 7;
    expect([view.coins, purse.coins]).toEqual([7, 3]);
});

test("methods work on the object", () => {
    const purse = new Purse();
    expect(asIf(purse, { coins: 9 }).take()).toBe(2);
    expect(purse.coins).toBe(2);
});
