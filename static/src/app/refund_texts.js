import { _t } from "@web/core/l10n/translation";
import { paidText, refusedText, saleTitle, silentCancelText } from "./sale_texts";

/**
 * What a cashier reads about a payment line that pays back, by situation; see `LineSituation`.
 *
 * @typedef {import("./sale_texts").TextContext & {
 *   refund: Object, card: Object|undefined, isByAccount: boolean,
 * }} RefundTextContext `refund` is `uiState.vivaWalletRefund`; `card` is what is paid back, as far as it
 *  is known; without the terminal where `isByAccount`
 */

/**
 * @param {string} situation
 * @param {RefundTextContext} context
 * @returns {string}
 */
export function refundTitle(situation, { card }) {
    switch (situation) {
        case "unreachable":
        case "silent":
        case "waitingCancel":
            return saleTitle(situation);
        case "refused":
        case "unknown":
            return _t("Not known whether paid back");
        case "pending":
            return card ? _t("Pay back to %s", nameOf(card)) : _t("Pay back to the card");
        case "waiting":
            return _t("Asking for the refund");
        case "waitingCard":
            return _t("Paying back");
        case "done":
            return _t("Paid back to the card");
        case "uncertain":
            return _t("Not certain whether paid back");
        default:
            return _t("Not paid back");
    }
}

/**
 * @param {string} situation, also "offline"
 * @param {RefundTextContext} context
 * @returns {string} empty where the title says all
 */
export function refundText(situation, context) {
    const { flow } = context;
    switch (situation) {
        case "unreachable":
        case "silent":
            return context.isByAccount
                ? stuckAccountText(situation)
                : stuckTerminalText(situation, context);
        case "refused":
            return refusedText(flow);
        case "offline":
            return _t(
                "No connection to Odoo. The money may still be paid back: the outcome appears here when the connection is back."
            );
        case "pending":
            return pendingText(context);
        case "unknown":
            return flow.text;
        case "waiting":
            return _t("Odoo hands the amount to Viva.");
        case "waitingCard":
            return waitingText(context);
        case "waitingCancel":
            return _t(
                "The terminal has been asked to stop. Wait until it confirms that nothing was paid back."
            );
        case "done":
            return paidText(context);
        case "retry":
        case "uncertain":
            return flow.text || _t("Try again, or use another payment method.");
        default:
            return "";
    }
}

/**
 * @param {boolean} isByAccount
 * @returns {{paid: string, notPaid: string}} what the cashier can say that Viva, or the terminal, shows
 */
export function refundStatements(isByAccount) {
    return isByAccount
        ? { paid: _t("Viva shows the refund"), notPaid: _t("Viva shows no refund") }
        : {
              paid: _t("The terminal shows the refund"),
              notPaid: _t("The terminal shows no refund"),
          };
}

function pendingText({ card, refund, formatCurrency }) {
    if (card) {
        return _t("%(remaining)s of %(charged)s can be paid back to this card.", {
            remaining: formatCurrency(card.remaining),
            charged: formatCurrency(card.charged),
        });
    }
    if (refund.isUnreferenced) {
        return _t("The money goes to whatever card is held to the terminal.");
    }
    return refund.isLoaded ? refund.text : _t("Looking for the card that paid…");
}

function waitingText({ line, isByAccount }) {
    return isByAccount
        ? _t("Viva has not answered yet. Odoo goes on asking whether the money was paid back.")
        : _t(
              "Look at terminal %s. If it asks for a card, the customer presents the one that paid.",
              line.payment_method_id.viva_wallet_terminal_id
          );
}

function stuckAccountText(situation) {
    return situation === "unreachable"
        ? _t("The money may still be paid back. The outcome appears here as soon as Odoo answers.")
        : _t(
              "The money may still be paid back. Wait, or look it up in your Viva account and say what it shows."
          );
}

function stuckTerminalText(situation, { line, status }) {
    const terminal = line.payment_method_id.viva_wallet_terminal_id;
    if (situation === "unreachable") {
        return _t(
            "The money may still be paid back: look at terminal %s. The outcome appears here as soon as Odoo answers.",
            terminal
        );
    }
    return status === "waitingCancel"
        ? silentCancelText(terminal)
        : _t(
              "Look at terminal %s. While it asks for the card, the money can be paid back. Once it is done, say what it shows.",
              terminal
          );
}

function nameOf(card) {
    return [card.card_brand || card.method, card.card_no && `•••• ${card.card_no}`]
        .filter(Boolean)
        .join(" ");
}
