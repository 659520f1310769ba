import { RPCError } from "@web/core/network/rpc";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";

/**
 * Validates an order by itself after its card was charged.
 *
 * `pos_hr` puts the employee who is logged in at that moment onto each order that is validated, in
 * its patch of `validateOrder`; here nobody has pressed anything, and the order keeps the one who
 * asked for the payment.
 */
export class AutomaticValidation extends OrderPaymentValidation {
    setup() {
        super.setup(...arguments);
        this.employee = this.order.employee_id;
    }

    /** Override: the last moment before the order is saved. */
    async shouldHideValidationBehindFeedbackScreen() {
        this.keepEmployee();
        return super.shouldHideValidationBehindFeedbackScreen(...arguments);
    }

    /** Put back whoever asked for the payment, where `pos_hr` is installed. */
    keepEmployee() {
        if (this.order.employee_id !== this.employee) {
            this.order.employee_id = this.employee;
        }
    }
}

/** ... while the cashier is at another order, without changing the screen. */
export class BackgroundValidation extends AutomaticValidation {
    setup() {
        super.setup(...arguments);
        /** Whether the server has the finished order. */
        this.isSaved = false;
        /** Why the server has refused it, in its own words. */
        this.refusal = "";
    }

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
        this.keepEmployee();
        this.isSaved = true;
        if ((await this.finalizeValidation()) === false) {
            this.isSaved = false;
        }
    }

    /** Override: a dialog of `point_of_sale` would not say which order it is about. */
    handleValidationError(error) {
        this.isSaved = false;
        if (!(error instanceof RPCError)) {
            return super.handleValidationError(error);
        }
        this.order.state = "draft";
        this.refusal = error.data?.message || error.message;
        return error;
    }
}
