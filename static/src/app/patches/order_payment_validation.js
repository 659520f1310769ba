import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";

patch(OrderPaymentValidation.prototype, {
    /** Override: the outcome of a payment and a cashier may both want it, each order goes once. */
    async validateOrder() {
        const { pos, orderUuid } = this;
        // Two ways to the server at once: what arrives last would win.
        await pos.vivaWalletShared(orderUuid);
        if (!this.paymentLines.some((line) => line.isVivaWallet())) {
            return super.validateOrder(...arguments);
        }
        if (pos.vivaWalletValidating.has(orderUuid)) {
            return false;
        }
        pos.vivaWalletValidating.add(orderUuid);
        try {
            return await super.validateOrder(...arguments);
        } finally {
            pos.vivaWalletValidating.delete(orderUuid);
        }
    },

    /** Override: validating would drop a line whose card may be charged at this moment. */
    async isOrderValid(isForceValidate) {
        const line = this.paymentLines.find((line) => line.isVivaWalletInFlight());
        if (line) {
            this.pos.dialog.add(AlertDialog, {
                title: _t("Card payment still running"),
                body: line.isVivaWalletRefund()
                    ? _t(
                          "%s may still be paid back. Wait for the outcome, or cancel it, then validate the order.",
                          this.pos.env.utils.formatCurrency(Math.abs(line.getAmount()))
                      )
                    : _t(
                          "The terminal may still charge %s. Wait for its outcome, or cancel it, then validate the order.",
                          this.pos.env.utils.formatCurrency(line.getAmount())
                      ),
            });
            return false;
        }
        return super.isOrderValid(isForceValidate);
    },
});
