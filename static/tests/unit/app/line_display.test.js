import { expect, test } from "@odoo/hoot";
import { lineStatus, showOnLine } from "@pos_viva_wallet/app/line_display";
import { PHASE } from "@pos_viva_wallet/app/payment_flow";

test("each phase that is not over has a status", () => {
    expect(lineStatus(PHASE.STARTING)).toBe("waiting");
    expect(lineStatus(PHASE.WAITING)).toBe("waitingCard");
    expect(lineStatus(PHASE.UNKNOWN)).toBe("waitingCard");
    expect(lineStatus(PHASE.CANCELLING)).toBe("waitingCancel");
});

test("what is known is put onto the line, and what was known before is not kept", () => {
    const line = { uiState: {} };
    const snapshot = { accepted: true, extras: [{ amount: 1 }, { amount: 2 }] };
    showOnLine(line, PHASE.WAITING, { text: "Wait.", silent: true, snapshot });
    expect(line.uiState.vivaWallet.phase).toBe(PHASE.WAITING);
    expect(line.uiState.vivaWallet.text).toBe("Wait.");
    expect(line.uiState.vivaWallet.silent).toBe(true);
    expect(line.uiState.vivaWallet.accepted).toBe(true);
    expect(line.uiState.vivaWallet.added).toBe(3);
    showOnLine(line, PHASE.FAILED);
    expect(line.uiState.vivaWallet.text).toBe("");
    expect(line.uiState.vivaWallet.silent).toBe(false);
    expect(line.uiState.vivaWallet.added).toBe(0);
});
