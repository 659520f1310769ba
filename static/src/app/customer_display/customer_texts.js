import { _t } from "@web/core/l10n/translation";

/**
 * What a customer reads about a card payment, in the language of the display.
 *
 * @param {import("./customer_payment").CustomerPayment} payment
 * @returns {string} what to do, or what became of it
 */
export function customerText(payment) {
    return payment.isRefund ? refundText(payment) : saleText(payment);
}

/**
 * @param {import("./customer_payment").CustomerPayment} payment
 * @returns {string} classes of the icon
 */
export function customerIcon({ stage }) {
    return (
        {
            present: "fa-credit-card",
            done: "fa-check text-success",
            notDone: "fa-info-circle",
        }[stage] || "fa-circle-o-notch fa-spin"
    );
}

function saleText({ stage }) {
    switch (stage) {
        case "present":
            return _t("Please tap, insert or swipe your card on the terminal.");
        case "cancelling":
            return _t("The payment is being cancelled. Please do not present your card.");
        case "checking":
            return _t("The payment is being checked. Please wait, and do not pay again.");
        case "done":
            return _t("Paid by card.");
        case "notDone":
            return _t("The card payment was not made. Nothing was charged.");
        default:
            return _t("One moment, please.");
    }
}

function refundText({ stage, isByAccount }) {
    switch (stage) {
        case "present":
            return isByAccount
                ? _t("Your money is being paid back to your card.")
                : _t(
                      "Your money is being paid back. If the terminal asks for it, present the card you paid with."
                  );
        case "cancelling":
            return _t("The refund is being cancelled. Please do not present your card.");
        case "checking":
            return _t("The refund is being checked. Please wait.");
        case "done":
            return _t("Your money was paid back to your card.");
        case "notDone":
            return _t("The refund was not made.");
        default:
            return _t("One moment, please.");
    }
}
