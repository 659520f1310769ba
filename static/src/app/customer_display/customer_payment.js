import { formatCurrency } from "@point_of_sale/app/models/utils/currency";
import { LineSituation } from "../line_situation";

/** What a customer is told of a situation of the line; see `LineSituation`. */
const STAGES = {
    waiting: "starting",
    waitingCard: "present",
    waitingCancel: "cancelling",
    done: "done",
    retry: "notDone",
    unreachable: "checking",
    silent: "checking",
    refused: "checking",
    unknown: "checking",
    uncertain: "checking",
};

/**
 * What the customer's display shows of a card payment: strangers see it, and anybody who knows the
 * address of the display. So there is no card in it, and no reason why a card was declined.
 *
 * @typedef {{
 *   stage: "starting"|"present"|"cancelling"|"checking"|"done"|"notDone",
 *   isRefund: boolean, isByAccount: boolean, amount: string, added: string,
 * }} CustomerPayment `isByAccount`: the terminal has no part in it; `added`: on the terminal, empty
 *  where nothing was
 *
 * @param {Object} order
 * @returns {CustomerPayment|null} null where no card payment concerns the customer at the moment
 */
export function customerPayment(order) {
    const line = lineOf(order);
    const situation = line && new LineSituation(line);
    const stage = situation && STAGES[situation.name];
    if (!stage) {
        return null;
    }
    const { accepted, added } = situation.flow;
    const money = (amount) => formatCurrency(Math.abs(amount), order.currency);
    return {
        stage: stage === "present" && !accepted ? "starting" : stage,
        isRefund: line.isVivaWalletRefund(),
        isByAccount: isByAccount(line),
        amount: money(line.getAmount()),
        added: added ? money(added) : "",
    };
}

/** @returns {Object|undefined} the line that runs, or whose outcome is the latest */
function lineOf(order) {
    const lines = order.payment_ids.filter((line) => line.isVivaWallet());
    const selected = order.getSelectedPaymentline();
    return (
        lines.find((line) => line.isVivaWalletInFlight()) ||
        lines.find((line) => line.uuid === selected?.uuid && line.hasVivaWalletOutcome()) ||
        lines.findLast((line) => line.isVivaWalletCharged())
    );
}

function isByAccount(line) {
    const way = line.uiState.vivaWalletRefund?.way || line.payment_method_id.viva_wallet_refund_way;
    return line.isVivaWalletRefund() && way === "account";
}
