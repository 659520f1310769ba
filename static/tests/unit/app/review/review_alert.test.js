import { animationFrame, describe, expect, test } from "@odoo/hoot";
import { click, queryAllTexts, queryText } from "@odoo/hoot-dom";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { ALERT, ENTRY, LOST, UNCERTAIN, setupReviews } from "../../review_env";

definePosModels();

describe("the alert of the till", () => {
    test("is not there while nothing needs attention", async () => {
        const { server, store } = await setupReviews();
        expect(ALERT).toHaveCount(0);
        expect(server.calls).toEqual([[store.config.id]]);
    });

    test("counts, and tells what happened and what to do", async () => {
        await setupReviews([LOST, UNCERTAIN]);
        expect(queryText(`${ALERT} .badge`)).toBe("2");
        await click(ALERT);
        await animationFrame();
        expect(ENTRY).toHaveCount(2);
        const [first, second] = queryAllTexts(ENTRY);
        for (const part of [LOST.title, "•••• 0133", LOST.facts, LOST.advice]) {
            expect(first).toInclude(part);
        }
        expect(second).not.toInclude("••••");
    });
});
