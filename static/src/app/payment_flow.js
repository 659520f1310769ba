/**
 * The course of one request to a terminal, as a till sees it.
 *
 * A state machine without Odoo: it is fed with snapshots (see `viva.wallet.till` on the server),
 * decides when to ask next, and tells by `onChange` and `finished` what is known. It never decides
 * about money: that a card was charged, or was not, is only ever said by a snapshot.
 */

import { pollDelay } from "./poll_delay";
import { timing } from "./timing";

/** @typedef {{
 *   session_id: string,
 *   state: "sent"|"approved"|"failed"|"unknown"|"reversed"|"not_recorded",
 *   text?: string, accepted?: boolean, aborting?: boolean, statement?: "paid"|"not_paid"|false,
 *   charged?: number, card?: Object|false, wakeups?: boolean, ask_again_in?: number,
 *   refused?: boolean, reason?: string, silent?: boolean,
 * }} Snapshot */

/** @typedef {{
 *   start: (request: Object) => Promise<Snapshot>,
 *   status: (sessionId: string) => Promise<Snapshot>,
 *   abort: (request: Object) => Promise<Snapshot>,
 *   stateOutcome: (sessionId: string, paid: boolean) => Promise<Snapshot>,
 * }} Rpc Rejects when the server could not be asked; then nothing is known. What the server, or a
 *   missing right, kept from being given to Viva in this call is a snapshot with `refused`. */

/** @typedef {{
 *   now: () => number,
 *   setTimeout: (callback: Function, milliseconds: number) => any,
 *   clearTimeout: (timer: any) => void,
 * }} Clock Times are milliseconds. */

export const PHASE = Object.freeze({
    STARTING: "starting",
    WAITING: "waiting",
    CANCELLING: "cancelling",
    UNKNOWN: "unknown",
    APPROVED: "approved",
    FAILED: "failed",
});

export class PaymentFlow {
    /**
     * @param {Object} params
     * @param {Object} params.request see `payment_request.js`; its `session_id` is what counts here
     * @param {Rpc} params.rpc
     * @param {Clock} params.clock
     * @param {(flow: PaymentFlow) => void} params.onChange called after every change
     */
    constructor({ request, rpc, clock, onChange }) {
        this.request = request;
        this.rpc = rpc;
        this.clock = clock;
        this.onChange = onChange;
        this.phase = PHASE.STARTING;
        /** Sentence of the server for the cashier, if it had one. */
        this.text = "";
        /** Whether the last call to the server failed: what is shown may be out of date. */
        this.offline = false;
        /** Whether the server has not answered for so long that the cashier must know. */
        this.unreachable = false;
        /** Whether Viva has not answered the server for a while: a statement may be made. */
        this.silent = false;
        /** Why the server did not take the last call, though an earlier one may have got through. */
        this.refusal = "";
        /** The same, as far as it says nothing about the money. */
        this.hint = "";
        /** @type {Snapshot|null} */
        this.snapshot = null;
        /** Resolves with whether the payment counts as made; never rejects. */
        this.finished = new Promise((resolve) => (this._resolve = resolve));
        /** Whether the request was made before this page was loaded, and was over at its first answer. */
        this.isOld = false;
        this._begun = clock.now();
        this._failures = 0;
        this._wakeups = false;
        this._wokenAt = -Infinity;
        this._abortedAt = null;
        this._mode = "wait";
        this._isDisposed = false;
        this._calls = 0;
        this._calling = false;
        this._calledAt = -Infinity;
        this._deliveries = 0;
        this._again = false;
        this._statement = null;
        this._timer = null;
        this._silenceTimer = null;
    }

    get isOver() {
        return this.phase === PHASE.APPROVED || this.phase === PHASE.FAILED;
    }

    /** Give the request to the terminal; it is repeated under the same session until it is answered. */
    start() {
        this._mode = "start";
        return this._ask();
    }

    /** Take up a request that was made before, by this page or another. */
    resume() {
        this._mode = "wait";
        this.isOld = true;
        this.phase = PHASE.WAITING;
        return this._ask();
    }

