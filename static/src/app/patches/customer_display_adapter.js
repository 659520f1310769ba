import { patch } from "@web/core/utils/patch";
import { CustomerDisplayPosAdapter } from "@point_of_sale/app/customer_display/customer_display_adapter";
import { customerPayment } from "../customer_display/customer_payment";

patch(CustomerDisplayPosAdapter.prototype, {
    /**
     * Override: the display knows what the card payment wants of the customer. `pos_online_payment`
     * and `l10n_in_pos` add their own, too; the order does not matter.
     */
    formatOrderData(order) {
        super.formatOrderData(...arguments);
        // Null, not left out: the display keeps what it is not told anew.
        this.data.vivaWalletPayment = customerPayment(order);
    },
});
