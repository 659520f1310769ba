import { PaymentFlow } from "@pos_viva_wallet/app/payment_flow";
import { FakeClock } from "./fake_clock";

export const SESSION_ID = "11111111-1111-4111-8111-111111111111";

export const OPEN = { state: "sent" };
export const APPROVED = { state: "approved", charged: 12.5, card: { card_brand: "VISA" } };
export const DECLINED = { state: "failed", text: "The card was declined." };
export const UNKNOWN = { state: "unknown", text: "Viva cannot say." };
export const NOT_RECORDED = { state: "not_recorded" };
export const REFUSED = { state: "failed", refused: true, text: "Not you." };
export const SILENT = { ...OPEN, silent: true };
export const NO_CONNECTION = new Error("no connection");

/** An answer that never comes, and no word that it will not. */
export const NEVER = { after: 1e9, answer: NO_CONNECTION };

/** An answer of the server that takes its time. */
export function after(milliseconds, answer) {
    return { after: milliseconds, answer };
}

/**
 * The server of a flow, which gives the answers of a list, call by call, and the last one for
 * ever. Without a list it says that the payment is open.
 */
export class ScriptedRpc {
    /**
     * @param {FakeClock} clock
     * @param {Object<string, Array>} script answers by method: snapshots (without session id they
     *  get that of the call), errors, and either of them wrapped in `after`
     */
    constructor(clock, script = {}) {
        this._clock = clock;
        this._script = script;
        this._running = 0;
        this.mostAtOnce = 0;
        /** @type {{at: number, method: string, sessionId: string, paid?: boolean}[]} */
        this.calls = [];
    }

    start(request) {
        return this._call("start", request.session_id);
    }

    status(sessionId) {
        return this._call("status", sessionId);
    }

    abort(request) {
        return this._call("abort", request.session_id);
    }

    stateOutcome(sessionId, paid) {
        return this._call("stateOutcome", sessionId, { paid });
    }

    /** @returns {string[]} when and what was called, such as "1000 status" */
    get log() {
        return this.calls.map(({ at, method }) => `${at} ${method}`);
    }

    count(method) {
        return this.calls.filter((call) => call.method === method).length;
    }

    /** Change the answers to one method from now on. */
    answer(method, ...answers) {
        this._script[method] = answers;
    }

    async _call(method, sessionId, details = {}) {
        this.calls.push({ at: this._clock.now(), method, sessionId, ...details });
        this._running++;
        this.mostAtOnce = Math.max(this.mostAtOnce, this._running);
        try {
            return await this._answer(method, sessionId);
        } finally {
            this._running--;
        }
    }

    async _answer(method, sessionId) {
        const answers = this._script[method] || [OPEN];
        let answer = answers.length > 1 ? answers.shift() : answers[0];
        if (answer?.after !== undefined) {
            await new Promise((resolve) => this._clock.setTimeout(resolve, answer.after));
            answer = answer.answer;
        }
        if (answer instanceof Error) {
            throw answer;
        }
        return answer && { session_id: sessionId, ...answer };
    }
}

/**
 * @param {Object<string, Array>} [script] see ScriptedRpc
 * @returns {{flow: PaymentFlow, rpc: ScriptedRpc, clock: FakeClock, phases: string[],
 *  outcome: {isPaid?: boolean}}} `phases` are those that were shown, each once in a row;
 *  `outcome.isPaid` stays undefined until the flow has finished
 */
export function makeFlow(script) {
    const clock = new FakeClock();
    const rpc = new ScriptedRpc(clock, script);
    const phases = [];
    const flow = new PaymentFlow({
        request: { session_id: SESSION_ID, amount: 12.5 },
        rpc,
        clock,
        onChange: ({ phase }) => phase !== phases.at(-1) && phases.push(phase),
    });
    const outcome = {};
    flow.finished.then((isPaid) => (outcome.isPaid = isPaid));
    return { flow, rpc, clock, phases, outcome };
}
