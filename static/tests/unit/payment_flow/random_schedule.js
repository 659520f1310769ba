import { PHASE, PaymentFlow } from "@pos_viva_wallet/app/payment_flow";
import { FakeClock } from "./fake_clock";

const SECOND = 1000;
/** Until then calls are lost and late; afterwards everything works. */
const TROUBLE_ENDS = 120 * SECOND;
/** Every flow has ended by then, or never will. */
const END = 900 * SECOND;

/** Limits of the real server and of Viva. */
const SESSION_LIFE = 60 * SECOND;
const ABORT_EXPIRED = 75 * SECOND;
const DEADLINE = 150 * SECOND;

/** Random numbers that are the same for the same seed (Tommy Ettinger's mulberry32). */
class Dice {
    constructor(seed) {
        this._state = seed;
    }

    /** @returns {number} from 0 up to but not including 1 */
    roll() {
        this._state = (this._state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(this._state ^ (this._state >>> 15), 1 | this._state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    }

    chance(probability) {
        return this.roll() < probability;
    }

    between(least, most) {
        return least + Math.floor(this.roll() * (most - least));
    }

    pick(...values) {
        return values[Math.floor(this.roll() * values.length)];
    }
}

/**
 * The server and the terminal, as far as a till can tell: one row per session id, a customer who
 * pays, declines or does nothing, and aborts that come in time or do not.
 */
class ServerModel {
    constructor(clock, dice) {
        this._clock = clock;
        this._dice = dice;
        this.rows = new Map();
        this.starts = [];
    }

    start(sale) {
        this.starts.push(sale.session_id);
        if (!this.rows.has(sale.session_id)) {
            this.rows.set(sale.session_id, this._newRow());
        }
        return this._snapshot(sale.session_id, { wakeups: this._dice.chance(0.5) });
    }

    status(sessionId) {
        return this._snapshot(sessionId);
    }

    abort(sale) {
        if (!this.rows.has(sale.session_id)) {
            this.rows.set(sale.session_id, { state: "failed" });
        }
        this._ask(this.rows.get(sale.session_id));
        return this._snapshot(sale.session_id);
    }

    stateOutcome(sessionId, paid) {
        const row = this.rows.get(sessionId);
        this._settle(row);
        if (row.state === "unknown") {
            row.statement = paid ? "paid" : "not_paid";
        }
        return this._snapshot(sessionId);
    }

    /** @returns {boolean} whether the customer's card was charged */
    isCharged(sessionId) {
        const row = this.rows.get(sessionId);
        this._settle(row || {});
        return row?.charged || false;
    }

    _newRow() {
        const now = this._clock.now();
        const tapsAt = now + this._dice.between(0, 80 * SECOND);
        return {
            state: "sent",
            begun: now,
            charged: false,
            // What becomes of it unless it is aborted before, and when.
            fate: this._dice.pick("approved", "approved", "failed", "failed", "unknown"),
            endsAt: Math.min(tapsAt, now + SESSION_LIFE),
            // Viva tells late, or never, what became of a payment that it calls unknown.
            silent: this._dice.chance(0.5),
            becomesCharged: this._dice.chance(0.5),
        };
    }

    /** Ask the terminal to stop; it may not hear it. */
    _ask(row) {
        this._settle(row);
        if (row.state === "sent" && !row.aborted) {
            row.aborted = true;
            if (this._dice.chance(0.6) && row.fate !== "unknown") {
                const stopsAt = this._clock.now() + this._dice.between(0, 4 * SECOND);
                if (stopsAt < row.endsAt) {
                    Object.assign(row, { fate: "failed", endsAt: stopsAt });
                }
            }
        }
    }

    /** Let what has happened until now show in the row. */
    _settle(row) {
        const now = this._clock.now();
        if (row.state === "sent" && row.fate !== "unknown" && now >= row.endsAt) {
            row.state = row.fate;
            row.charged = row.fate === "approved";
        }
        if (row.state === "sent" && row.fate === "unknown") {
            row.charged = row.becomesCharged && now >= row.endsAt;
            row.aborted ||= now >= row.begun + ABORT_EXPIRED;
            row.state = now >= row.begun + DEADLINE ? "unknown" : "sent";
        }
        if (row.state === "unknown" && !row.silent && now >= row.begun + 2 * DEADLINE) {
            row.state = row.charged ? "approved" : "failed";
        }
    }

    _snapshot(sessionId, more = {}) {
        const row = this.rows.get(sessionId);
        if (!row) {
            return { session_id: sessionId, state: "not_recorded", card: false };
        }
        this._settle(row);
        return {
            session_id: sessionId,
            state: row.state,
            aborting: row.state === "sent" && Boolean(row.aborted),
            statement: row.statement || false,
            card: row.state === "approved" && {},
            ...more,
        };
    }
}

/** A connection on which requests and replies are late or lost. */
class Network {
    constructor(clock, dice, server) {
        this._clock = clock;
        this._dice = dice;
        this._server = server;
    }

    /** @returns {Object} what a flow calls, which counts how many calls run at a time */
    connect() {
        const rpc = { running: 0, mostAtOnce: 0 };
        for (const method of ["start", "status", "abort", "stateOutcome"]) {
            rpc[method] = async (...args) => {
                rpc.mostAtOnce = Math.max(rpc.mostAtOnce, ++rpc.running);
                try {
                    return await this._carry(method, JSON.parse(JSON.stringify(args)));
                } finally {
                    rpc.running--;
                }
            };
        }
        return rpc;
    }

    async _carry(method, args) {
        const isTroubled = this._clock.now() < TROUBLE_ENDS;
        const fault = isTroubled && this._dice.chance(0.3);
        const kind = fault ? this._dice.pick("before", "after", "slow", "given up") : "none";
        if (kind === "before") {
            await this._pause(5 * SECOND);
            throw new Error("The request was lost.");
        }
        if (kind === "given up") {
            // The till has given up, but the request arrives in the end.
            this._pause(20 * SECOND).then(() => this._server[method](...args));
            await this._pause(SECOND);
            throw new Error("The connection was cut.");
        }
        await this._pause(kind === "slow" ? 10 * SECOND : 300);
        const answer = this._server[method](...args);
        await this._pause(300);
        if (kind === "after") {
            throw new Error("The reply was lost.");
        }
        return answer;
    }

    _pause(most) {
        const milliseconds = this._dice.between(0, most);
        return new Promise((resolve) => this._clock.setTimeout(resolve, milliseconds));
    }
}

/** What a cashier does to one payment, at random, until it has ended. */
class Till {
    constructor(clock, dice, server) {
        this._clock = clock;
        this._dice = dice;
        this._server = server;
        this._network = new Network(clock, dice, server);
        this.sale = { session_id: "the session", amount: 12.5 };
        /** What was promised, by each of the pages that followed the payment. */
        this.outcomes = [];
        this.mostAtOnce = 0;
        this._open("start");
        this._plan();
    }

    get flow() {
        return this._flow;
    }

    /** Open the page, for the first time or again. */
    _open(beginning) {
        this._flow?.dispose();
        const rpc = this._network.connect();
        this._flow = new PaymentFlow({
            sale: { ...this.sale },
            rpc,
            clock: this._clock,
            onChange: (flow) => this._onChange(flow, rpc),
        });
        this._flow.finished.then((isPaid) => this.outcomes.push(isPaid));
        this._flow[beginning]();
    }

    _onChange(flow, rpc) {
        this.mostAtOnce = Math.max(this.mostAtOnce, rpc.mostAtOnce);
        if (flow === this._flow && flow.phase === PHASE.UNKNOWN && !this._isReading) {
            this._isReading = true;
            this._clock.setTimeout(() => this._read(), this._dice.between(0, 200 * SECOND));
        }
    }

    /** Say what the terminal shows. */
    _read() {
        this._isReading = false;
        this._flow.stateOutcome(this._server.isCharged(this.sale.session_id));
    }

    _plan() {
        for (let count = this._dice.between(0, 12); count > 0; count--) {
            const action = this._dice.pick("cancel", "cancel", "wake", "storm", "reload");
            const at = this._dice.between(0, this._dice.pick(5, 60, 160) * SECOND);
            this._clock.setTimeout(() => this._do(action), at);
        }
    }

    _do(action) {
        switch (action) {
            case "cancel":
                return this._flow.cancel();
            case "wake":
                return this._flow.wake();
            case "storm":
                return Array.from({ length: 10 }, () => this._flow.wake());
            case "reload":
                return this._flow.isOver || this._open("resume");
        }
    }
}

/**
 * Play one payment with random faults and clicks.
 *
 * @param {number} seed
 * @returns {Promise<string[]>} what was wrong; empty when all was right
 */
export async function playSchedule(seed) {
    const clock = new FakeClock();
    const dice = new Dice(seed);
    const server = new ServerModel(clock, dice);
    const till = new Till(clock, dice, server);
    while (!till.flow.isOver && clock.now() < END) {
        await clock.advance(SECOND);
    }
    const { phase } = till.flow;
    // Whatever is still on its way arrives.
    await clock.advance(DEADLINE);
    return findFaults(till, server, phase);
}

function findFaults(till, server, phase) {
    const isCharged = server.isCharged(till.sale.session_id);
    const wrong = till.outcomes.filter((isPaid) => isPaid !== isCharged);
    return [
        !till.outcomes.length && `no outcome, last phase ${phase}`,
        wrong.length && `${isCharged ? "charged" : "not charged"}, but finished ${wrong[0]}`,
        new Set(server.starts).size > 1 && `started under ${[...new Set(server.starts)]}`,
        till.mostAtOnce > 1 && `${till.mostAtOnce} calls of one flow at a time`,
    ].filter(Boolean);
}
