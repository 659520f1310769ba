import { patch } from "@web/core/utils/patch";
import { RPCError } from "@web/core/network/rpc";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";

patch(OrderPaymentValidation.prototype, {
    /** Override: a fast payment on a terminal is not made by adding its line. */
    setup(values) {
        const method = values.fastPaymentMethod;
        this.vivaWalletFastMethod = method?.use_payment_terminal === "viva_wallet" ? method : null;
        super.setup(this.vivaWalletFastMethod ? { ...values, fastPaymentMethod: null } : values);
    },

    /**
     * Override: each order goes once, and not before it is saved; a fast payment on a terminal is
     * made first. `pos_hr` (names the employee) and `pos_loyalty` (checks coupons) override it, too;
     * they are loaded earlier, so they run within this one, and they return nothing. What
     * `pos_restaurant` asks before a fast payment (`validateOrderFast`) has been asked by then.
     */
    async validateOrder() {
        if (this.vivaWalletFastMethod) {
            return this.pos.vivaWallet.fastPayment.open(this.order, this.vivaWalletFastMethod);
        }
        return this.pos.vivaWallet.completion.validateOnce(this, () =>
            super.validateOrder(...arguments)
        );
    },

    /**
     * Override: validating would drop a line whose card may be charged at this moment.
     *
     * `pos_online_payment` and `l10n_pe_pos` override it, too; they are loaded earlier, so they run
     * within this one. `pos_loyalty` calls it once more, before its own checks.
     */
    async isOrderValid(isForceValidate) {
        return this.pos.vivaWallet.guard.refusesValidation(this.paymentLines)
            ? false
            : super.isOrderValid(isForceValidate);
    },

    /** Override: "Amount Paid" is not shown before the server has the order. Nobody else does. */
    async shouldHideValidationBehindFeedbackScreen() {
        const isEarly = this.nextPage.page === "FeedbackScreen";
        return isEarly && this.paymentLines.some((line) => line.isVivaWallet())
            ? this.pos.vivaWallet.completion.finalizeThenLeave(this)
            : super.shouldHideValidationBehindFeedbackScreen(...arguments);
    },

    /** Override: a charged order that the server refuses has a way out. Nobody else does. */
    handleValidationError(error) {
        const result = super.handleValidationError(...arguments);
        if (error instanceof RPCError) {
            this.pos.vivaWallet.refusedOrders.tell(this.order);
        }
        return result;
    },
});
