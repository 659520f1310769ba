import { patch } from "@web/core/utils/patch";
import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";

patch(PaymentScreen.prototype, {
    /** Override: a line that pays back shows which card it pays back, and waits for *Refund*. */
    async addNewPaymentLine(paymentMethod) {
        const isAdded = await super.addNewPaymentLine(paymentMethod);
        const line = this.selectedPaymentLine;
        // By id: the same record looks different to each part of the page that observes it.
        const isNew = isAdded && line?.payment_method_id.id === paymentMethod.id;
        if (!isNew || !line.isVivaWallet() || line.viva_wallet_session_id) {
            return isAdded;
        }
        if (!line.getPaymentStatus()) {
            // `point_of_sale` sets none in a refund, and nothing would offer to send the line.
            line.setPaymentStatus("pending");
        }
        if (line.isVivaWalletRefund()) {
            await this.pos.vivaWalletPrepareRefund(line);
        }
        return isAdded;
    },

    /** Override: a number that is typed for a line that pays back is what it pays back. */
    updateSelectedPaymentline(amount = false) {
        const line = this.selectedPaymentLine;
        if (!line?.isVivaWalletRefund()) {
            return super.updateSelectedPaymentline(amount);
        }
        if (!["pending", "retry"].includes(line.getPaymentStatus())) {
            return;
        }
        const buffer = this.numberBuffer.get();
        const typed = amount === false && buffer ? this.numberBuffer.getFloat() : amount;
        if (amount === null || (amount === false && buffer === null)) {
            this.deletePaymentLine(line.uuid);
        } else {
            line.setAmount(-Math.abs(typed || 0));
        }
    },

    /** Override: what was paid back is a payment line of its own, the charge stays as it is. */
    async sendPaymentReverse(line) {
        if (!line.isVivaWallet()) {
            return super.sendPaymentReverse(line);
        }
        const refund = await this.pos.vivaWalletUndo(line);
        if (refund) {
            await this.sendPaymentRequest(refund);
        }
    },
});
