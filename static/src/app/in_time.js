import { browser } from "@web/core/browser/browser";

/**
 * The browser waits for an answer as long as the connection stands, also when nobody is at the other
 * end any more. Whatever the till waits for goes through one of these two; see `timing.js`.
 *
 * @template T
 * @param {Promise<T>} promise
 * @param {number} milliseconds
 * @returns {Promise<T>} rejects when the time is over
 */
export function inTime(promise, milliseconds) {
    return new Promise((resolve, reject) => {
        const timer = browser.setTimeout(
            () => reject(new NotInTime(`No answer within ${milliseconds} ms`)),
            milliseconds
        );
        promise.then(resolve, reject).finally(() => browser.clearTimeout(timer));
    });
}

/** Nobody has answered; what was asked for may still be done. */
export class NotInTime extends Error {}

/**
 * Wait for what is good to have, and go on without it.
 *
 * @template T
 * @param {Promise<T>} promise
 * @param {number} milliseconds
 * @returns {Promise<T|undefined>} never rejects
 */
export function atMost(promise, milliseconds) {
    return inTime(Promise.resolve(promise), milliseconds).catch(() => {});
}
