import { expect, test } from "@odoo/hoot";
import { pollDelay } from "@pos_viva_wallet/app/poll_delay";
import { timing } from "@pos_viva_wallet/app/timing";

const USUAL = { failures: 0, sinceStart: 0, sinceWakeup: Infinity };

test("usually, with notifications expected, and late", () => {
    expect(pollDelay(USUAL)).toBe(timing.ASK);
    expect(pollDelay({ ...USUAL, isQuiet: true })).toBe(timing.ASK_WITH_WAKEUPS);
    expect(pollDelay({ ...USUAL, sinceStart: timing.LATE + 1 })).toBe(timing.ASK_LATE);
});

test("soon after a notification, and while cancelling", () => {
    const quiet = { ...USUAL, isQuiet: true };
    expect(pollDelay({ ...quiet, sinceWakeup: 0 })).toBe(timing.ASK_WOKEN);
    expect(pollDelay({ ...quiet, isCancelling: true })).toBe(timing.ASK);
});

test("seldom while the outcome is unknown", () => {
    expect(pollDelay({ ...USUAL, isUnknown: true, sinceWakeup: 0 })).toBe(timing.ASK_UNKNOWN);
});

test("more and more seldom without an answer, up to a limit", () => {
    expect(pollDelay({ ...USUAL, failures: 1, isUnknown: true })).toBe(timing.OFFLINE_FIRST);
    expect(pollDelay({ ...USUAL, failures: 2 })).toBe(2 * timing.OFFLINE_FIRST);
    expect(pollDelay({ ...USUAL, failures: 30 })).toBe(timing.OFFLINE_MOST);
});

test("less often where the server asks for it", () => {
    expect(pollDelay({ ...USUAL, slowdown: 4 })).toBe(4 * timing.ASK);
    expect(pollDelay({ ...USUAL, slowdown: 4, sinceWakeup: 0 })).toBe(4 * timing.ASK_WOKEN);
    expect(pollDelay({ ...USUAL, slowdown: 2, isQuiet: true })).toBe(timing.ASK_WITH_WAKEUPS);
});
