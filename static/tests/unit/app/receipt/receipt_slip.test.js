import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts, queryText } from "@odoo/hoot-dom";
import { mountWithCleanup } from "@web/../tests/web_test_helpers";
import { OrderReceipt } from "@point_of_sale/app/screens/receipt_screen/receipt/order_receipt";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { CARD, SLIP, TERMINAL, paidOrder } from "../../till_env";

definePosModels();

async function printed(order) {
    await mountWithCleanup(OrderReceipt, { props: { order } });
}

describe("the card slip on the receipt", () => {
    test("says what a card slip must say", async () => {
        const { order } = await paidOrder();
        await printed(order);
        const text = queryText(".o_viva_wallet_slip");
        for (const value of [
            "Visa •••• 0133",
            "Contactless",
            "086253",
            TERMINAL,
            "570683020069",
            "A0000000031010",
            CARD.transaction_id,
        ]) {
            expect(text).toInclude(value);
        }
        expect(text).not.toInclude("Refund");
    });

    test("has no row for what is not known", async () => {
        const { order } = await paidOrder({
            card_brand: false,
            card_no: false,
            payment_method_payment_mode: false,
            payment_method_authcode: false,
            payment_ref_no: "",
            viva_wallet_aid: undefined,
        });
        await printed(order);
        const rows = queryAllTexts(".o_viva_wallet_slip > div");
        expect(rows).toHaveLength(3); // amount, terminal, transaction
        expect(rows.join()).not.toInclude("undefined");
        expect(rows.join()).not.toInclude("false");
    });

    test("a refund is one, and its amount has no sign", async () => {
        const { order, line } = await paidOrder();
        line.amount = -5;
        await printed(order);
        expect(".o_viva_wallet_slip_refund").toHaveText("Refund to card");
        const rows = queryAllTexts(".o_viva_wallet_slip > div");
        const amount = rows.find((row) => row.startsWith("Amount"));
        expect(amount).toInclude("5.00");
        expect(amount).not.toInclude("-");
    });

    test("one line, if the payment method says so", async () => {
        const { order, method } = await paidOrder();
        method.viva_wallet_receipt = "line";
        await printed(order);
        expect(".o_viva_wallet_slip").toHaveText("Visa •••• 0133 · 086253");
    });

    test("nothing, if the payment method says so", async () => {
        const { order, method } = await paidOrder();
        method.viva_wallet_receipt = "none";
        await printed(order);
        expect(".o_viva_wallet_slip").toHaveCount(0);
    });

    test("a payment without a charge has none", async () => {
        const { order } = await paidOrder({ transaction_id: false });
        await printed(order);
        expect(".o_viva_wallet_slip").toHaveCount(0);
    });

    test("each of several cards has its own", async () => {
        const { order, method, line } = await paidOrder();
        line.setAmount(3);
        const { data: second } = order.addPaymentline(method);
        second.update({ ...SLIP, card_no: "4242", transaction_id: "second" });
        await printed(order);
        expect(".o_viva_wallet_slip").toHaveCount(2);
        expect(".o_viva_wallet_slip:last").toHaveText(/4242/);
    });
});
