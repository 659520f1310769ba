import { describe, expect, test } from "@odoo/hoot";
import { PHASE } from "@pos_viva_wallet/app/payment_flow";
import {
    APPROVED,
    DECLINED,
    NEVER,
    NO_CONNECTION,
    NOT_RECORDED,
    OPEN,
    REFUSED,
    SESSION_ID,
    SILENT,
    UNKNOWN,
    after,
    makeFlow,
} from "../payment_flow/scripted_rpc";

describe("outcomes", () => {
    test("approved while waiting", async () => {
        const { flow, rpc, clock, phases, outcome } = makeFlow({ status: [OPEN, APPROVED] });
        flow.start();
        await clock.advance(1500);
        expect(outcome).toEqual({});
        await clock.advance(1000);
        expect(outcome).toEqual({ isPaid: true });
        expect(phases).toEqual([PHASE.WAITING, PHASE.APPROVED]);
        expect(flow.snapshot.card).toEqual(APPROVED.card);
        await clock.advance(60000);
        expect(rpc.log).toEqual(["0 start", "1000 status", "2000 status"]);
    });

    test("declined, with the sentence of the server", async () => {
        const { flow, clock, phases, outcome } = makeFlow({ status: [DECLINED] });
        flow.start();
        await clock.advance(1000);
        expect(outcome).toEqual({ isPaid: false });
        expect(flow.text).toBe(DECLINED.text);
        expect(phases).toEqual([PHASE.WAITING, PHASE.FAILED]);
    });

    test("refused before anything was sent", async () => {
        const { flow, rpc, clock, outcome } = makeFlow({ start: [DECLINED] });
        flow.start();
        await clock.advance(60000);
        expect(outcome).toEqual({ isPaid: false });
        expect(rpc.log).toEqual(["0 start"]);
    });

    test("approved already in the answer to the start", async () => {
        const { flow, clock, outcome } = makeFlow({ start: [APPROVED] });
        flow.start();
        await clock.settle();
        expect(outcome).toEqual({ isPaid: true });
    });

    test("reversed means that nothing is paid", async () => {
        const { flow, clock, outcome } = makeFlow({ status: [{ state: "reversed" }] });
        flow.resume();
        await clock.settle();
        expect(outcome).toEqual({ isPaid: false });
    });

    test("calls after the end do nothing", async () => {
        const { flow, rpc, clock, outcome } = makeFlow({ start: [APPROVED] });
        flow.start();
        await clock.settle();
        flow.cancel();
        flow.wake();
        flow.stateOutcome(false);
        await clock.advance(60000);
        expect(rpc.log).toEqual(["0 start"]);
        expect(outcome).toEqual({ isPaid: true });
    });
});

