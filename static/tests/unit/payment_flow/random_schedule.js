import { PHASE, PaymentFlow } from "@pos_viva_wallet/app/payment_flow";
import { timing } from "@pos_viva_wallet/app/timing";
import { FakeClock } from "./fake_clock";

const SECOND = 1000;
/** Until then calls are lost and late; afterwards everything works. */
const TROUBLE_ENDS = 120 * SECOND;
/** Every flow has ended by then, or never will. */
const END = 900 * SECOND;
/** The `pauses` of a schedule are parts of this. */
const PAUSE_PARTS = 256;

/** Limits of the real server and of Viva. */
const SESSION_LIFE = 60 * SECOND;
const ABORT_EXPIRED = 75 * SECOND;
const DEADLINE = 150 * SECOND;

/**
 * The server and the terminal, as far as a till can tell: one row per session id, a customer who
 * pays, declines or does nothing, and aborts that come in time or do not.
 */
class ServerModel {
    constructor(clock, { requests }) {
        this._clock = clock;
        this._requests = requests;
        this.rows = new Map();
        this.starts = [];
        /** Requests that came while an earlier one of the line could still be charged. */
        this.rash = [];
        /** Until then the user may do nothing. */
        this.forbiddenUntil = 0;
    }

    /** @returns {Object} the answer to a call of a till */
    answer(method, args) {
        if (this._clock.now() >= this.forbiddenUntil) {
            return this[method](...args);
        }
        const [argument] = args;
        const sessionId = argument.session_id || argument;
        return { session_id: sessionId, state: "failed", refused: true, text: "Not you." };
    }

    start(request) {
        this.starts.push(request.session_id);
        if (!this.rows.has(request.session_id)) {
            const holder = this._holder();
            if (holder) {
                this.rash.push(request.session_id);
                return this._snapshot(holder);
            }
            this.rows.set(request.session_id, this._newRow());
        }
        const { wakeups } = this.rows.get(request.session_id);
        return this._snapshot(request.session_id, { wakeups });
    }

    status(sessionId) {
        return this._snapshot(sessionId);
    }

