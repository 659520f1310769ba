import { expect, test } from "@odoo/hoot";
import { isOnScreen, isPaymentScreenOf } from "@pos_viva_wallet/app/screen_state";

const ORDER = { uuid: "this" };

function posAt(current, orderUuid, selectedOrderUuid) {
    return { router: { state: { current, params: { orderUuid } } }, selectedOrderUuid };
}

test("the payment screen is that of one order", () => {
    expect(isPaymentScreenOf(posAt("PaymentScreen", "this"), ORDER)).toBe(true);
    expect(isPaymentScreenOf(posAt("PaymentScreen", "other", "this"), ORDER)).toBe(false);
    expect(isPaymentScreenOf(posAt("ProductScreen", "this"), ORDER)).toBe(false);
    expect(isPaymentScreenOf(posAt("PaymentScreen", "this"), undefined)).toBe(false);
});

test("other screens are about the selected order, if about any", () => {
    expect(isOnScreen(posAt("PaymentScreen", "this"), ORDER)).toBe(true);
    expect(isOnScreen(posAt("ProductScreen", undefined, "this"), ORDER)).toBe(true);
    expect(isOnScreen(posAt("TicketScreen", undefined, "this"), ORDER)).toBe(true);
    expect(isOnScreen(posAt("ProductScreen", undefined, "other"), ORDER)).toBe(false);
    expect(isOnScreen(posAt("ReceiptScreen", undefined, "this"), ORDER)).toBe(false);
});
