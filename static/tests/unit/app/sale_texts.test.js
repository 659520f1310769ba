import { allowTranslations } from "@web/../tests/web_test_helpers";
import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { paidText, saleStatements, saleText, saleTitle } from "@pos_viva_wallet/app/sale_texts";

beforeEach(allowTranslations);

const SITUATIONS = [
    "unreachable",
    "silent",
    "refused",
    "unknown",
    "uncertain",
    "pending",
    "waiting",
    "waitingCard",
    "waitingCancel",
    "done",
    "retry",
];

function contextOf(values = {}) {
    return {
        line: {
            amount: 5,
            payment_method_id: { viva_wallet_terminal_id: "16000001" },
            pos_order_id: { remainingDue: 5 },
            card_brand: "Visa",
            card_no: "0133",
        },
        flow: { text: "Said by the server.", hint: "Not taken.", accepted: true },
        status: "waitingCard",
        config: {},
        formatCurrency: (amount) => `${amount} €`,
        ...values,
    };
}

const textOf = (situation, values) => String(saleText(situation, contextOf(values)));

test("every situation has a title, and only a charge is called paid", () => {
    for (const situation of SITUATIONS) {
        expect(String(saleTitle(situation))).not.toBe("");
        expect(String(saleTitle(situation)) === "Paid by card").toBe(situation === "done");
    }
    expect(String(saleTitle("reversed"))).toBe("Not paid");
});

describe("while nobody answers", () => {
    test("the text names the terminal", () => {
        for (const situation of ["unreachable", "silent"]) {
            expect(textOf(situation)).toInclude("16000001");
        }
        const text = textOf("silent", { status: "waitingCancel" });
        expect(text).toInclude("not confirmed that the terminal has stopped");
    });
});

describe("while the customer can pay", () => {
    test("the text depends on whether Viva has the request", () => {
        expect(textOf("waitingCard")).toInclude("The customer taps");
        expect(textOf("waitingCard", { flow: {} })).toInclude("has not confirmed");
    });

    test("an order that has become cheaper is said", () => {
        const { line } = contextOf();
        line.pos_order_id.remainingDue = 3;
        expect(textOf("waitingCard", { line })).toInclude("asks for more than the order");
    });
});

test("what the server says is shown where it knows why", () => {
    expect(textOf("unknown")).toBe("Said by the server.");
    expect(textOf("retry")).toBe("Said by the server.");
    expect(textOf("uncertain")).toBe("Said by the server.");
    expect(textOf("retry", { flow: {} })).toInclude("Try again");
    expect(textOf("refused")).toInclude(
        "Not taken. An earlier request may have reached the terminal"
    );
});

test("a charge tells its card, and what was added", () => {
    expect(textOf("done")).toBe("Visa •••• 0133");
    const context = contextOf({ flow: { added: 2 }, config: { set_tip_after_payment: true } });
    expect(paidText(context)).toInclude("2 € added on the terminal");
    expect(paidText(context)).toInclude("No tip can be added afterwards");
});

test("a cashier can state two things", () => {
    expect(Object.values(saleStatements()).map(String)).toEqual([
        "The terminal shows paid",
        "The terminal shows not paid",
    ]);
});
