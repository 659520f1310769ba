/** Amounts and states in words. */

/**
 * An amount as a customer reads it.
 *
 * @param {number} minor integer, minor units
 * @param {{currency: string, exponent: number}} session
 */
export function amount(minor, session) {
    const digits = session.exponent;
    const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    const major = minor / 10 ** digits;
    try {
        const style = { ...options, style: "currency", currency: session.currency };
        return new Intl.NumberFormat(navigator.language, style).format(major);
    } catch {
        return `${new Intl.NumberFormat(navigator.language, options).format(major)} ${session.currency}`;
    }
}

/**
 * What a person typed as an amount.
 *
 * @param {string} text such as "1.50", "1,5" or ""
 * @param {number} exponent decimals of the currency
 * @returns {number|null} minor units; null when it is no amount
 */
export function minorUnits(text, exponent) {
    const match = /^(\d*)(?:[.,](\d*))?$/.exec(text.trim());
    const decimals = match?.[2] ?? "";
    if (!match || decimals.length > exponent) {
        return null;
    }
    return Number((match[1] || "0") + decimals.padEnd(exponent, "0"));
}

/** The total on the screen: what was charged, or what is asked for. */
export function total(session) {
    return session.charged ?? session.amount + session.tip_amount;
}

export const IS_REFUND = { refund: true, unreferenced_refund: true };

/** What a screen says, by its name. */
export const TITLES = {
    idle: "Ready",
    present: "Tap, insert or swipe card",
    processing: "Card read, enter PIN",
    approved: "Approved",
    declined: "Declined",
    cancelled: "Cancelled",
    timed_out: "Timed out",
    aborted: "Stopped by the till",
    asleep: "Asleep",
};

/** @param {number} seconds since 1970 */
export function clockTime(seconds) {
    return new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}
