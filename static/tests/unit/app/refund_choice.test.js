import { describe, expect, test } from "@odoo/hoot";
import { chooseCard } from "@pos_viva_wallet/app/refund_choice";

const CARD = { session_id: "one", remaining: 5, obstacle: false };
const SPENT = { session_id: "spent", remaining: 0, obstacle: false };
const FOREIGN = { session_id: "foreign", remaining: 5, obstacle: "Another account." };
const CASH = { method: "Cash", amount: 3 };

/** @returns {string|null} session of the card that is chosen, "ask" or null */
function choose(cards, others = [], isFurther = false) {
    const chosen = chooseCard({ cards, others, text: "" }, isFurther);
    return chosen?.session_id || chosen;
}

describe("which card payment is paid back", () => {
    test("the only one", () => {
        expect(choose([CARD])).toBe("one");
    });

    test("the cashier says where there are several, or something else was paid, too", () => {
        expect(choose([CARD, { ...CARD, session_id: "two" }])).toBe("ask");
        expect(choose([CARD, SPENT])).toBe("ask");
        expect(choose([CARD], [CASH])).toBe("ask");
    });

    test("the only one that is left for a further line", () => {
        expect(choose([CARD, SPENT], [], true)).toBe("one");
        expect(choose([CARD], [CASH], true)).toBe("one");
        expect(choose([CARD, { ...CARD, session_id: "two" }], [], true)).toBe("ask");
    });

    test("none where nothing remains, or nothing can be paid back here", () => {
        expect(choose([])).toBe(null);
        expect(choose([], [CASH])).toBe(null);
        expect(choose([SPENT])).toBe(null);
        expect(choose([FOREIGN])).toBe(null);
    });
});
