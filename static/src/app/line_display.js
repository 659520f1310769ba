import { PHASE } from "./payment_flow";

/** The status that `point_of_sale` knows, by phase of the flow that is not over. */
const LINE_STATUS = {
    [PHASE.STARTING]: "waiting",
    [PHASE.WAITING]: "waitingCard",
    [PHASE.CANCELLING]: "waitingCancel",
    [PHASE.UNKNOWN]: "waitingCard",
};

/**
 * @param {string} phase of a flow that is not over
 * @returns {string} payment status of its line
 */
export function lineStatus(phase) {
    return LINE_STATUS[phase];
}

/**
 * Put what is known of a request where the component of the line reads it: `uiState.vivaWallet`.
 *
 * @param {Object} line payment line
 * @param {string} phase
 * @param {Object} [known] a `PaymentFlow`, or some of its fields
 */
export function showOnLine(line, phase, known = {}) {
    const { text = "", refusal = "", hint = "", snapshot = null } = known;
    line.uiState.vivaWallet = {
        phase,
        text,
        refusal,
        hint,
        offline: Boolean(known.offline),
        unreachable: Boolean(known.unreachable),
        silent: Boolean(known.silent),
        accepted: Boolean(snapshot?.accepted),
        uncertain: Boolean(snapshot?.uncertain),
        added: (snapshot?.extras || []).reduce((sum, extra) => sum + extra.amount, 0),
    };
}
