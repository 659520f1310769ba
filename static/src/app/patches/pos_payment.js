import { patch } from "@web/core/utils/patch";
import { PosPayment } from "@point_of_sale/app/models/pos_payment";

const IN_FLIGHT = ["waiting", "waitingCard", "waitingCancel"];

patch(PosPayment.prototype, {
    setup() {
        super.setup(...arguments);
        // Runs also when the server's copy of the record has replaced the one of this page.
        if (this.isVivaWallet() && this.payment_method_id.payment_terminal) {
            queueMicrotask(() => this.vivaWalletRestore());
        }
    },

    initState() {
        super.initState();
        this.uiState = { ...this.uiState, vivaWallet: null, vivaWalletRefund: null };
    },

    isVivaWallet() {
        return this.payment_method_id?.use_payment_terminal === "viva_wallet";
    },

    /** Whether money may be moving for this line at this moment. */
    isVivaWalletInFlight() {
        return (
            this.isVivaWallet() &&
            Boolean(this.viva_wallet_session_id) &&
            (IN_FLIGHT.includes(this.payment_status) ||
                Boolean(this.payment_method_id.payment_terminal?.isFollowing(this)))
        );
    },

    /** Whether the line pays money back, also while its amount is being typed. */
    isVivaWalletRefund() {
        return (
            this.isVivaWallet() &&
            (this.amount < 0 ||
                Boolean(this.uiState.vivaWalletRefund) ||
                (this.amount === 0 && this.pos_order_id?.isRefund))
        );
    },

    /** Whether it is known what the line pays back, and to which card. */
    isVivaWalletRefundReady() {
        return Boolean(
            this.viva_wallet_parent_session_id || this.uiState.vivaWalletRefund?.isUnreferenced
        );
    },

    /** Whether the card payment can be paid back while its order is open, and was not yet. */
    canVivaWalletBeUndone() {
        const order = this.pos_order_id;
        return (
            this.isVivaWallet() &&
            this.amount > 0 &&
            this.payment_status === "done" &&
            Boolean(this.transaction_id && this.viva_wallet_session_id) &&
            !order.finalized &&
            !order.electronicPaymentInProgress() &&
            !order.payment_ids.some(
                (line) => line.viva_wallet_parent_session_id === this.viva_wallet_session_id
            )
        );
    },

    isVivaWalletCharged() {
        return (
            this.isVivaWallet() &&
            Boolean(this.viva_wallet_session_id) &&
            this.payment_status === "done"
        );
    },

    /** Whether Viva has said what became of a request of the line. */
    hasVivaWalletOutcome() {
        const isDenied = this.isVivaWallet() && this.payment_status === "retry";
        return this.isVivaWalletCharged() || (isDenied && Boolean(this.viva_wallet_session_id));
    },

    /** Whether the amount of this line is a matter between the customer and Viva. */
    isVivaWalletLocked() {
        return this.isVivaWalletInFlight() || this.isVivaWalletCharged();
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

    handlePaymentResponse(isPaymentSuccessful) {
        const order = this.pos_order_id;
        if (!order || (order.finalized && this.isVivaWallet())) {
            return this.payment_status === "done"; // deleted or finished by another device
        }
        return super.handlePaymentResponse(isPaymentSuccessful);
    },
});
