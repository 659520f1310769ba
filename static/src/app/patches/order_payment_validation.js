import { patch } from "@web/core/utils/patch";
import { RPCError } from "@web/core/network/rpc";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";

patch(OrderPaymentValidation.prototype, {
    /**
     * Override: each order goes once, and not before it is saved.
     *
     * `pos_hr` (names the employee) and `pos_loyalty` (checks coupons) override it, too. They are
     * loaded later, so they come first, may end it before it comes here, and return nothing.
     */
    async validateOrder() {
        return this.pos.vivaWallet.completion.validateOnce(this, () =>
            super.validateOrder(...arguments)
        );
    },

    /**
     * Override: validating would drop a line whose card may be charged at this moment.
     *
     * `pos_online_payment` and `l10n_pe_pos` override it, too; they are loaded later and call this
     * one first. `pos_loyalty` calls it once more, before its own checks.
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
