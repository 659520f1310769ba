/**
 * Every wait, delay and limit of the till, in milliseconds.
 *
 * They stand together because they depend on each other and on the server, whose own stand in
 * `viva/timing.py`: `wrongOrders` says which must be longer than which, and why. Whoever needs one
 * reads it as `timing.NAME` at the moment it counts, so that `scale` can shorten all of them by one
 * factor. Without Odoo: the state machine of a payment uses it.
 */

const SECOND = 1000;

/** What the till relies on, by the names of `viva/timing.py`. */
const SERVER = Object.freeze({
    ASK_INTERVAL: 1 * SECOND,
    TILL_ASKS_WITHIN: 10 * SECOND,
    TILL_AWAKE: 2 * SECOND,
    LONG_WAIT_SECONDS: 10 * SECOND,
    SETTLE_SECONDS: 12 * SECOND,
    SLOWEST_REQUEST: 36 * SECOND,
    SESSION_LIFE_SECONDS: 60 * SECOND,
    ABORT_AFTER: 75 * SECOND,
    UNKNOWN_AFTER: 150 * SECOND,
});

const WRITTEN = Object.freeze({
    // --- Between two questions about a payment ---

    // The server asks Viva once in this time at most (ASK_INTERVAL).
    ASK: SERVER.ASK_INTERVAL,
    // Long, so that a notification seldom finds the second used up in which Viva was asked.
    ASK_WITH_WAKEUPS: 5 * SECOND,
    ASK_LATE: 3 * SECOND,
    ASK_WOKEN: 300,
    ASK_UNKNOWN: 15 * SECOND,
    // Without an answer: soon at first, for most gaps are short, then seldom.
    OFFLINE_FIRST: 1 * SECOND,
    OFFLINE_MOST: 8 * SECOND,

    // A customer who has not paid by then is not about to: the server aborts (ABORT_AFTER).
    LATE: SERVER.ABORT_AFTER,
    // After a notification the outcome is expected at any moment for so long (TILL_AWAKE).
    AWAKE: 3 * SECOND,
    // An abort that has shown no effect by then is asked for again.
    ABORT_AGAIN: 5 * SECOND,
    // Without any answer of Odoo for so long the cashier is told, as with Viva (SILENT_AFTER).
    SILENT: 20 * SECOND,

    // --- How long an answer is waited for ---

    // About a payment: the server gives Viva three seconds, several payments at a time.
    QUESTION: 20 * SECOND,
    // It takes as long as Viva does (SLOWEST_REQUEST), after an earlier one was settled
    // (SETTLE_SECONDS).
    REQUEST: SERVER.SETTLE_SECONDS + SERVER.LONG_WAIT_SECONDS + SERVER.SLOWEST_REQUEST + 2 * SECOND,
    // Which cards can be paid back: earlier refunds are asked about first (SETTLE_SECONDS).
    LOOK_UP: 20 * SECOND,
    // Records that the page does not have: products, refunded orders.
    LOAD: 10 * SECOND,
    // A saved order: with its invoice, on a busy server.
    SAVE: 30 * SECOND,
    // A printer in the network.
    PRINT: 30 * SECOND,
    // A cashier who changes an order, leaves it or validates it waits for it to be saved.
    SHARED: 3 * SECOND,

    // One message of the bus can be handled several times.
    SAME_MESSAGE: 200,
});

/** As long as they are now, see `scale`. */
export const timing = { ...WRITTEN };

/**
 * Multiply all times by a factor, counted from those in this file.
 *
 * @param {number} factor 1 for what is written here; 0.1 makes everything ten times as fast
 */
export function scale(factor) {
    for (const [name, milliseconds] of Object.entries(WRITTEN)) {
        timing[name] = milliseconds * factor;
    }
}

/**
 * Check the orders that must hold.
 *
 * @param {Object} [times] as `timing`
 * @param {Object} [server] as far as the till relies on it
 * @returns {string[]} what does not hold; empty when all is well
 */
export function wrongOrders(times = WRITTEN, server = SERVER) {
    const orders = [
        [times.ASK_WOKEN, times.ASK, "after a notification the till asks sooner than usually"],
        [times.ASK_WOKEN, server.TILL_AWAKE, "a notification that comes too early is made up for"],
        [server.TILL_AWAKE, times.AWAKE, "the till asks quickly until the server has asked again"],
        [times.AWAKE, times.ASK_WITH_WAKEUPS, "quick questions end before the next usual one"],
        [times.ASK, times.ASK_LATE, "late is slower"],
        [times.ASK_LATE, times.ASK_UNKNOWN, "what is unknown is asked about least"],
        [
            Math.max(times.ASK_WITH_WAKEUPS, times.OFFLINE_MOST),
            server.TILL_ASKS_WITHIN,
            "the server does not take a till that is there for one that is gone",
        ],
        [server.SESSION_LIFE_SECONDS, times.LATE, "it is not late while the customer can pay"],
        [times.OFFLINE_FIRST, times.OFFLINE_MOST, "the pauses grow"],
        [times.OFFLINE_MOST, times.SILENT, "silence is more than one call without an answer"],
        [times.ABORT_AGAIN, times.SILENT, "an abort is repeated before anybody is told"],
        [times.SILENT, server.UNKNOWN_AFTER, "the cashier is told before the deadline"],
        [
            server.SETTLE_SECONDS + server.LONG_WAIT_SECONDS + server.SLOWEST_REQUEST,
            times.REQUEST,
            "no request is given up while the server may still be at it",
        ],
        [server.LONG_WAIT_SECONDS, times.QUESTION, "a patient question is waited for"],
        [server.SETTLE_SECONDS, times.LOOK_UP, "earlier refunds can be settled first"],
        [times.SHARED, times.SAVE, "nobody waits as long as an order may take to be saved"],
        [times.SAME_MESSAGE, times.ASK, "what is heard is shown at once"],
    ];
    return orders.filter(([shorter, longer]) => shorter >= longer).map(([, , reason]) => reason);
}
