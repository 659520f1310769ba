import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { timing } from "./timing";
import { TimeoutError, withTimeout } from "./with_timeout";

/** What a cashier waits for, when an order is finished or deleted. */
const CALLS_ABOUT_ORDERS = ["sync_from_ui", "action_pos_order_cancel"];

/**
 * @param {Object} models of the Point of Sale
 * @returns {boolean} whether the register has a Viva terminal
 */
export function usesVivaWallet(models) {
    return models["pos.payment.method"].some(
        (method) => method.use_payment_terminal === "viva_wallet"
    );
}

/**
 * Let the server keep the payment lines of an order that was saved with them.
 *
 * Before it validates an order, `pos_online_payment` asks the server for online payments, and to delete
 * the other payment lines of the draft: the charge with them, or lines that this page takes for saved.
 * Where the next online payment is to stay as it is, it asks without that.
 *
 * @param {Object} models of the Point of Sale
 * @param {string} method of the server
 * @param {Array} args of the call
 * @returns {Array} arguments of the call to make
 */
export function keepPaymentLines(models, method, args) {
    if (method !== "get_and_set_online_payments_data" || args[1] !== 0) {
        return args;
    }
    const order = models["pos.order"].get(args[0]);
    const isSaved = (line) => line.isSynced || line.viva_wallet_session_id;
    return usesVivaWallet(models) && order?.payment_ids.some(isSaved) ? [args[0], false] : args;
}

/**
 * Treat a connection on which no answer comes as lost, because Odoo's own code handles that.
 *
 * @template T
 * @param {Promise<T>} call
 * @returns {Promise<T>} rejects with a `ConnectionLostError` when the time is over
 */
export function lostAfterTimeout(call) {
    return withTimeout(call, timing.SAVE).catch((error) => {
        throw error instanceof TimeoutError ? new ConnectionLostError() : error;
    });
}

/**
 * @param {string} method of the server that was called
 * @param {Array} args of the call
 * @param {Error} error with which it ended
 * @returns {string[]} uuids of the finished orders that the server has refused to save
 */
export function refusedOrders(method, args, error) {
    if (method !== "sync_from_ui" || !(error instanceof RPCError)) {
        return [];
    }
    return args[0].filter(({ state }) => state === "paid").map(({ uuid }) => uuid);
}

/**
 * Limit the calls that save or delete orders: an order that cannot be saved in time is saved later, as
 * without any connection. Saving it twice is saving it once: the server knows it by its uuid.
 *
 * @param {Object} models of the Point of Sale
 * @param {string} method of the server
 * @param {Array} args of the call
 * @param {Promise<any>} call that is under way
 * @returns {Promise<any>} its answer
 */
export async function limitOrderCall(models, method, args, call) {
    if (!CALLS_ABOUT_ORDERS.includes(method) || !usesVivaWallet(models)) {
        return call;
    }
    const answer = await lostAfterTimeout(call);
    if (method === "sync_from_ui") {
        rejectOutdated(models, args[0]);
    }
    return answer;
}

/**
 * @param {Object} models of the Point of Sale
 * @param {Object[]} orders as they were sent
 * @throws {ConnectionLostError} when one of them was finished meanwhile: the answer would open it
 *  again, and after this error it is saved once more
 */
export function rejectOutdated(models, orders) {
    const isOutdated = ({ uuid, state }) =>
        state === "draft" && models["pos.order"].getBy("uuid", uuid)?.finalized;
    if (orders.some(isOutdated)) {
        throw new ConnectionLostError("sync_from_ui");
    }
}