    abort(request) {
        if (!this.rows.has(request.session_id)) {
            this.rows.set(request.session_id, { state: "failed" });
        }
        this._ask(this.rows.get(request.session_id));
        return this._snapshot(request.session_id);
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

    /** @returns {number} how often the customer's card was charged in all */
    get charges() {
        return [...this.rows.keys()].filter((sessionId) => this.isCharged(sessionId)).length;
    }

    /** @returns {string|undefined} a session that is, or may be, charged for the same line */
    _holder() {
        for (const [sessionId, row] of this.rows) {
            this._settle(row);
            if (row.state !== "failed" && row.statement !== "not_paid") {
                return sessionId;
            }
        }
    }

    _newRow() {
        const request = this._requests[this.rows.size % this._requests.length];
        const now = this._clock.now();
        return {
            state: "sent",
            begun: now,
            charged: false,
            wakeups: request.wakeups,
            // What becomes of it unless it is aborted before, and when.
            fate: request.fate,
            endsAt: now + Math.min(request.tapsAfter, SESSION_LIFE),
            // How long the terminal takes to hear an abort; it may not hear it at all.
            hearsAbort: request.hearsAbortAfter ?? Infinity,
            // Viva tells late, or never, what became of a payment that it calls unknown.
            silent: request.isSilent,
            becomesCharged: request.becomesCharged,
        };
    }

    _ask(row) {
        this._settle(row);
        if (row.state !== "sent" || row.aborted) {
            return;
        }
        row.aborted = true;
        const stopsAt = this._clock.now() + row.hearsAbort;
        if (row.fate !== "unknown" && stopsAt < row.endsAt) {
            Object.assign(row, { fate: "failed", endsAt: stopsAt });
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
    constructor(clock, server, { pauses, troubles }) {
        this._clock = clock;
        this._server = server;
        this._pauses = pauses;
        this._kinds = new Map(troubles.map(({ call, kind }) => [call, kind]));
        this._calls = 0;
        this._ways = 0;
        this.offlineUntil = 0;
    }

    /** @returns {Object} what a flow calls, which counts how many calls it waits for at a time */
    connect() {
        const waiting = new Map();
        const rpc = { mostAtOnce: 0 };
        for (const method of ["start", "status", "abort", "stateOutcome"]) {
            rpc[method] = async (...args) => {
                const call = Symbol(method);
                waiting.set(call, this._clock.now());
                rpc.mostAtOnce = Math.max(rpc.mostAtOnce, this._countFresh(waiting));
                try {
                    return await this._carry(method, JSON.parse(JSON.stringify(args)));
                } finally {
                    waiting.delete(call);
                }
            };
        }
        return rpc;
    }

    /** @returns {number} how many calls there are that nobody has given up yet */
    _countFresh(waiting) {
        const begins = [...waiting.values()];
        return begins.filter((begun) => this._clock.now() - begun < timing.SILENT).length;
    }

    async _carry(method, args) {
        const kind = this._kind(this._calls++);
        if (kind === "before") {
            await this._pause(5 * SECOND);
            throw new Error("The request was lost.");
        }
        if (kind === "given up") {
            // The till has given up, but the request arrives in the end.
            this._pause(20 * SECOND).then(() => this._server.answer(method, args));
            await this._pause(SECOND);
            throw new Error("The connection was cut.");
        }
        await this._pause(kind === "slow" ? 10 * SECOND : 300);
        const answer = this._server.answer(method, args);
        await this._pause(300);
        if (kind === "after") {
            throw new Error("The reply was lost.");
        }
        if (kind === "half open") {
            await this._wait(timing.REQUEST);
            throw new Error("Nothing came for too long.");
        }
        return answer;
    }

    _kind(call) {
        if (this._clock.now() < this.offlineUntil) {
            return "before";
        }
        return this._clock.now() < TROUBLE_ENDS ? this._kinds.get(call) : "none";
    }

    _pause(most) {
        const part = this._pauses[this._ways++ % this._pauses.length];
        return this._wait(Math.floor((most * part) / PAUSE_PARTS));
    }

    _wait(milliseconds) {
        return new Promise((resolve) => this._clock.setTimeout(resolve, milliseconds));
    }
}

/** A cashier who is asked what the terminal shows, and takes a while. */
class Reader {
    constructor({ reads }) {
        this._reads = reads;
        this._count = 0;
    }

    /** @returns {number} after how many milliseconds it is said */
    next() {
        return this._reads[this._count++ % this._reads.length];
    }
}

/** A page that follows the payment: the first one, one after a reload, or one in a second tab. */
class Page {
    constructor({ clock, network, server, reader, sessionId, beginning, outcomes }) {
        this._clock = clock;
        this._server = server;
        this._reader = reader;
        const rpc = network.connect();
        this.mostAtOnce = 0;
        this.flow = new PaymentFlow({
            request: { session_id: sessionId, amount: 12.5 },
            rpc,
            clock,
            onChange: () => {
                this.mostAtOnce = Math.max(this.mostAtOnce, rpc.mostAtOnce);
                this._readIfUnknown();
            },
        });
        this.flow.finished.then((isPaid) =>
            outcomes.push({ sessionId: this.flow.request.session_id, isPaid })
        );
        this.flow[beginning]();
    }

    _readIfUnknown() {
        if (this.flow.phase === PHASE.UNKNOWN && !this._isReading) {
            this._isReading = true;
            this._clock.setTimeout(() => this._read(), this._reader.next());
        }
    }

    /** Say what the terminal shows. */
    _read() {
        this._isReading = false;
        this.flow.stateOutcome(this._server.isCharged(this.flow.request.session_id));
    }
}

/** What a cashier does to one payment line, until it has ended. */
class Till {
    constructor(clock, server, schedule) {
        this._clock = clock;
        this._server = server;
        this._reader = new Reader(schedule);
        this._network = new Network(clock, server, schedule);
        this._requests = 0;
        /** What was promised, by each of the pages that followed the payment. */
        this.outcomes = [];
        this.pages = [];
        this._request();
        for (const event of schedule.events) {
            clock.setTimeout(() => this._do(event), event.at);
        }
    }

    get flow() {
        return this._page.flow;
    }

    get isOver() {
        return !this._isClosed && this.flow.isOver && (!this._tab || this._tab.flow.isOver);
    }

    /** Ask the terminal, as Send and Retry do: under a new session id. */
    _request() {
        this._page = this._open(`session ${++this._requests}`, "start");
    }

    _open(sessionId, beginning) {
        const page = new Page({
            clock: this._clock,
            network: this._network,
            server: this._server,
            reader: this._reader,
            outcomes: this.outcomes,
            sessionId,
            beginning,
        });
        this.pages.push(page);
        return page;
    }

    _do({ what, lasts }) {
        switch (what) {
            case "cancel":
                return this.flow.cancel();
            case "cancel storm":
                return Array.from({ length: 10 }, () => this.flow.cancel());
            case "wake":
                return this.flow.wake();
            case "wake storm":
                return Array.from({ length: 10 }, () => this.flow.wake());
            case "reload":
                return this._leave(0);
            case "close":
                return this._leave(lasts);
            case "offline":
                this._network.offlineUntil = this._clock.now() + lasts;
                return;
            case "forbidden":
                this._server.forbiddenUntil = this._clock.now() + lasts;
                return;
            case "second tab":
                this._tab ||= this._open(this.flow.request.session_id, "resume");
                return;
            case "cancel in second tab":
                return this._tab?.flow.cancel();
            case "retry":
                return this._retry();
        }
    }

    /** Leave the page and open it again; a line with an outcome needs nobody who follows it. */
    _leave(lasts) {
        if (this.flow.isOver || this._isClosed) {
            return;
        }
        this._isClosed = true;
        this.flow.dispose();
        this._clock.setTimeout(() => {
            this._isClosed = false;
            this._page = this._open(this.flow.request.session_id, "resume");
        }, lasts);
    }

    _retry() {
        if (this.flow.phase === PHASE.FAILED && !this._isClosed) {
            this._request();
        }
    }
}

/**
 * Play one payment with its faults and clicks.
 *
 * @param {Object} schedule what happens, as dev/lib/chaos/draw.py draws it; all times are milliseconds
 * @param {{what: string, at: number, lasts: number}[]} schedule.events what is done at the till
 * @param {{call: number, kind: string}[]} schedule.troubles which calls to the server go wrong, and how
 * @param {Object[]} schedule.requests what becomes of the requests that reach the terminal, in turn
 * @param {number[]} schedule.pauses how long the ways of the calls take, in turn, see `PAUSE_PARTS`
 * @param {number[]} schedule.reads how long the cashier takes to say what the terminal shows, in turn
 * @returns {Promise<string[]>} what was wrong; empty when all was right
 */
export async function playSchedule(schedule) {
    const clock = new FakeClock();
    const server = new ServerModel(clock, schedule);
    const till = new Till(clock, server, schedule);
    const lastEvent = Math.max(0, ...schedule.events.map(({ at }) => at));
    const end = lastEvent + END;
    while ((!till.isOver || clock.now() <= lastEvent) && clock.now() < end) {
        await clock.advance(SECOND);
    }
    const isOver = till.isOver;
    // Whatever is still on its way arrives.
    await clock.advance(DEADLINE);
    return findFaults(till, server, isOver);
}

function findFaults(till, server, isOver) {
    const wrong = till.outcomes.filter(
        ({ sessionId, isPaid }) => isPaid !== server.isCharged(sessionId)
    );
    const last = till.outcomes.some(({ isPaid }) => isPaid);
    const mostAtOnce = Math.max(...till.pages.map((page) => page.mostAtOnce));
    return [
        !isOver && `no end, last phase ${till.flow.phase}`,
        ...wrong.map(({ sessionId, isPaid }) => `${sessionId}: finished ${isPaid}, wrongly`),
        server.charges > 1 && `charged ${server.charges} times`,
        server.charges && !last && "charged, and no page says so",
        server.rash.length && `asked again while an earlier request was open: ${server.rash}`,
        mostAtOnce > 1 && `${mostAtOnce} calls of one flow at a time`,
    ].filter(Boolean);
}
