import { animationFrame, describe, expect, test } from "@odoo/hoot";
import { queryText } from "@odoo/hoot-dom";
import { ClosePosPopup } from "@point_of_sale/app/components/popups/closing_popup/closing_popup";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { LOST, setupReviews } from "../../review_env";

definePosModels();

describe("closing the register", () => {
    async function openPopup(values) {
        const { store } = await setupReviews();
        store.dialog.add(ClosePosPopup, {
            orders_details: { quantity: 1, amount: 10 },
            opening_notes: "",
            default_cash_details: { id: 1, name: "Cash", amount: 0, opening: 0, moves: [] },
            non_cash_payment_methods: [],
            is_manager: true,
            amount_authorized_diff: null,
            ...values,
        });
        await animationFrame();
    }

    test("names what needs attention", async () => {
        await openPopup({ viva_wallet_reviews: [LOST] });
        expect(queryText(".o_viva_wallet_closing_reviews")).toInclude(LOST.facts);
        expect(".close-pos-popup button.btn-primary:enabled").toHaveCount(1);
    });

    test("says nothing when there is nothing", async () => {
        await openPopup({ viva_wallet_reviews: [] });
        expect(".o_viva_wallet_closing_reviews").toHaveCount(0);
    });
});