    /** Ask the terminal to stop. Only `finished` tells whether that was in time. */
    cancel() {
        if (this.isOver || this.phase === PHASE.UNKNOWN) {
            return this.wake();
        }
        if (this.phase !== PHASE.CANCELLING) {
            this.phase = PHASE.CANCELLING;
            this._abortedAt = null;
            this.onChange(this);
        }
        return this._ask();
    }

    /** There may be news: ask now. */
    wake() {
        this._wokenAt = this.clock.now();
        return this._ask();
    }

    /**
     * Take an approval that the server has told without being asked.
     *
     * @param {Snapshot} snapshot
     */
    take(snapshot) {
        const isMine = snapshot.session_id === this.request.session_id;
        if (!isMine || snapshot.state !== "approved" || this.isOver || this._isDisposed) {
            return;
        }
        this._markAnswered();
        this.isOld = false;
        this._apply(snapshot);
        this.onChange(this);
    }

    /**
     * Say what the terminal shows, where Viva cannot.
     * @param {boolean} paid
     */
    stateOutcome(paid) {
        if (this.phase !== PHASE.UNKNOWN && !this.silent) {
            return this.wake();
        }
        this._statement = paid;
        return this._ask();
    }

    /** Stop asking, because another flow follows the request. What is on its way is ignored. */
    dispose() {
        this._stopTimers();
        this._isDisposed = true;
    }

    /**
     * Stop asking, because there is no line any more that an outcome could be brought onto.
     * @param {boolean} isPaid what is known of the line
     */
    end(isPaid) {
        this.dispose();
        this._resolve(isPaid);
    }

    /** Make the next call, now or as soon as the present one is answered. */
    async _ask() {
        if (this.isOver || this._isDisposed) {
            return;
        }
        if (this._calling && !this._isHanging) {
            this._again = true;
            return;
        }
        this.clock.clearTimeout(this._timer);
        const name = this._nextCall();
        const call = ++this._calls;
        this._calling = true;
        this._calledAt = this.clock.now();
        this._again = false;
        this._watchSilence();
        let snapshot = null;
        try {
            snapshot = await this._make(name);
        } catch {
            // An answer that did not come is like one without content, see below.
        }
        if (call !== this._calls) {
            return; // given up meanwhile, for another one
        }
        this._calling = false;
        if (this._isDisposed || this.isOver) {
            return;
        }
        this._takeAnswer(name, snapshot);
        this.onChange(this);
        if (!this.isOver && !this._isDisposed) {
            this._schedule();
        }
    }

    /** A call that nobody has answered for so long may never be; another one may get through. */
    get _isHanging() {
        return this.clock.now() - this._calledAt >= timing.SILENT;
    }

    /** @returns {keyof Rpc} */
    _nextCall() {
        if (this._statement !== null) {
            return "stateOutcome";
        }
        if (this.phase === PHASE.CANCELLING && this._mustAbort()) {
            return "abort";
        }
        return this._mode === "start" ? "start" : "status";
    }

    /** @returns {Promise<Snapshot>} */
    _make(name) {
        switch (name) {
            case "stateOutcome":
                return this.rpc.stateOutcome(this.request.session_id, this._statement);
            case "abort":
                return this.rpc.abort(this.request);
            case "start":
                this._deliveries++;
                return this.rpc.start(this.request);
            default:
                return this.rpc.status(this.request.session_id);
        }
    }

    _takeAnswer(name, snapshot) {
        // Only the refusal of the first delivery proves that nothing was sent.
        const isProof = name === "start" && this._deliveries === 1;
        const isRefused = Boolean(snapshot?.refused) && !isProof;
        if (!snapshot) {
            this.offline = true;
            this._failures++;
            return;
        }
        this._markAnswered();
        this._noteCall(name, snapshot);
        if (isRefused) {
            this._failures = this.refusal ? this._failures + 1 : 1;
            this._applyRefused(snapshot);
        } else {
            this._failures = 0;
            this._apply(snapshot);
        }
    }

