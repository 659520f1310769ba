import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";

/** Validates an order while the cashier is busy with another one, and leaves the screen alone. */
export class ValidationBehind extends OrderPaymentValidation {
    /** Whether nothing has to be asked, decided or handed out for this order. */
    get isPossible() {
        const { order } = this;
        return (
            !order.isCustomerRequired &&
            order.presetRequirementsFilled &&
            !order.getShippingDate() &&
            !order.payment_ids.some((line) => line.payment_method_id.is_cash_count)
        );
    }

    /** Override: only cash is rounded, and `point_of_sale` looks at the order on the screen. */
    checkCashRoundingHasBeenWellApplied() {
        return true;
    }

    /** Override of what goes on to the next screen. */
    async shouldHideValidationBehindFeedbackScreen() {
        await this.finalizeValidation();
    }
}
