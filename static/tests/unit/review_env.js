import { animationFrame, expect } from "@odoo/hoot";
import { advanceTime } from "@odoo/hoot-mock";
import { mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { Navbar } from "@point_of_sale/app/components/navbar/navbar";
import { setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import { settle } from "./till_env";

export const ALERT = ".o_viva_wallet_review_alert";

export const ENTRY = ".o_viva_wallet_review_entry";

export const LOST = {
    session_id: "11111111-1111-4111-8111-111111111111",
    title: "Order 7 · € 12.34",
    time: "2026-11-25 09:00:00",
    facts: "It was charged, but no paid order has it.",
    advice: "Attach it to its order.",
    card: "0133",
};

export const UNCERTAIN = {
    ...LOST,
    session_id: "22222222-2222-4222-8222-222222222222",
    title: "Order 8 · € 1.00",
    card: false,
};

/** A till with its bar, and what the server has on review. */
export async function setupReviews(entries = [], terminal = "viva_wallet") {
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
export async function hearOfReview(store) {
    const heard = store.data.channels.filter(({ channel }) => channel === "VIVA_WALLET_REVIEW");
    expect(heard).toHaveLength(1);
    for (let time = 0; time < 3; time++) {
        heard[0].method({ session_id: LOST.session_id });
    }
    await advanceTime(300);
    await settle();
    await animationFrame();
}
