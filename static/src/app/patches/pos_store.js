import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";

patch(PosStore.prototype, {
    async setup() {
        await super.setup(...arguments);
        this.data.connectWebSocket("VIVA_WALLET_STATUS", ({ session_id }) =>
            this.vivaWalletWake(session_id)
        );
        window.addEventListener("pos-network-online", () => this.vivaWalletResume());
    },

    async afterProcessServerData() {
        await super.afterProcessServerData(...arguments);
        this.vivaWalletResume();
    },

    /**
     * Ask for news of the card payments that have no outcome yet.
     *
     * @param {Object} [order] only of this one
     */
    vivaWalletResume(order) {
        const payments = order ? order.payment_ids : this.models["pos.payment"].getAll();
        for (const line of payments.filter((line) => line.isVivaWalletInFlight())) {
            line.payment_method_id.payment_terminal.wake(line);
        }
    },

    /**
     * Viva has news of a payment. Only an id arrives, and maybe more than once.
     *
     * @param {string} sessionId
     */
    vivaWalletWake(sessionId) {
        const line = this.models["pos.payment"].find(
            (line) => line.viva_wallet_session_id === sessionId && line.isVivaWalletInFlight()
        );
        line?.payment_method_id.payment_terminal.wake(line);
    },

    /**
     * Go on after a payment of which the outcome came while nobody was waiting for it here.
     *
     * @param {Object} line payment line
     * @param {boolean} isPaid
     */
    async vivaWalletOnResumed(line, isPaid) {
        const order = line.pos_order_id;
        if (this.vivaWalletIsOnScreen(order)) {
            return this.vivaWalletValidateIfPaid(order);
        }
        if (isPaid) {
            this.notification.add(
                _t(
                    "The card payment of order %s was approved. Open its payment screen to finish it.",
                    order.pos_reference || order.tracking_number || ""
                ),
                { type: "success", sticky: true }
            );
        }
    },

    vivaWalletIsOnScreen(order) {
        const { current, params } = this.router.state;
        return current === "PaymentScreen" && params.orderUuid === order.uuid;
    },

    /** Validate an order that was paid by terminal, as the Point of Sale does by itself. */
    async vivaWalletValidateIfPaid(order) {
        const isPaidByTerminal = order.payment_ids.some(
            (line) => line.isVivaWallet() && line.payment_status === "done"
        );
        if (
            order.finalized ||
            !isPaidByTerminal ||
            !order.isPaid() ||
            !this.config.auto_validate_terminal_payment
        ) {
            return;
        }
        await new OrderPaymentValidation({ pos: this, orderUuid: order.uuid }).validateOrder(false);
    },

    /** Override: the record of a charge must not go with its order. */
    async _onBeforeDeleteOrder(order) {
        const line = order.payment_ids.find(
            (line) => line.isVivaWalletInFlight() || (line.isVivaWallet() && line.transaction_id)
        );
        if (!line) {
            return super._onBeforeDeleteOrder(order);
        }
        const amount = this.env.utils.formatCurrency(line.getAmount());
        this.dialog.add(AlertDialog, {
            title: _t("This order has a card payment"),
            body: line.isVivaWalletInFlight()
                ? _t(
                      "The terminal may still charge %s. Cancel that payment first, then delete the order.",
                      amount
                  )
                : _t(
                      "%s was charged to a card. Validate the order and refund it instead of deleting it.",
                      amount
                  ),
        });
        return false;
    },
});
