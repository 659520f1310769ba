import { expect, test } from "@odoo/hoot";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { BackgroundValidation } from "@pos_viva_wallet/app/automatic_validation";
import { setupTill } from "../till_env";

definePosModels();

async function setup() {
    const till = await setupTill();
    const { store, order } = till;
    const validation = new BackgroundValidation({ pos: store, orderUuid: order.uuid });
    return { ...till, validation };
}

test("an order that asks for nothing can be validated without the cashier", async () => {
    const { validation, order, method } = await setup();
    order.addPaymentline(method);
    expect(validation.isPossible).toBe(true);
});

test("not one with cash, for which the drawer opens", async () => {
    const { validation, store, order } = await setup();
    order.addPaymentline(store.models["pos.payment.method"].find((one) => one.is_cash_count));
    expect(validation.isPossible).toBe(false);
});
