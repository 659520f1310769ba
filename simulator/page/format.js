/** Amounts and states in words. */

/**
 * An amount as a customer reads it.
 *
 * @param {number} minor integer, minor units
 * @param {{currency: string, exponent: number}} session
 */
export function amount(minor, session) {
    const digits = { minimumFractionDigits: session.exponent };
    digits.maximumFractionDigits = session.exponent;
    const major = minor / 10 ** session.exponent;
    try {
        const options = { ...digits, style: "currency", currency: session.currency };
        return major.toLocaleString(undefined, options);
    } catch {
        return `${major.toLocaleString(undefined, digits)} ${session.currency}`;
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

/** The total on a screen, charged or asked for; "" without a session. */
export function total(session) {
    return session ? amount(session.charged ?? session.amount + session.tip_amount, session) : "";
}

/** Whether the customer of a terminal can do something. */
export function isOpen(terminal) {
    return terminal.screen === "present" || terminal.screen === "processing";
}

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
    const clock = time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    return `Last: ${total(session)}, ${TITLES[session.outcome].toLowerCase()}, ${clock}`;
}
