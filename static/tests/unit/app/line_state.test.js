import { describe, expect, test } from "@odoo/hoot";
import * as state from "@pos_viva_wallet/app/line_state";

function lineOf(values = {}, { isFollowing = false } = {}) {
    const line = {
        payment_method_id: {
            use_payment_terminal: "viva_wallet",
            payment_terminal: { isFollowing: () => isFollowing },
        },
        amount: 5,
        viva_wallet_session_id: "session",
        payment_status: "pending",
        uiState: {},
        ...values,
    };
    line.pos_order_id = {
        finalized: false,
        electronicPaymentInProgress: () => false,
        payment_ids: [line],
        ...values.pos_order_id,
    };
    return line;
}

describe("money may be moving", () => {
    test("while the terminal is asked, and while anything follows the request", () => {
        for (const payment_status of ["waiting", "waitingCard", "waitingCancel"]) {
            expect(state.isInFlight(lineOf({ payment_status }))).toBe(true);
        }
        expect(state.isInFlight(lineOf({ payment_status: "retry" }))).toBe(false);
        expect(state.isInFlight(lineOf({ payment_status: "retry" }, { isFollowing: true }))).toBe(
            true
        );
    });

    test("never without a session, or on another terminal", () => {
        const payment_status = "waitingCard";
        expect(state.isInFlight(lineOf({ payment_status, viva_wallet_session_id: "" }))).toBe(
            false
        );
        expect(state.isInFlight(lineOf({ payment_status, payment_method_id: {} }))).toBe(false);
    });
});

test("the amount is fixed while it may be charged, and once it was", () => {
    expect(state.isLocked(lineOf({ payment_status: "waitingCard" }))).toBe(true);
    expect(state.isLocked(lineOf({ payment_status: "done" }))).toBe(true);
    expect(state.isLocked(lineOf({ payment_status: "retry" }))).toBe(false);
});

test("an outcome is there after a charge, and after a denial of a request", () => {
    expect(state.hasOutcome(lineOf({ payment_status: "done" }))).toBe(true);
    expect(state.hasOutcome(lineOf({ payment_status: "retry" }))).toBe(true);
    expect(state.hasOutcome(lineOf({ payment_status: "retry", viva_wallet_session_id: "" }))).toBe(
        false
    );
    expect(state.hasOutcome(lineOf({ payment_status: "waitingCard" }))).toBe(false);
});

test("a line pays back by its amount, by what is known, or by its order", () => {
    expect(state.isRefund(lineOf({ amount: -1 }))).toBe(true);
    expect(state.isRefund(lineOf({ amount: 5 }))).toBe(false);
    expect(state.isRefund(lineOf({ amount: 5, uiState: { vivaWalletRefund: {} } }))).toBe(true);
    expect(state.isRefund(lineOf({ amount: 0, pos_order_id: { isRefund: true } }))).toBe(true);
});

test("a refund is ready with a card, or with the permission for any", () => {
    expect(state.isRefundReady(lineOf())).toBe(false);
    expect(state.isRefundReady(lineOf({ viva_wallet_parent_session_id: "sale" }))).toBe(true);
    const vivaWalletRefund = { isUnreferenced: true };
    expect(state.isRefundReady(lineOf({ uiState: { vivaWalletRefund } }))).toBe(true);
});

test("a charge can be undone once, in an open order", () => {
    const charged = { payment_status: "done", transaction_id: "t" };
    expect(state.canBeUndone(lineOf(charged))).toBe(true);
    expect(state.canBeUndone(lineOf({ ...charged, pos_order_id: { finalized: true } }))).toBe(
        false
    );
    const payment_ids = [{ viva_wallet_parent_session_id: "session" }];
    expect(state.canBeUndone(lineOf({ ...charged, pos_order_id: { payment_ids } }))).toBe(false);
    expect(state.canBeUndone(lineOf({ ...charged, transaction_id: "" }))).toBe(false);
});
