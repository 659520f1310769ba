import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";

/** Validates an order while the cashier is at another one, without changing the screen. */
export class BackgroundValidation extends OrderPaymentValidation {
    /** @returns {boolean} whether the order can be validated without asking the cashier anything */
    get isPossible() {
        const { order } = this;
        return (
            !order.isCustomerRequired &&
            order.presetRequirementsFilled &&
            !order.getShippingDate() &&
            !order.payment_ids.some((line) => line.payment_method_id.is_cash_count)
        );
    }

    /** Override: only cash is rounded, and `point_of_sale` checks the order on the screen. */
    checkCashRoundingHasBeenWellApplied() {
        return true;
    }

    /** Override: finish the order, but do not go on to the next screen. */
    async shouldHideValidationBehindFeedbackScreen() {
        await this.finalizeValidation();
    }
}
