import { patch } from "@web/core/utils/patch";
import { CustomerDisplay } from "@point_of_sale/customer_display/customer_display";
import { customerIcon, customerText } from "@pos_viva_wallet/app/customer_display/customer_texts";

patch(CustomerDisplay.prototype, {
    get vivaWalletText() {
        return customerText(this.order.vivaWalletPayment);
    },

    get vivaWalletIcon() {
        return customerIcon(this.order.vivaWalletPayment);
    },
});