describe("polling", () => {
    test("every second while the customer is likely to tap, slower later", async () => {
        const { flow, rpc, clock } = makeFlow();
        flow.start();
        await clock.advance(3000);
        expect(rpc.log).toEqual(["0 start", "1000 status", "2000 status", "3000 status"]);
        await clock.advance(77000);
        const late = rpc.calls.filter(({ at }) => at >= 75000).map(({ at }) => at);
        expect(late).toEqual([75000, 76000, 79000]);
    });

    test("less often when the server asks for it", async () => {
        const busy = { ...OPEN, ask_again_in: 4 };
        const { flow, rpc, clock } = makeFlow({ start: [busy], status: [busy, OPEN] });
        flow.start();
        await clock.advance(9500);
        expect(rpc.log).toEqual(["0 start", "4000 status", "8000 status", "9000 status"]);
    });

    test("less often after a wake-up, too, when the server asks for it", async () => {
        const busy = { ...OPEN, ask_again_in: 4 };
        const { flow, rpc, clock } = makeFlow({ start: [busy], status: [busy] });
        flow.start();
        await clock.advance(500);
        flow.wake();
        await clock.advance(2500);
        expect(rpc.log).toEqual(["0 start", "500 status", "1700 status", "2900 status"]);
    });

    test("every five seconds where notifications are to be expected", async () => {
        const accepted = { ...OPEN, accepted: true };
        const { flow, rpc, clock } = makeFlow({
            start: [{ ...accepted, wakeups: true }],
            status: [accepted],
        });
        flow.start();
        await clock.advance(10000);
        expect(rpc.log).toEqual(["0 start", "5000 status", "10000 status"]);
    });

    test("every second until Viva has the request, notifications or not", async () => {
        const { flow, rpc, clock } = makeFlow({ start: [{ ...OPEN, wakeups: true }] });
        flow.start();
        await clock.advance(2000);
        expect(rpc.log).toEqual(["0 start", "1000 status", "2000 status"]);
    });

    test("at once and then quickly for three seconds after a wake-up", async () => {
        const accepted = { ...OPEN, accepted: true };
        const { flow, rpc, clock } = makeFlow({
            start: [{ ...accepted, wakeups: true }],
            status: [accepted],
        });
        flow.start();
        await clock.advance(2000);
        flow.wake();
        await clock.advance(8000);
        const times = rpc.calls.slice(1).map(({ at }) => at);
        expect(times).toEqual([
            2000, 2300, 2600, 2900, 3200, 3500, 3800, 4100, 4400, 4700, 5000, 10000,
        ]);
    });

    test("wake-ups make one call at a time, and one more for those that came meanwhile", async () => {
        const { flow, rpc, clock } = makeFlow({
            start: [{ ...OPEN, wakeups: true }],
            status: [after(200, OPEN)],
        });
        flow.start();
        await clock.advance(1000);
        for (let count = 0; count < 50; count++) {
            flow.wake();
            await clock.advance(1);
        }
        await clock.advance(400);
        expect(rpc.mostAtOnce).toBe(1);
        expect(rpc.log).toEqual(["0 start", "1000 status", "1200 status"]);
    });

    test("an approval that is told ends the waiting at once", async () => {
        const { flow, rpc, clock, phases, outcome } = makeFlow({ start: [OPEN] });
        flow.start();
        await clock.advance(500);
        flow.take({ session_id: SESSION_ID, ...APPROVED });
        await clock.settle();
        expect(outcome).toEqual({ isPaid: true });
        expect(phases).toEqual([PHASE.WAITING, PHASE.APPROVED]);
        expect(flow.snapshot.card).toEqual(APPROVED.card);
        await clock.advance(60000);
        expect(rpc.log).toEqual(["0 start"]);
    });

    test("an older answer that comes after the approval was told changes nothing", async () => {
        for (const answer of [OPEN, DECLINED, NO_CONNECTION]) {
            const { flow, clock, phases, outcome } = makeFlow({ status: [after(300, answer)] });
            flow.resume();
            await clock.advance(100);
            flow.take({ session_id: SESSION_ID, ...APPROVED });
            await clock.advance(60000);
            expect(outcome).toEqual({ isPaid: true });
            expect(phases.at(-1)).toBe(PHASE.APPROVED);
            expect(flow.offline).toBe(false);
        }
    });

    test("what is told of another request, or is no approval, is not taken", async () => {
        const { flow, clock, outcome } = makeFlow();
        flow.start();
        await clock.settle();
        flow.take({ ...APPROVED, session_id: "22222222-2222-4222-8222-222222222222" });
        flow.take({ session_id: SESSION_ID, ...DECLINED });
        flow.take({ session_id: SESSION_ID, ...UNKNOWN });
        await clock.settle();
        expect(outcome).toEqual({});
        expect(flow.phase).toBe(PHASE.WAITING);
    });

    test("every fifteen seconds while the outcome is unknown", async () => {
        const { flow, rpc, clock } = makeFlow({ status: [UNKNOWN] });
        flow.resume();
        await clock.advance(30000);
        expect(rpc.log).toEqual(["0 status", "15000 status", "30000 status"]);
        expect(flow.phase).toBe(PHASE.UNKNOWN);
        expect(flow.text).toBe(UNKNOWN.text);
    });
});

