import { patch } from "@web/core/utils/patch";
import { PosPayment } from "@point_of_sale/app/models/pos_payment";

const IN_FLIGHT = ["waiting", "waitingCard", "waitingCancel"];

patch(PosPayment.prototype, {
    initState() {
        super.initState();
        this.uiState = { ...this.uiState, vivaWallet: null };
    },

    isVivaWallet() {
        return this.payment_method_id?.use_payment_terminal === "viva_wallet";
    },

    /** Whether money may be moving for this line at this moment. */
    isVivaWalletInFlight() {
        return (
            this.isVivaWallet() &&
            Boolean(this.viva_wallet_session_id) &&
            IN_FLIGHT.includes(this.payment_status)
        );
    },

    handlePaymentResponse(isPaymentSuccessful) {
        if (!this.pos_order_id) {
            return false; // deleted meanwhile, by another device
        }
        return super.handlePaymentResponse(isPaymentSuccessful);
    },
});
