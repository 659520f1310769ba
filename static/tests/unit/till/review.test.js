import { animationFrame, describe, expect, test } from "@odoo/hoot";
import { click, queryAllTexts, queryText } from "@odoo/hoot-dom";
import { advanceTime } from "@odoo/hoot-mock";
import { mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { ConnectionLostError } from "@web/core/network/rpc";
import { ClosePosPopup } from "@point_of_sale/app/components/popups/closing_popup/closing_popup";
import { Navbar } from "@point_of_sale/app/components/navbar/navbar";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import { settle } from "./till_env";

definePosModels();

const ALERT = ".o_viva_wallet_review_alert";
const ENTRY = ".o_viva_wallet_review_entry";
const LOST = {
    session_id: "11111111-1111-4111-8111-111111111111",
    title: "Order 7 · € 12.34",
    time: "2026-11-25 09:00:00",
    facts: "It was charged, but no paid order has it.",
    advice: "Attach it to its order.",
    card: "0133",
};
const UNKNOWN = {
    ...LOST,
    session_id: "22222222-2222-4222-8222-222222222222",
    title: "Order 8 · € 1.00",
    card: false,
};

/** A till with its bar, and what the server has on review. */
async function setup(entries = [], terminal = "viva_wallet") {
    const server = { entries, calls: [] };
    onRpc("viva.wallet.till", "open_reviews", ({ args }) => {
        server.calls.push(args);
        if (server.entries instanceof Error) {
            throw server.entries;
        }
        return server.entries;
    });
    const store = await setupPosEnv();
    store.models["pos.payment.method"].get(2).update({ use_payment_terminal: terminal });
    await mountWithCleanup(MainComponentsContainer);
    await mountWithCleanup(Navbar);
    await store.vivaWallet.reviews.load();
    await animationFrame();
    return { server, store };
}

/** What the bus does when the server has something new, more than once. */
async function hear(store) {
    const heard = store.data.channels.filter(({ channel }) => channel === "VIVA_WALLET_REVIEW");
    expect(heard).toHaveLength(1);
    for (let time = 0; time < 3; time++) {
        heard[0].method({ session_id: LOST.session_id });
    }
    await advanceTime(300);
    await settle();
    await animationFrame();
}

describe("the alert of the till", () => {
    test("is not there while nothing needs attention", async () => {
        const { server, store } = await setup();
        expect(ALERT).toHaveCount(0);
        expect(server.calls).toEqual([[store.config.id]]);
    });

    test("asks nothing in a register without a Viva terminal", async () => {
        const { server } = await setup([LOST], false);
        expect(server.calls).toEqual([]);
        expect(ALERT).toHaveCount(0);
    });

    test("counts, and tells what happened and what to do", async () => {
        await setup([LOST, UNKNOWN]);
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

    test("comes with a message of the bus, is announced once, and goes when resolved", async () => {
        const { server, store } = await setup();
        server.entries = [LOST];
        await hear(store);
        expect(server.calls).toHaveLength(2);
        expect(queryText(`${ALERT} .badge`)).toBe("1");
        expect(".o_notification").toHaveCount(1);
        expect(queryText(".o_notification")).toInclude(LOST.title);
        await click(".o_notification button:contains('What to do')");
        await animationFrame();
        expect(ENTRY).toHaveCount(1);
        server.entries = [];
        await hear(store);
        expect(ALERT).toHaveCount(0);
        expect(ENTRY).toHaveCount(0);
        expect(".o_notification").toHaveCount(0);
        expect(".modal-body").toHaveText("Everything is resolved.");
    });

    test("what is known already is not announced", async () => {
        const { store } = await setup([LOST]);
        await hear(store);
        expect(".o_notification").toHaveCount(0);
    });

    test("stays as it is when the server does not answer", async () => {
        const { server, store } = await setup([LOST]);
        server.entries = new ConnectionLostError("/web/dataset/call_kw");
        await hear(store);
        expect(queryText(`${ALERT} .badge`)).toBe("1");
    });
});

describe("closing the register", () => {
    async function openPopup(values) {
        const { store } = await setup();
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
