import { browser } from "@web/core/browser/browser";
import { cashierOf, takeOrder } from "../cashier";
import { lineStatus, showOnLine } from "../line_display";
import { PHASE, PaymentFlow } from "../payment_flow";
import { paymentRequest } from "../payment_request";

/** The flows that follow the requests of payment lines: at most one for each line. */
export class PaymentFlows {
    /** @param {Object} pos the `PosStore` */
    constructor(pos) {
        this.pos = pos;
        /** @type {Map<string, PaymentFlow>} by uuid of the payment line */
        this.byLine = new Map();
        /**
         * Uuid of the payment line, by session: a line that is sent again gets another session, and
         * Viva may still change its mind about an earlier one.
         *
         * @type {Map<string, string>}
         */
        this.lineOfSession = new Map();
    }

    /**
     * Give the request of a line to its terminal.
     *
     * @param {Object} line payment line with a new session
     * @returns {PaymentFlow}
     */
    start(line) {
        showOnLine(line, PHASE.STARTING);
        takeOrder(this.pos, line.pos_order_id);
        const flow = this._create(line);
        flow.start();
        return flow;
    }

    /**
     * Follow a request again that was made before the page was loaded, or by another device.
     *
     * @param {Object} line payment line that has a session and no outcome
     * @param {Object} [options]
     * @param {boolean} [options.isForeign] another device has made it, and goes on with its order
     * @returns {PaymentFlow}
     */
    resume(line, { isForeign = false } = {}) {
        const flow = this._create(line);
        flow.isForeign = isForeign;
        flow.resume();
        flow.outcome.then((isPaid) => this._finishResumed(line, isPaid, flow));
        return flow;
    }

    /**
     * Follow the request of a line from now on, and go on with its order afterwards.
     *
     * @param {Object} line payment line
     */
    follow(line) {
        const flow = this.byLine.get(line.uuid);
        if (!flow) {
            return this.resume(line);
        }
        flow.isForeign = false;
        return flow.wake();
    }

    /**
     * Poll now, following the line if nothing does.
     *
     * @param {Object} line payment line
     */
    wake(line) {
        const flow = this.byLine.get(line.uuid);
        return flow ? flow.wake() : this.resume(line);
    }

    /**
     * Ask the terminal to stop.
     *
     * @param {Object} line payment line
     * @returns {Promise<boolean>} whether it is certain that nothing was charged
     */
    async cancel(line) {
        const flow = this.byLine.get(line.uuid) || this.resume(line);
        flow.cancel();
        return !(await flow.outcome);
    }

    /**
     * Record what the cashier sees on the terminal, where the outcome is unknown.
     *
     * @param {Object} line payment line
     * @param {boolean} paid
     */
    stateOutcome(line, paid) {
        return this.byLine.get(line.uuid)?.stateOutcome(paid);
    }

    /**
     * @param {string} uuid of the payment line
     * @returns {PaymentFlow|undefined} that follows it
     */
    of(uuid) {
        return this.byLine.get(uuid);
    }

    /** The record of the line was replaced by that of the server, which may be older. */
    restore(line) {
        const flow = this.byLine.get(line.uuid);
        if (flow) {
            return this._onChange(line.uuid, flow);
        }
        if (!this.pos.vivaWallet.outcome.restore(line) && line.isVivaWalletInFlight()) {
            this.resume(line, { isForeign: true });
        }
    }

    /** End the flows of lines that are gone, or whose order is finished. */
    endGone() {
        for (const [uuid, flow] of this.byLine) {
            if (this._isGone(uuid)) {
                flow.end(this._line(uuid)?.payment_status === "done");
            }
        }
    }

    _line(uuid) {
        return this.pos.models["pos.payment"].getBy("uuid", uuid);
    }

    _isGone(uuid) {
        const order = this._line(uuid)?.pos_order_id;
        return !order || order.finalized || !order.getPaymentlineByUuid(uuid);
    }

    _create(line) {
        const { uuid } = line;
        this.byLine.get(uuid)?.dispose();
        const flow = new PaymentFlow({
            request: paymentRequest(line, this.pos.session.id, {
                cashier: cashierOf(this.pos),
                device: this.pos.device.identifier,
            }),
            rpc: this.pos.vivaWallet.rpc,
            clock: {
                now: () => Date.now(),
                setTimeout: (callback, delay) => browser.setTimeout(callback, delay),
                clearTimeout: (timer) => browser.clearTimeout(timer),
            },
            onChange: () => this._onChange(uuid, flow),
        });
        this.byLine.set(uuid, flow);
        this.lineOfSession.set(flow.request.session_id, uuid);
        flow.outcome = this._outcome(line, flow);
        return flow;
    }

    _onChange(uuid, flow) {
        const line = this._line(uuid);
        if (this._isGone(uuid)) {
            flow.end(line?.payment_status === "done");
            return;
        }
        if (line.isDone()) {
            return;
        }
        if (line.viva_wallet_session_id !== flow.request.session_id) {
            line.viva_wallet_session_id = flow.request.session_id;
        }
        showOnLine(line, flow.phase, flow);
        if (!flow.isOver) {
            line.setPaymentStatus(lineStatus(flow.phase));
            this._saveOrder(line, flow);
            this.pos.vivaWallet.sharing.tell(line);
        }
    }

    /**
     * Save the order as soon as its terminal is busy, not before: should this page never come back,
     * the charge is booked by the server.
     */
    _saveOrder(line, flow) {
        if (flow.snapshot && !flow.isSaved && !flow.isForeign) {
            flow.isSaved = true;
            this.pos.vivaWallet.orderSync.save(line.pos_order_id);
        }
    }

    /** Wait for the end of a flow and bring what is known then onto the line. */
    async _outcome(line, flow) {
        const isPaid = await flow.finished;
        if (isPaid && line.pos_order_id) {
            await this.pos.vivaWallet.outcome.book(line, flow.snapshot);
        }
        // Not before the line is complete: a notification would begin to follow it anew.
        if (this.byLine.get(line.uuid) === flow) {
            this.byLine.delete(line.uuid);
        }
        if (!isPaid) {
            this.pos.vivaWallet.outcome.afterFailure(line, flow.snapshot);
            this.pos.vivaWallet.changedTotals.adapt(line, flow);
        }
        if (flow.snapshot?.reason === "order_paid") {
            // Another device has charged this order: its payment must be seen here.
            this.pos.vivaWallet.recovery.catchUp(line.pos_order_id);
        }
        return isPaid;
    }

    _finishResumed(line, isPaid, { isForeign, isOld }) {
        return this.pos.vivaWallet.outcome.finish(line, isPaid, { isForeign, isOld });
    }
}
