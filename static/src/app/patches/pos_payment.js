import { patch } from "@web/core/utils/patch";
import { PosPayment } from "@point_of_sale/app/models/pos_payment";
import * as state from "../line_state";

patch(PosPayment.prototype, {
    /** Override: runs also when the server's copy of the record has replaced that of this page. */
    setup() {
        super.setup(...arguments);
        if (this.isVivaWallet() && this.payment_method_id.payment_terminal) {
            queueMicrotask(() => this.vivaWalletRestore());
        }
    },

    /** Override: what the components of the line read. */
    initState() {
        super.initState();
        this.uiState = { ...this.uiState, vivaWallet: null, vivaWalletRefund: null };
    },

    vivaWalletRestore() {
        if (this.pos_order_id && !this.pos_order_id.finalized) {
            this.payment_method_id.payment_terminal.restore(this);
        }
    },

    /** Override: the terminal asks for this amount, or the customer has paid it. */
    setAmount() {
        return this.isVivaWalletLocked() ? undefined : super.setAmount(...arguments);
    },

    /** Override: no action of this page removes what may be charged. */
    delete(options = {}) {
        return options.backend && this.isVivaWalletLocked() ? false : super.delete(options);
    },

    /** Override: the order may have been deleted or finished by another device. */
    handlePaymentResponse(isPaymentSuccessful) {
        const order = this.pos_order_id;
        if (!order || (order.finalized && this.isVivaWallet())) {
            return this.payment_status === "done";
        }
        return super.handlePaymentResponse(isPaymentSuccessful);
    },

    // For templates and other addons; see `line_state.js`.

    isVivaWallet() {
        return state.isVivaWallet(this);
    },

    isVivaWalletInFlight() {
        return state.isInFlight(this);
    },

    isVivaWalletCharged() {
        return state.isCharged(this);
    },

    isVivaWalletLocked() {
        return state.isLocked(this);
    },

    hasVivaWalletOutcome() {
        return state.hasOutcome(this);
    },

    isVivaWalletRefund() {
        return state.isRefund(this);
    },

    isVivaWalletRefundReady() {
        return state.isRefundReady(this);
    },

    canVivaWalletBeUndone() {
        return state.canBeUndone(this);
    },
});
