import { patch } from "@web/core/utils/patch";
import { PosStore } from "@point_of_sale/app/services/pos_store";

/**
 * What `pos_restaurant` adds, where it is installed: these ways take products away from an order,
 * which would leave a charge that is too high, or none to book it on.
 */
patch(PosStore.prototype, {
    async mergeOrders(sourceOrder) {
        if (this.vivaWalletRefuses(sourceOrder)) {
            return sourceOrder;
        }
        return super.mergeOrders(...arguments);
    },

    async restoreOrdersToOriginalTable(order) {
        if (this.vivaWalletRefuses(order)) {
            return false;
        }
        return super.restoreOrdersToOriginalTable(...arguments);
    },

    navigate(screen) {
        if (screen === "SplitBillScreen" && this.vivaWalletRefuses(this.getOrder())) {
            return;
        }
        return super.navigate(...arguments);
    },
});
