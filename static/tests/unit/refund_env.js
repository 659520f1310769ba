import { animationFrame } from "@odoo/hoot";
import { click } from "@odoo/hoot-dom";
import { settle, setupRefund } from "./till_env";

export const STATUS = ".o_viva_wallet_refund_status";
export const PICKER = ".o_viva_wallet_refund_picker";

/** What differs of a second card, see `refundableCard`. */
export const SECOND = { session_id: "22222222-2222-4222-8222-222222222222", card_no: "6241" };

/** The cashier has tapped the payment method. */
export async function setupRefundLine(...cards) {
    const till = await setupRefund(...cards);
    till.store.config.auto_validate_terminal_payment = false;
    const adding = till.screen.addNewPaymentLine(till.method);
    await settle();
    await animationFrame();
    return { ...till, adding, line: till.order.payment_ids[0] };
}

/** Press a button of the line. */
export async function press(selector) {
    await click(`${STATUS} ${selector}`);
    await settle();
    await animationFrame();
}
