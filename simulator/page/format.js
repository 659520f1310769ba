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
    const currency = { style: "currency", currency: session.currency };
    try {
        return new Intl.NumberFormat(navigator.language, { ...options, ...currency }).format(major);
    } catch {
        const number = new Intl.NumberFormat(navigator.language, options).format(major);
        return `${number} ${session.currency}`;
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

/** One line about the payment that a terminal finished last. */
export function lastPayment(session) {
    const time = new Date(session.finished_at * 1000);
    const parts = [
        amount(total(session), session),
        TITLES[session.outcome].toLowerCase(),
        time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }),
    ];
    return `Last: ${parts.join(", ")}`;
}
