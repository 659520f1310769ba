import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts, queryText } from "@odoo/hoot-dom";
import { mountWithCleanup, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { OrderReceipt } from "@point_of_sale/app/screens/receipt_screen/receipt/order_receipt";
import {
    VivaWalletMerchantCopy,
    VivaWalletMerchantCopyButton,
} from "@pos_viva_wallet/app/receipt/merchant_copy";
import { CARD, setupTill, TERMINAL } from "./till_env";

definePosModels();

const SLIP = { ...CARD, viva_wallet_terminal_id: TERMINAL, viva_wallet_aid: "A0000000031010" };

/** An order that a card has paid. */
async function paidOrder(values = {}) {
    const till = await setupTill();
    const { data: line } = till.order.addPaymentline(till.method);
    line.update({ ...SLIP, ...values });
    line.setPaymentStatus("done");
    return { ...till, line };
}

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

describe("the merchant copy", () => {
    test("has the full slip, whatever the receipt has", async () => {
        const { order, method } = await paidOrder();
        method.viva_wallet_receipt = "none";
        await mountWithCleanup(VivaWalletMerchantCopy, { props: { order } });
        expect(".o_viva_wallet_merchant_copy").toHaveCount(1);
        expect(queryText(".o_viva_wallet_slip")).toInclude(CARD.transaction_id);
    });

    test("is printed on request", async () => {
        const { order, store } = await paidOrder();
        patchWithCleanup(store.printer, {
            print: async (component, props) =>
                expect.step([component.name, props.order.uuid === order.uuid].join()),
        });
        await mountWithCleanup(VivaWalletMerchantCopyButton, { props: { order } });
        document.querySelector(".o_viva_wallet_print_merchant_copy").click();
        expect.verifySteps(["VivaWalletMerchantCopy,true"]);
    });

    test("is not offered without a card payment", async () => {
        const { order } = await paidOrder({ transaction_id: false });
        await mountWithCleanup(VivaWalletMerchantCopyButton, { props: { order } });
        expect(".o_viva_wallet_print_merchant_copy").toHaveCount(0);
    });
});
