import { describe, expect, test } from "@odoo/hoot";
import { LineSituation } from "@pos_viva_wallet/app/line_situation";
import { PHASE } from "@pos_viva_wallet/app/payment_flow";

function situation(payment_status, vivaWallet = {}) {
    return new LineSituation({
        payment_status,
        uiState: { vivaWallet },
        isVivaWalletInFlight: () => payment_status.startsWith("waiting"),
    });
}

describe("Retry", () => {
    test("may be pressed only when nothing is running", () => {
        expect(situation("retry").canSend).toBe(true);
        expect(situation("pending").canSend).toBe(true);
        for (const status of ["waiting", "waitingCard", "waitingCancel", "done"]) {
            expect(situation(status).canSend).toBe(false);
        }
        expect(situation("waitingCard", { phase: PHASE.UNKNOWN }).canSend).toBe(false);
    });
});

describe("the name", () => {
    test("is the status, as long as all is well", () => {
        for (const status of ["pending", "waiting", "waitingCard", "waitingCancel", "done"]) {
            expect(situation(status).name).toBe(status);
        }
    });

    test("says what is wrong, the worst first", () => {
        const wrong = { unreachable: true, silent: true, refusal: "no" };
        expect(situation("waitingCard", wrong).name).toBe("unreachable");
        expect(situation("waitingCard", { ...wrong, unreachable: false }).name).toBe("silent");
        expect(situation("waitingCard", { refusal: "no" }).name).toBe("refused");
        expect(situation("waitingCard", { phase: PHASE.UNKNOWN }).name).toBe("unknown");
        expect(situation("retry", { uncertain: true }).name).toBe("uncertain");
    });

    test("of the text also knows of a call that has failed", () => {
        expect(situation("waitingCard", { offline: true }).nameOfText).toBe("offline");
        expect(situation("waitingCard", { offline: true }).name).toBe("waitingCard");
        expect(situation("retry", { offline: true }).nameOfText).toBe("retry");
        expect(situation("waitingCard", { offline: true, refusal: "no" }).nameOfText).toBe(
            "refused"
        );
    });
});

test("what the terminal shows can be stated only while Viva does not say, and Odoo can record it", () => {
    expect(situation("waitingCard").canState).toBe(false);
    expect(situation("waitingCard", { silent: true }).canState).toBe(true);
    expect(situation("waitingCard", { silent: true, offline: true }).canState).toBe(false);
    expect(situation("waitingCard", { silent: true, unreachable: true }).canState).toBe(false);
    expect(situation("waitingCard", { phase: PHASE.UNKNOWN }).canState).toBe(true);
});

test("nothing is cancelled twice, nor what is unknown", () => {
    expect(situation("waitingCard").canCancel).toBe(true);
    expect(situation("waitingCancel").canCancel).toBe(false);
    expect(situation("waitingCard", { phase: PHASE.UNKNOWN }).canCancel).toBe(false);
});
