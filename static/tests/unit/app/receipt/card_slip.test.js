import { allowTranslations } from "@web/../tests/web_test_helpers";
import { beforeEach, expect, test } from "@odoo/hoot";
import { cardName, cardSlip, isByHand } from "@pos_viva_wallet/app/receipt/card_slip";

beforeEach(allowTranslations);

function paymentOf(values = {}) {
    return {
        isVivaWallet: () => true,
        getAmount: () => 5,
        transaction_id: "t",
        card_brand: "Visa",
        card_no: "0133",
        ...values,
    };
}

const slipOf = (values) => cardSlip(paymentOf(values), (amount) => `${amount} €`);

test("only what is known has a row", () => {
    expect(slipOf().rows.map(({ label, value }) => [String(label), value])).toEqual([
        ["Card", "Visa •••• 0133"],
        ["Amount", "5 €"],
        ["Transaction", "t"],
    ]);
});

test("the way in which a card was read has a name, if it is a known one", () => {
    const read = (payment_method_payment_mode) =>
        String(slipOf({ payment_method_payment_mode }).rows[1].value);
    expect(read("swipe")).toBe("Magnetic stripe");
    expect(read("telepathy")).toBe("telepathy");
});

test("surcharge and instalments", () => {
    const { rows } = slipOf({ viva_wallet_surcharge: 0.31, viva_wallet_instalments: 6 });
    expect(rows.map(({ label, value }) => [String(label), value])).toInclude([
        "of which card surcharge",
        "0.31 €",
    ]);
    expect(rows.at(-2)).toEqual({ label: rows.at(-2).label, value: "6" });
});

test("a refund has no sign, and is called one", () => {
    const slip = slipOf({ getAmount: () => -5 });
    expect(slip.isRefund).toBe(true);
    expect(slip.rows[1].value).toBe("5 €");
});

test("without a charge there is no slip", () => {
    expect(slipOf({ transaction_id: "" })).toBe(null);
    expect(slipOf({ isVivaWallet: () => false })).toBe(null);
});

test("a card of which nothing is known has no name", () => {
    expect(cardName({})).toBe("");
});

test("a payment of a paid order that no terminal was asked for is one by hand", () => {
    const paid = { transaction_id: "", pos_order_id: { finalized: true } };
    const byHand = (values) => isByHand(paymentOf({ ...paid, ...values }));
    expect(byHand()).toBe(true);
    expect(byHand({ transaction_id: "t" })).toBe(false);
    expect(byHand({ viva_wallet_session_id: "s" })).toBe(false);
    expect(byHand({ pos_order_id: { finalized: false } })).toBe(false);
    expect(byHand({ isVivaWallet: () => false })).toBe(false);
});
