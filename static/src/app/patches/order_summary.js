import { patch } from "@web/core/utils/patch";
import { OrderSummary } from "@point_of_sale/app/screens/product_screen/order_summary/order_summary";
import { takesAway } from "../line_changes";

patch(OrderSummary.prototype, {
    /** Override: what another device is charging does not become less. */
    _setValue(value) {
        const isRefused =
            takesAway(this.currentOrder.getSelectedOrderline(), this.pos.numpadMode, value) &&
            this.pos.vivaWallet.sharing.refusesTakingAway(this.currentOrder);
        if (isRefused) {
            this.numberBuffer.reset();
            return;
        }
        return super._setValue(...arguments);
    },

    /** Override: the same, where quantities are entered in a dialog. */
    async updateQuantityNumber(quantity) {
        const isRefused =
            takesAway(this.currentOrder.getSelectedOrderline(), "quantity", quantity) &&
            this.pos.vivaWallet.sharing.refusesTakingAway(this.currentOrder);
        return isRefused ? false : super.updateQuantityNumber(...arguments);
    },
});
