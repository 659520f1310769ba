import { describe, expect, test } from "@odoo/hoot";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { setupTill } from "../till_env";

definePosModels();

describe("a tip that the cashier enters before", () => {
    function untaxedProduct(store) {
        const product = store.models["product.product"].getFirst();
        product.product_tmpl_id.taxes_id = [];
        return product;
    }

    async function orderWithTip() {
        const till = await setupTill();
        const { store, order } = till;
        store.config.tip_product_id = untaxedProduct(store);
        store.setOrder(order);
        await store.setTip(2);
        return till;
    }

    test("goes along with the request", async () => {
        const { order, method, server } = await orderWithTip();
        const line = order.addPaymentline(method).data;
        server.approve(line);
        await line.pay();
        const [sale] = server.calls[0].args;
        expect(sale.amount).toBe(line.amount);
        expect(sale.tip).toBe(2);
    });

    test("is not told where the line pays only a part", async () => {
        const { order, method, server } = await orderWithTip();
        const line = order.addPaymentline(method).data;
        line.setAmount(5);
        server.approve(line);
        await line.pay();
        expect(server.calls[0].args[0].tip).toBe(0);
    });
});
