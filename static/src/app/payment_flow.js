/**
 * The course of one request to a terminal, as a till sees it.
 *
 * A state machine without Odoo: it is fed with snapshots (see `viva.wallet.till` on the server),
 * decides when to ask next, and tells by `onChange` and `finished` what is known. It never decides
 * about money: that a card was charged, or was not, is only ever said by a snapshot.
 */

import { timing } from "./timing";

/** @typedef {{
 *   session_id: string,
 *   state: "new"|"sent"|"approved"|"failed"|"unknown"|"reversed"|"not_recorded",
 *   text?: string, accepted?: boolean, aborting?: boolean, statement?: "paid"|"not_paid"|false,
 *   charged?: number, card?: Object|false, wakeups?: boolean, ask_again_in?: number,
 * }} Snapshot */

/** @typedef {{
 *   start: (sale: Object) => Promise<Snapshot>,
 *   status: (sessionId: string) => Promise<Snapshot>,
 *   abort: (sale: Object) => Promise<Snapshot>,
 *   stateOutcome: (sessionId: string, paid: boolean) => Promise<Snapshot>,
 * }} Rpc Rejects when the server could not be asked; then nothing is known. */

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
     * @param {Object} params.sale what `viva.wallet.till.start_sale` takes, with `session_id`
     * @param {Rpc} params.rpc
     * @param {Clock} params.clock
     * @param {(flow: PaymentFlow) => void} params.onChange called after every change
     */
    constructor({ sale, rpc, clock, onChange }) {
        this.sale = sale;
        this.rpc = rpc;
        this.clock = clock;
        this.onChange = onChange;
        this.phase = PHASE.STARTING;
        /** Sentence of the server for the cashier, if it had one. */
        this.text = "";
        /** Whether the last call to the server failed: what is shown may be out of date. */
        this.offline = false;
        /** @type {Snapshot|null} */
        this.snapshot = null;
        /** Resolves with whether the payment counts as made; never rejects. */
        this.finished = new Promise((resolve) => (this._resolve = resolve));
        this._begun = clock.now();
        this._failures = 0;
        this._wakeups = false;
        this._wokenAt = -Infinity;
        this._abortedAt = null;
        this._mode = "wait";
        this._isDisposed = false;
        this._calling = false;
        this._again = false;
        this._statement = null;
        this._timer = null;
    }

    get isOver() {
        return this.phase === PHASE.APPROVED || this.phase === PHASE.FAILED;
    }

    /** Give the request to the terminal, once, also when the way there is broken at first. */
    start() {
        this._mode = "start";
        return this._ask();
    }

    /** Take up a request that was made before, by this page or another. */
    resume() {
        this._mode = "resume";
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
        const isMine = snapshot.session_id === this.sale.session_id;
        if (!isMine || snapshot.state !== "approved" || this.isOver || this._isDisposed) {
            return;
        }
        this.offline = false;
        this._apply(snapshot);
        this.onChange(this);
    }

    /**
     * Say what the terminal shows, where Viva cannot.
     * @param {boolean} paid
     */
    stateOutcome(paid) {
        if (this.phase !== PHASE.UNKNOWN) {
            return this.wake();
        }
        this._statement = paid;
        return this._ask();
    }

    /** Stop asking, because another flow follows the request. What is on its way is ignored. */
    dispose() {
        this.clock.clearTimeout(this._timer);
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
        if (this._calling) {
            this._again = true;
            return;
        }
        this.clock.clearTimeout(this._timer);
        this._calling = true;
        this._again = false;
        let snapshot = null;
        try {
            snapshot = await this._call();
        } catch {
            // An answer that did not come is like one without content, see below.
        }
        this._calling = false;
        if (this._isDisposed || this.isOver) {
            return;
        }
        this.offline = !snapshot;
        this._failures = snapshot ? 0 : this._failures + 1;
        if (snapshot) {
            this._apply(snapshot);
        }
        this.onChange(this);
        if (!this.isOver && !this._isDisposed) {
            this._schedule();
        }
    }

    /** @returns {Promise<Snapshot>} */
    async _call() {
        if (this._statement !== null) {
            const snapshot = await this.rpc.stateOutcome(this.sale.session_id, this._statement);
            this._statement = null;
            return snapshot;
        }
        if (this.phase === PHASE.CANCELLING && this._mustAbort()) {
            const snapshot = await this.rpc.abort(this.sale);
            this._abortedAt = this.clock.now();
            this._mode = "wait";
            return snapshot;
        }
        if (this._mode === "start") {
            const snapshot = await this.rpc.start(this.sale);
            this._wakeups = Boolean(snapshot.wakeups);
            this._mode = "wait";
            return snapshot;
        }
        return this.rpc.status(this.sale.session_id);
    }

    _mustAbort() {
        return this._abortedAt === null || this.clock.now() - this._abortedAt >= timing.ABORT_AGAIN;
    }

    /** @param {Snapshot} snapshot */
    _apply(snapshot) {
        this.snapshot = snapshot;
        this.text = snapshot.text || "";
        this.sale.session_id = snapshot.session_id;
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
        this.phase = PHASE.UNKNOWN;
    }

    /**
     * The server knows nothing of a request that this till made. It may still be on its way: have
     * it recorded as cancelled, so that it is not sent when it arrives.
     */
    _applyNotRecorded() {
        this.phase = PHASE.CANCELLING;
        this._abortedAt = null;
        this._again = true;
    }

    _finish(phase) {
        this.phase = phase;
        this.clock.clearTimeout(this._timer);
        this._resolve(phase === PHASE.APPROVED);
    }

    _schedule() {
        const delay = this._again && !this.offline ? 0 : this._delay();
        this._timer = this.clock.setTimeout(() => this._ask(), delay);
    }

    _delay() {
        const now = this.clock.now();
        if (this.offline) {
            return Math.min(timing.OFFLINE_FIRST * 2 ** (this._failures - 1), timing.OFFLINE_MOST);
        }
        if (this.phase === PHASE.UNKNOWN) {
            return timing.ASK_UNKNOWN;
        }
        // With many payments at once the server asks each till to come less often.
        const least = this.snapshot?.ask_again_in || 1;
        if (now - this._wokenAt < timing.AWAKE) {
            return timing.ASK_WOKEN * least;
        }
        return Math.max(this._usualDelay(now), timing.ASK * least);
    }

    _usualDelay(now) {
        if (this.phase === PHASE.CANCELLING) {
            return timing.ASK;
        }
        if (now - this._begun > timing.LATE) {
            return timing.ASK_LATE;
        }
        const isCalm = this._wakeups && this.snapshot?.accepted;
        return isCalm ? timing.ASK_WITH_WAKEUPS : timing.ASK;
    }
}