    /** The call has been answered and need not be made again. */
    _noteCall(name, snapshot) {
        switch (name) {
            case "stateOutcome":
                this._statement = null;
                return;
            case "abort":
                this._abortedAt = this.clock.now();
                this._mode = "wait";
                return;
            case "start":
                this._wakeups = Boolean(snapshot.wakeups);
                this._mode = "wait";
        }
    }

    /** The server has answered, or told something by itself. */
    _markAnswered() {
        this.offline = false;
        this.unreachable = false;
        this.clock.clearTimeout(this._silenceTimer);
        this._silenceTimer = null;
    }

    /** Tell the cashier when the server has not answered for too long. */
    _watchSilence() {
        this._silenceTimer ??= this.clock.setTimeout(() => {
            this.unreachable = true;
            this.onChange(this);
        }, timing.SILENT);
    }

    _mustAbort() {
        return this._abortedAt === null || this.clock.now() - this._abortedAt >= timing.ABORT_AGAIN;
    }

    /** @param {Snapshot} snapshot */
    _apply(snapshot) {
        this.snapshot = snapshot;
        this.text = snapshot.text || "";
        this.silent = Boolean(snapshot.silent);
        this.request.session_id = snapshot.session_id;
        if (this.refusal && ["aborted", "cancelled"].includes(snapshot.reason)) {
            this.text = this.refusal; // that it was not sent is what this till has asked for
        }
        if (snapshot.state !== "not_recorded") {
            this.refusal = "";
        }
        switch (snapshot.state) {
            case "approved":
                return this._finish(PHASE.APPROVED);
            case "failed":
            case "reversed":
                return this._finish(PHASE.FAILED);
            case "unknown":
                return this._applyUnknown(snapshot);
            case "not_recorded":
                return this._applyNotRecorded();
            default:
                this.isOld = false;
                if (this.phase !== PHASE.CANCELLING) {
                    this.phase = snapshot.aborting ? PHASE.CANCELLING : PHASE.WAITING;
                    this._abortedAt = this.clock.now();
                }
        }
    }

    _applyUnknown(snapshot) {
        if (snapshot.statement) {
            return this._finish(snapshot.statement === "paid" ? PHASE.APPROVED : PHASE.FAILED);
        }
        this.isOld = false;
        this.phase = PHASE.UNKNOWN;
    }

    /**
     * The server knows nothing of a request that this till made. It may still be on its way: have
     * it recorded as cancelled, so that it is not sent when it arrives.
     */
    _applyNotRecorded() {
        this.isOld = false;
        this.phase = PHASE.CANCELLING;
        this._abortedAt = null;
        this._again = true;
    }

    /**
     * The server did not take a call, and an earlier one may have got through: nothing is known but
     * why. Go on asking; what the server does not know of is recorded as cancelled, see above.
     */
    _applyRefused(snapshot) {
        this.refusal = snapshot.text || "";
        // What the server refuses it calls not charged, which is true of this delivery only.
        this.hint = snapshot.reason ? "" : this.refusal;
        if (this.phase === PHASE.STARTING) {
            this.phase = PHASE.WAITING;
        }
    }

    _finish(phase) {
        this.phase = phase;
        this.silent = false;
        this._stopTimers();
        this._resolve(phase === PHASE.APPROVED);
    }

    _stopTimers() {
        this.clock.clearTimeout(this._timer);
        this.clock.clearTimeout(this._silenceTimer);
    }

    _schedule() {
        const delay = this._again && !this._failures ? 0 : this._delay();
        this._timer = this.clock.setTimeout(() => this._ask(), delay);
    }

    _delay() {
        const now = this.clock.now();
        return pollDelay({
            failures: this._failures,
            isUnknown: this.phase === PHASE.UNKNOWN,
            isCancelling: this.phase === PHASE.CANCELLING,
            isQuiet: this._wakeups && Boolean(this.snapshot?.accepted),
            sinceStart: now - this._begun,
            sinceWakeup: now - this._wokenAt,
            // With many payments at once the server asks each till to come less often.
            slowdown: this.snapshot?.ask_again_in || 1,
        });
    }
}
