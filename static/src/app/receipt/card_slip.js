import { _t } from "@web/core/l10n/translation";

/** @typedef {{ label: string, value: string }} SlipRow */

function entryMode(mode) {
    switch (mode) {
        case "contactless":
            return _t("Contactless");
        case "chip":
            return _t("Chip");
        case "swipe":
            return _t("Magnetic stripe");
        default:
            return mode;
    }
}

/**
 * What a card slip says about one payment; only what is known, nothing empty.
 *
 * @param {Object} payment `pos.payment`
 * @param {(amount: number) => string} formatCurrency
 * @returns {{ isRefund: boolean, card: string, rows: SlipRow[] }|null} null without a charge
 */
export function cardSlip(payment, formatCurrency) {
    if (!payment.isVivaWallet() || !payment.transaction_id) {
        return null;
    }
    const isRefund = payment.getAmount() < 0;
    const rows = [
        [_t("Card"), cardName(payment)],
        [_t("Read by"), entryMode(payment.payment_method_payment_mode)],
        [_t("Amount"), formatCurrency(Math.abs(payment.getAmount()))],
        [_t("of which card surcharge"), surcharge(payment, formatCurrency)],
        [_t("Instalments"), payment.viva_wallet_instalments],
        [_t("Authorisation"), payment.payment_method_authcode],
        [_t("Terminal"), payment.viva_wallet_terminal_id],
        [_t("RRN"), payment.payment_ref_no],
        [_t("Application"), payment.viva_wallet_aid],
        [_t("Transaction"), payment.transaction_id],
    ];
    return {
        isRefund,
        card: cardName(payment),
        rows: rows
            .filter(([, value]) => value)
            .map(([label, value]) => ({ label, value: String(value) })),
    };
}

function surcharge(payment, formatCurrency) {
    return payment.viva_wallet_surcharge && formatCurrency(payment.viva_wallet_surcharge);
}

/**
 * Whether a person has booked a payment on the terminal's method, of which no terminal knows.
 *
 * @param {Object} payment `pos.payment`
 * @returns {boolean}
 */
export function isByHand(payment) {
    return (
        payment.isVivaWallet() &&
        payment.pos_order_id.finalized &&
        !payment.viva_wallet_session_id &&
        !payment.transaction_id
    );
}

/**
 * @param {Object} payment `pos.payment`
 * @returns {string} such as "Visa •••• 0101"; empty when nothing is known of the card
 */
export function cardName(payment) {
    const { card_brand, card_no } = payment;
    return [card_brand, card_no && `•••• ${card_no}`].filter(Boolean).join(" ");
}
