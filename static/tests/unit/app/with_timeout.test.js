import { describe, expect, test } from "@odoo/hoot";
import { advanceTime } from "@odoo/hoot-mock";
import { TimeoutError, settledWithin, withTimeout } from "@pos_viva_wallet/app/with_timeout";

const NEVER = new Promise(() => {});

describe("withTimeout", () => {
    test("gives the answer, or the error, that comes in time", async () => {
        expect(await withTimeout(Promise.resolve(7), 100)).toBe(7);
        await expect(withTimeout(Promise.reject(new Error("broken")), 100)).rejects.toThrow(
            "broken"
        );
    });

    test("rejects when nothing comes, and not before", async () => {
        let error;
        withTimeout(NEVER, 100).catch((reason) => (error = reason));
        await advanceTime(99);
        expect(error).toBe(undefined);
        await advanceTime(1);
        expect(error).toBeInstanceOf(TimeoutError);
    });
});

describe("settledWithin", () => {
    test("never rejects", async () => {
        expect(await settledWithin(Promise.resolve(7), 100)).toBe(7);
        expect(await settledWithin(Promise.reject(new Error("broken")), 100)).toBe(undefined);
        const waiting = settledWithin(NEVER, 100);
        await advanceTime(100);
        expect(await waiting).toBe(undefined);
    });

    test("takes what is no promise", async () => {
        expect(await settledWithin(7, 100)).toBe(7);
    });
});
