import { _t } from "@web/core/l10n/translation";
import { debounce } from "@web/core/utils/timing";
import { orderName } from "../payment_request";
import { timing } from "../timing";

/** What happens when the server has sent a message over the bus, or the connection is back. */
export class Notifications {
    /** @param {Object} pos the `PosStore` */
    constructor(pos) {
        this.pos = pos;
        this._onReview = debounce(
            () => this.pos.vivaWallet.reviews.load({ announce: true }),
            timing.SAME_MESSAGE
        );
    }

    /** Begin to listen, once the store is set up. */
    listen() {
        const { data, bus } = this.pos;
        data.connectWebSocket("VIVA_WALLET_STATUS", ({ session_id, state }) =>
            this.onStatus(session_id, state)
        );
        bus.subscribe("VIVA_WALLET_APPROVED", (snapshot) => this.onApproved(snapshot));
        // Of `pos_online_payment`, which only looks at the order on the screen.
        data.connectWebSocket("ONLINE_PAYMENTS_NOTIFICATION", ({ id }) => this.onPaidOnline(id));
        data.connectWebSocket("VIVA_WALLET_REVIEW", () => this._onReview());
        window.addEventListener("pos-network-online", () => {
            this.pos.vivaWallet.recovery.recover();
            this._onReview();
        });
    }

    /**
     * There is news of a payment. The same message may come more than once.
     *
     * @param {string} sessionId
     * @param {string} [state] of the payment, as far as the server knows
     */
    onStatus(sessionId, state) {
        const line = this._findLine(sessionId);
        if (!line || (state === "approved" && line.isVivaWalletCharged())) {
            return;
        }
        const { flows, outcome } = this.pos.vivaWallet;
        return line.isVivaWalletInFlight() ? flows.wake(line) : outcome.recheck(line, sessionId);
    }

    /**
     * A payment that this user had asked for was approved, also one that had failed before.
     *
     * @param {import("../payment_flow").Snapshot} snapshot
     */
    onApproved(snapshot) {
        const line = this._findLine(snapshot.session_id);
        if (!line) {
            return;
        }
        const { flows, outcome } = this.pos.vivaWallet;
        const flow = flows.of(line.uuid);
        return flow ? flow.take(snapshot) : outcome.revise(line, snapshot);
    }

    /**
     * A customer has paid an order on a page of `pos_online_payment`. The server has a terminal stop
     * that asks for the same money.
     *
     * @param {number} orderId
     */
    async onPaidOnline(orderId) {
        const { models } = this.pos;
        const order = models["pos.order"].get(orderId);
        const line = order?.payment_ids.find((line) => line.isVivaWalletInFlight());
        if (!line || !this.pos.updateOnlinePaymentsDataWithServer) {
            return;
        }
        await this.pos.updateOnlinePaymentsDataWithServer(order, false);
        this.pos.vivaWallet.notices.add(
            _t(
                "Order %s was paid online while the terminal was asking for a card.",
                orderName(order)
            ),
            { type: "warning" },
            () => !order.finalized
        );
        this.pos.vivaWallet.flows.wake(line);
    }

    /** @returns {Object|undefined} line of an open order that this request, or an earlier one, is of */
    _findLine(sessionId) {
        const { lineOfSession } = this.pos.vivaWallet.flows;
        const isIt = (line) =>
            line.viva_wallet_session_id === sessionId || lineOfSession.get(sessionId) === line.uuid;
        return this.pos.models["pos.payment"].find(
            (line) =>
                line.isVivaWallet() &&
                isIt(line) &&
                line.pos_order_id &&
                !line.pos_order_id.finalized
        );
    }
}
