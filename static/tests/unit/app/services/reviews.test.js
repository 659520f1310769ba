import { animationFrame, describe, expect, test } from "@odoo/hoot";
import { click, queryText } from "@odoo/hoot-dom";
import { ConnectionLostError } from "@web/core/network/rpc";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { timing } from "@pos_viva_wallet/app/timing";
import { NEVER, follow, pass, setupTill } from "../../till_env";
import { ALERT, ENTRY, LOST, hearOfReview, setupReviews } from "../../review_env";

definePosModels();

describe("what is on review", () => {
    test("comes with a message of the bus, is announced once, and goes when resolved", async () => {
        const { server, store } = await setupReviews();
        server.entries = [LOST];
        await hearOfReview(store);
        expect(server.calls).toHaveLength(2);
        expect(queryText(`${ALERT} .badge`)).toBe("1");
        expect(".o_notification").toHaveCount(1);
        expect(queryText(".o_notification")).toInclude(LOST.title);
        await click(".o_notification button:contains('What to do')");
        await animationFrame();
        expect(ENTRY).toHaveCount(1);
        server.entries = [];
        await hearOfReview(store);
        expect(ALERT).toHaveCount(0);
        expect(ENTRY).toHaveCount(0);
        expect(".o_notification").toHaveCount(0);
        expect(".modal-body").toHaveText("Everything is resolved.");
    });

    test("what is known already is not announced", async () => {
        const { store } = await setupReviews([LOST]);
        await hearOfReview(store);
        expect(".o_notification").toHaveCount(0);
    });

    test("stays as it is when the server does not answer", async () => {
        const { server, store } = await setupReviews([LOST]);
        server.entries = new ConnectionLostError("/web/dataset/call_kw");
        await hearOfReview(store);
        expect(queryText(`${ALERT} .badge`)).toBe("1");
    });

    test("what is on review: what is known stays", async () => {
        const { server, store } = await setupTill();
        server.answer = NEVER;
        const loading = follow(store.vivaWallet.reviews.load());
        await pass(timing.QUESTION);
        expect(loading.isDone).toBe(true);
    });

    test("asks nothing in a register without a Viva terminal", async () => {
        const { server } = await setupReviews([LOST], false);
        expect(server.calls).toEqual([]);
        expect(ALERT).toHaveCount(0);
    });
});
