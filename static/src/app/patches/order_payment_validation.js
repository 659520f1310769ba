import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";

patch(OrderPaymentValidation.prototype, {
    /** Override: validating would drop a line whose card may be charged at this moment. */
    async isOrderValid(isForceValidate) {
        const line = this.paymentLines.find((line) => line.isVivaWalletInFlight());
        if (line) {
            this.pos.dialog.add(AlertDialog, {
                title: _t("Card payment still running"),
                body: _t(
                    "The terminal may still charge %s. Wait for its outcome, or cancel it, then validate the order.",
                    this.pos.env.utils.formatCurrency(line.getAmount())
                ),
            });
            return false;
        }
        return super.isOrderValid(isForceValidate);
    },
});
