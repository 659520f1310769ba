import { _t } from "@web/core/l10n/translation";
import { PaymentInterface } from "@point_of_sale/app/utils/payment/payment_interface";
import { register_payment_method } from "@point_of_sale/app/services/pos_store";
import { showOnLine } from "./line_display";
import { PHASE } from "./payment_flow";
import { newSessionId } from "./session_id";

/** What the Point of Sale calls of a payment method: send, cancel, reverse. */
export class PaymentVivaWallet extends PaymentInterface {
    setup() {
        super.setup(...arguments);
        this.supports_reversals = true;
    }

    /** Override of `point_of_sale`: a line that pays back waits until the cashier presses *Refund*. */
    get fastPayments() {
        return !this.pos.getOrder()?.getSelectedPaymentline()?.isVivaWalletRefund();
    }

    get flows() {
        return this.pos.vivaWallet.flows;
    }

    /**
     * Override of `point_of_sale`. Never rejects: the till would stay blocked.
     *
     * @param {string} uuid of the payment line
     * @returns {Promise<boolean>} whether the card was charged, or the money was paid back
     */
    async sendPaymentRequest(uuid) {
        const line = this._line(uuid);
        if (!this.flows.of(uuid) && !this._obstacle(line) && refundObstacle(line)) {
            await this.pos.vivaWallet.refunds.prepare(line);
        }
        const refusal = await this._refusal(line);
        // From here to the flow nothing is awaited: whoever else sends this line finds it running.
        const running = this.flows.of(uuid);
        if (running) {
            return running.outcome;
        }
        if (!line.pos_order_id || line.pos_order_id.finalized) {
            return false; // deleted, or paid otherwise, while the order was checked
        }
        if (line.isVivaWalletCharged()) {
            return true; // sent and paid back while the order was checked
        }
        const obstacle = this._obstacle(line) || refundObstacle(line) || refusal;
        if (obstacle) {
            showOnLine(line, PHASE.FAILED, { text: obstacle });
            return false;
        }
        line.viva_wallet_session_id = newSessionId();
        const flow = this.flows.start(line);
        // Beside the request, not before it: the customer is waiting, and a page that dies within
        // these milliseconds finds the request again by its order, see `Recovery`.
        this.pos.data.synchronizeLocalDataInIndexedDB();
        return flow.outcome;
    }

    /**
     * Override of `point_of_sale`.
     *
     * @param {Object} order not used: the line knows its order
     * @param {string} uuid of the payment line
     * @returns {Promise<boolean>} whether it is certain that nothing was charged
     */
    async sendPaymentCancel(order, uuid) {
        const line = this._line(uuid);
        return this.pos.vivaWallet.beforeCharge.cancel(line) || this.flows.cancel(line);
    }

    /**
     * Override of `point_of_sale`: the charge stays as it is, and what is paid back is a payment
     * line of its own; see `Refunds.undo`.
     *
     * @param {string} uuid of the payment line
     * @returns {Promise<boolean>} false: the line itself is not changed
     */
    async sendPaymentReversal(uuid) {
        const refund = await this.pos.vivaWallet.refunds.undo(this._line(uuid));
        await refund?.pay();
        return false;
    }

    /**
     * Override of `pos_restaurant`: no tip after payment. What Viva charged cannot be raised
     * afterwards; the customer adds the tip on the terminal, or the cashier before.
     */
    canBeAdjusted() {
        return false;
    }

    /**
     * @param {Object} line payment line
     * @returns {boolean} whether this page is following a request of the line
     */
    isFollowing(line) {
        return Boolean(this.flows.of(line.uuid));
    }

    /**
     * The record of the line was replaced by that of the server, which may be older.
     *
     * @param {Object} line payment line
     */
    restore(line) {
        this.flows.restore(line);
    }

    _line(uuid) {
        return this.pos.models["pos.payment"].getBy("uuid", uuid);
    }

    /** @returns {Promise<string|undefined>} why Odoo would not finish the order afterwards */
    async _refusal(line) {
        const isSent = this.flows.of(line.uuid) || line.isVivaWalletCharged();
        if (!isSent && line.pos_order_id && !this._obstacle(line) && !refundObstacle(line)) {
            return this.pos.vivaWallet.beforeCharge.obstacle(line);
        }
    }

    /** @returns {string|undefined} why nothing can be asked of the terminal */
    _obstacle(line) {
        if (line.isVivaWalletRefund() ? line.amount >= 0 : line.amount <= 0) {
            return _t("Enter an amount first: the terminal cannot do anything with zero.");
        }
        if (this.pos.data.network.offline) {
            return _t(
                "There is no connection to Odoo, which card payments need. Nothing was charged. Wait for the connection, or use another payment method."
            );
        }
    }
}

/** @returns {string|undefined} why nothing can be paid back */
function refundObstacle(line) {
    if (line.isVivaWalletRefund() && !line.isVivaWalletRefundReady()) {
        return line.uiState.vivaWalletRefund?.text || _t("Choose the card that is paid back.");
    }
}

register_payment_method("viva_wallet", PaymentVivaWallet);
