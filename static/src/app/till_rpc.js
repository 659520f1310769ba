import { RPCError } from "@web/core/network/rpc";
import { timing } from "./timing";
import { withTimeout } from "./with_timeout";

const MODEL = "viva.wallet.till";

/**
 * The calls of the till to the server, each with its time limit.
 *
 * The first four are what a `PaymentFlow` uses: they give a snapshot, see `payment_flow.js`, and
 * reject when the server could not be asked.
 */
export class TillRpc {
    /**
     * @param {Object} env of the Point of Sale, with its services
     * @param {() => Object} getCashier tells who is at the till, see `cashierOf`
     */
    constructor(env, getCashier) {
        this.env = env;
        this.getCashier = getCashier;
    }

    /**
     * Give a request to the terminal.
     *
     * @param {Object} request see `payment_request.js`
     * @returns {Promise<import("./payment_flow").Snapshot>}
     */
    start(request) {
        const method = request.kind === "refund" ? "start_refund" : "start_sale";
        return this._callAbout(request.session_id, method, [request], timing.REQUEST);
    }

    /**
     * @param {string} sessionId
     * @returns {Promise<import("./payment_flow").Snapshot>} what the server knows of the request
     */
    async status(sessionId) {
        const answer = await this._callAbout(
            sessionId,
            "read_status",
            [[sessionId]],
            timing.QUESTION
        );
        return answer.refused ? answer : answer[sessionId];
    }

    /**
     * Ask the terminal to stop.
     *
     * @param {Object} request see `payment_request.js`
     * @returns {Promise<import("./payment_flow").Snapshot>}
     */
    abort(request) {
        const args = [request, this.getCashier()];
        return this._callAbout(request.session_id, "abort", args, timing.REQUEST);
    }

    /**
     * Record what the cashier sees on the terminal.
     *
     * @param {string} sessionId
     * @param {boolean} paid
     * @returns {Promise<import("./payment_flow").Snapshot>}
     */
    stateOutcome(sessionId, paid) {
        const args = [sessionId, paid, this.getCashier()];
        return this._callAbout(sessionId, "state_outcome", args, timing.REQUEST);
    }

    /**
     * @param {string[]} orderUuids of open orders
     * @returns {Promise<Object[]>} their requests, as the server has them
     */
    readOrders(orderUuids) {
        return this._call("read_orders", [orderUuids], timing.QUESTION);
    }

    /**
     * @param {Object} query the refund, see `list_refundable` of the server
     * @returns {Promise<import("./refund_choice").Refundable>}
     */
    listRefundable(query) {
        return this._call("list_refundable", [query], timing.LOOK_UP);
    }

    /**
     * @param {number} configId of the register
     * @returns {Promise<Object[]>} its card payments that a person must look at
     */
    openReviews(configId) {
        return this._call("open_reviews", [configId], timing.QUESTION);
    }

    _call(method, args, limit) {
        return withTimeout(this.env.services.orm.silent.call(MODEL, method, args), limit);
    }

    _callAbout(sessionId, method, args, limit) {
        return this._call(method, args, limit).catch((error) => denial(sessionId, error));
    }
}

/**
 * The server checks rights before anything else: a call that it forbids had no effect.
 *
 * @param {string} sessionId that the call was about
 * @param {Error} error
 * @returns {import("./payment_flow").Snapshot} with `refused`
 * @throws {Error} any error that is not about rights
 */
export function denial(sessionId, error) {
    if (error instanceof RPCError && error.exceptionName?.endsWith("AccessError")) {
        const text = error.data?.message;
        return { session_id: sessionId, state: "failed", refused: true, text };
    }
    throw error;
}
