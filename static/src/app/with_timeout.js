import { browser } from "@web/core/browser/browser";

/**
 * The browser waits for an answer as long as the connection stands, also when nobody is at the other
 * end any more. Whatever the till waits for goes through one of these two; see `timing.js`.
 *
 * @template T
 * @param {Promise<T>} promise
 * @param {number} milliseconds
 * @returns {Promise<T>} rejects with a `TimeoutError` when the time is over
 */
export function withTimeout(promise, milliseconds) {
    return new Promise((resolve, reject) => {
        const timer = browser.setTimeout(
            () => reject(new TimeoutError(`No answer within ${milliseconds} ms`)),
            milliseconds
        );
        promise.then(resolve, reject).finally(() => browser.clearTimeout(timer));
    });
}

/** Nobody has answered; what was asked for may still be done. */
export class TimeoutError extends Error {}

/**
 * Wait for a result that is not needed to go on.
 *
 * @template T
 * @param {Promise<T>} promise
 * @param {number} milliseconds
 * @returns {Promise<T|undefined>} undefined after an error or a timeout; never rejects
 */
export function settledWithin(promise, milliseconds) {
    return withTimeout(Promise.resolve(promise), milliseconds).catch(() => {});
}
