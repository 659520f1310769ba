import { markRaw } from "@odoo/owl";
import { patch } from "@web/core/utils/patch";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { VivaWallet } from "../services/viva_wallet";

patch(PosStore.prototype, {
    /** Override: `vivaWallet` does all that this addon adds; raw, because nothing renders it. */
    async setup(env) {
        this.vivaWallet = markRaw(new VivaWallet(this, env));
        await super.setup(...arguments);
        this.vivaWallet.listen();
    },

    /** Override: what was running before the page was loaded is taken up. */
    async afterProcessServerData() {
        const ready = super.afterProcessServerData(...arguments);
        this.vivaWallet.onLoaded(ready);
        return ready;
    },

    /** Override: keep what was edited in an order while it was being saved. */
    postSyncAllOrders(orders) {
        super.postSyncAllOrders(...arguments);
        this.vivaWallet.orderSync.restoreEdits(orders);
    },

    /** Override: not to the splitting of a charged order, and not before it is saved. */
    navigate(screen) {
        if (
            screen === "SplitBillScreen" &&
            this.vivaWallet.guard.refuses(this.getOrder(), "split")
        ) {
            return;
        }
        return this.vivaWallet.orderSync.navigateWhenSaved(() => super.navigate(...arguments));
    },

    /** Override: the record of a charge must not go with its order. */
    async _onBeforeDeleteOrder(order) {
        // What is on its way to the server would stay there.
        await this.vivaWallet.orderSync.whenSaved(order.uuid);
        return this.vivaWallet.guard.refuses(order) ? false : super._onBeforeDeleteOrder(order);
    },

    /** Override: not every way to remove an order asks before. */
    removeOrder(order) {
        if (!order.finalized && this.vivaWallet.guard.refuses(order)) {
            return false;
        }
        return super.removeOrder(...arguments);
    },

    /** Override: a deletion that the server refuses is not tried again. */
    async deleteOrders(orders, serverIds = []) {
        try {
            return await super.deleteOrders(...arguments);
        } catch (error) {
            this.vivaWallet.guard.forgetRefusedDeletion(error, serverIds);
            throw error;
        }
    },

    /** Override of `point_of_sale`, also of `pos_restaurant`: who opens an order is told who pays it. */
    setOrder(order) {
        super.setOrder(...arguments);
        this.vivaWallet.sharing.tellOf(order);
    },

    // What `pos_restaurant` adds, where it is installed: these take products away from an order, which
    // would leave a charge that is too high, or none to book it on. Its patches come before ours, and no
    // other module of Odoo patches them.

    /** Override of `pos_restaurant`: a charged order is not merged into another one. */
    async mergeOrders(sourceOrder) {
        if (this.vivaWallet.guard.refuses(sourceOrder, "merge")) {
            return sourceOrder;
        }
        return super.mergeOrders(...arguments);
    },

    /** Override of `pos_restaurant`: a charged order only goes to a table that has none. */
    async transferOrder(orderUuid, table = null, order = null) {
        if (this.vivaWallet.tables.refusesMoving(orderUuid, table, order, "transfer")) {
            return;
        }
        return super.transferOrder(...arguments);
    },

    /** Override of `pos_restaurant`: the tables are not linked either, see `pos_data.js`. */
    async mergeTableOrders(orderUuid, table) {
        if (this.vivaWallet.tables.refusesLinking(orderUuid, table)) {
            return;
        }
        return super.mergeTableOrders(...arguments);
    },

    /** Override of `pos_restaurant`: a charged order is not divided again. */
    async restoreOrdersToOriginalTable(order, table) {
        if (this.vivaWallet.tables.refusesUnlinking(order, table)) {
            return false;
        }
        return super.restoreOrdersToOriginalTable(...arguments);
    },
});
