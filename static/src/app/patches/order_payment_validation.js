import { patch } from "@web/core/utils/patch";
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
     * made first. `pos_hr` and `pos_loyalty` override it, too, and run within this one. What
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

    /** Override: validating would drop a line whose card may be charged at this moment. */
    async isOrderValid(isForceValidate) {
        return this.pos.vivaWallet.guard.refusesValidation(this.paymentLines)
            ? false
            : super.isOrderValid(isForceValidate);
    },
});
