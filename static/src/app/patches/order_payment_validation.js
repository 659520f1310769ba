import { patch } from "@web/core/utils/patch";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";

patch(OrderPaymentValidation.prototype, {
    /** Override: each order goes once, and not before it is saved. */
    async validateOrder() {
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
