import { describe, expect, test } from "@odoo/hoot";
import { click, queryText } from "@odoo/hoot-dom";
import { mountWithCleanup, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import {
    VivaWalletMerchantCopy,
    VivaWalletMerchantCopyButton,
} from "@pos_viva_wallet/app/receipt/merchant_copy";
import { timing } from "@pos_viva_wallet/app/timing";
import { CARD, NEVER, paidOrder, pass, setupTill } from "../../till_env";

definePosModels();

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

    test("a printer that does not answer is named", async () => {
        const { store, order, method } = await setupTill();
        const line = order.addPaymentline(method).data;
        line.update(CARD);
        line.setPaymentStatus("done");
        patchWithCleanup(store.printer, { print: () => NEVER });
        patchWithCleanup(store.notification, { add: (message) => expect.step(message) });
        await mountWithCleanup(VivaWalletMerchantCopyButton, { props: { order } });
        await click(".o_viva_wallet_print_merchant_copy");
        await pass(timing.PRINT);
        expect.verifySteps([
            "The printer does not answer. Check it, then print the merchant copy again.",
        ]);
    });
});
