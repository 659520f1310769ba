/**
 * A cashier who clicks what comes to mind; see till_page.mjs. What is not on the screen, or does not
 * let itself be clicked, is not clicked.
 */
import { TillPage, serve } from "../till_page.mjs";

const CLICK_MILLISECONDS = 700;
const LOAD_MILLISECONDS = 60_000;
const LINE = ".payment-screen .paymentlines";
const BUTTONS = {
    pay: ".product-screen .pay-order-button:visible",
    card: ".payment-screen .paymentmethod:has-text('Viva Wallet')",
    cash: ".payment-screen .paymentmethod:has-text('Cash')",
    send: `${LINE} .send_payment_request`,
    cancel: `${LINE} .send_payment_cancel`,
    delete: `${LINE} .delete-button`,
    back: ".payment-screen .back-button:visible, .pos-topheader .back-button:visible",
    validate: ".payment-screen .button.next:visible",
    check_again: `${LINE} .o_viva_wallet_check_again`,
    shows_paid: `${LINE} .o_viva_wallet_shows_paid`,
    shows_not_paid: `${LINE} .o_viva_wallet_shows_not_paid`,
    new_order: ".receipt-screen button[name=done]:visible, .feedback-screen button:visible",
    dialog: ".modal:not(.o_inactive_modal) footer .btn:visible, .modal .btn-close:visible",
};

class Cashier extends TillPage {
    /** Do one thing. */
    async act({ what, product }) {
        switch (what) {
            case "add_product":
                return this._click(`.product-screen .product:has-text("${product}")`);
            case "double_send":
                return this._click(BUTTONS.send, { clickCount: 2 });
            case "double_cancel":
                return this._click(BUTTONS.cancel, { clickCount: 2 });
            case "reload":
                return this._reload();
            default:
                return this._click(BUTTONS[what]);
        }
    }

    /** @returns {Promise<Object>} what a cashier sees */
    async look() {
        return this.page.evaluate(() => {
            const find = (selector) => document.querySelector(selector);
            const line = find(".payment-screen .o_viva_wallet_line_status");
            const screens = [
                "product-screen",
                "payment-screen",
                "receipt-screen",
                "feedback-screen",
            ];
            return {
                screen: screens.find((name) => find(`.${name}`)) || "",
                dialog: find(".modal-content")?.innerText || "",
                status: line?.dataset.status || "",
                isUnknown: Boolean(line?.dataset.unknown),
                text: line?.innerText || "",
                hasLines: Boolean(find(".product-screen .orderline")),
                isPaid: Boolean(find(".payment-screen .button.next.highlight")),
            };
        });
    }

    /** @returns {Promise<Object>} errors of the page's code since the last time */
    async errors() {
        const lines = this.complaints.filter((text) => !/Failed to load resource/.test(text));
        this.complaints = [];
        return { lines };
    }

    async _click(selector, options = {}) {
        try {
            await this.page
                .locator(selector)
                .first()
                .click({ timeout: CLICK_MILLISECONDS, ...options });
            return { clicked: true };
        } catch {
            return { clicked: false };
        }
    }

    async _reload() {
        await this.page.reload({ timeout: LOAD_MILLISECONDS });
        const ready = this.page.locator(".product-screen, .payment-screen, .receipt-screen");
        const welcome = this.page.locator(".screen-login button").first();
        await ready.or(welcome).first().waitFor({ timeout: LOAD_MILLISECONDS });
        if (await welcome.isVisible()) {
            await welcome.click();
        }
        return { clicked: true };
    }
}

const cashier = await Cashier.launch();
await serve(cashier, ["open", "act", "look", "errors", "describe"]);
