import { allowTranslations } from "@web/../tests/web_test_helpers";
import { beforeEach, expect, test } from "@odoo/hoot";
import { refundStatements, refundText, refundTitle } from "@pos_viva_wallet/app/refund_texts";

beforeEach(allowTranslations);

const CARD = { card_brand: "Visa", card_no: "0133", method: "Card", charged: 9, remaining: 4 };

function contextOf(values = {}) {
    return {
        line: { payment_method_id: { viva_wallet_terminal_id: "16000001" }, card_no: "0133" },
        flow: { text: "Said by the server." },
        status: "waitingCard",
        config: {},
        refund: {},
        card: undefined,
        isByAccount: false,
        formatCurrency: (amount) => `${amount} €`,
        ...values,
    };
}

const titleOf = (situation, values) => String(refundTitle(situation, contextOf(values)));
const textOf = (situation, values) => String(refundText(situation, contextOf(values)));

test("the title names the card that is paid back, as far as it is known", () => {
    expect(titleOf("pending")).toBe("Pay back to the card");
    expect(titleOf("pending", { card: CARD })).toBe("Pay back to Visa •••• 0133");
    expect(titleOf("pending", { card: { method: "Card" } })).toBe("Pay back to Card");
});

test("only what was paid back is called so", () => {
    for (const situation of ["refused", "unknown", "uncertain", "retry", "reversed"]) {
        expect(titleOf(situation).startsWith("Not")).toBe(true);
    }
    expect(titleOf("done")).toBe("Paid back to the card");
    expect(titleOf("silent")).toBe("Viva does not answer");
});

test("before it is sent the text says what can be paid back, or why nothing can", () => {
    expect(textOf("pending", { card: CARD })).toBe("4 € of 9 € can be paid back to this card.");
    expect(textOf("pending", { refund: { isUnreferenced: true } })).toInclude("whatever card");
    expect(textOf("pending", { refund: { isLoaded: true, text: "Cash." } })).toBe("Cash.");
    expect(textOf("pending")).toInclude("Looking for the card");
});

test("a refund by the account sends nobody to the terminal", () => {
    for (const situation of ["unreachable", "silent", "waitingCard"]) {
        expect(textOf(situation)).toInclude("16000001");
        expect(textOf(situation, { isByAccount: true })).not.toInclude("terminal");
    }
    expect(String(refundStatements(true).paid)).toBe("Viva shows the refund");
    expect(String(refundStatements(false).notPaid)).toBe("The terminal shows no refund");
});

test("what the server says is shown where it knows why", () => {
    expect(textOf("unknown")).toBe("Said by the server.");
    expect(textOf("retry")).toBe("Said by the server.");
    expect(textOf("retry", { flow: {} })).toInclude("Try again, or use another payment method");
});
