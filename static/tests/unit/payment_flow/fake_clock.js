/** Enough turns of the microtask queue for any chain of promises of a flow to come to rest. */
const TURNS = 20;

/** The clock of a flow, in milliseconds, which only moves when a test says so. */
export class FakeClock {
    constructor() {
        this.time = 0;
        this._timers = new Map();
        this._nextId = 1;
    }

    now() {
        return this.time;
    }

    setTimeout(callback, milliseconds) {
        const id = this._nextId++;
        this._timers.set(id, { id, callback, at: this.time + milliseconds });
        return id;
    }

    clearTimeout(id) {
        this._timers.delete(id);
    }

    /** Let everything happen that does not need time. */
    async settle() {
        for (let turn = 0; turn < TURNS; turn++) {
            await null;
        }
    }

    /**
     * Let time pass, and everything happen that is due meanwhile.
     *
     * @param {number} milliseconds
     */
    async advance(milliseconds) {
        const end = this.time + milliseconds;
        await this.settle();
        for (let timer = this._next(end); timer; timer = this._next(end)) {
            this._timers.delete(timer.id);
            this.time = timer.at;
            timer.callback();
            await this.settle();
        }
        this.time = end;
    }

    /** @returns {Object|undefined} the timer that is due first, until `end` */
    _next(end) {
        return [...this._timers.values()]
            .filter(({ at }) => at <= end)
            .sort((one, other) => one.at - other.at || one.id - other.id)[0];
    }
}