describe("without connection", () => {
    test("asks less and less often, and again at the usual pace afterwards", async () => {
        const { flow, rpc, clock } = makeFlow({ status: [NO_CONNECTION] });
        flow.start();
        await clock.advance(33000);
        const times = rpc.calls.map(({ at }) => at);
        expect(times).toEqual([0, 1000, 2000, 4000, 8000, 16000, 24000, 32000]);
        expect(flow.offline).toBe(true);
        rpc.answer("status", OPEN);
        await clock.advance(8000);
        expect(flow.offline).toBe(false);
        expect(rpc.log.slice(-2)).toEqual(["40000 status", "41000 status"]);
    });

    test("the start is repeated with the same id until it is answered", async () => {
        const { flow, rpc, clock, outcome } = makeFlow({
            start: [NO_CONNECTION, NO_CONNECTION, NO_CONNECTION, OPEN],
            status: [APPROVED],
        });
        flow.start();
        await clock.advance(6999);
        expect(flow.phase).toBe(PHASE.STARTING);
        await clock.advance(1001);
        expect(rpc.log).toEqual([
            "0 start",
            "1000 start",
            "3000 start",
            "7000 start",
            "8000 status",
        ]);
        expect(new Set(rpc.calls.map(({ sessionId }) => sessionId)).size).toBe(1);
        expect(outcome).toEqual({ isPaid: true });
    });

    test("a wake-up does not wait for the back-off", async () => {
        const { flow, rpc, clock } = makeFlow({ status: [NO_CONNECTION] });
        flow.start();
        await clock.advance(9000);
        flow.wake();
        await clock.settle();
        expect(rpc.log.at(-1)).toBe("9000 status");
    });

    test("an answer without content is no answer", async () => {
        const { flow, rpc, clock, outcome } = makeFlow({ status: [undefined, APPROVED] });
        flow.resume();
        await clock.settle();
        expect(flow.offline).toBe(true);
        await clock.advance(1000);
        expect(rpc.log).toEqual(["0 status", "1000 status"]);
        expect(outcome).toEqual({ isPaid: true });
    });
});

