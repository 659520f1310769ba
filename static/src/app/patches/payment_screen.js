import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import { PHASE } from "../payment_flow";

patch(PaymentScreen.prototype, {
    onMounted() {
        super.onMounted();
        this.pos.vivaWalletNotices.review(); // who sees the payment need not be told of it
        this.vivaWalletShowRunning();
        this.pos.vivaWalletResume(this.currentOrder);
        this.pos.vivaWalletValidateIfPaid(this.currentOrder);
    },

    /** Only the selected line tells what its terminal is doing; another device had selected it. */
    vivaWalletShowRunning() {
        const line = this.paymentLines.find((line) => line.isVivaWalletInFlight());
        if (line && !line.isSelected()) {
            this.selectPaymentLine(line.uuid);
        }
    },

    /**
     * Override: a hand that clicks twice asks once, and what comes next does not depend on this
     * screen, which the cashier may have left when the customer pays.
     */
    async sendPaymentRequest(line) {
        if (!line.isVivaWallet()) {
            return super.sendPaymentRequest(line);
        }
        // A refund is looked up before it has a session.
        if (line.isVivaWalletLocked() || line.payment_status === "waiting") {
            return;
        }
        this.pos.paymentTerminalInProgress = true;
        this.numberBuffer.capture();
        const isPaid = await line.pay();
        if (!isPaid && this.pos.vivaWalletIsBeingPaid(line.pos_order_id)) {
            this.numberBuffer.reset(); // what is typed next is a new amount
        }
        this.pos.paymentTerminalInProgress = false;
        await this.pos.vivaWalletFinish(line, isPaid);
    },

    /** Override: `point_of_sale` looks at the amount before it looks at the terminal. */
    updateSelectedPaymentline() {
        if (!this.selectedPaymentLine?.isVivaWalletLocked()) {
            super.updateSelectedPaymentline(...arguments);
        }
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
        const sharing = this.pos.vivaWalletShared(order.uuid);
        if (sharing) {
            await sharing; // the answer would bring the line back
        }
        const line = order.payment_ids.find((line) => line.uuid === uuid);
        if (!line) {
            return;
        }
        if (!line.isVivaWalletInFlight()) {
            return super.deletePaymentLine(uuid);
        }
        const { phase, silent } = line.uiState.vivaWallet || {};
        const isCancelling = line.payment_status === "waitingCancel";
        if (phase === PHASE.UNKNOWN || (silent && isCancelling)) {
            return this.vivaWalletAskForStatement(line);
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

    vivaWalletAskForStatement(line) {
        this.selectPaymentLine(line.uuid);
        this.dialog.add(AlertDialog, {
            title: _t("Not known whether paid"),
            body: _t(
                "Look at the terminal, or at its last receipt, and say what it shows. After that the payment can be removed, or counts as paid."
            ),
        });
    },

    /** Nobody but Viva declares a running payment done. */
    async sendForceDone(line) {
        if (!line.isVivaWallet()) {
            return super.sendForceDone(line);
        }
        await line.payment_method_id.payment_terminal.wake(line);
    },
});
