import { usesVivaWallet } from "../order_calls";
import { timing } from "../timing";
import { settledWithin } from "../with_timeout";

/** Takes up the requests of open orders after a reload, a lost connection, or another device's work. */
export class Recovery {
    /** @param {Object} pos the `PosStore` */
    constructor(pos) {
        this.pos = pos;
    }

    /**
     * Find the requests of the open orders that this page does not know of, then follow all of them.
     *
     * A page that died right after a request, or whose data were wiped, has an older copy of the
     * order, without the line or its session.
     */
    async recover() {
        const uuids = this.pos.getOpenOrders().map((order) => order.uuid);
        if (uuids.length && usesVivaWallet(this.pos.models)) {
            const asked = this.pos.vivaWallet.rpc.readOrders(uuids);
            for (const payment of (await asked.catch(() => null)) || []) {
                this._restoreLine(payment);
            }
        }
        this.resume();
        this.pos.vivaWallet.completion.finishPaid();
    }

    /**
     * Offer to send again what the page was reloaded over before it was sent: while Odoo asked for a
     * customer, for example. Only right after loading, when this page sends nothing.
     */
    releaseUnsent() {
        for (const line of this.pos.models["pos.payment"].getAll()) {
            const isOpen = line.pos_order_id && !line.pos_order_id.finalized;
            const isUnsent = line.payment_status === "waiting" && !line.viva_wallet_session_id;
            if (isOpen && isUnsent && line.isVivaWallet()) {
                line.setPaymentStatus("pending");
            }
        }
    }

    /**
     * Ask about the card payments that have no outcome yet, and about those that have one: Viva may
     * have changed its mind, and a page that was reloaded does not know why one failed.
     *
     * @param {Object} [order] only of this one
     */
    resume(order) {
        const { flows, outcome } = this.pos.vivaWallet;
        const lines = order ? order.payment_ids : this.pos.models["pos.payment"].getAll();
        for (const line of lines) {
            if (line.isVivaWalletInFlight()) {
                flows.follow(line);
            } else if (line.hasVivaWalletOutcome() && !line.pos_order_id?.finalized) {
                outcome.recheck(line);
            }
        }
    }

    /**
     * Another device has done something to an order that this page did not know of.
     *
     * @param {Object} [order]
     */
    async catchUp(order) {
        if (order && !order.finalized) {
            await settledWithin(this.pos.deviceSync.readDataFromServer(), timing.LOAD);
            await this.recover();
        }
    }

    /** @param {Object} payment one of `read_orders` of the server */
    _restoreLine(payment) {
        const { models } = this.pos;
        const order = models["pos.order"].getBy("uuid", payment.order_uuid);
        const method = models["pos.payment.method"].get(payment.payment_method_id);
        if (!order || order.finalized || !method?.payment_terminal || payment.statement) {
            return;
        }
        let line = order.getPaymentlineByUuid(payment.payment_uuid);
        if (line?.isVivaWalletLocked()) {
            return;
        }
        const { amount, session_id } = payment;
        line ||= models["pos.payment"].create({
            uuid: payment.payment_uuid,
            pos_order_id: order,
            payment_method_id: method,
        });
        line.update({ amount, viva_wallet_session_id: session_id, payment_status: "waitingCard" });
        order.selectPaymentline(line);
    }
}