describe("cancelling", () => {
    test("in time", async () => {
        const { flow, rpc, clock, phases, outcome } = makeFlow({
            status: [DECLINED],
            abort: [{ ...OPEN, aborting: true }],
        });
        flow.start();
        await clock.advance(500);
        flow.cancel();
        await clock.settle();
        expect(outcome).toEqual({});
        await clock.advance(1000);
        expect(rpc.log).toEqual(["0 start", "500 abort", "1500 status"]);
        expect(phases).toEqual([PHASE.WAITING, PHASE.CANCELLING, PHASE.FAILED]);
        expect(outcome).toEqual({ isPaid: false });
    });

    test("too late", async () => {
        const { flow, clock, outcome } = makeFlow({ abort: [OPEN], status: [OPEN, APPROVED] });
        flow.start();
        await clock.settle();
        flow.cancel();
        await clock.advance(2000);
        expect(outcome).toEqual({ isPaid: true });
    });

    test("while the request is on its way to the server", async () => {
        const { flow, rpc, clock, phases, outcome } = makeFlow({
            start: [after(700, OPEN)],
            abort: [DECLINED],
        });
        flow.start();
        await clock.advance(100);
        flow.cancel();
        expect(flow.phase).toBe(PHASE.CANCELLING);
        await clock.advance(600);
        expect(rpc.log).toEqual(["0 start", "700 abort"]);
        expect(rpc.mostAtOnce).toBe(1);
        expect(phases).toEqual([PHASE.CANCELLING, PHASE.FAILED]);
        expect(outcome).toEqual({ isPaid: false });
    });

    test("when the reply to the request was lost, the request is not repeated", async () => {
        const { flow, rpc, clock, outcome } = makeFlow({
            start: [after(200, NO_CONNECTION)],
            abort: [DECLINED],
        });
        flow.start();
        flow.cancel();
        await clock.advance(2000);
        expect(rpc.log).toEqual(["0 start", "1200 abort"]);
        expect(outcome).toEqual({ isPaid: false });
    });

    test("is asked for again every five seconds while it shows no effect", async () => {
        const { flow, rpc, clock } = makeFlow({ abort: [OPEN] });
        flow.resume();
        await clock.settle();
        flow.cancel();
        await clock.advance(11000);
        const aborts = rpc.calls.filter(({ method }) => method === "abort");
        expect(aborts.map(({ at }) => at)).toEqual([0, 5000, 10000]);
        expect(flow.phase).toBe(PHASE.CANCELLING);
    });

    test("is asked for again when the server could not be reached", async () => {
        const { flow, rpc, clock, outcome } = makeFlow({
            abort: [NO_CONNECTION, NO_CONNECTION, DECLINED],
        });
        flow.resume();
        await clock.settle();
        flow.cancel();
        await clock.advance(3000);
        expect(rpc.log).toEqual(["0 status", "0 abort", "1000 abort", "3000 abort"]);
        expect(outcome).toEqual({ isPaid: false });
    });

    test("pressed as fast as a hand can makes one call", async () => {
        const { flow, rpc, clock } = makeFlow({ abort: [after(300, OPEN)] });
        flow.start();
        await clock.settle();
        for (let count = 0; count < 10; count++) {
            flow.cancel();
        }
        await clock.advance(1000);
        expect(rpc.count("abort")).toBe(1);
        expect(rpc.mostAtOnce).toBe(1);
    });

    test("is shown when somebody else asked for it", async () => {
        const { flow, rpc, clock } = makeFlow({ status: [{ ...OPEN, aborting: true }] });
        flow.resume();
        await clock.advance(1000);
        expect(flow.phase).toBe(PHASE.CANCELLING);
        expect(rpc.count("abort")).toBe(0);
    });

    test("of an unknown payment is only a question", async () => {
        const { flow, rpc, clock } = makeFlow({ status: [UNKNOWN] });
        flow.resume();
        await clock.settle();
        flow.cancel();
        await clock.settle();
        expect(rpc.log).toEqual(["0 status", "0 status"]);
        expect(flow.phase).toBe(PHASE.UNKNOWN);
    });
});

describe("taking up again", () => {
    test("tells what was over before from what is waited for", async () => {
        const before = makeFlow({ status: [APPROVED] });
        before.flow.resume();
        await before.clock.settle();
        expect(before.flow.isOld).toBe(true);
        const later = makeFlow({ status: [OPEN, APPROVED] });
        later.flow.resume();
        await later.clock.advance(1000);
        expect(later.flow.isOver).toBe(true);
        expect(later.flow.isOld).toBe(false);
        const own = makeFlow({ start: [APPROVED] });
        own.flow.start();
        await own.clock.settle();
        expect(own.flow.isOld).toBe(false);
    });

    test("never starts a second time", async () => {
        const { flow, rpc, clock, outcome } = makeFlow({ status: [OPEN, APPROVED] });
        flow.resume();
        await clock.advance(1000);
        expect(rpc.log).toEqual(["0 status", "1000 status"]);
        expect(outcome).toEqual({ isPaid: true });
    });

    test("what the server has never heard of is cancelled first", async () => {
        const { flow, rpc, clock, phases, outcome } = makeFlow({
            status: [NOT_RECORDED],
            abort: [DECLINED],
        });
        flow.resume();
        await clock.settle();
        expect(flow.isOver).toBe(false);
        expect(outcome).toEqual({});
        await clock.advance(0);
        expect(rpc.log).toEqual(["0 status", "0 abort"]);
        expect(phases).toEqual([PHASE.CANCELLING, PHASE.FAILED]);
        expect(outcome).toEqual({ isPaid: false });
    });

    test("what arrived meanwhile after all is followed to its end", async () => {
        const { flow, clock, outcome } = makeFlow({
            status: [NOT_RECORDED, APPROVED],
            abort: [{ ...OPEN, aborting: true }],
        });
        flow.resume();
        await clock.advance(1000);
        expect(outcome).toEqual({ isPaid: true });
    });

    test("follows the session that the server names", async () => {
        const other = "22222222-2222-4222-8222-222222222222";
        const { flow, rpc, clock } = makeFlow({
            start: [{ ...OPEN, session_id: other }],
            status: [OPEN],
        });
        flow.start();
        await clock.advance(1000);
        flow.cancel();
        await clock.settle();
        expect(rpc.calls.map(({ sessionId }) => sessionId)).toEqual([SESSION_ID, other, other]);
        expect(flow.request.session_id).toBe(other);
    });
});

