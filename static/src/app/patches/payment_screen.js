import { patch } from "@web/core/utils/patch";
import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import * as actions from "../payment_screen_actions";

patch(PaymentScreen.prototype, {
    /** Override: running payments are shown, and followed. */
    onMounted() {
        super.onMounted();
        actions.onOpened(this);
    },

    /** Override: what could not be finished is not tried again before something has changed. */
    async validateOrder() {
        await super.validateOrder(...arguments);
        this.pos.vivaWallet.completion.afterValidation(this.currentOrder);
    },

    /** Override: a line that pays back shows which card it pays back, and waits for *Refund*. */
    async addNewPaymentLine(paymentMethod) {
        const isAdded = await super.addNewPaymentLine(paymentMethod);
        await actions.afterAdding(this, paymentMethod, isAdded);
        return isAdded;
    },

    /** Override: what comes after the outcome does not depend on this screen. */
    async sendPaymentRequest(line) {
        return line.isVivaWallet() ? actions.send(this, line) : super.sendPaymentRequest(line);
    },

    /**
     * Override: `point_of_sale` looks at the amount before it looks at the terminal, and does not know
     * the sign of a refund.
     */
    updateSelectedPaymentline(amount = false) {
        const line = this.selectedPaymentLine;
        if (line?.isVivaWalletRefund()) {
            actions.enterRefundAmount(this, line, amount);
        } else if (!line?.isVivaWalletLocked()) {
            super.updateSelectedPaymentline(...arguments);
        }
    },

    /** Override: the outcome of the flow sets the status of the line, not the answer to the cancel. */
    async sendPaymentCancel(line) {
        if (!line.isVivaWallet()) {
            return super.sendPaymentCancel(line);
        }
        await line.payment_method_id.payment_terminal.sendPaymentCancel(
            this.currentOrder,
            line.uuid
        );
    },

    /** Override: a line is only removed once it is certain that its card was not charged. */
    async deletePaymentLine(uuid) {
        return actions.remove(this, uuid, () => super.deletePaymentLine(uuid));
    },

    /** Override: what was paid back is a payment line of its own, the charge stays as it is. */
    async sendPaymentReverse(line) {
        return line.isVivaWallet() ? actions.reverse(this, line) : super.sendPaymentReverse(line);
    },

    /** Override: nobody but Viva declares a running payment done. */
    async sendForceDone(line) {
        if (!line.isVivaWallet()) {
            return super.sendForceDone(line);
        }
        await this.pos.vivaWallet.flows.wake(line);
    },
});
