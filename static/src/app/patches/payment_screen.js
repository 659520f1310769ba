import { patch } from "@web/core/utils/patch";
import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";

patch(PaymentScreen.prototype, {
    onMounted() {
        super.onMounted();
        this.pos.vivaWalletResume(this.currentOrder);
        this.pos.vivaWalletValidateIfPaid(this.currentOrder);
    },

    /** The outcome of the flow sets the status of the line, not the answer to the cancel. */
    async sendPaymentCancel(line) {
        if (!line.isVivaWallet()) {
            return super.sendPaymentCancel(line);
        }
        await line.payment_method_id.payment_terminal.sendPaymentCancel(
            this.currentOrder,
            line.uuid
        );
    },

    /** A line is only removed once it is certain that its card was not charged. */
    async deletePaymentLine(uuid) {
        const order = this.currentOrder;
        const line = this.paymentLines.find((line) => line.uuid === uuid);
        if (!line.isVivaWalletInFlight()) {
            return super.deletePaymentLine(uuid);
        }
        const isCancelled = await line.payment_method_id.payment_terminal.sendPaymentCancel(
            order,
            uuid
        );
        if (isCancelled && order.payment_ids.includes(line)) {
            order.removePaymentline(line);
            this.numberBuffer.reset();
        }
    },

    /** Nobody but Viva declares a running payment done. */
    async sendForceDone(line) {
        if (!line.isVivaWallet()) {
            return super.sendForceDone(line);
        }
        await line.payment_method_id.payment_terminal.wake(line);
    },
});
