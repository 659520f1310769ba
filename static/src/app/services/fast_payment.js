/**
 * Buttons of the products screen that pay an order with one click (`use_fast_payment`): where the
 * method is on a terminal, the payment screen is opened, sends the payment and waits there.
 */
export class FastPayment {
    /** @param {Object} pos the `PosStore` */
    constructor(pos) {
        this.pos = pos;
        /** @type {?{uuid: string, method: Object}} order that the payment screen is opened for */
        this._wanted = null;
    }

    /**
     * Open the payment screen of an order and pay it there.
     *
     * @param {Object} order
     * @param {Object} method payment method on a Viva terminal
     */
    open(order, method) {
        if (!order.canPay()) {
            return;
        }
        this._wanted = { uuid: order.uuid, method };
        this.pos.mobile_pane = "right";
        this.pos.navigate("PaymentScreen", { orderUuid: order.uuid });
    }

    /**
     * Send what the screen was opened for; a payment that was begun before is taken up.
     *
     * @param {import("@point_of_sale/app/screens/payment_screen/payment_screen").PaymentScreen} screen
     */
    async begin(screen) {
        const wanted = this._wanted;
        this._wanted = null;
        if (wanted?.uuid !== screen.currentOrder.uuid) {
            return;
        }
        const begun = screen.paymentLines.find(
            (line) =>
                line.payment_method_id.id === wanted.method.id &&
                ["pending", "retry"].includes(line.payment_status)
        );
        if (begun) {
            await screen.sendPaymentRequest(begun);
        } else if (!screen.currentOrder.electronicPaymentInProgress()) {
            await screen.addNewPaymentLine(wanted.method);
        }
    }
}