describe("statements about an unknown outcome", () => {
    for (const [paid, statement] of [
        [true, "paid"],
        [false, "not_paid"],
    ]) {
        test(`the terminal shows ${statement}`, async () => {
            const { flow, rpc, clock, outcome } = makeFlow({
                status: [UNKNOWN],
                stateOutcome: [{ ...UNKNOWN, statement }],
            });
            flow.resume();
            await clock.settle();
            flow.stateOutcome(paid);
            await clock.settle();
            expect(rpc.calls.at(-1)).toEqual({
                at: 0,
                method: "stateOutcome",
                sessionId: SESSION_ID,
                paid,
            });
            expect(outcome).toEqual({ isPaid: paid });
        });
    }

    test("Viva knows better", async () => {
        const { flow, clock, outcome } = makeFlow({
            status: [UNKNOWN],
            stateOutcome: [DECLINED],
        });
        flow.resume();
        await clock.settle();
        flow.stateOutcome(true);
        await clock.settle();
        expect(outcome).toEqual({ isPaid: false });
    });

    test("is repeated until the server has it", async () => {
        const { flow, rpc, clock, outcome } = makeFlow({
            status: [UNKNOWN],
            stateOutcome: [NO_CONNECTION, { ...UNKNOWN, statement: "paid" }],
        });
        flow.resume();
        await clock.settle();
        flow.stateOutcome(true);
        await clock.settle();
        expect(outcome).toEqual({});
        await clock.advance(1000);
        expect(rpc.log).toEqual(["0 status", "0 stateOutcome", "1000 stateOutcome"]);
        expect(outcome).toEqual({ isPaid: true });
    });

    test("waits for the question that is being answered, and yields to its outcome", async () => {
        const { flow, rpc, clock, outcome } = makeFlow({
            status: [UNKNOWN, after(300, DECLINED)],
        });
        flow.resume();
        await clock.settle();
        flow.wake();
        await clock.advance(100);
        flow.stateOutcome(true);
        await clock.advance(1000);
        expect(rpc.count("stateOutcome")).toBe(0);
        expect(outcome).toEqual({ isPaid: false });
    });

    test("is not taken while the outcome may still come", async () => {
        const { flow, rpc, clock, outcome } = makeFlow();
        flow.start();
        await clock.settle();
        flow.stateOutcome(true);
        await clock.settle();
        expect(rpc.log).toEqual(["0 start", "0 status"]);
        expect(outcome).toEqual({});
    });

    test("an outcome that comes by itself ends it", async () => {
        const { flow, clock, phases, outcome } = makeFlow({ status: [UNKNOWN, APPROVED] });
        flow.resume();
        await clock.advance(15000);
        expect(phases).toEqual([PHASE.UNKNOWN, PHASE.APPROVED]);
        expect(outcome).toEqual({ isPaid: true });
    });
});

