import { _t } from "@web/core/l10n/translation";
import { cardName } from "./receipt/card_slip";

/**
 * What a cashier reads about a payment line that charges, by situation; see `LineSituation` for those.
 *
 * @typedef {{
 *   line: Object, flow: Object, status: string, config: Object,
 *   formatCurrency: (amount: number) => string,
 * }} TextContext `flow` is what `showOnLine` puts onto the line
 */

/**
 * @param {string} situation
 * @returns {string}
 */
export function saleTitle(situation) {
    switch (situation) {
        case "unreachable":
            return _t("Odoo does not answer");
        case "silent":
            return _t("Viva does not answer");
        case "refused":
        case "unknown":
            return _t("Not known whether paid");
        case "pending":
            return _t("Not sent to the terminal yet");
        case "waiting":
            return _t("Sending to the terminal");
        case "waitingCard":
            return _t("Waiting for card");
        case "waitingCancel":
            return _t("Cancelling");
        case "done":
            return _t("Paid by card");
        case "uncertain":
            return _t("Not certain whether paid");
        default:
            return _t("Not paid");
    }
}

/**
 * @param {string} situation, also "offline"
 * @param {TextContext} context
 * @returns {string} empty where the title says all
 */
export function saleText(situation, context) {
    const { flow } = context;
    switch (situation) {
        case "unreachable":
        case "silent":
            return stuckText(situation, context);
        case "refused":
            return refusedText(flow);
        case "offline":
            return _t(
                "No connection to Odoo. The card may still be charged: the outcome appears here when the connection is back."
            );
        case "unknown":
            return flow.text;
        case "waiting":
            return _t("The amount will appear in a moment.");
        case "waitingCard":
            return waitingText(context);
        case "waitingCancel":
            return _t(
                "The terminal has been asked to stop. Wait until it confirms that nothing was charged."
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

/** @returns {{paid: string, notPaid: string}} what the cashier can say that the terminal shows */
export function saleStatements() {
    return { paid: _t("The terminal shows paid"), notPaid: _t("The terminal shows not paid") };
}

/**
 * @param {string} terminal
 * @returns {string} while Viva does not answer to a cancellation
 */
export function silentCancelText(terminal) {
    return _t(
        "It is not confirmed that the terminal has stopped. Look at terminal %s and say what it shows.",
        terminal
    );
}

/**
 * @param {Object} flow see `TextContext`
 * @returns {string} when the server did not take a call, while an earlier one may have got through
 */
export function refusedText(flow) {
    return [flow.hint, _t("An earlier request may have reached the terminal. Odoo is asking Viva.")]
        .filter(Boolean)
        .join(" ");
}

/**
 * @param {TextContext} context
 * @returns {string} the card, and what was added to the amount
 */
export function paidText({ line, flow, config, formatCurrency }) {
    const added = flow.added && _t("%s added on the terminal", formatCurrency(flow.added));
    // Why `pos_restaurant` does not offer a tip after this payment.
    const tip =
        config.set_tip_after_payment &&
        _t("No tip can be added afterwards: the customer gives it on the terminal");
    return [cardName(line), added, tip].filter(Boolean).join(" · ");
}

function stuckText(situation, { line, status }) {
    const terminal = line.payment_method_id.viva_wallet_terminal_id;
    if (situation === "unreachable") {
        return _t(
            "The card may still be charged: look at terminal %s. The outcome appears here as soon as Odoo answers.",
            terminal
        );
    }
    return status === "waitingCancel"
        ? silentCancelText(terminal)
        : _t(
              "Look at terminal %s. While it asks for a card, the customer can pay. Once it is done, say what it shows.",
              terminal
          );
}

function waitingText({ line, flow }) {
    const terminal = line.payment_method_id.viva_wallet_terminal_id;
    // The order has become cheaper since the request was made.
    if (line.amount > 0 && line.amount > line.pos_order_id.remainingDue) {
        return _t(
            "The terminal asks for more than the order comes to now. Cancel, then send the new amount."
        );
    }
    return flow.accepted
        ? _t("The customer taps, inserts or swipes the card on terminal %s.", terminal)
        : _t(
              "Viva has not confirmed the request yet. Odoo is asking. If terminal %s shows the amount, the customer can pay.",
              terminal
          );
}
