import { timing } from "./timing";

/**
 * How long to wait before the server is asked again about a payment. Without Odoo.
 *
 * @param {Object} poll
 * @param {number} poll.failures calls without an answer in a row
 * @param {boolean} poll.isUnknown the outcome is unknown
 * @param {boolean} poll.isCancelling the terminal was asked to stop
 * @param {boolean} poll.isQuiet the terminal has the request and notifications are expected
 * @param {number} poll.sinceStart milliseconds since the flow began
 * @param {number} poll.sinceWakeup milliseconds since the last notification
 * @param {number} [poll.slowdown] factor by which the server asks this till to come less often
 * @returns {number} milliseconds
 */
export function pollDelay(poll) {
    const { failures, slowdown = 1 } = poll;
    if (failures) {
        return Math.min(timing.OFFLINE_FIRST * 2 ** (failures - 1), timing.OFFLINE_MOST);
    }
    if (poll.isUnknown) {
        return timing.ASK_UNKNOWN;
    }
    if (poll.sinceWakeup < timing.AWAKE) {
        return timing.ASK_WOKEN * slowdown;
    }
    return Math.max(usualDelay(poll), timing.ASK * slowdown);
}

function usualDelay({ isCancelling, isQuiet, sinceStart }) {
    if (isCancelling) {
        return timing.ASK;
    }
    if (sinceStart > timing.LATE) {
        return timing.ASK_LATE;
    }
    return isQuiet ? timing.ASK_WITH_WAKEUPS : timing.ASK;
}