describe("a refusal", () => {
    test("of the first delivery ends it: nothing was sent", async () => {
        const { flow, rpc, clock, outcome } = makeFlow({ start: [REFUSED] });
        flow.start();
        await clock.advance(60000);
        expect(rpc.log).toEqual(["0 start"]);
        expect(outcome).toEqual({ isPaid: false });
        expect(flow.text).toBe(REFUSED.text);
    });

    test("of a later delivery proves nothing: what the first one did is asked", async () => {
        const { flow, rpc, clock, outcome } = makeFlow({
            start: [NO_CONNECTION, REFUSED],
            status: [OPEN, APPROVED],
        });
        flow.start();
        await clock.advance(1000);
        expect(outcome).toEqual({});
        expect(flow.phase).toBe(PHASE.WAITING);
        expect(flow.refusal).toBe(REFUSED.text);
        await clock.advance(1000);
        expect(flow.refusal).toBe("");
        await clock.advance(1000);
        expect(rpc.log).toEqual(["0 start", "1000 start", "2000 status", "3000 status"]);
        expect(outcome).toEqual({ isPaid: true });
    });

    test("of a later delivery, and the server knows of none: it is recorded as cancelled", async () => {
        const { flow, rpc, clock, outcome } = makeFlow({
            start: [NO_CONNECTION, REFUSED],
            status: [NOT_RECORDED],
            abort: [{ ...DECLINED, reason: "aborted", text: "Cancelled." }],
        });
        flow.start();
        await clock.advance(2000);
        expect(rpc.log).toEqual(["0 start", "1000 start", "2000 status", "2000 abort"]);
        expect(outcome).toEqual({ isPaid: false });
        expect(flow.text).toBe(REFUSED.text);
    });

    test("of everything for a while keeps it open, asked about less and less often", async () => {
        const { flow, rpc, clock, outcome } = makeFlow({
            start: [NO_CONNECTION, REFUSED],
            status: [REFUSED],
            abort: [REFUSED],
        });
        flow.start();
        await clock.advance(5000);
        flow.cancel();
        await clock.advance(30000);
        expect(outcome).toEqual({});
        expect(flow.refusal).toBe(REFUSED.text);
        expect(flow.offline).toBe(false);
        const times = rpc.calls.slice(-3).map(({ at }) => at);
        expect(times[2] - times[1]).toBe(8000);
        rpc.answer("status", APPROVED);
        rpc.answer("abort", APPROVED);
        await clock.advance(8000);
        expect(outcome).toEqual({ isPaid: true });
    });

    test("of an abort, where the reply to the start was lost, is no outcome", async () => {
        const { flow, rpc, clock, outcome } = makeFlow({
            start: [after(200, NO_CONNECTION)],
            abort: [REFUSED],
            status: [OPEN, APPROVED],
        });
        flow.start();
        flow.cancel();
        await clock.advance(2200);
        expect(rpc.log).toEqual(["0 start", "1200 abort", "2200 status"]);
        expect(outcome).toEqual({});
        await clock.advance(1000);
        expect(outcome).toEqual({ isPaid: true });
    });

    test("of a statement is no outcome", async () => {
        const { flow, clock, outcome } = makeFlow({ status: [UNKNOWN], stateOutcome: [REFUSED] });
        flow.resume();
        await clock.settle();
        flow.stateOutcome(true);
        await clock.settle();
        expect(outcome).toEqual({});
        expect(flow.phase).toBe(PHASE.UNKNOWN);
    });
});

