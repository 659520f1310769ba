import { browser } from "@web/core/browser/browser";

/**
 * The browser waits for an answer as long as the connection stands, also when nobody is at the other
 * end any more.
 *
 * @template T
 * @param {Promise<T>} promise
 * @param {number} milliseconds
 * @returns {Promise<T>} rejects when the time is over
 */
export function inTime(promise, milliseconds) {
    return new Promise((resolve, reject) => {
        const timer = browser.setTimeout(
            () => reject(new Error(`No answer within ${milliseconds} ms`)),
            milliseconds
        );
        promise.then(resolve, reject).finally(() => browser.clearTimeout(timer));
    });
}
