import { animationFrame, describe, expect, test } from "@odoo/hoot";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { DECLINED, dialogTitles, pass, setupWaiting } from "../../till_env";

definePosModels();

describe("while the terminal may charge", () => {
    test("other money does not validate the order", async () => {
        const { server, store, order, line } = await setupWaiting();
        const cash = store.models["pos.payment"].create({
            pos_order_id: order,
            payment_method_id: store.models["pos.payment.method"].get(1),
        });
        cash.setAmount(order.priceIncl);
        const validation = new OrderPaymentValidation({ pos: store, orderUuid: order.uuid });
        expect(await validation.validateOrder(false)).toBe(false);
        await animationFrame();
        expect(dialogTitles()).toEqual(["Card payment still running"]);
        expect(order.state).toBe("draft");
        expect(order.payment_ids).toHaveLength(2);
        expect(line.payment_status).toBe("waitingCard");
        server.answer = DECLINED;
        await pass();
    });

    test("the order is not deleted", async () => {
        const { store, order } = await setupWaiting();
        expect(await store.deleteOrders([order])).toBe(false);
        await animationFrame();
        expect(dialogTitles()).toEqual(["This order has a card payment"]);
    });
});