describe("Viva is silent", () => {
    test("what the terminal shows can be stated, before the deadline", async () => {
        const { flow, rpc, clock, outcome } = makeFlow({
            status: [SILENT],
            stateOutcome: [{ ...UNKNOWN, statement: "paid" }],
        });
        flow.start();
        await clock.advance(1000);
        expect(flow.silent).toBe(true);
        expect(flow.phase).toBe(PHASE.WAITING);
        flow.stateOutcome(true);
        await clock.settle();
        expect(rpc.log).toEqual(["0 start", "1000 status", "1000 stateOutcome"]);
        expect(outcome).toEqual({ isPaid: true });
    });

    test("... also while it is being cancelled", async () => {
        const { flow, clock, outcome } = makeFlow({
            abort: [SILENT],
            stateOutcome: [{ ...UNKNOWN, statement: "not_paid" }],
        });
        flow.start();
        await clock.settle();
        flow.cancel();
        await clock.settle();
        expect(flow.phase).toBe(PHASE.CANCELLING);
        expect(flow.silent).toBe(true);
        flow.stateOutcome(false);
        await clock.settle();
        expect(outcome).toEqual({ isPaid: false });
    });

    test("when it speaks again, the line waits again, and nothing can be stated", async () => {
        const { flow, rpc, clock, outcome } = makeFlow({ status: [SILENT, OPEN] });
        flow.start();
        await clock.advance(2000);
        expect(flow.silent).toBe(false);
        flow.stateOutcome(true);
        await clock.settle();
        expect(rpc.count("stateOutcome")).toBe(0);
        expect(outcome).toEqual({});
    });

    test("a statement that comes when Viva has spoken does not count", async () => {
        const { flow, rpc, clock, outcome } = makeFlow({
            status: [SILENT, OPEN],
            stateOutcome: [OPEN],
        });
        flow.start();
        await clock.advance(1000);
        flow.stateOutcome(false);
        await clock.advance(1000);
        expect(rpc.log.slice(2)).toEqual(["1000 stateOutcome", "2000 status"]);
        expect(outcome).toEqual({});
        expect(flow.phase).toBe(PHASE.WAITING);
    });
});

describe("the server is silent", () => {
    test("is told after twenty seconds, whether calls fail or hang", async () => {
        for (const answer of [NO_CONNECTION, NEVER]) {
            const { flow, rpc, clock } = makeFlow({ status: [answer] });
            flow.start();
            await clock.advance(20999);
            expect(flow.unreachable).toBe(false);
            await clock.advance(1);
            expect(flow.unreachable).toBe(true);
            rpc.answer("status", OPEN);
            flow.wake();
            await clock.settle();
            expect(flow.unreachable).toBe(false);
            expect(flow.offline).toBe(false);
        }
    });

    test("a call that hangs does not keep a cashier from asking once more, or cancelling", async () => {
        const { flow, rpc, clock, outcome } = makeFlow({ start: [NEVER], abort: [DECLINED] });
        flow.start();
        await clock.advance(10000);
        flow.wake();
        flow.cancel();
        await clock.settle();
        expect(rpc.log).toEqual(["0 start"]);
        await clock.advance(10000);
        flow.cancel();
        await clock.settle();
        expect(rpc.log).toEqual(["0 start", "20000 abort"]);
        expect(outcome).toEqual({ isPaid: false });
    });

    test("what was given up for another call is not listened to any more", async () => {
        const { flow, clock, outcome } = makeFlow({
            start: [after(30000, REFUSED), OPEN],
            status: [OPEN],
        });
        flow.start();
        await clock.advance(20000);
        flow.wake();
        await clock.advance(15000);
        expect(outcome).toEqual({});
        expect(flow.phase).toBe(PHASE.WAITING);
    });
});

describe("stopping", () => {
    test("a flow whose line is gone ends, asks nothing, and lets nobody wait", async () => {
        const { flow, rpc, clock, outcome } = makeFlow({ status: [UNKNOWN] });
        flow.resume();
        await clock.settle();
        flow.end(false);
        await clock.advance(60000);
        expect(rpc.log).toEqual(["0 status"]);
        expect(outcome).toEqual({ isPaid: false });
    });

    test("nothing is asked any more", async () => {
        const { flow, rpc, clock } = makeFlow();
        flow.start();
        await clock.settle();
        flow.dispose();
        flow.wake();
        flow.cancel();
        await clock.advance(60000);
        expect(rpc.log).toEqual(["0 start"]);
    });

    test("an answer that comes afterwards is neither shown nor followed", async () => {
        const { flow, rpc, clock, phases } = makeFlow({ start: [after(500, OPEN)] });
        flow.start();
        await clock.advance(100);
        flow.dispose();
        await clock.advance(60000);
        expect(rpc.log).toEqual(["0 start"]);
        expect(phases).toEqual([]);
    });
});
